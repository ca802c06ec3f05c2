"""What somebody is advised to type works on the database that the advice is about."""

import io
import re

import pytest
from django.conf import settings
from django.core.management import ManagementUtility, call_command, get_commands, load_command_class
from django.db import connections

from epic10.terminal.next_command import naming


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("HINT: python manage.py migrate ndas", "HINT: python manage.py migrate --database=second ndas"),
        (
            "python manage.py epic10_deploy --rolling; python manage.py flush.",
            "python manage.py epic10_deploy --database=second --rolling; python manage.py flush.",
        ),
        (
            "python manage.py migrate --database=second ndas 0001",
            "python manage.py migrate --database=second ndas 0001",
        ),
        # They have no such option.
        ("python manage.py epic10_scripts", "python manage.py epic10_scripts"),
        ("python manage.py help migrate", "python manage.py help migrate"),
    ],
)
def test_a_command_names_the_database_once(text, told):
    assert naming(text, "second") == told
    assert naming(text, "default") == naming(text, None) == text


OURS = {name for name, app in get_commands().items() if app in ("epic10", "ndas")}


def advised():
    """Each command of ours that the product advises anywhere, with the action that follows it."""
    sources = [path for package in ("epic10", "ndas", "config") for path in (settings.BASE_DIR / package).rglob("*.py")]
    found = re.findall(
        r"python manage\.py ([a-z][a-z0-9_]*)( [a-z]+\b)?", " ".join(path.read_text() for path in sources)
    )
    return sorted(
        {
            (command, action.strip() if command == "epic10_snapshot" else "")
            for command, action in found
            if command in OURS
        }
    )


@pytest.mark.parametrize(("command", "action"), advised())
def test_it_is_named_where_there_is_such_an_option(command, action, monkeypatch):
    monkeypatch.setitem(connections.settings, "second", connections.settings["default"])
    required = {"restore": ["name", "--into=copy"], "epic10_seed": ["--rows=1"]}
    typed = [command, action, *required.get(action or command, [])]
    told = naming("python manage.py " + " ".join(typed).strip(), "second").removeprefix("python manage.py ").split()
    parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
    options = parser.parse_args(told[1:])
    assert getattr(options, "database", "second") == "second"


def test_nothing_that_would_have_to_be_quoted_gets_into_json():
    text = "python manage.py migrate ndas"
    assert naming(text, 'so"called') == text


def test_a_command_that_works_on_another_database_says_so_in_its_advice(legacy_database):
    output = io.StringIO()
    call_command("epic10_status", database=legacy_database.alias, stdout=output)
    assert f"Next: python manage.py epic10_precheck --database={legacy_database.alias}\n" in output.getvalue()


def test_so_does_the_error_that_django_prints(legacy_database, capsys):
    with pytest.raises(SystemExit):
        ManagementUtility(["manage.py", "epic10_finalize", f"--database={legacy_database.alias}"]).execute()
    assert f"python manage.py migrate --database={legacy_database.alias} ndas" in capsys.readouterr().err
