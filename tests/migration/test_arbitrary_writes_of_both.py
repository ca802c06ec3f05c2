"""
Whatever the two applications write side by side, in whatever order: nothing vanishes.

From enforce on, after the switch, after the switch back, and after a way back and another
way there. No step of the release changes what either of them reads; a way back leaves the
old labels as they are, and the next release brings the rest to every NDA that the old
application has not changed meanwhile.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.databases import database

from .test_arbitrary_writes import insert as insert_old
from .test_arbitrary_writes import new_writes, old_writes, up
from .test_both_applications import EVERYTHING, RELEASE, backwards, insert, update

either = st.one_of(st.tuples(st.just("epic9"), old_writes), st.tuples(st.just("epic10"), new_writes))
# A life: as it begins, and what either writes prepared, switched, and prepared again; and whether the old one
# writes after the way back, and what, and what either writes then.
lives = st.tuples(old_writes, *[st.lists(either, max_size=4)] * 3, st.lists(old_writes, max_size=1), st.lists(either))
registers = st.lists(lives, min_size=1, max_size=20)


@pytest.mark.slow
@given(register=registers)
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_of_what_either_writes_vanishes(django_db_blocker, production_template, register):
    with django_db_blocker.unblock(), database(production_template) as db:
        live_through(db, register)


def live_through(db, register):
    db.execute("DELETE FROM documents; DELETE FROM nda_status_history; DELETE FROM ndas")
    begins, prepared, switched, back, meanwhile, again = zip(*register, strict=True)
    for number, first in enumerate(begins):
        insert_old(db, f"n-{number}", first)
    db.migrate(prepare=True)
    write(db, prepared)
    born(db, prepared)
    was = look(db)
    db.migrate(RELEASE)
    assert look(db) == was
    write(db, switched)
    was = look(db)
    backwards(db, "switch")
    assert look(db) == was
    write(db, back)
    was = look(db)
    db.migrate("0001")
    assert old_ones(db) == {row: (*values[:2], values[-1]) for row, values in was.items()}
    changed = write_as_the_old_one(db, meanwhile)
    db.migrate(prepare=True)
    found = look(db)
    assert {row: values for row, values in found.items() if row not in changed} == {
        row: values for row, values in was.items() if row not in changed
    }
    assert all(is_up(found[row]) for row in changed)
    write(db, again)
    was = look(db)
    db.migrate(prepare=True)
    db.migrate(RELEASE)
    assert look(db) == was


def write(db, lives):
    for number, writes in enumerate(lives):
        for app, values in writes:
            for column, value in values.items():
                update(db, app, f"n-{number}", **{column: value})


def born(db, lives):
    """The same as new NDAs, each by one INSERT."""
    for number, writes in enumerate(lives):
        for place, (app, values) in enumerate(writes):
            columns = {name: value for name, value in values.items() if name != "company_name"}
            insert(db, app, f"b-{number}-{place}", **(columns or {"fully_executed_date": None}))


def write_as_the_old_one(db, lives) -> set[str]:
    """The rows that are not as they were before."""
    was = old_ones(db, "company_name")
    for number, writes in enumerate(lives):
        for values in writes:
            for column, value in values.items():
                db.execute(f"UPDATE ndas SET {column} = %s WHERE id = %s", [value, f"n-{number}"])
    now = old_ones(db, "company_name")
    return {row for row in was if was[row] != now[row]}


LOOK = EVERYTHING.replace("rejection_reason\n", "rejection_reason, old.fully_executed_date::text\n")


def look(db):
    return {row: tuple(values) for row, *values in db.rows(LOOK)}


def old_ones(db, *more):
    columns = ", ".join(["id", "status::text", "usmax_position::text", "fully_executed_date::text", *more])
    return {row: tuple(values) for row, *values in db.rows(f"SELECT {columns} FROM ndas")}


def is_up(values) -> bool:
    """As the release makes it of an NDA that only the old application has written."""
    status, position, new_status, new_position, *others, executed = values
    made = up({"status": status, "usmax_position": position, "fully_executed_date": executed})
    return [new_status, new_position, *others] == [
        made["status"], made["usmax_position"], made["nda_type"], False, made["expiration_date"], None, None, None
    ]  # fmt: skip
