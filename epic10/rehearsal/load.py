"""The load of the two applications on a rehearsed database, as the register's own package declares it."""

from collections.abc import Callable
from dataclasses import dataclass

NDAS, HISTORIES = "ndas", "nda_status_history"


@dataclass(frozen=True)
class Load:
    """
    ``process`` is the module of one process of the load, run by ``python -m``; see ``traffic`` for its protocol.

    ``written`` has the columns of an existing NDA that the applications change.
    ``lost_and_mislabelled(connection, written)`` verifies the acknowledged writes, and
    returns a sentence for each row that is missing or has a wrong label.
    ``probe(connection)`` writes a few rows to the tables of an empty register, as the
    old application does, and returns why some were refused.
    """

    process: str
    written: tuple[str, ...]
    lost_and_mislabelled: Callable[[object, dict], tuple[list[str], list[str]]]
    probe: Callable[[object], list[str]]


_registered: list[Load] = []


def register(load: Load):
    _registered[:] = [load]


def registered() -> Load:
    return _registered[-1]
