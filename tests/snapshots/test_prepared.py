"""A prepared transaction holds a database like a session, and has no session that could be named."""

import psycopg
import pytest
from django.core.management import CommandError

from tests.databases import database
from tests.servers import programs
from tests.servers.server import account, alias, running


@pytest.fixture
def own(django_db_blocker):
    """A database on a server that allows them."""
    try:
        directory = programs.complete(account())
    except programs.Missing as missing:
        pytest.skip(str(missing))
    with (
        running(directory, max_prepared_transactions="5") as server,
        django_db_blocker.unblock(),
        alias("own", server.url()),
        database(using="own") as scratch,
    ):
        yield scratch


@pytest.mark.slow
def test_it_is_named_with_what_ends_it_before_anything_is_replaced(own, epic10_snapshot):
    name = epic10_snapshot("take", database=own.alias).splitlines()[-1].partition(":")[0]
    own.execute("CREATE TABLE precious AS SELECT 1")
    with psycopg.connect(own.url, autocommit=True) as session:
        session.execute("BEGIN; INSERT INTO precious VALUES (2); PREPARE TRANSACTION 'it''s forgotten'")
    own.close()
    wanted = {"into": own.name, "overwrite": True, "yes_replace": own.name, "database": own.alias}
    with pytest.raises(CommandError) as refusal:
        epic10_snapshot("restore", name, **wanted)
    [since] = own.rows("SELECT to_char(prepared AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM pg_prepared_xacts")
    assert str(refusal.value) == (
        f'Nothing was changed: prepared transactions are open in the database "{own.name}": '
        f"'it''s forgotten' of ndas, since {since[0]} UTC.\n"
        "HINT: Connected to that database: ROLLBACK PREPARED 'it''s forgotten'; Then run the same command again."
    )
    own.execute("ROLLBACK PREPARED 'it''s forgotten'")
    own.close()
    epic10_snapshot("restore", name, **wanted)
    assert own.rows("SELECT to_regclass('precious')") == [(None,)]
