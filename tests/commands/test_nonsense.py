"""
Nonsense, typed into every option of every command and into every variable of the environment.

Whatever is refused is refused in a sentence; nothing ends in a traceback.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.db import connections

import manage
from config.help import OURS
from epic10.management import arguments

NONSENSE = {
    "400 digits": "9" * 400,
    "22 digits and a letter": "9" * 22 + "x",
    "no value": "--",
    "nothing": "",
    "a blank": " ",
    "not UTF-8": os.fsdecode(b"\xff\xfe"),
    "5,000 letters": "x" * 5000,
    "full-width digits": "\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}",
    "a number of Python's": "1_000",
    "below zero": "-1",
    "zero": "0",
    "hexadecimal": "0x10",
    "not a number": "nan",
    "infinity": "1e999",
    "a newline": "a\nb",
    "placeholders": "%s%(a)s",
    "a quote": "'; drop table ndas; --",
    "a path": "../../etc/passwd",
    "what is no directory": "/dev/null/x",
    "ages": "99999999999999999d",
}
REFUSED, USAGE, TRACEBACK = 1, 2, 70
ROOT = Path(__file__).resolve().parents[2]


def options():
    """Every option of every command of ours that takes a value: the words before the value, and what reads it."""
    for name, app in sorted(get_commands().items()):
        if app in OURS:
            yield from _options(load_command_class(app, name).create_parser("manage.py", name), (name,))


def _options(parser, words):
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, parser_of_action in action.choices.items():
                yield from _options(parser_of_action, (*words, name))
        elif action.nargs != 0 and action.dest not in ("settings", "pythonpath"):
            yield (*words, f"{action.option_strings[-1]}=" if action.option_strings else ""), action


OPTIONS = dict(options())
# Whatever a number or a choice allows is a number or a choice; a text may still be nonsense to who uses it.
TEXTS = [
    words
    for words, action in OPTIONS.items()
    if action.choices is None and action.type in (None, str, arguments.path, arguments.file_name)
]


SAID_OF_TEXTS = ("400 digits", "a newline", "placeholders", "a path", "what is no directory")


@pytest.mark.parametrize("words", OPTIONS, ids=" ".join)
def test_no_option_is_read_with_a_traceback(words, capsys):
    name = words[0]
    for what, value in NONSENSE.items():
        line = [*words[:-1], f"{words[-1]}{value}"]
        if manage.unreadable(line):
            continue
        command = load_command_class(get_commands()[name], name)
        command._called_from_command_line = True
        try:
            command.create_parser("manage.py", name).parse_args(line[1:])
        except SystemExit as end:
            assert end.code == USAGE, what
            assert re.search(r"^manage\.py .*: error: .", capsys.readouterr().err, re.MULTILINE), what


@pytest.mark.slow
@pytest.mark.parametrize("words", TEXTS, ids=" ".join)
def test_no_text_ends_in_a_traceback(baseline_database, words, tmp_path, monkeypatch):
    baseline_database.close()
    monkeypatch.chdir(tmp_path)
    *command, option = words
    endings = {what: typed([*command, f"{option}{NONSENSE[what]}"], baseline_database.name) for what in SAID_OF_TEXTS}
    assert not {what: said for what, (status, said) in endings.items() if status not in (0, REFUSED, USAGE)}
    assert not {what: said for what, (status, said) in endings.items() if status and not said.strip()}


@pytest.mark.parametrize("argument", ["--database=--", os.fsdecode(b"--directory=\xff\xfe"), os.fsdecode(b"\xff")])
def test_what_no_command_can_make_sense_of_is_refused_before_any(argument):
    finished = subprocess.run(
        [sys.executable, "manage.py", "epic10_snapshot", "list", argument], cwd=ROOT, capture_output=True, text=True
    )
    refusal = (
        "Argument 3 is not UTF-8.\nHINT: Type it in UTF-8; a file can be renamed.\n"
        if argument != "--database=--"
        else "--database has no value.\nHINT: python manage.py help COMMAND\n"
    )
    assert (finished.returncode, finished.stdout, finished.stderr) == (USAGE, "", refusal)


def typed(words, database):
    """Status and output of ``manage.py`` with these arguments, in a fork that has Django loaded already."""
    connections.close_all()
    with tempfile.TemporaryFile() as output:
        pid = os.fork()
        if not pid:
            _run(words, database, output)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        output.seek(0)
        return status, output.read().decode(errors="replace")


def _run(words, database, output):
    status = TRACEBACK
    try:
        # One look is enough of a watch, and no row of a rehearsal.
        once = {"epic10_monitor": ["--once"], "epic10_rehearse": ["--from=newest"]}.get(words[0], [])
        for descriptor, source in enumerate((os.open(os.devnull, os.O_RDONLY), output.fileno(), output.fileno())):
            os.dup2(source, descriptor)
        sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode) for number, mode in enumerate("rww"))
        settings.DATABASES["default"]["NAME"] = connections.settings["default"]["NAME"] = database
        sys.argv = ["manage.py", words[0], *once, *words[1:]]
        status = _status()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _status():
    try:
        manage.main()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return REFUSED
        return end.code or 0
    return 0


def variables():
    """What the settings read from the environment, as they say it themselves."""
    text = (ROOT / "config" / "settings.py").read_text()
    found = re.findall(r"""(?:environ\.get\(|environ\[|flag\(|number\(|words\(|place\()"([A-Z0-9_]+)\"""", text)
    return sorted({*found, "EPIC10_WEBHOOK"})


@pytest.mark.slow
@pytest.mark.parametrize("variable", variables())
def test_no_variable_ends_in_a_traceback(variable):
    """All the nonsense in one process: what the settings say of each, read anew."""
    script = """
import importlib, json, os, sys, traceback
from django.core.exceptions import ImproperlyConfigured
import config.settings
for what, value in json.load(sys.stdin).items():
    os.environ[sys.argv[1]] = value
    try:
        importlib.reload(config.settings)
    except ImproperlyConfigured as error:
        assert str(error).strip(), what
    except Exception:
        print(what, traceback.format_exc())
"""
    values = {what: value for what, value in NONSENSE.items() if "\0" not in value}
    finished = subprocess.run(
        [sys.executable, "-c", script, variable], input=json.dumps(values), cwd=ROOT, capture_output=True, text=True
    )
    assert (finished.returncode, finished.stdout) == (0, ""), finished.stderr
