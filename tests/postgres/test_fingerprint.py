"""Equal databases have equal fingerprints, and any difference shows."""

import pytest
from django.db import connection

from epic10.postgres import fingerprint

pytestmark = pytest.mark.django_db


def execute(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def pony():
    execute(
        """CREATE TYPE "Mood" AS ENUM ('HAPPY', 'SAD')""",
        'CREATE TABLE pony (id int, name text, mood "Mood", born timestamp, traits json)',
        """INSERT INTO pony VALUES (1, 'Dobbin', 'HAPPY', '2024-02-29 12:00', '{"a": 1}')""",
        "INSERT INTO pony VALUES (2, NULL, 'SAD', NULL, NULL)",
    )


def content(columns=("id", "name", "mood", "born", "traits")):
    return fingerprint.content(connection, {"pony": columns})["pony"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE pony SET name = '' WHERE name IS NULL",
        "UPDATE pony SET mood = 'SAD'",
        "UPDATE pony SET born = born + interval '1 ms'",
        "UPDATE pony SET traits = '{\"a\": 2}' WHERE id = 1",
        "UPDATE pony SET id = 3 - id",
        "UPDATE pony SET name = (SELECT name FROM pony p WHERE p.id = 3 - pony.id)",
        "UPDATE pony SET mood = (SELECT mood FROM pony p WHERE p.id = 3 - pony.id)",
        "INSERT INTO pony SELECT * FROM pony WHERE id = 1",
        "DELETE FROM pony WHERE id = 1; INSERT INTO pony SELECT * FROM pony",
        "DELETE FROM pony",
    ],
)
def test_a_change_of_content_shows(pony, change):
    before = content()
    execute(change)
    assert content() != before


def test_the_order_of_rows_does_not_matter(pony):
    before = content()
    execute("CREATE TEMP TABLE kept AS SELECT * FROM pony ORDER BY id DESC", "TRUNCATE pony")
    execute("INSERT INTO pony SELECT * FROM kept")
    assert content() == before


def test_an_enum_made_anew_with_the_same_labels_is_the_same(pony):
    before = content()
    execute("""CREATE TYPE "Mood2" AS ENUM ('SAD', 'HAPPY')""")
    execute('ALTER TABLE pony ALTER mood TYPE "Mood2" USING mood::text::"Mood2"')
    assert content() == before


def test_the_settings_of_the_session_do_not_matter(pony):
    execute(
        "ALTER TABLE pony ADD seen timestamptz DEFAULT '2024-01-01 00:00Z'",
        "ALTER TABLE pony ADD visits timestamptz[] DEFAULT '{2024-01-01 00:00Z}'",
    )
    columns = fingerprint.columns(connection, ["pony"])["pony"]
    before = content(columns)
    execute("SET LOCAL timezone = 'Asia/Kolkata'", "SET LOCAL datestyle = 'German'")
    assert content(columns) == before


def test_a_cast_that_somebody_made_is_not_called(pony):
    execute(
        "CREATE TABLE called (by text)",
        """CREATE FUNCTION secretly(public."Mood") RETURNS text LANGUAGE sql
           AS 'INSERT INTO called VALUES (current_user) RETURNING by'""",
        'CREATE CAST ("Mood" AS text) WITH FUNCTION secretly("Mood") AS IMPLICIT',
    )
    content()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM called")
        assert cursor.fetchone() == (0,)


def test_only_the_columns_named_are_compared(pony):
    before = content(["id"])
    execute("UPDATE pony SET name = 'Star'")
    assert content(["id"]) == before


def test_an_empty_table_has_no_rows_and_no_sum(pony):
    execute("DELETE FROM pony")
    assert content() == (0, 0)


def test_the_columns_of_a_table_are_those_it_has_now(pony):
    execute("ALTER TABLE pony DROP name")
    assert fingerprint.columns(connection, ["pony"]) == {"pony": ["id", "mood", "born", "traits"]}


def test_the_schema_is_the_same_text_twice_without_the_ledger():
    schema = fingerprint.schema(connection)
    assert schema == fingerprint.schema(connection)
    assert 'CREATE TYPE public."NdaStatus"' in schema
    assert "public.epic10_created_object" not in schema
    assert "public.django_migrations" not in schema


@pytest.fixture
def elsewhere():
    """A second session that commits: pg_dump does not see what a test has not committed."""
    session = connection.copy()
    with session.cursor() as cursor:
        yield cursor.execute
    session.close()


def test_a_change_of_schema_shows(elsewhere):
    before = fingerprint.schema(connection)
    elsewhere("ALTER TABLE ndas ALTER company_name SET STATISTICS 10")
    try:
        assert fingerprint.schema(connection) != before
    finally:
        elsewhere("ALTER TABLE ndas ALTER company_name SET STATISTICS -1")
    assert fingerprint.schema(connection) == before
