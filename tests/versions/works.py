"""Which operations of an application work on a database as it is, for every label that the application knows."""

import uuid
from functools import partial

from epic10.rehearsal.sessions import Session, StatementRefused
from ndas.release import requests
from ndas.release.applications import Application
from ndas.release.requests import Nda, Unexpected

SOMEBODY = (
    "SELECT agency_group_id, opportunity_poc_id, relationship_poc_id, created_by_id FROM ndas ORDER BY id LIMIT 1"
)
SOMEBODY_ELSE = "SELECT id FROM contacts WHERE id <> $1 ORDER BY id LIMIT 1"
ONE_OF_EACH = "SELECT DISTINCT ON (status, usmax_position) id, status, usmax_position FROM ndas ORDER BY 2, 3, 1"


def works(application: Application, conninfo: str) -> dict[str, str]:
    """By operation of a session that begins now: nothing, or what is said against it."""
    session = Session(conninfo)
    try:
        for name, sql in application.statements.items():
            _said(lambda name=name, sql=sql: session.prepare({name: sql}))
        return {name: _said(attempt) for name, attempt in _attempts(application, session)}
    finally:
        session.close()


def labels_read(conninfo: str) -> set[str]:
    """What somebody reads who asks for the status of every NDA."""
    session = Session(conninfo)
    found = {label for [label] in session.rows("SELECT DISTINCT status FROM ndas")}
    session.close()
    return found


def _attempts(application, session):
    yield "read", partial(_read, application, session)
    yield "list", partial(_list, application, session)
    yield "create", partial(_create, application, session)
    yield "edit", partial(_edit, application, session)
    for source, moves in application.moves.items():
        for target in moves:
            yield f"{source} to {target}", partial(_move, application, session, source, target)


def _said(attempt) -> str:
    try:
        attempt()
    except StatementRefused as refusal:
        return refusal.sqlstate or str(refusal)
    return ""


def _read(application, session):
    for id, status, position in session.rows(ONE_OF_EACH):
        if status not in application.moves or position not in application.positions:
            raise Unexpected(f"a label it does not know: {status}, {position}")
        requests.read(session, _nda(session, id=id, status=status, position=position))


def _list(application, session):
    for by, values in application.filters.items():
        for value in values or [None]:
            requests.listed(session, by, [value] if value else [])


def _create(application, session):
    for position in application.positions:
        _created(application, session, position=position)


def _edit(application, session):
    nda = _created(application, session)
    for position in application.positions:
        requests.edit(session, nda, "Edited", position, _only(application))
        nda.usmax_position = position
        requests.read(session, nda)


def _move(application, session, source, target):
    nda = _created(application, session, status=source)
    [[approver]] = session.rows(SOMEBODY_ELSE, nda.creator)
    requests.move(session, application, nda, target, approver)
    nda.status = target
    requests.read(session, nda)


def _created(application, session, **labels):
    nda = _nda(session, **labels)
    requests.create(session, nda, "Created", _only(application))
    requests.read(session, nda)
    return nda


def _nda(session, *, id=None, status="CREATED", position="PRIME"):
    [people] = session.rows(SOMEBODY)
    return Nda(id or str(uuid.uuid4()), status, position, *people)


def _only(application):
    return {column: values[-1] for column, values in application.only.items()}
