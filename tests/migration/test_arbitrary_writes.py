"""
Whatever anybody writes, in whatever order: nothing vanishes.

Each example is a register of a few NDAs that live through the old application,
the new one, the way back, the old one again, and the release once more. The
stated rule: an NDA that the old application did not change meanwhile is exactly
what the new one left; of any other the archive has what the old schema could
not hold, and the row is what the old application made of it.

``HYPOTHESIS_PROFILE=long`` runs 100 examples instead of a few.
"""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.databases import database

from .test_there_and_back import (
    DOWN,
    OLD_POSITIONS,
    OLD_STATUSES,
    POSITION_DOWN,
    POSITION_UP,
    UP,
)

settings.register_profile("default", max_examples=4, phases=[Phase.explicit, Phase.reuse, Phase.generate])
settings.register_profile("long", max_examples=100)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

PEOPLE = ["c-1", "c-2"]
KNOWN = ["company_name", "status", "usmax_position", "fully_executed_date", "updated_at"]
NEW = ["nda_type", "is_non_usmax", "expiration_date", "approved_by_id", "approved_at", "rejection_reason"]

dates = st.one_of(
    st.none(),
    st.sampled_from(["2024-02-29 12:00", "2023-02-28 23:59:59.999", "0001-01-01", "9999-12-31", "infinity"]),
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)).map(
        lambda moment: moment.isoformat(sep=" ", timespec="milliseconds")
    ),
)
names = st.sampled_from(["Aster", "Birch", "O'Hara; --", "ü"])
old_writes = st.fixed_dictionaries(
    {},
    optional={
        "company_name": names,
        "status": st.sampled_from(OLD_STATUSES),
        "usmax_position": st.sampled_from(OLD_POSITIONS),
        "fully_executed_date": dates,
    },
)
new_writes = st.fixed_dictionaries(
    {},
    optional={
        "company_name": names,
        "status": st.sampled_from(list(DOWN)),
        "usmax_position": st.sampled_from(list(POSITION_DOWN)),
        "nda_type": st.sampled_from(["MUTUAL", "CONSULTANT"]),
        "is_non_usmax": st.booleans(),
        "expiration_date": dates.filter(bool),
        "approved_by_id": st.sampled_from([None, *PEOPLE]),
        "approved_at": dates,
        "rejection_reason": st.sampled_from([None, "", "Too wide"]),
    },
)
# A life: as it begins, what the new application writes, what the old one then writes.
lives = st.tuples(old_writes, st.lists(new_writes, max_size=3), st.lists(old_writes, max_size=2))
registers = st.lists(lives, min_size=1, max_size=25)


@pytest.mark.slow
@given(register=registers, born_after=st.lists(st.lists(new_writes, min_size=1, max_size=2), max_size=5))
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_vanishes(django_db_blocker, production_template, register, born_after):
    with django_db_blocker.unblock(), database(production_template) as db:
        live_through(db, register, born_after)


def live_through(db, register, born_after):
    db.execute("DELETE FROM documents; DELETE FROM nda_status_history; DELETE FROM ndas")
    for number, (first, _, _) in enumerate(register):
        insert(db, f"n-{number}", first)
    db.migrate("0002")
    for number, (_, writes, _) in enumerate(register):
        for write in writes:
            update(db, f"n-{number}", write)
    for number, (first, *writes) in enumerate(born_after, start=len(register)):
        insert(db, f"n-{number}", first)
        for write in writes:
            update(db, f"n-{number}", write)
    left_by_the_new = read(db, KNOWN + NEW)
    db.migrate("0001")
    back = read(db, KNOWN)
    for number, (_, _, writes) in enumerate(register):
        for write in writes:
            update(db, f"n-{number}", write)
    left_by_the_old = read(db, KNOWN)
    db.migrate("0002")
    forth = read(db, KNOWN + NEW)

    assert set(forth) == set(left_by_the_new)
    archived = {row: (event, json.loads(content)) for row, event, content in db.rows(NEWEST)}
    for row, was in left_by_the_new.items():
        assert is_down(was, back[row])
        if left_by_the_old[row] == back[row]:
            assert forth[row] == was
        else:
            assert forth[row] == up(left_by_the_old[row])
            held = only_epic_10_holds(was, back[row])
            assert archived.get(row, ("changed", {})) == ("changed", held)


NEWEST = "SELECT DISTINCT ON (row_id) row_id, event, content FROM epic10_archive ORDER BY row_id, id DESC"
INSERT = """
    INSERT INTO ndas (id, agency_group_id, abbreviated_name, authorized_purpose, opportunity_poc_id,
                      relationship_poc_id, created_by_id, updated_at, {columns})
    VALUES (%s, 'g-1', 'A', 'P', 'c-1', 'c-1', 'c-1', '2026-01-01', {places})"""


def insert(db, row, values):
    values = {"company_name": "Aster"} | values
    places = ", ".join(["%s"] * len(values))
    db.execute(INSERT.format(columns=", ".join(values), places=places), [row, *values.values()])


def update(db, row, values):
    for column, value in values.items():
        db.execute(f"UPDATE ndas SET {column} = %s WHERE id = %s", [value, row])


def read(db, columns):
    return {
        row: dict(zip(columns, values, strict=True))
        for row, *values in db.rows(f"SELECT id, {', '.join(f'{column}::text' for column in columns)} FROM ndas")
    }


def is_down(new, old):
    """The old labels are ones that the new labels map to, or that map to them; the rest is the same."""
    status, position = old["status"], old["usmax_position"]
    return (
        new["status"] in (UP[status], *(label for label, down in DOWN.items() if down == status))
        and (POSITION_UP[position] == new["usmax_position"] or POSITION_DOWN[new["usmax_position"]] == position)
        and all(old[column] == new[column] for column in ("company_name", "fully_executed_date", "updated_at"))
    )


def up(old):
    """What the release makes of a row that only the old application has written."""
    return old | {
        "status": UP[old["status"]],
        "usmax_position": POSITION_UP[old["usmax_position"]],
        "nda_type": "MUTUAL",
        "is_non_usmax": "false",
        "expiration_date": a_year_after(old["fully_executed_date"]),
        "approved_by_id": None,
        "approved_at": None,
        "rejection_reason": None,
    }


def only_epic_10_holds(new, old):
    """By column, as the archive has it."""
    plain = up(old)
    held = {
        column: value
        for column, value in new.items()
        if column in plain and value is not None and value != plain[column]
    }
    for column in ("expiration_date", "approved_at"):
        if column in held:
            held[column] = held[column].replace(" ", "T")
    return held | ({"is_non_usmax": True} if "is_non_usmax" in held else {})


def a_year_after(text):
    """In Python: one calendar year later, 29 February on the 28th; what Python cannot hold never expires."""
    if text is None or text == "infinity" or text >= "9999":
        return None
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    later = (
        moment.replace(year=moment.year + 1)
        if (moment.month, moment.day) != (2, 29)
        else moment.replace(year=moment.year + 1, day=28)
    )
    assert timedelta(0) < later - moment
    # As PostgreSQL writes it: no more digits than it takes.
    seconds = later.strftime("%H:%M:%S") + f".{later.microsecond // 1000:03d}".rstrip("0").rstrip(".")
    return f"{later.year:04d}-{later:%m-%d} {seconds}"
