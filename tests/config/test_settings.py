"""What an operator sees on the command line, and what starts a server."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-key-of-more-than-fifty-characters-that-only-this-test-knows-7361"


def python(*arguments, **environment):
    """Run Python with nothing from our own environment but what is named."""
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-u", *arguments], cwd=ROOT, env=clean | environment, capture_output=True, text=True
    )


def test_production_settings_are_clean():
    environment = {
        "SECRET_KEY": KEY,
        "ALLOWED_HOSTS": "nda.example",
        "DATABASE_URL": "postgresql://h/register",
    }
    finished = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **environment)
    # To bind every other host of the domain to HTTPS, and for years, is somebody's choice.
    assert finished.stdout == "System check identified no issues (2 silenced).\n", finished.stderr


@pytest.mark.slow
def test_documents_are_in_a_bucket_if_one_is_named():
    show = ("-c", "from config import settings; print(getattr(settings, 'STORAGES', None))")
    assert python(*show).stdout == "None\n"
    named = ast.literal_eval(python(*show, S3_BUCKET="ndas", S3_ENDPOINT="https://s3.example").stdout)["default"]
    assert named == {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": "ndas", "endpoint_url": "https://s3.example", "file_overwrite": False},
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"])
def test_only_this_host_is_bound_to_https_unless_somebody_says_so(name):
    show = ("-c", f"from config import settings; print(settings.{name})")
    assert python(*show).stdout == "False\n"
    assert python(*show, **{name: "1"}).stdout == "True\n"


@pytest.mark.slow
def test_without_a_secret_key_commands_run_and_nothing_is_served():
    assert python("manage.py", "check").returncode == 0
    serving = python("-c", "import config.wsgi")
    assert serving.returncode == 1
    assert "SECRET_KEY is not set, and nothing is served without one.\nHINT: export SECRET_KEY=" in serving.stderr
    assert python("-c", "import config.wsgi", SECRET_KEY=KEY).returncode == 0
    assert python("-c", "import config.wsgi", DEBUG="1").returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (
            {"EPIC10_BATCH_SIZE": "many"},
            'EPIC10_BATCH_SIZE is "many".\nHINT: A whole number, at least 1, such as 1000.\n',
        ),
        (
            {"DATABASE_URL": "mysql://anna:s3cret@h/register"},
            "DATABASE_URL cannot be read.\n"
            'HINT: Write postgresql://user:password@host:5432/name, with "%" as %25, "@" as %40 and "/" as %2F.\n',
        ),
        (
            {"DATABASE_URL": "postgresql://anna:s3cret@/register?host=/nowhere"},
            "The database cannot be reached: connection is bad: connection to server on socket "
            '"/nowhere/.s.PGSQL.5432" failed: No such file or directory Is the server running locally and '
            "accepting connections on that socket?\nHINT: Check DATABASE_URL, and that its server runs.\n",
        ),
    ],
    ids=["number", "scheme", "no server"],
)
def test_a_mistake_in_the_environment_is_a_line_and_a_hint(environment, message):
    finished = python("manage.py", "showmigrations", **environment)
    assert (finished.returncode, finished.stderr) == (1, message)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["epic10_validate", "epic10_rehearse", "epic10_seed --rows 10", "migrate ndas"])
def test_no_command_shows_a_traceback_where_no_server_is(command):
    finished = python("manage.py", *command.split(), DATABASE_URL="postgresql://anna:s3cret@/register?host=/nowhere")
    assert finished.returncode == 1
    # A rehearsal says before it where its record is, because the ledger cannot have it.
    assert re.search(r"^The database cannot be reached: ", finished.stderr, re.MULTILINE)
    assert finished.stderr.endswith("\nHINT: Check DATABASE_URL, and that its server runs.\n")
    assert "Traceback" not in finished.stderr


@pytest.mark.slow
def test_what_the_server_refuses_is_a_line_too():
    divide = "from django.db import connection; connection.cursor().execute('SELECT 1 / 0')"
    finished = python("manage.py", "shell", "-c", divide)
    assert finished.returncode == 1
    assert finished.stderr == "The database refused: division by zero.\nHINT: --traceback shows where.\n"


@pytest.mark.slow
def test_the_first_connection_starts_the_server_and_nothing_before_it(empty):
    lazily = f"""
from pathlib import Path
from django.conf import settings
settings.DATABASES["default"]["HOME"] = home = Path({str(empty)!r})
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from pgtrigger.migrations import DatabaseSchemaEditorMixin
call_command("check")
assert not home.exists()
connection.ensure_connection()
assert home.exists()
assert issubclass(connection.SchemaEditorClass, DatabaseSchemaEditorMixin)
call_command("dbshell", "--", "-Atc", "SELECT current_database(), upper('é')")
"""
    finished = python("-c", lazily, DJANGO_SETTINGS_MODULE="config.settings")
    assert finished.stdout == "System check identified no issues (0 silenced).\nndas|É\n", finished.stderr


@pytest.mark.slow
def test_test_databases_and_their_clones_are_made_on_the_embedded_server(home):
    cloning = f"""
from pathlib import Path
from django.conf import settings
settings.DATABASES["default"]["HOME"] = Path({str(home)!r})
import django; django.setup()
from django.db import connection
connection.settings_dict["NAME"] = connection.creation._create_test_db(verbosity=0, autoclobber=True)
connection.creation.clone_test_db("gw0", verbosity=0, autoclobber=True)
connection.settings_dict["NAME"] = connection.creation.get_test_db_clone_settings("gw0")["NAME"]
with connection.cursor() as cursor:
    cursor.execute("SELECT current_database()")
    print(cursor.fetchone()[0])
"""
    finished = python("-c", cloning, DJANGO_SETTINGS_MODULE="config.settings")
    assert finished.stdout == "test_ndas_gw0\n", finished.stderr
