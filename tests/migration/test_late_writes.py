"""What a new application that nobody has stopped writes on the way back is refused, where it would be lost."""

import psycopg
import pytest
from django.db import Error

from epic10.postgres import client_programs
from tests.databases import database
from tests.sampling import sampled
from tests.servers.server import alias, of_version

from .disturbances import look_at
from .lived_in import RELEASE, back_to

# What still works for the new application when its labels do not any more.
LATE_WRITES = {
    "nda_type": "UPDATE ndas SET nda_type = 'CONSULTANT' WHERE id = %(id)s",
    "approved": "UPDATE ndas SET approved_at = now() WHERE id = %(id)s",
    "cleared": "UPDATE ndas SET expiration_date = NULL WHERE fully_executed_date IS NOT NULL",
    "by COPY or INSERT": 'INSERT INTO ndas SELECT (jsonb_populate_record(ndas, \'{"id": "late", '
    '"display_id": -1, "nda_type": "CONSULTANT"}\')).* FROM ndas WHERE id = %(id)s',
}
# As the old application does, which names its own columns.
INSERTED = """
    DO $$ DECLARE known text := (
      SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
       WHERE attrelid = 'epic9.ndas'::regclass AND attname NOT IN ('id', 'display_id'));
    BEGIN
      EXECUTE format('INSERT INTO ndas (id, display_id, %%1$s) SELECT ''late'', -1, %%1$s FROM ndas WHERE id = %%2$L',
                     known, %(id)s);
    END $$"""

MANY_TRANSACTIONS = """
    DO $$ BEGIN FOR number IN 1 .. 20000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"""


@pytest.mark.parametrize("write", sampled(LATE_WRITES, "nda_type"))
def test_what_a_new_application_still_writes_when_parking_has_begun_is_refused(lived_in, was, write):
    back_to(lived_in, "enforce")
    refuses(lived_in, write, lived_in.ids[0])
    lived_in.migrate("0001")
    lived_in.migrate(RELEASE)
    assert look_at(lived_in) == was


@pytest.mark.slow
@pytest.mark.parametrize("last", ["index", "backfill"])
def test_and_when_its_row_is_parked_already(lived_in, last):
    back_to(lived_in, last)
    refuses(lived_in, LATE_WRITES["nda_type"], lived_in.ids[0])


@pytest.mark.slow
def test_and_in_a_transaction_that_does_not_see_the_way_back(lived_in):
    with psycopg.connect(lived_in.url) as new:
        new.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        new.execute("SELECT count(*) FROM contacts")
        back_to(lived_in, "enforce")
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="ndas is on its way back"):
            new.execute(LATE_WRITES["nda_type"], {"id": lived_in.ids[0]})


def refuses(database, write, id):
    with pytest.raises(Error) as refusal:
        database.execute(write, {"id": id})
    said = refusal.value.__cause__.diag
    assert said.message_primary.endswith("is on its way back: what only Epic 10 can hold is not taken any more.")
    assert said.message_hint.startswith("Stop the new application.")


def test_what_a_default_of_others_fills_in_is_written_by_nobody(lived_in):
    """The old application knows nothing of it, and works on."""
    lived_in.execute(
        "ALTER TABLE ndas ALTER rejection_reason SET DEFAULT 'none', ALTER nda_type SET DEFAULT 'CONSULTANT'"
    )
    back_to(lived_in, "backfill")
    lived_in.execute(INSERTED, {"id": lived_in.ids[0]})
    lived_in.migrate("0001")
    lived_in.migrate(RELEASE)
    assert lived_in.rows("SELECT nda_type::text, rejection_reason FROM ndas WHERE id = 'late'") == [("MUTUAL", None)]


@pytest.mark.slow
def test_restored_half_way_back_to_another_server_it_goes_on(lived_in, was):
    """Whose transactions have lower numbers than those of the way back."""
    lived_in.execute(MANY_TRANSACTIONS)
    back_to(lived_in, "backfill")
    dump = client_programs.run(lived_in.connection, "pg_dump", "--no-owner", "--no-privileges")
    version = lived_in.connection.pg_version // 10000
    with of_version(version) as server, alias("elsewhere", server.url()), database(using="elsewhere") as restored:
        restored.psql(dump)
        refuses(restored, LATE_WRITES["nda_type"], lived_in.ids[0])
        restored.migrate(RELEASE)
        assert look_at(restored).content == was.content
