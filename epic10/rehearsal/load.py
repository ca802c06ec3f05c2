"""The load of the two applications on a rehearsed database, as the register's own package declares it."""

from collections.abc import Callable
from dataclasses import dataclass

NDAS, HISTORIES = "ndas", "nda_status_history"


@dataclass(frozen=True)
class Load:
    """
    ``process`` is a module for ``python -m``, one process of the load; ``traffic`` says what it is told, and tells.

    ``written`` are the columns that the applications change of an NDA that is there.
    ``lost_and_mislabelled(connection, written)`` looks for what they were told is
    written, and returns a sentence for each row that is not there or reads wrong.
    """

    process: str
    written: tuple[str, ...]
    lost_and_mislabelled: Callable[[object, dict], tuple[list[str], list[str]]]


_registered: list[Load] = []


def register(load: Load):
    _registered[:] = [load]


def registered() -> Load:
    return _registered[-1]
