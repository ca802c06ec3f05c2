"""Databases in another encoding, or with another locale, than the server's: copies of them are like them."""

import io
import json

import pytest
from django.core.management import call_command

from epic10 import checks
from epic10.checks import Database
from epic10.postgres import scratch_database
from epic10.rehearsal import schema_rehearsal
from epic10.snapshots import manifest, snapshot
from tests.databases import Scratch

LOCALES = {
    "LATIN1": ("LATIN1", "C", "C"),
    "ICU": ("UTF8", "C", "C", "i", "tr-TR"),
}


@pytest.fixture(params=LOCALES)
def register(request, django_db_blocker):
    """Sixty NDAs, of companies with an accent."""
    locale = LOCALES[request.param]
    with django_db_blocker.unblock(), scratch_database.database("default", prefix="scratch_", locale=locale) as alias:
        database = Scratch(alias)
        database.migrate("0001")
        call_command("epic10_seed", rows=60, database=alias, stdout=io.StringIO())
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
