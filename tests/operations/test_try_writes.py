"""What the applications write is tried before a phase commits; what is refused then takes the whole phase back."""

import re
from contextlib import nullcontext

import pytest
from django.db import ProgrammingError

from epic10.operations import try_writes
from epic10.postgres import client_programs
from epic10.postgres.errors import message_of
from epic10.release import scripts

from . import meadow
from .conftest import ANEW

# Each on top of the table as it was: what it breaks, and in which function.
BY_POSITION = """
    CREATE TABLE keepsake AS TABLE pony WITH NO DATA; ALTER TABLE keepsake ALTER mood TYPE text, ALTER coat TYPE text;
    CREATE FUNCTION keep_pony() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO keepsake SELECT NEW.*; RETURN NULL; END $$;
    CREATE TRIGGER keep_pony AFTER INSERT OR UPDATE ON pony FOR EACH ROW EXECUTE FUNCTION keep_pony()"""
KNOWS_OLD_LABELS = """
    CREATE FUNCTION cheer_up() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.mood = 'CROSS' THEN NEW.born := now(); END IF; RETURN NEW; END $$;
    CREATE TRIGGER cheer_up BEFORE UPDATE ON pony FOR EACH ROW EXECUTE FUNCTION cheer_up()"""
LOGS_OLD_LABELS = """
    CREATE TABLE mood_log (mood text CHECK (mood IN ('HAPPY', 'SULKY', 'CROSS')));
    CREATE FUNCTION log_mood() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO mood_log VALUES (NEW.mood::text); RETURN NEW; END $$;
    CREATE TRIGGER log_mood AFTER UPDATE OF mood ON pony FOR EACH ROW
        WHEN (OLD.mood IS DISTINCT FROM NEW.mood) EXECUTE FUNCTION log_mood()"""
LATER = """
    CREATE TABLE promise (mood text);
    CREATE FUNCTION promise() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.mood::text = 'SAD' THEN INSERT INTO promise VALUES (NEW.mood); END IF; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER promise AFTER INSERT OR UPDATE ON pony DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION promise();
    CREATE FUNCTION no_promise() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'Nobody is promised to a sad pony.'; END $$;
    CREATE TRIGGER no_promise BEFORE INSERT ON promise FOR EACH ROW EXECUTE FUNCTION no_promise()"""
STEPS = """
    CREATE FUNCTION steps() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF OLD.mood::text = 'SULKY' AND NEW.mood::text IN ('HAPPY', 'CROSS') THEN RAISE EXCEPTION 'Not so fast.';
       END IF; RETURN NEW; END $$;
    CREATE TRIGGER steps BEFORE UPDATE ON pony FOR EACH ROW EXECUTE FUNCTION steps()"""
NEVER = """
    CREATE FUNCTION hands_off() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'Hands off.'; END $$;
    CREATE TRIGGER hands_off BEFORE UPDATE ON pony FOR EACH ROW WHEN (NEW.mood = OLD.mood)
        EXECUTE FUNCTION hands_off()"""
# As if another row had become one that is refused, between the two times that it is tried.
OTHER_ROWS = """
    CREATE FUNCTION shy() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.id > (SELECT min(id) FROM pony) AND EXISTS (
         SELECT FROM pg_attribute WHERE attrelid = 'pony'::regclass AND attname = 'mood_legacy') THEN
         RAISE EXCEPTION 'Shy.'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER shy BEFORE UPDATE ON pony FOR EACH ROW EXECUTE FUNCTION shy()"""
COLUMNS = """
    SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
     WHERE attrelid = 'pony'::regclass AND attnum > 0"""
PONIES = "SELECT p::text FROM pony p ORDER BY id"


@pytest.fixture
def meadow_database(stable):
    stable.close()
    stable.execute(ANEW)
    return stable


def phases_until(name):
    names = ["expand", "backfill", "index", "enforce", "switch"]
    return names[: names.index(name)]


@pytest.mark.parametrize(
    ("theirs", "phase", "refusal"),
    [
        (
            BY_POSITION,
            "expand",
            "An INSERT of pony is refused after this change by keep_pony(): INSERT has more expressions than target",
        ),
        (
            KNOWS_OLD_LABELS,
            "switch",
            'An UPDATE of pony is refused after this change by cheer_up(): invalid input value for enum "Mood"',
        ),
        (LOGS_OLD_LABELS, "switch", 'by log_mood(): new row for relation "mood_log" violates check constraint'),
        (LATER, "switch", "by no_promise(): Nobody is promised to a sad pony."),
    ],
    ids=["by position", "old labels", "a log of old labels", "at the end of the transaction"],
)
def test_what_cannot_be_written_any_more_takes_the_phase_back(meadow_database, theirs, phase, refusal):
    plan = meadow.release()
    meadow_database.execute(theirs)
    for earlier in phases_until(phase):
        meadow.forwards(meadow_database, plan, earlier)
    before = meadow_database.dump_schema(), meadow_database.rows(PONIES)
    with pytest.raises(ProgrammingError) as refused:
        meadow.forwards(meadow_database, plan, phase)
    message = message_of(refused.value)
    assert refusal in message
    assert r"HINT: A trigger, rule, policy or constraint that is not of the release refuses it: \d+ " in message
    assert (meadow_database.dump_schema(), meadow_database.rows(PONIES)) == before


def test_where_there_are_fewer_rows_than_labels_each_is_tried_on_the_same_row(meadow_database):
    plan = meadow.release()
    meadow_database.execute(f"DELETE FROM pony WHERE id <> 'Ajax'; {LOGS_OLD_LABELS}")
    for earlier in phases_until("switch"):
        meadow.forwards(meadow_database, plan, earlier)
    with pytest.raises(ProgrammingError, match=r"by log_mood\(\): new row for relation"):
        meadow.forwards(meadow_database, plan, "switch")


def test_that_another_row_than_the_first_is_refused_proves_nothing(meadow_database):
    meadow_database.execute(OTHER_ROWS)
    meadow.forwards(meadow_database, meadow.release())
    with pytest.raises(ProgrammingError, match="Shy"):
        meadow_database.execute("UPDATE pony SET mood = mood")


@pytest.mark.parametrize("is_slow", [True, False])
def test_what_takes_its_time_is_not_tried_while_everybody_waits_for_the_locks(
    meadow_database, monkeypatch, caplog, is_slow
):
    if is_slow:
        monkeypatch.setattr(try_writes, "LONGEST", "0 s")
    meadow_database.execute(LOGS_OLD_LABELS)
    with pytest.raises(ProgrammingError) if not is_slow else nullcontext():
        meadow.forwards(meadow_database, meadow.release())
    said = [record.getMessage() for record in caplog.records if "takes longer than" in record.getMessage()]
    assert (len(said) > 0) == is_slow
    if is_slow:
        first, *_ = said
        assert first == (
            "An INSERT of pony takes longer than 0 s, and is not tried under the locks.\n"
            r"HINT: A trigger that is not of the release takes its time, for the applications too: \d+ pony in psql."
        )


def test_what_a_trigger_of_others_warns_of_is_not_repeated(meadow_database, caplog):
    """It might be a line for every row, with what is in it."""
    meadow_database.execute("""
        CREATE FUNCTION loudly() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE WARNING 'secret of %', NEW.id; RETURN NEW; END $$;
        CREATE TRIGGER loudly BEFORE UPDATE ON pony FOR EACH ROW EXECUTE FUNCTION loudly()""")
    meadow.forwards(meadow_database, meadow.release())
    assert "secret" not in caplog.text


@pytest.mark.parametrize("theirs", [BY_POSITION, KNOWS_OLD_LABELS], ids=["by position", "old labels"])
def test_the_script_stops_there_too(meadow_database, theirs):
    written = {path.name: text for path, text in scripts.files(meadow.release()).items()}
    meadow_database.execute(theirs)
    with pytest.raises(client_programs.ToolFailed) as refused:
        meadow_database.psql(written["migration.sql"])
    assert "of pony is refused after this change by" in str(refused.value)


def test_what_was_made_for_the_new_labels_stops_the_way_back(meadow_database):
    plan = meadow.release()
    meadow.forwards(meadow_database, plan)
    meadow_database.execute(KNOWS_OLD_LABELS.replace("CROSS", "ASLEEP"))
    before = meadow_database.dump_schema()
    with pytest.raises(ProgrammingError, match=r'by cheer_up\(\): invalid input value for enum "Mood": "ASLEEP"'):
        meadow.backwards(meadow_database, plan)
    assert meadow_database.dump_schema() == before
    meadow_database.execute("DROP TRIGGER cheer_up ON pony")
    meadow.backwards(meadow_database, plan)


@pytest.mark.parametrize(("mood", "theirs"), [("HAPPY", NEVER), ("SULKY", STEPS)], ids=["never", "some steps"])
def test_what_was_refused_before_the_change_proves_nothing_about_it(meadow_database, mood, theirs):
    plan = meadow.release()
    meadow_database.execute(f"UPDATE pony SET mood = '{mood}'")
    meadow_database.execute(theirs)
    meadow.forwards(meadow_database, plan)
    meadow.backwards(meadow_database, plan)


def test_nothing_of_it_stays(meadow_database):
    plan = meadow.release()
    meadow_database.execute("ALTER TABLE pony ADD number serial UNIQUE, ADD tag uuid UNIQUE DEFAULT gen_random_uuid()")
    meadow_database.execute(BY_POSITION.replace("SELECT NEW.*", "(id, mood) VALUES (NEW.id, NULL)"))
    seen = "SELECT (SELECT count(*) FROM keepsake), (SELECT last_value FROM pony_number_seq)"
    was = meadow_database.rows(seen), meadow_database.rows(PONIES)
    meadow.forwards(meadow_database, plan, "expand")
    assert meadow_database.rows(seen) == was[0]
    assert [
        row.startswith(old.rstrip(")")) for (row,), (old,) in zip(meadow_database.rows(PONIES), was[1], strict=True)
    ]


def test_an_empty_table_has_nothing_to_be_tried_with(meadow_database):
    plan = meadow.release()
    meadow_database.execute(f"DELETE FROM pony; {BY_POSITION}")
    meadow.forwards(meadow_database, plan, "expand")


def test_a_function_in_sql_that_could_not_be_called_any_more_stops_it_too(meadow_database):
    [[columns]] = meadow_database.rows(COLUMNS)
    meadow_database.execute(
        f"CREATE FUNCTION grown_up() RETURNS SETOF pony LANGUAGE sql AS 'SELECT {columns} FROM pony WHERE born < now()'"
    )
    before = meadow_database.dump_schema()
    with pytest.raises(ProgrammingError) as refused:
        meadow.forwards(meadow_database, meadow.release(), "expand")
    message = message_of(refused.value)
    assert message.startswith(
        "Function grown_up() could not be called after this change: return type mismatch in function"
    )
    assert "HINT: Make it in PL/pgSQL, or let it name a type of its own" in message
    assert meadow_database.dump_schema() == before
    # Broken before, it proves nothing.
    meadow_database.execute("ALTER TABLE pony ADD one_more int")
    meadow.forwards(meadow_database, meadow.release(), "expand")


def test_what_will_be_tried_is_put_together_before_the_locks():
    text = {path.name: text for path, text in scripts.files(meadow.release()).items()}
    for script in ("migration.sql", "rollback.sql"):
        transactions = [part.partition("COMMIT;")[0] for part in text[script].split("\nBEGIN;\n")[1:]]
        tried = [part for part in transactions if "EXECUTE statements[number]" in part]
        assert len(tried) == 3
        for part in tried:
            strongest = re.search('LOCK TABLE "pony" IN (SHARE ROW|ACCESS) EXCLUSIVE', part)
            assert part.rindex("set_config('epic10.trials'") < strongest.start()


def test_a_label_is_no_key_to_be_made_anew_for_the_trial_where_it_is_text(meadow_database):
    """No label would be known that is, and the INSERT refused before the change as well as after it."""
    meadow_database.execute(
        "DROP TRIGGER moody ON pony; DROP INDEX pony_sulky; ALTER TABLE pony ALTER mood DROP DEFAULT;"
        "ALTER TABLE pony ALTER mood TYPE text, ADD CHECK (mood IN ('HAPPY', 'SULKY', 'CROSS'));"
        f"CREATE UNIQUE INDEX ON pony (id, mood); {BY_POSITION}"
    )
    with pytest.raises(ProgrammingError, match=r"An INSERT of pony is refused after this change by keep_pony\(\)"):
        meadow.forwards(meadow_database, meadow.release(), "expand")
