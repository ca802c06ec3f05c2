"""What DATABASE_URL means, and what a wrong one says."""

from urllib.parse import quote

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from config.database_url import database


def test_a_url_names_host_port_user_password_and_database():
    settings = database("postgresql://anna:p%40ss@db.example:5433/register?sslmode=require")
    assert settings == {
        "ENGINE": "config.postgresql",
        "NAME": "register",
        "USER": "anna",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("postgresql://anna@/register?host=/run/postgresql", "/run/postgresql"),
        ("postgres://anna@%2Frun%2Fpostgresql/register", "/run/postgresql"),
        ("postgresql://anna@[::1]/register", "::1"),
        ("postgresql:///register", ""),
        ("host=db.example dbname=register", "db.example"),
    ],
)
def test_every_form_libpq_knows_is_accepted(url, host):
    settings = database(url)
    assert (settings["HOST"], settings["NAME"]) == (host, "register")


def test_parameters_that_libpq_does_not_know_are_dropped():
    url = "postgresql://anna@h/register?schema=public&connection_limit=1&pgbouncer=true&connect_timeout=3"
    settings = database(url)
    assert settings["OPTIONS"] == {"connect_timeout": "3"}
    assert settings["DISABLE_SERVER_SIDE_CURSORS"]


def test_a_password_may_hold_a_question_mark():
    assert database("postgresql://anna:what?@h/register?schema=public")["PASSWORD"] == "what?"


@pytest.mark.parametrize("schema", ["other", "My schema", 'a"b\\c'])
def test_another_schema_becomes_the_search_path(schema):
    options = database(f"postgresql:///x?schema={quote(schema)}&options=-c%20lock_timeout%3D7s&application_name=a+b")[
        "OPTIONS"
    ]
    parameters = connection.get_connection_params() | options | {"dbname": "postgres"}
    with psycopg.connect(**parameters) as session:
        quoted = '"' + schema.replace('"', '""') + '"'
        assert session.execute("SHOW search_path").fetchone() == (quoted,)
        assert session.execute("SHOW lock_timeout").fetchone() == ("7s",)
        assert session.execute("SHOW application_name").fetchone() == ("a+b",)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mysql://anna:s3cret@h/register", "DATABASE_URL cannot be read."),
        ("postgresql://anna:s3cret%zz@h/register", "DATABASE_URL cannot be read."),
        ("postgresql://anna:x@s3cret@h/register", "DATABASE_URL has no usable host."),
        ("postgresql://anna:x/s3cret@h/register", "DATABASE_URL has no usable dbname."),
        ("postgresql://anna:s3cret@h:port/register", "DATABASE_URL has no usable port."),
        ("postgresql://anna:s3cret@h", "DATABASE_URL has no usable dbname."),
    ],
)
def test_a_wrong_url_says_so_without_repeating_the_password(url, problem):
    with pytest.raises(ImproperlyConfigured) as error:
        database(url)
    assert str(error.value) == (
        f'{problem}\nHINT: Write postgresql://user:password@host:5432/name, with "%" as %25, "@" as %40 and "/" as %2F.'
    )


@pytest.mark.parametrize("name", ["n" * 64, "%C3%BC" * 32])
def test_a_name_that_postgresql_would_cut_off_is_refused(name):
    """The session would be in a database of another name than everything else believes."""
    assert database(f"postgresql:///{'n' * 63}")["NAME"] == "n" * 63
    with pytest.raises(ImproperlyConfigured) as error:
        database(f"postgresql:///{name}")
    assert str(error.value) == (
        "DATABASE_URL names a database with 64 bytes; PostgreSQL cuts every name off at 63.\n"
        "HINT: Write the name as psql -l shows it."
    )
