"""Forwards and back again nothing is lost, whoever wrote what and when."""

from io import StringIO

from django.core.management import call_command

from ndas.choices import NdaStatus, NdaType, UsMaxPosition

from .disturbances import look_at, steps

LABELS = """
    SELECT array_agg(enumlabel::text ORDER BY enumsortorder)
      FROM pg_enum WHERE enumtypid = to_regtype(quote_ident(%s))"""
OLD_STATUSES = ["CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED"]
OLD_POSITIONS = ["PRIME", "SUB", "TEAMING", "OTHER", None]

# Stated from the domain's notes, not taken from the migration.
UP = {
    "CREATED": "CREATED",
    "EMAILED": "SENT_PENDING_SIGNATURE",
    "IN_REVISION": "IN_REVISION",
    "FULLY_EXECUTED": "FULLY_EXECUTED",
    "INACTIVE": "INACTIVE_CANCELED",
    "CANCELLED": "INACTIVE_CANCELED",
}
DOWN = {
    "CREATED": "CREATED",
    "PENDING_APPROVAL": "CREATED",
    "SENT_PENDING_SIGNATURE": "EMAILED",
    "IN_REVISION": "IN_REVISION",
    "FULLY_EXECUTED": "FULLY_EXECUTED",
    "INACTIVE_CANCELED": "INACTIVE",
    "EXPIRED": "FULLY_EXECUTED",
}
POSITION_UP = {"PRIME": "PRIME", "SUB": "SUB_CONTRACTOR", "TEAMING": "OTHER", "OTHER": "OTHER", None: "PRIME"}
POSITION_DOWN = {"PRIME": "PRIME", "SUB_CONTRACTOR": "SUB", "OTHER": "OTHER"}

INSERT = """
    INSERT INTO ndas (id, company_name, agency_group_id, abbreviated_name, authorized_purpose, opportunity_poc_id,
                      relationship_poc_id, created_by_id, updated_at, status, usmax_position, fully_executed_date)
    SELECT %s, company_name, agency_group_id, abbreviated_name, authorized_purpose, opportunity_poc_id,
           relationship_poc_id, created_by_id, updated_at, %s, %s, %s FROM ndas LIMIT 1"""
UPDATE = "UPDATE ndas SET status = %s, usmax_position = %s, fully_executed_date = %s WHERE id = %s"
HISTORY = """
    INSERT INTO nda_status_history (id, nda_id, status, changed_by_id)
    SELECT %s, %s, %s, created_by_id FROM ndas LIMIT 1"""


def test_back_again_everything_is_as_it_was_and_forwards_again_it_is_valid(legacy_database, before, after, look_before):
    for _ in range(2):
        legacy_database.migrate()
        assert look_at(legacy_database) == after
        call_command("epic10_validate", database=legacy_database.alias, stdout=StringIO())
        legacy_database.migrate("0001")
        assert look_before(legacy_database) == before


def test_the_new_types_have_the_target_labels_in_the_target_order(migrated_database):
    for name, wanted in {"NdaStatus": NdaStatus, "UsMaxPosition": UsMaxPosition, "NdaType": NdaType}.items():
        assert migrated_database.rows(LABELS, [name]) == [(wanted.values,)]


def test_no_old_label_is_left_in_a_visible_column(migrated_database):
    """And every old label was there to begin with."""
    pairs = migrated_database.rows("SELECT DISTINCT status_legacy::text, status::text FROM ndas")
    assert sorted(pairs) == sorted(UP.items())
    pairs = migrated_database.rows("SELECT DISTINCT usmax_position_legacy::text, usmax_position::text FROM ndas")
    assert set(pairs) == set(POSITION_UP.items())
    pairs = migrated_database.rows("SELECT DISTINCT status_legacy::text, status::text FROM nda_status_history")
    assert set(pairs) <= set(UP.items())


def test_inactive_and_cancelled_and_no_position_come_back_apart(production_database):
    question = (
        "SELECT id, status::text, usmax_position::text FROM ndas WHERE id IN ('n-05', 'n-06', 'n-07') ORDER BY id"
    )
    production_database.migrate()
    assert production_database.rows(question) == [
        ("n-05", "INACTIVE_CANCELED", "PRIME"),
        ("n-06", "INACTIVE_CANCELED", "PRIME"),
        ("n-07", "SENT_PENDING_SIGNATURE", "PRIME"),
    ]
    production_database.migrate("0001")
    assert production_database.rows(question) == [
        ("n-05", "INACTIVE", "PRIME"),
        ("n-06", "CANCELLED", "PRIME"),
        ("n-07", "EMAILED", None),
    ]


def test_an_nda_expires_one_calendar_year_after_it_was_signed(production_database):
    for number, date in (("20", "infinity"), ("21", "9999-06-01"), ("22", "2023-03-01")):
        production_database.execute(INSERT, [f"n-{number}", "FULLY_EXECUTED", "PRIME", date])
    production_database.migrate()
    found = dict(
        production_database.rows("SELECT id, expiration_date::text FROM ndas WHERE fully_executed_date IS NOT NULL")
    )
    assert found == {
        "n-04": "2024-05-04 16:20:01.234",
        "n-08": "2025-02-28 15:00:00",
        "n-09": "2025-02-28 23:59:59.999",
        "n-10": "2025-02-28 23:59:59.999",
        "n-11": "2024-02-28 00:00:00",
        "n-12": "2022-07-01 12:00:00",
        "n-20": None,
        "n-21": None,
        "n-22": "2024-03-01 00:00:00",
    }
    unsigned = "SELECT count(*) FROM ndas WHERE fully_executed_date IS NULL AND expiration_date IS NOT NULL"
    assert production_database.rows(unsigned) == [(0,)]


def test_what_the_old_application_writes_between_two_phases_is_translated(legacy_database):
    """Whichever phase comes next: every label, inserted and updated, into either table."""
    written = {}
    for step in steps():
        written |= _written_by_the_old_application(legacy_database, f"old-{step.name}")
        step.forwards(legacy_database)
    question = "SELECT id, status::text, usmax_position::text, expiration_date::text FROM ndas WHERE id LIKE 'old-%%'"
    assert {id: tuple(values) for id, *values in legacy_database.rows(question)} == {
        id: (UP[status], POSITION_UP[position], "2025-02-28 00:00:00" if status == "FULLY_EXECUTED" else None)
        for id, (status, position) in written.items()
    }
    question = "SELECT id, status::text FROM nda_status_history WHERE id LIKE 'old-%%'"
    assert dict(legacy_database.rows(question)) == {id: UP[status] for id, (status, _) in written.items()}
    legacy_database.migrate("0001")
    question = "SELECT id, status::text, usmax_position::text FROM ndas WHERE id LIKE 'old-%%'"
    assert {id: tuple(values) for id, *values in legacy_database.rows(question)} == written


def test_what_the_new_application_writes_has_the_nearest_old_label(migrated_database):
    """Every status it can insert; and every status over every old one."""
    inserted = {}
    for number, (status, position) in enumerate(_pairs(DOWN, POSITION_DOWN)):
        migrated_database.execute(INSERT, [f"new-{number}", status, position, None])
        migrated_database.execute(HISTORY, [f"new-{number}", f"new-{number}", status])
        inserted[f"new-{number}"] = (DOWN[status], POSITION_DOWN[position])
    updated = {}
    for old in UP:
        rows = migrated_database.rows(
            "SELECT id FROM ndas WHERE status_legacy = %s AND id NOT LIKE 'new-%%' ORDER BY id LIMIT 7", [old]
        )
        for (id,), status in zip(rows, DOWN, strict=True):
            migrated_database.execute("UPDATE ndas SET status = %s WHERE id = %s", [status, id])
            # A label that still means the same stays what it was: CANCELLED is not made INACTIVE.
            updated[id] = old if UP[old] == status else DOWN[status]
    migrated_database.migrate("0001")
    question = "SELECT id, status::text, usmax_position::text FROM ndas WHERE id LIKE 'new-%%'"
    assert {id: tuple(values) for id, *values in migrated_database.rows(question)} == inserted
    question = "SELECT id, status::text FROM nda_status_history WHERE id LIKE 'new-%%'"
    assert dict(migrated_database.rows(question)) == {id: status for id, (status, _) in inserted.items()}
    question = "SELECT id, status::text FROM ndas WHERE id = ANY (%s)"
    assert dict(migrated_database.rows(question, [list(updated)])) == updated


def test_a_change_of_one_column_leaves_the_old_label_of_the_other(migrated_database):
    """Both follow in one trigger: CANCELLED stays CANCELLED when only the position changes."""
    changes = {
        "CANCELLED": ("status_legacy = 'CANCELLED'", "usmax_position = 'SUB_CONTRACTOR'"),
        "TEAMING": ("usmax_position_legacy = 'TEAMING'", "status = 'EXPIRED'"),
        None: ("usmax_position_legacy IS NULL", "status = 'PENDING_APPROVAL'"),
    }
    changed = {}
    for label, (which, change) in changes.items():
        # What is changed to must be a change.
        [(id,)] = migrated_database.rows(
            f"""UPDATE ndas SET {change} WHERE id = (
                  SELECT min(id) FROM ndas WHERE {which} AND NOT {change} AND id <> ALL (%s)) RETURNING id""",
            [list(changed)],
        )
        changed[id] = label
    migrated_database.migrate("0001")
    found = migrated_database.rows(
        "SELECT id, status::text, usmax_position::text FROM ndas WHERE id = ANY (%s)", [list(changed)]
    )
    wanted = {
        "CANCELLED": ("CANCELLED", "SUB"),
        "TEAMING": ("FULLY_EXECUTED", "TEAMING"),
        None: ("CREATED", None),
    }
    assert {id: tuple(values) for id, *values in found} == {id: wanted[label] for id, label in changed.items()}


def test_a_position_the_new_application_takes_away_and_gives_back(migrated_database):
    """TEAMING reads OTHER; once it is something else in between, it is OTHER for good."""
    (kept,), (lost,) = migrated_database.rows(
        "SELECT id FROM ndas WHERE usmax_position_legacy = 'TEAMING' ORDER BY id LIMIT 2"
    )
    for position in ("PRIME", "OTHER"):
        migrated_database.execute("UPDATE ndas SET usmax_position = %s WHERE id = %s", [position, lost])
    migrated_database.execute("UPDATE ndas SET usmax_position = 'OTHER', company_name = 'Else' WHERE id = %s", [kept])
    migrated_database.migrate("0001")
    question = "SELECT usmax_position::text FROM ndas WHERE id = %s"
    assert migrated_database.rows(question, [kept]) == [("TEAMING",)]
    assert migrated_database.rows(question, [lost]) == [("OTHER",)]


def _written_by_the_old_application(database, prefix):
    """Every status with every position, inserted and updated; by id."""
    written = {}
    for number, (status, position) in enumerate(_pairs(OLD_STATUSES, OLD_POSITIONS)):
        executed = "2024-02-29" if status == "FULLY_EXECUTED" else None
        inserted, updated = f"{prefix}-i{number}", f"{prefix}-u{number}"
        database.execute(INSERT, [inserted, status, position, executed])
        database.execute(INSERT, [updated, "CREATED", "OTHER", None])
        database.execute(UPDATE, [status, position, executed, updated])
        for id in (inserted, updated):
            database.execute(HISTORY, [id, id, status])
            written[id] = (status, position)
    return written


def _pairs(statuses, positions):
    return [(status, position) for status in statuses for position in positions]
