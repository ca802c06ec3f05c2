"""Comparison of the register with what was acknowledged, by SQL of its own, in both vocabularies."""

from dataclasses import dataclass

from tests.clients.expected import Labels, Nda


@dataclass(frozen=True)
class State:
    """Columns with the labels of the old application and of the new one; ``{}`` is the column's name."""

    old: str
    new: str


UNDONE = State("{}::text", "NULL")
PREPARED = State("{}::text", "{}_epic10::text")
SWITCHED = State("{}_legacy::text", "{}::text")
FINALIZED = State("NULL", "{}::text")


def lost_and_mislabelled(register, ndas: list[Nda], state: State) -> tuple[list[str], list[str]]:
    """A sentence for each NDA and history entry that is missing or has another name, and for each wrong label."""
    status, position = _columns("status", state), _columns("usmax_position", state)
    rows = _by_key(register, f"SELECT id, company_name, {status}, {position} FROM ndas", [nda.id for nda in ndas])
    keys = [key for nda in ndas for key in nda.history]
    records = _by_key(register, f"SELECT id, {status} FROM nda_status_history", keys)
    lost, mislabelled = [], []
    for nda in ndas:
        if nda.id not in rows:
            lost.append(f"{nda.id} is not there")
            continue
        name, *labels = rows[nda.id]
        if name != nda.name:
            lost.append(f"{nda.id} is called {name}, and not {nda.name}")
        for column, found in (("status", labels[:2]), ("usmax_position", labels[2:])):
            mislabelled += _wrong(f"{column} of {nda.id}", found, getattr(nda, column), state)
        for key, expected in nda.history.items():
            if key in records:
                mislabelled += _wrong(f"history {key}", records[key], expected, state)
            else:
                lost.append(f"history {key} is not there")
    return lost, mislabelled


def _columns(name, state) -> str:
    return f"{state.old.format(name)}, {state.new.format(name)}"


def _by_key(register, select, keys) -> dict[str, tuple]:
    return {key: values for key, *values in register.rows(f"{select} WHERE id = ANY (%s)", [keys])}


def _wrong(what, found, expected: Labels, state):
    for side, label, wanted in zip(("old", "new"), found, expected, strict=True):
        if getattr(state, side) != "NULL" and label != wanted:
            yield f"{side} {what} is {label}, and not {wanted}"
