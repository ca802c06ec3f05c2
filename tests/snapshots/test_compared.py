"""What differs from a snapshot was written since, or is a finding; the moment is the snapshot's, and no clock's."""

import contextlib
from dataclasses import replace

import psycopg
import pytest

from epic10.postgres import transaction_ids
from epic10.snapshots import comparison, row_changes, snapshot

SAME = "the same"


@pytest.fixture
def compared(legacy_database, shelf):
    """The findings and the facts about each table, where there is more to say than that it is the same."""

    def compare(taken):
        report = comparison.compare(legacy_database.alias, shelf / taken.name, taken, jobs=1)
        return {
            result.check.id.removeprefix("back."): [*result.findings, *result.facts]
            for result in report.results
            if result.findings or not result.facts or not result.facts[0].endswith(SAME)
            if result.check.id != "back.schema"
        }

    return compare


@contextlib.contextmanager
def application(database):
    with psycopg.connect(database.url) as session:
        yield session


def since(*, new=0, written=0):
    return [f"since the snapshot {new} rows are new and {written} were changed"]


@pytest.fixture
def one(legacy_database):
    [[found]] = legacy_database.rows("SELECT min(id) FROM ndas")
    return found


def test_a_transaction_in_flight_at_the_snapshot_has_written_since(legacy_database, compared, shelf, one):
    """Its time stamps are older than the snapshot; one row is of a savepoint, whose number no snapshot names."""
    with application(legacy_database) as session:
        session.execute("UPDATE ndas SET company_name = 'In flight', updated_at = now() WHERE id = %s", [one])
        session.execute("SAVEPOINT nested")
        session.execute("INSERT INTO agency_groups VALUES ('new', 'New', 'NEW', now(), now())")
        session.execute("RELEASE SAVEPOINT nested")
        session.execute("INSERT INTO agency_groups VALUES ('old', 'Old', 'OLD', '2001-01-01', '2001-01-01')")
        taken = snapshot.take(legacy_database.alias, shelf)
    assert compared(taken) == {"ndas": since(written=1), "agency_groups": since(new=2)}


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "UTC"])
def test_whoever_writes_in_another_time_zone_has_written_since(legacy_database, compared, shelf, one, zone):
    """A column without a time zone keeps the session's: five hours before the snapshot, or fourteen after."""
    taken = snapshot.take(legacy_database.alias, shelf)
    with application(legacy_database) as session:
        session.execute(f"SET TimeZone = '{zone}'")
        session.execute("UPDATE ndas SET company_name = 'There', updated_at = now() WHERE id = %s", [one])
        session.execute("INSERT INTO agency_groups VALUES ('new', 'New', 'NEW', now(), now())")
    assert compared(taken) == {"ndas": since(written=1), "agency_groups": since(new=1)}


def test_an_application_whose_clock_is_wrong_has_written_since(legacy_database, compared, shelf, one):
    taken = snapshot.take(legacy_database.alias, shelf)
    legacy_database.execute("UPDATE ndas SET company_name = 'X', updated_at = '1999-01-01' WHERE id = %s", [one])
    assert compared(taken) == {"ndas": since(written=1)}


def test_what_differs_without_another_time_stamp_is_a_finding_also_where_it_is_of_tomorrow(
    legacy_database, compared, shelf, one
):
    """By the clock of before, a stamp in the future excused every change of its row."""
    legacy_database.execute("UPDATE ndas SET updated_at = now() + interval '1 day' WHERE id = %s", [one])
    taken = snapshot.take(legacy_database.alias, shelf)
    legacy_database.execute("UPDATE ndas SET company_name = 'Damaged' WHERE id = %s", [one])
    assert compared(taken) == {"ndas": [f"1 rows differ, and no time stamp says that somebody wrote them: {one}"]}


def test_what_differs_though_nobody_has_written_it_is_a_finding_whatever_its_time_stamps(
    legacy_database, scratch, shelf
):
    """As if the copy were not of this database: one row other, one not there, with stamps that excused both."""
    table = '"public"."agency_groups"'
    taken = snapshot.take(legacy_database.alias, shelf)
    legacy_database.close()
    copy = scratch(legacy_database.name)
    [[first], [second]] = copy.rows("SELECT id FROM agency_groups ORDER BY id LIMIT 2")
    copy.execute("UPDATE agency_groups SET name = 'Other', updated_at = '2001-01-01' WHERE id = %s", [first])
    for child in ("agency_group_grants", "ndas", "subagencies"):
        copy.execute(f"ALTER TABLE {child} DISABLE TRIGGER ALL")
    copy.execute("ALTER TABLE agency_groups DISABLE TRIGGER ALL")
    copy.execute("DELETE FROM agency_groups WHERE id = %s", [second])

    def differ(seen):
        return row_changes.rows_that_differ(
            legacy_database.alias, copy.alias, table, taken.contents.tables[table], seen
        )

    assert differ(taken.seen) == row_changes.Changes(older=[first, second])
    assert differ(None) == row_changes.Changes(new=1, written=1)


REASONS = {
    "another server": ({"server": "1"}, "the snapshot is from another server"),
    "another database": ({"database": 1}, "the snapshot is from another database of this server"),
    "another line of history": ({"timeline": 77}, "the server was promoted or restored since the snapshot"),
    "ahead": ({"next": 2**40}, "too many transactions were made since the snapshot"),
    "long ago": ({"oldest": -(2**31)}, "too many transactions were made since the snapshot"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", REASONS)
def test_where_the_numbers_mean_nothing_it_is_said_and_the_time_stamps_tell(
    legacy_database, compared, shelf, one, kind
):
    other, reason = REASONS[kind]
    taken = snapshot.take(legacy_database.alias, shelf)
    assert transaction_ids.why_not(legacy_database.connection, taken.seen) == ""
    legacy_database.execute("UPDATE ndas SET company_name = 'X', updated_at = '1999-01-01' WHERE id = %s", [one])
    told = f"told by their time stamps alone, not by transactions: {reason}"
    assert compared(replace(taken, seen=replace(taken.seen, **other))) == {"ndas": [*since(written=1), told]}


def test_a_snapshot_of_an_earlier_revision_is_compared_by_time_stamps(legacy_database, compared, shelf, one):
    taken = replace(snapshot.take(legacy_database.alias, shelf), seen=None)
    legacy_database.execute("UPDATE ndas SET company_name = 'X', updated_at = now() WHERE id = %s", [one])
    told = "told by their time stamps alone, not by transactions: the snapshot does not say which transactions it saw"
    assert compared(taken) == {"ndas": [*since(written=1), told]}


@pytest.mark.parametrize(
    ("number", "next", "oldest", "older"),
    [
        (100, 200, 150, True),
        (150, 200, 150, False),
        (199, 200, 150, False),
        (2, 2**33, 150, True),  # Frozen by an old server, or made by initdb.
        (2**32 - 10, 2**32 + 50, 2**32 + 20, True),  # Of before the numbers began anew.
        (10, 2**32 + 50, 2**32 + 20, True),
        (20, 2**32 + 50, 2**32 + 20, False),
        (40, 2**32 + 50, 2**32 + 20, False),
        (2**32 - 1, 2**32 + 50, 2**32 - 5, False),
        (60, 2**32 + 50, 2**32 + 20, True),  # 60 of the time before.
        (49, 2**32 + 50, 100, False),
    ],
)
def test_a_number_of_32_bits_is_the_newest_of_its_kind(empty_database, number, next, oldest, older):
    condition = transaction_ids.is_older(oldest, number=f"{number}::int8", next=f"{next}::int8")
    assert empty_database.rows(f"SELECT {condition}") == [(older,)]
