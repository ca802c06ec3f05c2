"""
The databases that a test can ask for.

pytest-django's ``db`` and ``transactional_db`` give a database with all migrations
applied. A test about migrating asks for one of these instead, a ``Scratch`` of its own
that is dropped afterwards, and needs no ``django_db`` mark:

``empty_database``       nothing in it
``baseline_database``    ``migrate ndas 0001``, no rows
``legacy_database``      the same, with 300 seeded NDAs (seed 10)
``migrated_database``    a copy of the legacy one after ``migrate ndas``
``production_database``  created by another tool, never touched by Django, a few rows

``scratch()`` makes as many more as a test needs; ``scratch(other.name)`` copies.
"""

import contextlib
import io
import os
import signal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from xdist.scheduler import WorkStealingScheduling

from tests import left_behind, rendering
from tests.databases import database
from tests.servers import in_memory, late, programs
from tests.servers.server import alias

pytest_plugins = ["tests.strain"]

LEGACY = Path(__file__).parent / "legacy"
LEGACY_NDAS = 300


def pytest_configure(config):
    """Without DATABASE_URL start a server in memory for this process and its workers, else the embedded one."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell starts background jobs with SIGINT ignored, which the processes of the tests would inherit.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput"):
        return
    stack = contextlib.ExitStack()
    config.add_cleanup(left_behind.end)
    config.add_cleanup(stack.close)
    left_behind.begin()
    url = os.environ.get("DATABASE_URL")
    if not url and in_memory.is_to_be_had():
        with contextlib.suppress(programs.Missing):
            url = stack.enter_context(in_memory.server()).url()
    if url and config.option.all_late:
        url = stack.enter_context(late.through(url, config.option.all_late))
    if url and url != os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = url
        stack.enter_context(alias("default", url))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """Tests wait for the server or for other processes a third of the time, so three workers keep two cores busy."""
    return max(2, (os.cpu_count() or 2) * 3 // 2)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Each worker gets whole files, so that only one sets up what a file shares; a worker that is done helps."""
    return WorkStealingScheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def models_of_a_state_made_only_once():
    rendering.only_once()


@pytest.fixture(scope="session", autouse=True)
def snapshots_and_records_elsewhere(tmp_path_factory):
    """Keep the snapshots and records of tests apart from those of the person who runs them."""
    for name in ("EPIC10_SNAPSHOTS", "EPIC10_RECORDS"):
        place = tmp_path_factory.mktemp(name.lower())
        os.environ[name] = str(place)
        setattr(settings, name, place)


@pytest.fixture(scope="session", autouse=True)
def errors_are_not_counted():
    """Keep the error counter from writing to a test's database."""
    os.environ["EPIC10_COUNT_ERRORS"] = "0"
    settings.EPIC10_COUNT_ERRORS = False


@pytest.fixture
def scratch(django_db_blocker):
    """Makes databases: ``scratch()`` an empty one, ``scratch(name)`` a copy of one."""
    with django_db_blocker.unblock(), contextlib.ExitStack() as databases:
        yield lambda *template: databases.enter_context(database(*template))


@pytest.fixture
def empty_database(scratch):
    return scratch()


@pytest.fixture
def baseline_database(scratch, baseline_template):
    return scratch(baseline_template)


@pytest.fixture
def legacy_database(scratch, legacy_template):
    return scratch(legacy_template)


@pytest.fixture
def migrated_database(scratch, migrated_template):
    return scratch(migrated_template)


@pytest.fixture
def production_database(scratch, production_template):
    return scratch(production_template)


@pytest.fixture(scope="session")
def baseline_template(django_db_blocker):
    """The name of a database at 0001, created once per session and only copied."""
    with django_db_blocker.unblock(), database() as template:
        template.migrate("0001")
        template.close()
        yield template.name


@pytest.fixture(scope="session")
def legacy_template(django_db_blocker, baseline_template):
    with django_db_blocker.unblock(), database(baseline_template) as template:
        call_command("epic10_seed", rows=LEGACY_NDAS, database=template.alias, stdout=io.StringIO())
        template.close()
        yield template.name


@pytest.fixture(scope="session")
def migrated_template(django_db_blocker, legacy_template):
    with django_db_blocker.unblock(), database(legacy_template) as template:
        template.migrate()
        template.close()
        yield template.name


@pytest.fixture(scope="session")
def production_template(django_db_blocker):
    with django_db_blocker.unblock(), database() as template:
        template.psql(LEGACY / "production.sql")
        template.psql(LEGACY / "rows.sql")
        template.close()
        yield template.name
