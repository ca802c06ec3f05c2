"""Smoke tests of the previous application: what it does, in its own SQL, and rolled back."""

import secrets

from django.db import Error, transaction

from epic10.checks import SMOKE_PREVIOUS, Check, Database, register
from epic10.postgres.errors import first_line
from ndas.release.spare_number import spare_number

PEOPLE = """
    INSERT INTO contacts (id, email, first_name, last_name, updated_at)
    VALUES (%(name)s, %(name)s || '@smoke.invalid', 'Smoke', 'Author', now() AT TIME ZONE 'UTC')"""
AGENCY = """
    INSERT INTO agency_groups (id, name, code, updated_at)
    VALUES (%(name)s, %(name)s, %(name)s, now() AT TIME ZONE 'UTC')"""
CREATE = """
    INSERT INTO ndas (id, display_id, company_name, agency_group_id, abbreviated_name, authorized_purpose,
                      opportunity_poc_id, relationship_poc_id, created_by_id, updated_at)
    VALUES (%(name)s, %(number)s, 'Smoke test', %(name)s, 'SMOKE', 'To see that the application works.',
            %(name)s, %(name)s, %(name)s, now() AT TIME ZONE 'UTC')"""
CREATE_NUMBERED_BY_ITSELF = CREATE.replace("display_id, ", "").replace("%(number)s, ", "")
MOVE = """
    UPDATE ndas SET status = %(status)s::"NdaStatus", updated_at = now() AT TIME ZONE 'UTC',
           fully_executed_date = CASE WHEN %(status)s = 'FULLY_EXECUTED' THEN now() AT TIME ZONE 'UTC'
                                      ELSE fully_executed_date END
     WHERE id = %(name)s"""
RECORD = """
    INSERT INTO nda_status_history (id, nda_id, status, changed_by_id)
    SELECT %(name)s || '/' || %(step)s, id, status, created_by_id FROM ndas WHERE id = %(name)s"""
POSITION = """UPDATE ndas SET usmax_position = %(position)s::"UsMaxPosition" WHERE id = %(name)s"""

STATUS_NOW = """
    SELECT status::text, (SELECT count(*) FROM nda_status_history WHERE nda_id = ndas.id
        AND status::text = ndas.status::text)
      FROM ndas WHERE id = %(name)s"""
POSITION_NOW = "SELECT usmax_position::text FROM ndas WHERE id = %(name)s"
LISTED = """
    SELECT count(*) FROM (SELECT id FROM ndas WHERE status::text NOT IN ('INACTIVE', 'CANCELLED')
                           ORDER BY display_id LIMIT 25) AS page"""

POSITIONS = ("PRIME", "SUB", "TEAMING", "OTHER", None)
JOURNEYS = {
    "send": ["EMAILED"],
    "revise": ["EMAILED", "IN_REVISION", "EMAILED"],
    "execute": ["EMAILED", "FULLY_EXECUTED"],
    "deactivate": ["EMAILED", "FULLY_EXECUTED", "INACTIVE"],
    "cancel": ["CANCELLED"],
    "take_up_again": ["INACTIVE", "CREATED"],
}


def probe(connection) -> list[str]:
    """
    An NDA in every status and every position, with its history: a few rows for what goes over whole tables.

    Returns why some are not there, once each: a constraint of the customer's may ask for more than these have.
    """
    db, refusals = Database(connection), []
    for statuses in JOURNEYS.values():
        for position in POSITIONS:
            try:
                with transaction.atomic(using=connection.alias):
                    _probe(db, statuses, position)
            except Error as error:
                refusals.append(first_line(error))
    return list(dict.fromkeys(refusals))


def _probe(db, statuses, position):
    known = _created(db)
    _execute(db, POSITION, known | {"position": position})
    for step, status in enumerate(statuses, 1):
        _execute(db, MOVE, known | {"status": status})
        _execute(db, RECORD, known | {"step": str(step)})


def smoke(id, title, find):
    register(Check(f"previous.{id}", title, find, when=SMOKE_PREVIOUS, hint="python manage.py migrate ndas 0001"))


def travels(statuses):
    """Create an NDA, move it through the statuses, and read each back from its row and from its history."""

    def find(db):
        known = _created(db)
        for step, status in enumerate(["CREATED", *statuses], 1):
            if step > 1:
                _execute(db, MOVE, known | {"status": status})
            _execute(db, RECORD, known | {"step": str(step)})
            [[found, remembered]] = db.rows(STATUS_NOW, known)
            if (found, remembered > 0) != (status, True):
                yield f"status is {found}, in {remembered} rows of the history; expected {status}"

    return find


def takes_every_position(db):
    known = _created(db)
    for position in POSITIONS:
        _execute(db, POSITION, known | {"position": position})
        [[found]] = db.rows(POSITION_NOW, known)
        if found != position:
            yield f"usmax_position is {found}, expected {position}"


def lists(db):
    _created(db)
    [[found]] = db.rows(LISTED)
    if not found:
        yield "the list is empty"


for name, statuses in JOURNEYS.items():
    smoke(name, f"an NDA goes from CREATED to {', '.join(statuses)}", travels(statuses))
smoke("positions", "an NDA takes every position, and none", takes_every_position)
smoke("list", "the list of active NDAs can be read", lists)


def _created(db):
    known = {"name": f"smoke-{secrets.token_hex(8)}", "number": spare_number(db.connection)}
    _execute(db, PEOPLE, known)
    _execute(db, AGENCY, known)
    if known["number"]:
        _execute(db, CREATE, known)
    else:
        _execute(db, CREATE_NUMBERED_BY_ITSELF, known)
    return known


def _execute(db, statement, parameters):
    with db.connection.cursor() as cursor:
        cursor.execute(statement, parameters)
