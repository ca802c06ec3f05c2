"""
Django's own tests say the same of our migrate, our flush and our database backend as of Django's.

    python -m pytest -m long tests/djangos_own

They are in Django's source distribution, which pip fetches. Each label is run twice on
a server of ours, plain and with what is ours, and none of them may end otherwise.
Of 1,331 tests of Django 5.2.19 on PostgreSQL 18, 31 fail plain: without ICU, without
psycopg_pool, and for NOT NULL constraints, which have names since PostgreSQL 18.
"""

import json
import os
import subprocess
import sys
import tarfile

import django
import pytest
from django.conf import settings

from tests.servers.server import place

LABELS = ("backends", "migrate_signals", "migrations", "schema")


@pytest.fixture(scope="module")
def tests(tmp_path_factory):
    """The directory of runtests.py, of the Django that is installed."""
    directory, version = tmp_path_factory.mktemp("django"), django.get_version()
    command = ["pip", "download", "-q", "--no-deps", "--no-binary", "Django", "-d", directory, f"Django=={version}"]
    fetched = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    if fetched.returncode:
        pytest.skip(f"pip could not fetch the source of Django {version}: {fetched.stderr.splitlines()[-1]}")
    [archive] = directory.glob("*.tar.gz")
    safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(archive) as source:
        source.extractall(directory, **safely)
    [found] = directory.glob("*/tests/runtests.py")
    return found.parent


def ended(tests, label, **environment):
    with place() as (home, _):
        finished = subprocess.run(
            [sys.executable, "-m", "tests.djangos_own.run", tests, label],
            cwd=settings.BASE_DIR,
            env={**os.environ, "PYTHONPATH": str(settings.BASE_DIR), "NDAS_HOME": str(home / "server"), **environment},
            capture_output=True,
            text=True,
        )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout.splitlines()[-1]), finished.stderr


@pytest.mark.long
@pytest.mark.parametrize("label", LABELS)
def test_they_end_as_with_djangos(tests, label):
    (plain, _), (ours, said) = ended(tests, label, NDAS_PLAIN="1"), ended(tests, label)
    assert ours["ran"] == plain["ran"] > 0
    worse = {name for name in ours["different"] if name not in plain["different"]}
    assert worse == set(), said
