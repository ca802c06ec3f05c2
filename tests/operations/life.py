"""The life of an operation: what a test has to know of it."""

from dataclasses import dataclass

from django.db.migrations.operations.base import Operation


@dataclass(frozen=True)
class Life:
    """
    An operation, and what to see it by.

    ``done`` holds once it has run. ``stays`` means that going back leaves its
    effect: undoing something earlier takes that away, or nothing needs to.
    ``theirs`` is SQL by which somebody else made the same before.
    """

    operation: Operation
    done: str
    stays: bool = False
    theirs: str = ""
    changes_nothing: bool = False
    in_its_session: bool = False

    def __str__(self):
        return type(self.operation).__name__


def triggers(*names):
    found = "SELECT array_agg(tgname::text ORDER BY tgname) FROM pg_trigger WHERE tgrelid = to_regclass('pony')"
    return f"({found} AND tgname LIKE '{names[0].rsplit('_', 1)[0]}%') = '{{{','.join(names)}}}'"
