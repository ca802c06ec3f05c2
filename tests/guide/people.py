"""The operator, who types what is printed; somebody with a browser; the two applications, at work as their role."""

import contextlib
import http.cookiejar
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

PATIENCE = 60
# Seconds for one command, however slow the machine: the night has some twenty.
LONGEST = 900
NAME = "eva"
PASSWORD = secrets.token_urlsafe()
# Whatever else is asked for is the name of the database.
WORDS = ("yes", "stopped")
ASKED = re.compile(r'Type "([^"]+)" to go on: ')


@dataclass
class Ended:
    line: str
    status: int
    said: str
    seconds: float


@dataclass
class Operator:
    """Somebody with a shell in the checkout, and a ``DATABASE_URL``; ``typed`` is all that they have typed so far."""

    home: Path
    url: str
    database: str
    typed: list[Ended] = field(default_factory=list)

    def types(self, line: str, printed: str, *, url="") -> Ended:
        """Type it, and to each question that is printed its answer; ``url`` is of another role."""
        answers = [answer if answer in WORDS else self.database for answer in ASKED.findall(printed)] or ["yes"]
        began = time.monotonic()
        finished = subprocess.run(
            ["bash", "-c", line],
            input="".join(f"{answer}\n" for answer in answers),
            cwd=settings.BASE_DIR,
            env=self.environment(url),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=LONGEST,
        )
        said = _with_answers(finished.stdout, answers)
        self.typed.append(Ended(line, finished.returncode, said, time.monotonic() - began))
        return self.typed[-1]

    def environment(self, url=""):
        known = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "NDAS", "EPIC10"))}
        return known | {
            "PATH": f"{_with_python(self.home)}:{os.environ['PATH']}",
            "DATABASE_URL": url or self.url,
            "EPIC10_SNAPSHOTS": str(self.home / "snapshots"),
            "EPIC10_RECORDS": str(self.home / "records"),
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            "LOGNAME": NAME,
            # Only asked whether there is one: nothing is wrong here that a mail would be about.
            "EMAIL_HOST": "mail.invalid",
        }


def _with_answers(said, answers):
    """As a terminal shows them, in the line of the question."""
    asked = iter(answers)
    return ASKED.sub(lambda question: f"{question.group()}{next(asked, '')}\n", said)


def _with_python(home):
    """A directory in which ``python`` is this one."""
    program = home / "bin" / "python"
    if not program.exists():
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        program.chmod(0o755)
    return program.parent


@contextlib.contextmanager
def new_application(operator: Operator, url: str):
    """The pages, served by a process under the application's role; its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = "127.0.0.1:{1}".format(*listener.getsockname())
    with subprocess.Popen(
        [sys.executable, "manage.py", "runserver", address, "--noreload"],
        cwd=settings.BASE_DIR,
        env=operator.environment(url) | {"DEBUG": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while Browser(f"http://{address}").opens("/healthz") != (200, "alive\n"):
                assert time.monotonic() < deadline and process.poll() is None, "The application does not start."
                time.sleep(0.1)
            yield f"http://{address}"
        finally:
            process.terminate()


class Browser:
    def __init__(self, address):
        self.address = address
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def opens(self, path, **form) -> tuple[int, str]:
        """Status and text of a page; 0 if nobody answers."""
        data = urllib.parse.urlencode(form).encode() if form else None
        try:
            with self.opener.open(f"{self.address}{path}", data, timeout=PATIENCE) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except urllib.error.URLError:
            return 0, ""

    def signs_in(self, name):
        _, page = self.opens("/login/")
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        return self.opens("/login/", csrfmiddlewaretoken=token, username=name, password=PASSWORD)
