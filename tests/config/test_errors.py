"""What manage.py says of an error: of connecting, or of what was sent."""

import socket
import sys

import psycopg
import pytest
from django.db import Error, OperationalError, connection, connections

import manage
from epic10.postgres.errors import is_unreachable
from tests.databases import Scratch

HINT = "HINT: Check DATABASE_URL, and that its server runs."
NOT_MIGRATED = "python manage.py migrate, if this is the right database and it never was; "
# SQLSTATEs, as the server itself raises them for us, and whether nobody is there.
STATES = {
    "08006": True,  # connection_failure
    "28P01": True,  # invalid_password
    "3D000": True,  # invalid_catalog_name
    "53300": True,  # too_many_connections
    "57P01": True,  # admin_shutdown
    "57P03": True,  # cannot_connect_now
    "22012": False,  # division_by_zero
    "25P02": False,  # in_failed_sql_transaction
    "40001": False,  # serialization_failure, an OperationalError
    "40P01": False,  # deadlock_detected, an OperationalError
    "42501": False,  # insufficient_privilege
    "42601": False,  # syntax_error
    "42P01": False,  # undefined_table
    "53100": False,  # disk_full, an OperationalError
    "53200": False,  # out_of_memory, an OperationalError
    "55P03": False,  # lock_not_available, an OperationalError
    "57014": False,  # query_canceled, an OperationalError
    "P0001": False,  # raise_exception
    "XX000": False,  # internal_error
}


def refused(statement, params=None):
    with pytest.raises(Error) as caught, connection.cursor() as cursor:
        cursor.execute(statement, params)
    return caught.value


@pytest.mark.parametrize("state", STATES)
@pytest.mark.django_db
def test_what_the_server_says_is_told_by_its_sqlstate(state):
    error = refused(f"DO $$ BEGIN RAISE EXCEPTION 'that is that' USING ERRCODE = '{state}'; END $$")
    assert error.__cause__.sqlstate == state
    assert is_unreachable(error) == STATES[state]
    said = manage.explain(error)
    if STATES[state]:
        assert said == f"The database cannot be reached: that is that\n{HINT}"
    else:
        missing = NOT_MIGRATED if state == "42P01" else ""
        assert said == f"The database refused: that is that.\nHINT: {missing}--traceback shows where."


@pytest.mark.parametrize(
    ("statement", "params", "reason"),
    [
        ("SELECT '100 % sure', %s", [1], "incomplete placeholder: '%'; if you want to use '%' as an operator"),
        ("SELECT %s, %s", [1], "the query has 2 placeholders but 1 parameters were passed"),
        ("SELECT %(a)s", {"b": 1}, "query parameter missing: a"),
        ("SELECT %s", ["\0"], "PostgreSQL text fields cannot contain NUL (0x00) bytes"),
        ("SELECT %s", [object()], "cannot adapt type 'object'"),
    ],
)
@pytest.mark.django_db
def test_what_was_never_sent_is_not_an_error_of_connecting(statement, params, reason):
    error = refused(statement, params)
    assert isinstance(error.__cause__, psycopg.Error)
    assert error.__cause__.sqlstate is None
    assert not is_unreachable(error)
    assert manage.explain(error).startswith(f"A statement was not sent to the database: {reason}")
    assert manage.explain(error).endswith("\nHINT: --traceback shows which; it is a fault of ours.")


@pytest.fixture
def closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def elsewhere(django_db_blocker):
    """Connects by other parameters than the tests' own."""
    alias = "elsewhere"

    def failing(**parameters):
        connections.settings[alias] = connections["default"].settings_dict | parameters
        with django_db_blocker.unblock(), pytest.raises(OperationalError) as caught:
            connections[alias].ensure_connection()
        return caught.value

    yield failing
    del connections[alias], connections.settings[alias]


def test_who_does_not_get_in_is_told_so(elsewhere, closed_port):
    for parameters in ({"HOST": "127.0.0.1", "PORT": closed_port}, {"HOST": "/nowhere"}, {"NAME": "no such database"}):
        error = elsewhere(**parameters)
        assert is_unreachable(error)
        assert manage.explain(error).startswith("The database cannot be reached: ")
        assert manage.explain(error).endswith(HINT)


def test_a_session_that_was_ended_is_gone(legacy_database: Scratch):
    [[pid]] = legacy_database.rows("SELECT pg_backend_pid()")
    with connections["default"]._nodb_cursor() as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    with pytest.raises(Error) as caught:
        legacy_database.rows("SELECT 1")
    assert is_unreachable(caught.value)
    legacy_database.close()


@pytest.mark.parametrize(
    ("typed", "database"),
    [
        (["migrate", "--database=second", "ndas"], "second"),
        (["migrate", "ndas", "--database", "second"], "second"),
        (["migrate", "ndas"], None),
        (["migrate", "--database"], None),
    ],
)
def test_the_database_that_was_typed_is_known_when_no_command_is_there_any_more(typed, database):
    assert manage.database_of(["manage.py", *typed]) == database


def test_what_is_to_be_typed_after_an_error_names_it(monkeypatch, empty_database):
    monkeypatch.setattr(
        sys, "argv", ["manage.py", "createsuperuser", "--noinput", f"--database={empty_database.alias}"]
    )
    monkeypatch.setattr(manage.Utility, "execute", lambda self: empty_database.rows("SELECT * FROM auth_user"))
    with pytest.raises(SystemExit) as ended:
        manage.main()
    assert f"\nHINT: python manage.py migrate --database={empty_database.alias}, if this is" in ended.value.code
