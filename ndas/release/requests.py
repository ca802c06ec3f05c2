"""Requests of an application: what each does in one transaction, and what it was told is written."""

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from epic10.rehearsal.sessions import Session, StatementRefused
from ndas.release.applications import Application
from ndas.release.vocabulary import VOCABULARIES, Pair

# Shares of a hundred requests.
MIX = {"read": 50, "list": 20, "move": 12, "edit": 10, "create": 8}
TRIES = 20


@dataclass(slots=True)
class Nda:
    """What is known of an NDA: its labels as the current application reads them, and as both vocabularies do."""

    id: str
    status: str
    usmax_position: str | None
    agency: str
    opportunity: str
    relationship: str
    creator: str
    pairs: dict[str, Pair] = field(default_factory=dict)
    is_stale: bool = False
    is_new: bool = False


# Table, key, and values by column.
Write = tuple[str, str, dict[str, str | None]]


class Unexpected(StatementRefused):
    """The server's answer differs from what was written."""

    def __init__(self, message):
        super().__init__("", message)


def look_at(session: Session, application: Application, nda: Nda):
    """Read an NDA that the other application read last, or whose last write may or may not have been committed."""
    found, row = session.ask("read", nda.id)
    if not found:
        raise Unexpected("the NDA is not there")
    nda.status, nda.usmax_position = row[1:3]
    nda.pairs, nda.is_stale = nda.pairs or pairs(application, nda), False


def pairs(application: Application, nda: Nda) -> dict[str, Pair]:
    """What both vocabularies read for an NDA of which only the labels are known."""
    return {column: known.read(application.name, getattr(nda, column)) for column, known in VOCABULARIES.items()}


def read(session: Session, nda: Nda) -> list[Write]:
    found, row = session.ask("read", nda.id)
    if not found:
        raise Unexpected("the NDA is not there")
    if row[1:3] != [nda.status, nda.usmax_position]:
        raise Unexpected(f"reads {row[1]}, {row[2]}; was written {nda.status}, {nda.usmax_position}")
    session.ask("history", nda.id)
    return []


def listed(session: Session, by: str, values: list[str]) -> list[Write]:
    found, row = session.ask(by, *values)
    if by == "by status" and found and row[1] != values[0]:
        raise Unexpected(f"the list of {values[0]} has an NDA that is {row[1]}")
    return []


def create(session: Session, nda: Nda, name: str, only: dict[str, str]) -> list[Write]:
    values = [nda.id, "Traffic Inc.", nda.agency, name, "To see what happens meanwhile.", nda.status]
    values += [nda.usmax_position, nda.opportunity, nda.relationship, nda.creator, *only.values()]
    with _transaction(session):
        session.ask("create", *values)
        history = _record(session, nda, nda.status)
    written = {"status": nda.status, "usmax_position": nda.usmax_position, "abbreviated_name": name, **only}
    return [("ndas", nda.id, written), history]


def edit(session: Session, nda: Nda, name: str, position: str | None, only: dict[str, str]) -> list[Write]:
    with _transaction(session):
        _insist(session.ask("edit", nda.id, name, position, *only.values()))
    return [("ndas", nda.id, {"abbreviated_name": name, "usmax_position": position, **only})]


def move(session: Session, application: Application, nda: Nda, target: str, approver: str) -> list[Write]:
    """Change the status and add to the history, if the NDA still has its known status."""
    statement = application.moves[nda.status][target]
    with _transaction(session):
        _insist(session.ask(statement, nda.id, target, nda.status, *([approver] if statement == "approve" else [])))
        history = _record(session, nda, target)
    return [("ndas", nda.id, {"status": target}), history]


def drawn(operation: str, session: Session, application: Application, ndas: list[Nda], chance: random.Random):
    """A call that does the operation to an NDA in the list; and that NDA, if the operation changes it."""
    nda, position = _one_of(ndas, session, application, chance), chance.choice(application.positions)
    only = {column: chance.choice(values) for column, values in application.only.items()}
    name = f"T{chance.randrange(10**9)}"
    if operation == "read":
        return partial(read, session, nda=nda), None
    if operation == "list":
        by, values = chance.choice(list(application.filters.items()))
        return partial(listed, session, by=by, values=[chance.choice(values)] if values else []), None
    if operation == "edit":
        return partial(edit, session, nda=nda, name=name, position=position, only=only), nda
    if operation == "move" and (found := _movable(ndas, session, application, chance)):
        moved, target, approver = found
        return partial(move, session, application, nda=moved, target=target, approver=approver), moved
    new = Nda(
        _key(chance), "CREATED", position, nda.agency, nda.opportunity, nda.relationship, nda.creator, is_new=True
    )
    return partial(create, session, nda=new, name=name, only=only), new


def _one_of(ndas, session, application, chance):
    nda = chance.choice(ndas)
    if nda.is_stale:
        look_at(session, application, nda)
    return nda


def _movable(ndas, session, application, chance):
    """An NDA, its target status, and an approver, who is not its author."""
    for _ in range(TRIES):
        nda, approver = _one_of(ndas, session, application, chance), chance.choice(ndas).creator
        if moves := application.moves[nda.status]:
            target = chance.choice(list(moves))
            if moves[target] != "approve" or approver != nda.creator:
                return nda, target, approver
    return None


def _record(session, nda, status) -> Write:
    key = str(uuid.uuid4())
    session.ask("record", key, nda.id, status, nda.creator)
    return "nda_status_history", key, {"status": status}


def _insist(answer):
    changed, _ = answer
    if changed != 1:
        raise Unexpected("the NDA is not there, or has another status than was written")


@contextmanager
def _transaction(session) -> Iterator[None]:
    session.execute("BEGIN")
    try:
        yield
    except Unexpected:
        session.execute("ROLLBACK")
        raise
    session.execute("COMMIT")


def _key(chance):
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
