"""Databases in another encoding, or with another locale, than the server's: copies of them are like them."""

import contextlib
import io
import json
import re

import pytest
from django.core.management import call_command
from django.db import Error

from epic10 import checks
from epic10.checks import Database
from epic10.postgres import scratch_database
from epic10.rehearsal import schema_rehearsal
from epic10.release import plan, scripts
from epic10.snapshots import manifest, snapshot
from tests.databases import Scratch

LOCALES = {
    "LATIN1": ("LATIN1", "C", "C"),
    "ICU": ("UTF8", "C", "C", "i", "tr-TR"),
    "builtin": ("UTF8", "C", "C", "b", "C.UTF-8"),
}
# The wheel's server has no ICU, and none before 17 has a locale of its own.
NOT_THERE = 'not supported in this build|unrecognized locale provider|option "builtin_locale" not recognized'


@pytest.fixture(params=LOCALES)
def register(request, django_db_blocker):
    """Sixty NDAs, of companies with an accent."""
    with django_db_blocker.unblock(), contextlib.ExitStack() as stack:
        made = scratch_database.database("default", prefix="scratch_", locale=LOCALES[request.param])
        try:
            database = Scratch(stack.enter_context(made))
        except Error as error:
            if not re.search(NOT_THERE, str(error)):
                raise
            pytest.skip(str(error))
        database.migrate("0001")
        call_command("epic10_seed", rows=60, database=database.alias, stdout=io.StringIO())
        database.execute("UPDATE ndas SET company_name = 'Société ' || display_id WHERE display_id % 5 = 0")
        yield database
        database.close()


@pytest.mark.slow
def test_the_release_goes_there_and_back_and_its_copies_are_what_they_are_copies_of(register, tmp_path):
    before = register.dump_schema()
    assert checks.ask(schema_rehearsal.check(), Database(register.connection)).verdict == "OK"
    taken = snapshot.take(register.alias, tmp_path)
    assert taken.locale == manifest.locale(register.connection)
    assert snapshot.verify(register.alias, tmp_path, taken.name).verdict == "OK"
    register.migrate()
    register.migrate("0001")
    assert register.dump_schema() == before


@pytest.mark.slow
def test_a_rehearsal_is_in_the_same_encoding(register, tmp_path):
    said = io.StringIO()
    call_command("epic10_rehearse", rows=60, format="json", database=register.alias, stdout=said, stderr=io.StringIO())
    assert json.loads(said.getvalue())["verdict"] == "OK"


def test_what_is_sent_is_ascii():
    """Names aside: what has no equivalent in the encoding of the database cannot be sent to it at all."""
    texts = {path.name: text for path, text in scripts.files(plan.load()).items() if path.suffix == ".sql"}
    assert texts and {name for name, text in texts.items() if not text.isascii()} == set()
