"""The rules every change must keep: format, direction of imports, fresh migrations, small modules."""

import ast
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parents[1]
LONGEST_MODULE = 300


def modules():
    for package in ("config", "epic10", "ndas"):
        yield from (ROOT / package).rglob("*.py")


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_has_nothing_to_say(command):
    finished = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--no-cache", ROOT], capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stdout


def test_imports_go_from_config_to_ndas_to_epic10_only(capsys, monkeypatch):
    # It configures logging for itself, which disables every logger there is; they are put back as they were.
    for known in list(logging.root.manager.loggerDict.values()):
        if isinstance(known, logging.Logger):
            monkeypatch.setattr(known, "disabled", known.disabled)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.django_db
def test_the_migrations_say_all_that_the_models_say():
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


def test_a_module_has_one_subject():
    lines = {path: len(path.read_text().splitlines()) for path in modules() if "migrations" not in path.parts}
    long = {str(path.relative_to(ROOT)): count for path, count in lines.items() if count > LONGEST_MODULE}
    assert not long, "What is the second subject of these modules?"


def test_the_first_line_of_a_module_says_which():
    # An app's configuration says nothing else than its name, and a command has its help text.
    exempt = {"__init__.py", "apps.py", *(path.name for path in modules() if path.parent.name == "commands")}
    subjects = {path: first_line(path) for path in modules() if path.name not in exempt}
    assert not [str(path.relative_to(ROOT)) for path, line in subjects.items() if not line], "without a docstring"


def test_the_first_line_of_a_module_is_a_statement():
    asking = [path for path in modules() if first_line(path).endswith("?")]
    assert not [str(path.relative_to(ROOT)) for path in asking], "asks instead"


def first_line(path):
    return (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0]


def test_no_committed_file_names_the_place_it_was_written_in():
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    places = [f"{place}/".encode() for place in (ROOT, Path(sys.prefix)) if len(place.parts) > 2]
    files = [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    assert not [str(path) for path in files if any(place in path.read_bytes() for place in places)]
