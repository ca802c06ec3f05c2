"""epic10_finalize: the end of the release, and of the way back."""

import io
from functools import partial

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import Error

from epic10.postgres import view_users
from epic10.release.advice import NO_WAY_BACK
from tests.migration.disturbances import look_at, somebody, when_logged
from tests.migration.shapes import CONVERGING, TOGETHER, facts
from tests.migration.test_two_routes import SCRIPTS

ENUMS = "SELECT typname FROM pg_type WHERE typtype = 'e' ORDER BY 1"
COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"
OLD_LABELS = {
    "ndas": "SELECT id, jsonb_build_object('status', status_legacy, 'usmax_position', usmax_position_legacy) FROM ndas",
    "nda_status_history": "SELECT id, jsonb_build_object('status', status_legacy) FROM nda_status_history",
}


@pytest.fixture(autouse=True)
def looks_are_brief(monkeypatch):
    monkeypatch.setattr(view_users, "SECONDS", 0.0)


def finalize(database, **options):
    output = io.StringIO()
    options = {"yes_drop_legacy": True, "database": database.alias} | options
    call_command("epic10_finalize", stdout=output, **options)
    return output.getvalue()


def refused(command, *arguments, **options):
    with pytest.raises(CommandError) as refusal:
        call_command(command, *arguments, stdout=io.StringIO(), **options)
    return str(refusal.value)


@pytest.mark.slow
def test_the_schema_is_that_of_a_new_database_and_the_models(migrated_database, empty_database):
    old = {table: migrated_database.rows(query) for table, query in OLD_LABELS.items()}
    said = finalize(migrated_database).splitlines()[-1]
    assert said == "Epic 10 is finalized. What each row's old labels were is in epic10_original."
    empty_database.migrate()
    finalize(empty_database)
    assert look_at(migrated_database).schema == look_at(empty_database).schema
    for model in apps.get_app_config("ndas").get_models():
        found = {name for [name] in migrated_database.rows(COLUMNS, [model._meta.db_table])}
        assert found == {field.column for field in model._meta.fields}
    enums = [name for [name] in migrated_database.rows(ENUMS)]
    assert enums == ["DocumentType", "NdaStatus", "NdaType", "UsMaxPosition"]
    for table, rows in old.items():
        kept = migrated_database.rows("SELECT row_id, labels FROM epic10_original WHERE table_name = %s", [table])
        assert dict(kept) == dict(rows)


ONE, *OTHERS = (pytest.param(names, id=" + ".join(names)[:60]) for names in reversed(TOGETHER[:3]))


@pytest.mark.slow
@pytest.mark.parametrize("names", [ONE, *(pytest.param(*other.values, marks=pytest.mark.long) for other in OTHERS)])
def test_whatever_was_there_before_the_release_goes_too(legacy_database, empty_database, names):
    shapes = [CONVERGING[name] for name in names]
    for shape in shapes:
        for statement in shape.sql.split(";\n"):
            legacy_database.execute(statement)
    for database in (legacy_database, empty_database):
        database.migrate()
        finalize(database, yes_drop_indexes=True)
    wanted, found = facts(empty_database), facts(legacy_database)
    assert wanted - found == set()
    # An index of theirs on a column that has gone goes with it.
    assert {(kind, name) for kind, name, _ in found - wanted} <= frozenset().union(*(shape.theirs for shape in shapes))


@pytest.fixture
def finalized(migrated_database):
    finalize(migrated_database)
    return migrated_database


def test_afterwards_there_is_no_way_back_and_everything_else_works(finalized):
    before = look_at(finalized)
    name = finalized.name
    assert refused("migrate", "ndas", "0001", database=finalized.alias) == (
        f'There is no way back: Epic 10 is finalized in database "{name}", and the old labels are gone.\n{NO_WAY_BACK}'
    )
    assert refused("epic10_rollback", yes=True, database=finalized.alias) == (
        f"There is no way back: Epic 10 is finalized, and the old labels are gone.\n{NO_WAY_BACK}"
    )
    assert refused("epic10_review", database=finalized.alias) == (
        "Epic 10 is finalized: the old labels are no longer beside the new ones.\n"
        "HINT: What each row's were: SELECT table_name, row_id, labels FROM epic10_original;"
    )
    for script in ("migration.sql", "rollback.sql", "verify.sql"):
        with pytest.raises(CommandError, match=r"ERROR:  Epic 10 is finalized in this database\."):
            finalized.psql(SCRIPTS / script)
    call_command("epic10_validate", smoke=True, database=finalized.alias, stdout=io.StringIO())
    finalized.migrate()
    said = io.StringIO()
    call_command("epic10_status", database=finalized.alias, stdout=said)
    assert said.getvalue().startswith(f'Epic 10 in database "{name}": finalized\n')
    assert "Epic 10 is finalized already: there is nothing left to do.\n" in finalize(finalized)
    assert look_at(finalized) == before


USES = {
    "CREATE VIEW old AS SELECT id, status_legacy FROM ndas": "view old uses ndas.status_legacy",
    "CREATE POLICY old ON nda_status_history USING (status_legacy <> 'INACTIVE')": (
        "policy old uses nda_status_history.status_legacy"
    ),
    """CREATE FUNCTION ndas_in(epic9."NdaStatus") RETURNS bool LANGUAGE sql RETURN $1 = 'CANCELLED'""": (
        'function ndas_in(epic9."NdaStatus") has the old type NdaStatus'
    ),
    """CREATE VIEW the_last AS SELECT 'CANCELLED'::epic9."NdaStatus"::text AS label""": (
        "rule _RETURN on view the_last has the old type NdaStatus"
    ),
    """CREATE TABLE was (place epic9."UsMaxPosition"[])""": "column place of was has the old type UsMaxPosition",
}


def test_while_somebody_uses_an_old_label_it_stays_and_each_use_is_named(migrated_database):
    for use in USES:
        migrated_database.execute(use)
    before = look_at(migrated_database)
    with pytest.raises(CommandError) as refusal:
        finalize(migrated_database)
    said, hint = str(refusal.value).split("\n")
    assert said.startswith("Nothing was changed: somebody still uses the old labels: ") and said.endswith(".")
    _, _, uses = said.removesuffix(".").split(": ", 2)
    assert sorted(uses.split("; ")) == sorted(USES.values())
    assert hint == (
        "HINT: Make them anew on the new column, or drop them; a view in one transaction: BEGIN; DROP VIEW …; "
        "CREATE VIEW … AS …; GRANT … ON … TO …; COMMIT; then run the same command again."
    )
    assert look_at(migrated_database) == before


@pytest.mark.slow
def test_a_view_is_made_anew_as_the_hint_says(legacy_database):
    legacy_database.execute("CREATE VIEW open_ndas AS SELECT id, status FROM ndas WHERE status = 'EMAILED'")
    legacy_database.migrate()
    new = "AS SELECT id, status FROM ndas WHERE status = 'SENT_PENDING_SIGNATURE'"
    with pytest.raises(Error, match="cannot change data type of view column"):
        legacy_database.execute(f"CREATE OR REPLACE VIEW open_ndas {new}")
    was = legacy_database.rows("SELECT count(*) FROM open_ndas")
    legacy_database.psql(
        f"BEGIN; DROP VIEW open_ndas; CREATE VIEW open_ndas {new}; GRANT SELECT ON open_ndas TO public; COMMIT;"
    )
    assert legacy_database.rows("SELECT count(*) FROM open_ndas") == was
    finalize(legacy_database)


@pytest.mark.slow
def test_an_index_that_nothing_takes_the_place_of_is_asked_for(legacy_database, monkeypatch):
    legacy_database.execute("CREATE INDEX followed ON ndas (status, created_at)")
    legacy_database.execute("CREATE UNIQUE INDEX by_old_status ON ndas (id, status)")
    legacy_database.execute("CREATE STATISTICS old_status ON status, company_state FROM ndas")
    legacy_database.migrate()
    monkeypatch.setattr("sys.stdin", io.StringIO())
    before = look_at(legacy_database)
    with pytest.raises(CommandError) as refusal:
        finalize(legacy_database)
    assert str(refusal.value) == "Nobody is there to be asked; nothing was changed.\nHINT: --yes-drop-indexes"
    assert look_at(legacy_database) == before
    asked = []
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or "yes")
    finalize(legacy_database)
    assert asked == [
        "With the old columns goes what somebody has made on them, and no successor has its name: "
        "index by_old_status on ndas (status_legacy); statistics old_status on ndas (status_legacy).\n"
        'Type "yes" to go on: '
    ]
    assert legacy_database.rows("SELECT to_regclass('by_old_status')::text, to_regclass('followed')::text") == [
        (None, "followed")
    ]


def test_a_database_that_is_not_right_stays_as_it_is(legacy_database):
    with pytest.raises(CommandError, match=r"^Epic 10 is not applied to database "):
        finalize(legacy_database)
    legacy_database.migrate()
    legacy_database.execute("DROP INDEX idx_ndas_expiration_date")
    with pytest.raises(CommandError) as refusal:
        finalize(legacy_database)
    assert str(refusal.value).endswith(
        "2 failed.\nHINT: Set it right while there is a way back; python manage.py epic10_validate says what is wrong."
    )
    assert legacy_database.rows("SELECT count(*) FROM epic10_original") == [(0,)]


@pytest.mark.slow
def test_what_is_found_wrong_after_the_drop_is_not_said_to_be_as_before(migrated_database):
    break_it = partial(migrated_database.execute, "DROP INDEX IF EXISTS idx_ndas_expiration_date")
    with when_logged("finalize done", break_it), pytest.raises(CommandError) as refusal:
        finalize(migrated_database)
    assert str(refusal.value).startswith("Epic 10 is finalized, and afterwards a check failed: ")
    assert str(refusal.value).endswith(
        "HINT: Its hint, above, says what to do; python manage.py epic10_validate asks it again."
    )
    assert migrated_database.rows("SELECT count(*) FROM epic10_finalization") == [(1,)]


@pytest.mark.slow
def test_a_lock_not_to_be_had_leaves_the_way_back_open_and_the_next_run_goes_on(legacy_database, settings):
    settings.EPIC10_LOCK_PATIENCE = 1
    legacy_database.migrate()
    with somebody(legacy_database, "SELECT 1 FROM ndas"), pytest.raises(CommandError) as refusal:
        finalize(legacy_database)
    assert str(refusal.value).startswith("finalize could not get its locks on ndas, nda_status_history: pid ")
    [(kept,)] = legacy_database.rows("SELECT count(*) FROM epic10_original")
    assert kept > 300
    legacy_database.close()
    finalize(legacy_database)
    assert legacy_database.rows("SELECT count(*) FROM epic10_original") == [(kept,)]


def test_it_asks_twice_and_wants_the_name_of_the_database(migrated_database, monkeypatch):
    asked = []

    def answer(*answers):
        answers = iter(answers)
        monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or next(answers))

    for answers, expected in ((["no"], "yes"), (["yes", "yes"], migrated_database.name)):
        answer(*answers)
        with pytest.raises(CommandError, match=rf'^Nothing was changed: the answer was not "{expected}"\.\nHINT: '):
            finalize(migrated_database, yes_drop_legacy=False)
    assert asked[-1] == f'This cannot be undone.\nType "{migrated_database.name}" to go on: '
    answer("yes", migrated_database.name)
    assert "Epic 10 is finalized." in finalize(migrated_database, yes_drop_legacy=False)
