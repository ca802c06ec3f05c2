"""epic10_finalize with somebody at work: the old application stops it; what others write is kept as it was last."""

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from operator import itemgetter

import psycopg
import pytest
from django.core.management import CommandError, call_command

from epic10.deploy.writers import ACCEPT_WRITERS
from epic10.ledger.models import RunRecord
from epic10.postgres import view_users
from tests.deploy.test_finalize import OLD_LABELS, finalize
from tests.deploy.test_rolling import busy
from tests.migration.disturbances import STANDS_STILL, look_at, wait_until, waiting_to, when_logged

THE_DROP = "finalize: Drop the old labels"
STALE = """
INSERT INTO epic10_original (table_name, row_id, labels)
SELECT 'ndas', n.id, jsonb_build_object('status', stale.status, 'usmax_position', usmax_position_legacy)
  FROM ndas n JOIN (SELECT %s AS id, %s AS status) AS stale USING (id)"""
ANOTHER_ENTRY = """
INSERT INTO nda_status_history (id, nda_id, status, changed_by_id)
SELECT gen_random_uuid()::text, id, 'CREATED', created_by_id FROM ndas WHERE id = %s"""

# The archive of an entry in the history waits, however short its patience, where a key is held.
STANDSTILL = """
CREATE FUNCTION standstill() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared(2026, 1); RETURN NEW; END $$;
CREATE FUNCTION is_dropping() RETURNS bool LANGUAGE sql AS
$$ SELECT EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'AccessExclusiveLock'
                     AND relation = 'ndas'::regclass) $$;
CREATE TRIGGER standstill BEFORE INSERT ON epic10_original
   FOR EACH ROW WHEN (is_dropping()) EXECUTE FUNCTION standstill()"""
KEPT = "SELECT row_id, labels FROM epic10_original WHERE table_name = %s ORDER BY row_id, id"


@pytest.fixture(autouse=True)
def looks_are_brief(monkeypatch):
    monkeypatch.setattr(view_users, "SECONDS", 0.5)


@pytest.fixture
def session(migrated_database):
    """Opens a session whose transactions are its statements, in a schema."""
    with ExitStack() as stack:

        def open_one(schema):
            name = f"web in {schema}"
            opened = psycopg.connect(migrated_database.url, autocommit=True, application_name=name)
            stack.enter_context(opened).execute(f"SET search_path = {schema}, public")
            return opened

        yield open_one


def created(database, rows):
    return [key for [key] in database.rows("SELECT id FROM ndas WHERE status = 'CREATED' ORDER BY id LIMIT %s", [rows])]


@pytest.mark.slow
@pytest.mark.parametrize("schema", ["epic9", "epic9_qualified"])
def test_the_old_application_at_work_stops_it_before_anybody_is_asked(migrated_database, session, monkeypatch, schema):
    monkeypatch.setattr("builtins.input", lambda question: pytest.fail(f"Somebody was asked: {question}"))
    before, old, said = look_at(migrated_database), session(schema), io.StringIO()
    with busy(old), pytest.raises(CommandError) as refusal:
        call_command("epic10_finalize", database=migrated_database.alias, stdout=said)
    assert refusal.value.returncode == 1
    assert "At work through epic9: 1. At work through epic10: 0. At work on the tables themselves: 0. " in (
        said.getvalue()
    )
    assert str(refusal.value) == (
        "Nothing was changed: at work through epic9, which goes with the old labels: "
        f"pid {old.info.backend_pid}, {old.info.user} (web in {schema}).\n"
        "HINT: Stop the old application, and give its role the tables: ALTER ROLE ... RESET search_path; then run the "
        f"same command again. {ACCEPT_WRITERS} goes on, and they get errors."
    )
    assert look_at(migrated_database) == before
    assert migrated_database.rows("SELECT count(*) FROM epic10_original") == [(0,)]


@pytest.mark.slow
def test_no_question_is_no_way_around_it_and_who_accepts_it_is_recorded(migrated_database, session):
    old = session("epic9")
    with busy(old):
        with pytest.raises(CommandError, match=r"^Nothing was changed: at work through epic9"):
            finalize(migrated_database)
        assert "Epic 10 is finalized." in finalize(migrated_database, accept_writers=True)
    override, *_ = RunRecord.objects.using(migrated_database.alias).latest("id").body["overrides"]
    assert (override["option"], bool(override["by"])) == (ACCEPT_WRITERS, True)
    assert f"pid {old.info.backend_pid}, " in override["accepted"]


@pytest.mark.slow
def test_what_is_written_until_the_drop_is_kept_as_it_was_then(migrated_database, session):
    changed, back_again, unfinished, deleted = created(migrated_database, 4)
    for status in ("CANCELLED", "INACTIVE", "CREATED"):
        # What runs that were interrupted have archived.
        migrated_database.execute(STALE, [back_again, status])
    old, unseen = session("public"), session("public")
    labels, expected = iter(["INACTIVE_CANCELED", "EXPIRED", "FULLY_EXECUTED"]), {}

    def write():
        old.execute("UPDATE ndas SET status = %s WHERE id = %s", [next(labels), changed])

    def write_at_last():
        write()
        old.execute(ANOTHER_ENTRY, [changed])
        old.execute(f"DELETE FROM nda_status_history WHERE nda_id = '{deleted}'")

    def end():
        unseen.commit()
        expected.update({table: old.execute(query).fetchall() for table, query in OLD_LABELS.items()})

    with (
        when_logged("At work through", write),  # before the archive, and after it
        when_logged(THE_DROP, write_at_last),
        when_logged("finalize waits for a lock", end),
    ):
        unseen.autocommit = False
        unseen.execute("UPDATE ndas SET status = 'INACTIVE_CANCELED' WHERE id = %s", [unfinished])
        finalize(migrated_database)
    assert list(labels) == []
    for table, rows in expected.items():
        kept = old.execute(KEPT, [table]).fetchall()
        there = {row for row, _ in rows}
        assert [row for row in kept if row[0] in there] == sorted(rows, key=itemgetter(0))
    [[(_, was)], [(_, is_now)], [(_, ended)]] = (
        [row for row in expected["ndas"] if row[0] == key] for key in (back_again, changed, unfinished)
    )
    assert (was["status"], is_now["status"], ended["status"]) == ("CREATED", "FULLY_EXECUTED", "INACTIVE")


@pytest.mark.slow
def test_who_comes_while_the_labels_are_dropped_waits_and_gets_them_back(migrated_database, session):
    old, new, holds, looks = (session(schema) for schema in ("epic9", "public", "public", "public"))
    [key] = created(migrated_database, 1)
    migrated_database.execute(STANDSTILL)
    holds.execute("SELECT pg_advisory_lock(2026, 1)")

    def come_and_wait():
        wait_until(lambda: looks.execute(STANDS_STILL).fetchone()[0], "the drop standing still under its locks")
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(lambda: old.execute("SELECT status::text FROM ndas WHERE id = %s", [key]).fetchone())
            wait_until(lambda: looks.execute(waiting_to("SELECT status")).fetchone()[0], "the old application waiting")
            holds.execute("SELECT pg_advisory_unlock(2026, 1)")
            return answer.result()

    with ThreadPoolExecutor(1) as pool:
        came = pool.submit(come_and_wait)
        write = when_logged(THE_DROP, lambda: new.execute(ANOTHER_ENTRY, [key]))
        with write, pytest.raises(CommandError) as refusal:
            finalize(migrated_database)
        assert came.result() == ("CREATED",)
    assert str(refusal.value).startswith(
        "Nothing was dropped: at work through epic9, which goes with the old labels: "
        f"pid {old.info.backend_pid}, {old.info.user} (web in epic9).\nHINT: Stop the old application"
    )
    call_command("epic10_validate", database=migrated_database.alias, stdout=io.StringIO())
    migrated_database.execute("DROP TRIGGER standstill ON epic10_original")
    assert "Epic 10 is finalized." in finalize(migrated_database)
