"""Whenever epic10_deploy is killed, epic10_status tells the truth and the next command recovers."""

import io
import os
import re
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command

RUN = ("epic10_deploy", "--yes", "--without-rehearsal")
# manage.py, which is killed by its own hand as soon as it says this: from outside it would be a step further.
KILLED_WHEN_SAID = """
import os, signal, sys
from django.core.management import execute_from_command_line

def write(descriptor, data, itself=os.write):
    written = itself(descriptor, data)
    if bytes(data).rstrip(b"\\n") == os.environb[b"KILLED_WHEN_SAID"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return written

os.write = write
execute_from_command_line(["manage.py", *sys.argv[1:]])"""
# What epic10_status says of a deployment killed in the step, and what its line on the record says.
STATES = {
    "precheck": "baseline",
    "snapshot": "baseline",
    "verify": "baseline",
    "migrate": "baseline",
    "validate": "switched",
    "smoke": "switched",
    "vacuum": "switched",
}
# The others when there is time: pytest -m long
SAMPLE = ("migrate",)


@pytest.fixture(params=[step if step in SAMPLE else pytest.param(step, marks=pytest.mark.long) for step in STATES])
def killed_in(request, legacy_database, environment):
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_WHEN_SAID, *RUN],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": legacy_database.url}
        | {"KILLED_WHEN_SAID": f"== {request.param}"}
        | environment,
        capture_output=True,
        text=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed
    return request.param


def status(database):
    output = io.StringIO()
    call_command("epic10_status", database=database.alias, stdout=output)
    return output.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("way", ["on", pytest.param("back", marks=pytest.mark.long)])
def test_it_goes_on_and_back_from_there(legacy_database, killed_in, way, environment, is_untouched):
    assert re.match(
        rf"Epic 10 in database \"{legacy_database.name}\": ({STATES[killed_in]})\n", status(legacy_database)
    )
    command = RUN if way == "on" else ("epic10_rollback", "--yes", "--accept-writers")
    finished = legacy_database.manage(*command, **environment)
    assert (finished.returncode, finished.stderr) == (0, "")
    records = legacy_database.manage("epic10_records", **environment)
    assert re.search(r"INTERRUPTED +epic10_deploy +\S+\n.*OK +epic10_", records.stdout), records
    assert records.returncode == 0
    if way == "on":
        assert f'"{legacy_database.name}": switched\n' in status(legacy_database)
    else:
        assert f'"{legacy_database.name}": baseline\n' in status(legacy_database)
        assert is_untouched(legacy_database)
