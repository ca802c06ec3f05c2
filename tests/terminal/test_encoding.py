"""On a terminal without Unicode, and in an older encoding, every message is legible."""

import os
import pty
import subprocess
import sys

import pytest
from django.conf import settings

REFUSED = ("epic10_monitor", "--once", "--webhook", "nonsense")
SAID = b"CommandError: The webhook is no http or https URL.\nHINT: --webhook https://hooks.example.org/"


def refusal(locale, *, on_a_terminal, **environment) -> bytes:
    ours, theirs = pty.openpty()
    ours_alone = ("LC_", "PYTHON", "DJANGO_C")
    known = {name: value for name, value in os.environ.items() if not name.startswith(ours_alone)}
    finished = subprocess.run(
        [sys.executable, "manage.py", *REFUSED],
        cwd=settings.BASE_DIR,
        env=known | {"DATABASE_URL": "postgresql:///nowhere", "LC_ALL": locale} | environment,
        stdin=subprocess.DEVNULL,
        # Django looks for a terminal there.
        stdout=theirs if on_a_terminal else subprocess.DEVNULL,
        stderr=theirs if on_a_terminal else subprocess.PIPE,
    )
    os.close(theirs)
    said = os.read(ours, 4096).replace(b"\r\n", b"\n").partition(b".\n")[2] if on_a_terminal else finished.stderr
    os.close(ours)
    assert finished.returncode == 1
    return said


@pytest.mark.slow
def test_on_a_terminal_without_unicode_it_is_ascii_and_without_color_where_nobody_wants_it():
    assert refusal("C", on_a_terminal=True, NO_COLOR="1", TERM="xterm") == SAID + b"...\n"
    assert refusal("C", on_a_terminal=True, TERM="xterm").startswith(b"\x1b[")


@pytest.mark.slow
def test_a_file_and_a_pipe_are_utf_8_all_the_same():
    assert refusal("C", on_a_terminal=False) == SAID + "…\n".encode()


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["de_DE", "tr_TR"])
def test_an_older_encoding_has_no_such_character(tmp_path, locale):
    charset = {"de_DE": "ISO-8859-1", "tr_TR": "ISO-8859-9"}[locale]
    made = subprocess.run(["localedef", "-i", locale, "-f", charset, tmp_path / f"{locale}.{charset}"])
    if made.returncode:
        pytest.skip("this machine cannot make a locale")
    said = refusal(f"{locale}.{charset}", on_a_terminal=False, LOCPATH=str(tmp_path))
    assert said == SAID + b"...\n"
