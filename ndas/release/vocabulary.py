"""
The pair of labels that a row has once an application has been told that it is written.

It is stated here a second time on purpose, from the applications' point of view: if it
were taken from the release, a wrong mapping would not be noticed.
"""

from typing import NamedTuple

OLD, NEW = "old", "new"


class Pair(NamedTuple):
    """The label in the new vocabulary, and the possible ones in the old: only one, once it has been written."""

    new: str
    olds: tuple[str | None, ...]


class Vocabulary(NamedTuple):
    legacy: tuple[str | None, ...]
    up: dict[str | None, str]
    down: dict[str, str]

    def read(self, application: str, label: str | None) -> Pair:
        """The pair for a row of which only this label is known."""
        if application == OLD:
            return Pair(self._upwards(label), (label,))
        return Pair(label, tuple(old for old in self.legacy if self._upwards(old) == label) or self._downwards(label))

    def written(self, application: str, label: str | None, before: Pair | None) -> Pair:
        """The pair after a write. The old label stays while it maps to the new one: CANCELLED to INACTIVE_CANCELED."""
        if application == OLD:
            return Pair(self._upwards(label), (label,))
        kept = tuple(old for old in before.olds if self._upwards(old) == label) if before else ()
        return Pair(label, kept or self._downwards(label))

    def plain(self, pair: Pair) -> set[str]:
        """What the new vocabulary reads before the switch."""
        return {pair.new, *map(self._upwards, pair.olds)}

    def _upwards(self, old):
        return self.up.get(old, old)

    def _downwards(self, new):
        return (self.down.get(new, new),)


STATUS = Vocabulary(
    legacy=("CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED"),
    up={"EMAILED": "SENT_PENDING_SIGNATURE", "INACTIVE": "INACTIVE_CANCELED", "CANCELLED": "INACTIVE_CANCELED"},
    down={
        "PENDING_APPROVAL": "CREATED",
        "SENT_PENDING_SIGNATURE": "EMAILED",
        "INACTIVE_CANCELED": "INACTIVE",
        "EXPIRED": "FULLY_EXECUTED",
    },
)
POSITION = Vocabulary(
    legacy=("PRIME", "SUB", "TEAMING", "OTHER", None),
    up={"SUB": "SUB_CONTRACTOR", "TEAMING": "OTHER", None: "PRIME"},
    down={"SUB_CONTRACTOR": "SUB"},
)
VOCABULARIES = {"status": STATUS, "usmax_position": POSITION}
