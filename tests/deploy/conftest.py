"""
The commands of the night, on databases of a test's own.

``night``     runs a command in this process and returns its output and how it ended
``changed``   the differences from an untouched legacy database, which should be none
"""

import io
import logging
from dataclasses import dataclass

import pytest
from django.core.management import CommandError, call_command

from epic10.deploy import writers
from epic10.ledger.models import RunRecord
from epic10.postgres import fingerprint
from epic10.release import plan
from epic10.terminal.progress import logger
from tests.databases import Scratch
from tests.migration.disturbances import look_at


@dataclass
class Ended:
    said: str
    complaint: str = ""
    status: int = 0


@pytest.fixture
def night(legacy_database, tmp_path, settings, monkeypatch):
    monkeypatch.setattr(writers, "SECONDS", 0.5)
    settings.EPIC10_SNAPSHOTS, settings.EPIC10_RECORDS = tmp_path / "snapshots", tmp_path / "records"

    def run(command, *arguments, **options):
        output = io.StringIO()
        defaults = {"directory": settings.EPIC10_SNAPSHOTS, "database": legacy_database.alias}
        if command == "epic10_deploy":
            defaults |= {"without_rehearsal": True, "without_schema_rehearsal": True, "yes": True}
        if command == "epic10_rollback":
            defaults |= {"yes": True}
        try:
            call_command(command, *arguments, stdout=output, stderr=output, **defaults | options)
        except CommandError as error:
            return Ended(as_of_the_default_one(output.getvalue()), str(error), error.returncode)
        return Ended(as_of_the_default_one(output.getvalue()))

    def as_of_the_default_one(said):
        """What it advises names the database, see terminal/test_next_command.py."""
        return said.replace(f" --database={legacy_database.alias}", "")

    return run


@pytest.fixture
def environment(tmp_path):
    """The same for a process of its own."""
    return {"EPIC10_SNAPSHOTS": str(tmp_path / "snapshots"), "EPIC10_RECORDS": str(tmp_path / "records")}


@pytest.fixture(scope="session")
def untouched(legacy_template):
    template = Scratch(legacy_template)
    columns = fingerprint.columns(template.connection, plan.load().tables())
    found = look_at(template, columns)
    template.close()
    return columns, found


@pytest.fixture
def is_untouched(untouched):
    columns, before = untouched
    return lambda database: look_at(database, columns) == before


@pytest.fixture
def record(legacy_database):
    """The newest record of the ledger."""
    return lambda: RunRecord.objects.using(legacy_database.alias).latest("id").body


@pytest.fixture(autouse=True)
def nobody_listens_any_more():
    """A command that has ended, in whatever way, leaves neither a handler nor a level behind."""
    yield
    assert (logger.level, logger.disabled, [*map(type, logger.handlers)]) == (logging.NOTSET, False, [])
