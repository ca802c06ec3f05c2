"""pg_dump, pg_restore and psql: found, fitting, and told where the server is."""

from pathlib import Path

import pytest
from django.db import connection

from epic10.postgres import client_programs, installations

pytestmark = pytest.mark.django_db


def server_major():
    return connection.pg_version // 10000


@pytest.fixture
def installed(monkeypatch):
    """Pretend that these versions are installed, in this order, each in a directory of its name."""

    def pretend(*versions):
        paths = {Path(f"/pg/{version}"): version for version in versions}
        monkeypatch.setattr(installations, "directories", lambda: list(paths))
        monkeypatch.setattr(installations, "major", lambda program: paths[program.parent])

    return pretend


def test_psql_reaches_the_very_database_of_the_connection():
    query = "SELECT current_database(), current_user"
    with connection.cursor() as cursor:
        cursor.execute(query)
        here = cursor.fetchone()
    assert client_programs.run(connection, "psql", "-XAt", "-c", query) == f"{here[0]}|{here[1]}\n"


def test_pg_dump_fits_the_server():
    assert "PostgreSQL database dump complete" in client_programs.run(connection, "pg_dump", "--schema-only")


def test_the_oldest_tool_that_is_not_older_than_the_server_is_taken(installed):
    server = server_major()
    installed(server + 1, server - 1, server)
    assert client_programs.find(connection, "pg_dump") == Path(f"/pg/{server}/pg_dump")
    installed(server - 1, server + 2, server + 1)
    assert client_programs.find(connection, "pg_dump") == Path(f"/pg/{server + 1}/pg_dump")


def test_when_no_tool_fits_the_message_says_what_was_found(installed):
    server = server_major()
    installed(server - 1)
    with pytest.raises(client_programs.ToolMissing) as error:
        client_programs.find(connection, "pg_dump")
    assert str(error.value) == (
        f'No pg_dump fits database "default", which runs PostgreSQL {server}'
        f" (found: /pg/{server - 1}/pg_dump ({server - 1})).\n"
        f"HINT: Install the client programs of PostgreSQL {server},"
        " or name their directory: NDAS_PG_BIN=/path/to/bin."
    )


def test_a_tool_that_fails_says_why():
    with pytest.raises(client_programs.ToolFailed, match=r"psql ended with status 3: .*division by zero"):
        client_programs.run(connection, "psql", "-X", "-v", "ON_ERROR_STOP=1", input="SELECT 1/0;")


def test_the_password_travels_in_the_environment(monkeypatch):
    parameters = connection.get_connection_params() | {"password": "s3cret", "sslmode": "prefer"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: parameters)
    environment = client_programs.environment(connection)
    assert (environment["PGPASSWORD"], environment["PGSSLMODE"]) == ("s3cret", "prefer")
    assert environment["PGDATABASE"] == connection.settings_dict["NAME"]
