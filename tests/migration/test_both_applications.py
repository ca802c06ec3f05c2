"""
Prepared: both applications write, each its own labels, before the switch and after it.

The old one writes through the views in ``epic9``, the new one through those in ``epic10``.
"""

import pytest
from django.core.management import CommandError

from epic10.operations.backfill.foreign_triggers import AFTER_OR_BEFORE, triggers

from .disturbances import steps
from .test_there_and_back import DOWN, OLD_POSITIONS, OLD_STATUSES, POSITION_DOWN, POSITION_UP, UP
from .test_two_routes import SCRIPTS

RELEASE = "0002"
NEW_STATUSES, NEW_POSITIONS = list(DOWN), list(POSITION_DOWN)

INSERT = """
INSERT INTO {view} (id, company_name, agency_group_id, abbreviated_name, authorized_purpose, opportunity_poc_id,
                    relationship_poc_id, created_by_id, updated_at, {columns})
SELECT %s, company_name, agency_group_id, abbreviated_name, authorized_purpose, opportunity_poc_id,
       relationship_poc_id, created_by_id, now() AT TIME ZONE 'UTC', {places} FROM {view} ORDER BY id LIMIT 1"""
UPSERT = " ON CONFLICT (id) DO UPDATE SET {set}"
HISTORY = """
INSERT INTO {app}.nda_status_history (id, nda_id, status, changed_at, changed_by_id)
SELECT %s, nda_id, %s, changed_at, changed_by_id FROM {app}.nda_status_history ORDER BY id LIMIT 1"""
BOTH = """
SELECT old.status::text, old.usmax_position::text, new.status::text, new.usmax_position::text
  FROM epic9.ndas AS old JOIN epic10.ndas AS new USING (id) WHERE id = %s"""
LABELS = ("status", "usmax_position")


@pytest.fixture
def prepared(legacy_database):
    forwards(legacy_database, "enforce")
    return legacy_database


def forwards(database, last):
    for step in steps():
        step.forwards(database)
        if step.name == last:
            return


def backwards(database, last):
    for step in reversed(steps()):
        step.backwards(database)
        if step.name == last:
            return


def insert(database, app, row, *, upsert=False, **values):
    statement = INSERT.format(view=f"{app}.ndas", columns=", ".join(values), places=", ".join(["%s"] * len(values)))
    if upsert:
        statement += UPSERT.format(set=", ".join(f"{name} = excluded.{name}" for name in values))
    database.execute(statement, [row, *values.values()])


def update(database, app, row, **values):
    setters = ", ".join(f"{name} = %s" for name in values)
    database.execute(
        f"UPDATE {app}.ndas SET {setters}, updated_at = now() AT TIME ZONE 'UTC' WHERE id = %s", [*values.values(), row]
    )


def labels(database, row):
    [found] = database.rows(BOTH, [row])
    return found


def of_the_old_one(status, position):
    return (status, position, UP[status], POSITION_UP[position])


def of_the_new_one(status, position):
    return (DOWN[status], POSITION_DOWN[position], status, position)


OLD = [(status, position) for status in OLD_STATUSES for position in OLD_POSITIONS]
NEW = [(status, position) for status in NEW_STATUSES for position in NEW_POSITIONS]
APPLICATIONS = {"epic9": (OLD, of_the_old_one), "epic10": (NEW, of_the_new_one)}


def either(state, app, status, position):
    """The labels of a row after a write by one application: old ones are kept where they still fit."""
    old_status, old_position, new_status, new_position = state
    if app == "epic9":
        return (
            status,
            position,
            new_status if status == old_status else UP[status],
            new_position if position == old_position else POSITION_UP[position],
        )
    return (
        old_status if status in (new_status, UP[old_status]) else DOWN[status],
        old_position if position in (new_position, POSITION_UP[old_position]) else POSITION_DOWN[position],
        status,
        position,
    )


def everything(database):
    return {row: tuple(found) for row, *found in database.rows(EVERYTHING)}


EVERYTHING = """
SELECT id, old.status::text, old.usmax_position::text, new.status::text, new.usmax_position::text, nda_type::text,
       is_non_usmax, expiration_date::text, approved_by_id, approved_at::text, rejection_reason
  FROM epic9.ndas AS old JOIN epic10.ndas AS new USING (id)"""


@pytest.mark.parametrize("app", APPLICATIONS)
def test_every_label_that_either_inserts_is_read_by_both_and_stays_so(prepared, app):
    pairs, expected = APPLICATIONS[app]
    for number, (status, position) in enumerate(pairs):
        insert(prepared, app, f"{app} {number}", status=status, usmax_position=position)
        assert labels(prepared, f"{app} {number}") == expected(status, position)
        for _ in range(2):  # Once the row is new, once it is there already.
            insert(prepared, app, "the one", upsert=True, status=status, usmax_position=position)
        assert labels(prepared, "the one")[2:] == expected(status, position)[2:]
    for status in {status for status, _ in pairs}:
        prepared.execute(HISTORY.format(app=app), [status, status])
        [found] = prepared.rows(
            f"{HISTORIES} WHERE id = %s",
            [status],
        )
        assert found == (status, expected(status, "PRIME")[0], expected(status, "PRIME")[2])
    was = everything(prepared)
    for look in (lambda: prepared.migrate(RELEASE), lambda: backwards(prepared, "switch")):
        look()
        assert everything(prepared) == was


def test_what_neither_names_has_the_default_of_who_writes(prepared):
    insert(prepared, "epic9", "o", fully_executed_date=None)
    insert(prepared, "epic10", "n", fully_executed_date=None)
    assert labels(prepared, "o") == ("CREATED", None, "CREATED", "PRIME")
    assert labels(prepared, "n") == ("CREATED", "PRIME", "CREATED", "PRIME")
    # Nobody can tell a NULL of the new one's, which its models do not know, from nothing.
    insert(prepared, "epic10", "null", status=None, usmax_position=None)
    assert labels(prepared, "null") == ("CREATED", None, "CREATED", "PRIME")


def test_a_replica_and_a_subscription_that_know_only_the_old_columns_insert_them(legacy_database):
    """No other trigger fires for them; a column that is NOT NULL and has no default would stop them for good."""
    for last, label in (("expand", "EMAILED"), ("enforce", "CANCELLED")):
        forwards(legacy_database, last)
        legacy_database.execute("SET session_replication_role = replica; SET search_path = ''")
        legacy_database.execute(
            "INSERT INTO public.ndas (id, company_name, agency_group_id, abbreviated_name, authorized_purpose, status,"
            " usmax_position, opportunity_poc_id, relationship_poc_id, created_by_id, updated_at)"
            " SELECT %s, company_name, agency_group_id, abbreviated_name, authorized_purpose, %s, NULL,"
            " opportunity_poc_id, relationship_poc_id, created_by_id, updated_at FROM public.ndas ORDER BY id LIMIT 1",
            [last, label],
        )
        legacy_database.execute("RESET session_replication_role; RESET search_path")
        found = legacy_database.rows(
            "SELECT status::text, usmax_position, status_epic10::text, usmax_position_epic10::text FROM ndas"
            " WHERE id = %s",
            [last],
        )
        assert found == [(label, None, UP[label], "PRIME")]


@pytest.mark.slow
def test_both_in_turn_on_one_row(prepared):
    for place, column in enumerate(LABELS):
        mine = {app: sorted({pair[place] for pair in pairs}, key=str) for app, (pairs, _) in APPLICATIONS.items()}
        insert(prepared, "epic9", column, status="CREATED", usmax_position="PRIME")
        state = labels(prepared, column)
        for first in mine["epic9"]:
            for then in mine["epic10"]:
                for at_last in mine["epic9"]:
                    for app, label in (("epic9", first), ("epic10", then), ("epic9", at_last), ("epic10", then)):
                        update(prepared, app, column, **{column: label})
                        wanted = [state[0 if app == "epic9" else 2], state[1 if app == "epic9" else 3]]
                        wanted[place] = label
                        state = either(state, app, *wanted)
                        assert labels(prepared, column) == state, (app, label)
    was = everything(prepared)
    prepared.migrate(RELEASE)
    assert everything(prepared) == was


# Everything that the new application may write before the switch and the old schema has no place for.
KINDS = {
    "pending": {"status": "PENDING_APPROVAL"},
    "expired": {"status": "EXPIRED", "fully_executed_date": "2019-05-06"},
    "consultant": {"nda_type": "CONSULTANT"},
    "non-usmax": {"is_non_usmax": True},
    "approved": {"approved_by_id": "{a contact}", "approved_at": "2026-01-02 03:04:05.678"},
    "rejected": {"rejection_reason": "Purpose is too wide"},
    "a date of its own": {"fully_executed_date": "2025-03-04", "expiration_date": "2031-01-01"},
    "never ending": {"expiration_date": "infinity"},
    "cleared": {"status": "INACTIVE_CANCELED", "fully_executed_date": "2025-03-04"},
}
ALIKE = {"sent": {"status": "SENT_PENDING_SIGNATURE"}, "partner": {"usmax_position": "SUB_CONTRACTOR"}}


@pytest.fixture
def canary(prepared):
    """Prepared, and the new application has written one NDA of each kind, by an INSERT and by an UPDATE."""
    [(contact,)] = prepared.rows("SELECT min(id) FROM contacts")
    for kind, values in (KINDS | ALIKE).items():
        values = {name: contact if value == "{a contact}" else value for name, value in values.items()}
        insert(prepared, "epic10", f"inserted {kind}", **values)
        insert(prepared, "epic9", f"updated {kind}", status="CREATED", usmax_position=None)
        update(prepared, "epic10", f"updated {kind}", **values)
    for row in ("inserted cleared", "updated cleared"):
        update(prepared, "epic10", row, expiration_date=None)
    for status in NEW_STATUSES:
        prepared.execute(HISTORY.format(app="epic10"), [f"inserted {status}", status])
    return prepared


HISTORIES = """
SELECT id, old.status::text, new.status::text
  FROM epic9.nda_status_history AS old JOIN epic10.nda_status_history AS new USING (id)"""


def whole(database):
    return everything(database), database.rows(HISTORIES + " ORDER BY id")


@pytest.mark.slow
def test_after_the_switch_it_reads_as_it_did_before_it(canary):
    was = whole(canary)
    canary.migrate(RELEASE)
    assert whole(canary) == was
    finished = canary.manage("epic10_validate")
    assert finished.returncode == 0, finished.stdout
    backwards(canary, "switch")
    assert whole(canary) == was
    canary.migrate(RELEASE)
    assert whole(canary) == was


@pytest.mark.slow
@pytest.mark.parametrize("route", ["migrate", "psql"])
def test_after_a_way_back_instead_the_old_schema_has_what_it_can_hold_and_the_release_brings_the_rest(canary, route):
    was, at_first = whole(canary), {row: found[:2] for row, found in everything(canary).items()}
    back, there = ROUTES[route]
    for _ in range(2):
        back(canary)
        old = {row: tuple(found) for row, *found in canary.rows("SELECT id, status, usmax_position FROM ndas")}
        assert old == at_first
        parked = canary.rows("SELECT count(*) FROM epic10_archive WHERE table_name = 'ndas' AND event = 'parked'")
        assert parked[0][0] >= 2 * len(KINDS)
        there(canary)
        assert whole(canary) == was


ROUTES = {
    "migrate": (lambda database: database.migrate("0001"), lambda database: database.migrate(RELEASE)),
    "psql": (
        lambda database: database.psql(SCRIPTS / "rollback.sql"),
        lambda database: database.psql(SCRIPTS / "migration.sql"),
    ),
}


def test_to_migrate_again_overwrites_nothing(canary):
    """A deploy that is resumed runs every phase again, before the switch."""
    was = whole(canary)
    for _ in range(2):
        forwards(canary, "enforce")
        assert whole(canary) == was
    update(canary, "epic10", "inserted sent", status="PENDING_APPROVAL")
    update(canary, "epic9", "updated pending", status="EMAILED")
    assert labels(canary, "inserted sent")[::2] == ("CREATED", "PENDING_APPROVAL")
    assert labels(canary, "updated pending")[::2] == ("EMAILED", "SENT_PENDING_SIGNATURE")


@pytest.mark.parametrize("trigger", ["zz_epic10_sync_ndas_insert", '"00_epic10_sync_ndas_update"'])
def test_a_trigger_that_somebody_has_disabled_meanwhile_stops_it_before_the_switch(prepared, trigger):
    prepared.execute(f"ALTER TABLE ndas DISABLE TRIGGER {trigger}")
    with pytest.raises(CommandError) as refused:
        prepared.migrate(RELEASE)
    name = trigger.strip('"')
    assert f"old and new columns of ndas are kept in step; found: trigger {name} is missing or disabled" in str(
        refused.value
    )
    prepared.execute(f"ALTER TABLE ndas ENABLE TRIGGER {trigger}")
    prepared.migrate(RELEASE)


# What the new application left, what the old one then writes, what the new one reads: no guard of 0003 is there yet.
ON_WHAT_IT_DOES_NOT_KNOW = [
    ("PENDING_APPROVAL", {"status": "EMAILED"}, "SENT_PENDING_SIGNATURE"),
    ("PENDING_APPROVAL", {"status": "INACTIVE"}, "INACTIVE_CANCELED"),
    ("PENDING_APPROVAL", {"status": "CREATED"}, "PENDING_APPROVAL"),
    ("PENDING_APPROVAL", {"company_name": "Other LLC"}, "PENDING_APPROVAL"),
    ("EXPIRED", {"status": "CANCELLED"}, "INACTIVE_CANCELED"),
    ("EXPIRED", {"status": "FULLY_EXECUTED", "fully_executed_date": "2026-11-27"}, "EXPIRED"),
    ("EXPIRED", {"company_name": "Other LLC"}, "EXPIRED"),
]


def test_what_the_old_application_does_to_a_label_that_it_does_not_know(prepared):
    for number, (left, values, becomes) in enumerate(ON_WHAT_IT_DOES_NOT_KNOW):
        insert(prepared, "epic10", f"row {number}", status=left, nda_type="CONSULTANT", rejection_reason="Too wide")
        update(prepared, "epic9", f"row {number}", **values)
        found = prepared.rows(
            "SELECT status::text, nda_type::text, rejection_reason, expiration_date::date::text FROM epic10.ndas"
            " WHERE id = %s",
            [f"row {number}"],
        )
        ends = "2027-11-27" if "fully_executed_date" in values else None
        assert found == [(becomes, "CONSULTANT", "Too wide", ends)]


# Of the previous application: one that judges, one that rewrites, one that listens, one at the end.
THEIRS = """
CREATE TABLE noticed (id bigserial, what text);
CREATE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.status = 'INACTIVE' AND NEW.company_name = 'Never ends' THEN NEW.status := OLD.status; END IF;
  IF NEW.status = 'EMAILED' AND NEW.company_name = 'In a hurry' THEN NEW.status := 'IN_REVISION'; END IF;
  RETURN NEW; END $$;
CREATE TRIGGER judge BEFORE UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION judge();
CREATE FUNCTION notice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO noticed (what) VALUES (concat_ws(' ', TG_NAME, NEW.id, NEW.status)); RETURN NEW; END $$;
CREATE TRIGGER listens AFTER UPDATE OF status ON ndas FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION notice();
CREATE CONSTRAINT TRIGGER at_the_end AFTER INSERT ON ndas DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION notice()"""


def test_triggers_of_the_old_application_hear_of_what_the_new_one_writes_and_have_their_say(legacy_database):
    legacy_database.execute(THEIRS)
    before = legacy_database.dump_schema()
    forwards(legacy_database, "enforce")
    for row, company in (("hurry", "In a hurry"), ("never", "Never ends"), ("plain", "Plain")):
        insert(legacy_database, "epic9", row, status="CREATED")
        update(legacy_database, "epic9", row, company_name=company)
        update(legacy_database, "epic10", row, status="PENDING_APPROVAL", usmax_position="OTHER")
    insert(legacy_database, "epic10", "epic10", status="EXPIRED")
    for app, sent, ended in (
        ("epic9", "EMAILED", "INACTIVE"),
        ("epic10", "SENT_PENDING_SIGNATURE", "INACTIVE_CANCELED"),
    ):
        update(legacy_database, app, "hurry", status=sent)
        assert labels(legacy_database, "hurry") == ("IN_REVISION", "OTHER", "IN_REVISION", "OTHER")
        update(legacy_database, app, "never", status=ended)
        assert labels(legacy_database, "never") == ("CREATED", "OTHER", "PENDING_APPROVAL", "OTHER")
        update(legacy_database, app, "plain", status=sent)
        update(legacy_database, app, "plain", status=ended)
        assert labels(legacy_database, "plain") == ("INACTIVE", "OTHER", "INACTIVE_CANCELED", "OTHER")
        update(legacy_database, app, "hurry", status="CREATED")
    noticed = [what for (what,) in legacy_database.rows("SELECT what FROM noticed ORDER BY id")]
    by_each = ["listens hurry IN_REVISION", "listens plain EMAILED", "listens plain INACTIVE", "listens hurry CREATED"]
    assert [what for what in noticed if what.startswith("listens")] == by_each * 2
    assert "at_the_end epic10 FULLY_EXECUTED" in noticed
    legacy_database.migrate("0001")
    assert legacy_database.dump_schema() == before


def test_a_backfill_takes_no_trigger_of_ours_for_one_of_others(prepared):
    for table in ("ndas", "nda_status_history"):
        assert prepared.rows(f"SELECT tgname FROM {triggers(table, AFTER_OR_BEFORE)}") == []
