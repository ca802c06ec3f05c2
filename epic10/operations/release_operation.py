"""What an operation of the release can declare about itself: checks, preconditions, proofs, signs, needs."""

from collections.abc import Iterable

from django.db.migrations.operations.base import Operation

from epic10.checks import Check
from epic10.operations.privileges import Need


class ReleaseOperation(Operation):
    """
    One of Django's operations that the release is read from.

    Every method returns nothing unless an operation overrides it. ``state`` is the
    state of the models after the operation.
    """

    def needs(self, app_label, state) -> Iterable[Need]:
        """What the role must be allowed."""
        return ()

    def preconditions(self, app_label, state) -> Iterable[Check]:
        """What must be true before the first change of the release."""
        return ()

    def known_labels(self, app_label, state) -> Iterable[Check]:
        """What must be true once more when the triggers are in place."""
        return ()

    def proofs(self, app_label, state) -> Iterable[Check]:
        """What must be true before the switch."""
        return ()

    def signs(self, app_label, state) -> Iterable[str]:
        """Conditions on the catalog that hold once it has run."""
        return ()

    def checks(self, app_label, state) -> Iterable[Check]:
        """What must be true when the release is in place."""
        return ()


def of_the_release(operation: Operation) -> ReleaseOperation:
    """The operation, or for one of Django's own a ReleaseOperation that declares nothing."""
    return operation if isinstance(operation, ReleaseOperation) else ReleaseOperation()
