"""Where theirs was there before, whatever either application writes reaches both columns and is lost on neither way."""

import pytest

from .disturbances import steps
from .shapes import CONVERGING
from .test_there_and_back import INSERT, UPDATE

IN_A_SHAPE = (
    "six NDA types",
    "labels converted already",
    "is_non_usmax with NULLs",
    "expiration_date to the microsecond, 'infinity' too",
    "approved_by_id as varchar",
)
NEW = "UPDATE ndas SET {} WHERE id = %s"
READ = """
    SELECT nda_type::text, is_non_usmax, expiration_date::text, approved_by_id, status::text FROM ndas WHERE id = %s"""


@pytest.fixture
def shaped(legacy_database):
    for name in IN_A_SHAPE:
        for statement in CONVERGING[name].sql.split(";\n"):
            legacy_database.execute(statement)
    return legacy_database


def ids(database, which, count):
    return [id for (id,) in database.rows(f"SELECT id FROM ndas WHERE {which} ORDER BY id LIMIT {count}")]


def test_theirs_is_translated_and_comes_back_to_the_microsecond(shaped):
    [research, plain] = ids(shaped, "nda_type = 'RESEARCH'", 1) + ids(shaped, "nda_type = 'MUTUAL'", 1)
    [precise] = ids(shaped, "expiration_date::text LIKE '%%.999999'", 1)
    [never] = ids(shaped, "expiration_date = 'infinity'", 1)
    shaped.migrate()
    assert shaped.rows(READ, [research])[0][0] == "CONSULTANT"
    assert shaped.rows(READ, [plain])[0][0] == "MUTUAL"
    assert shaped.rows(READ, [precise])[0][2] == "2031-05-06 23:59:59.999"
    assert shaped.rows(READ, [never])[0][2] == "9999-12-31 23:59:59.999"
    shaped.migrate("0001")
    assert shaped.rows(READ, [research])[0][0] == "RESEARCH"
    assert shaped.rows(READ, [precise])[0][2] == "2031-05-06 23:59:59.999999"
    assert shaped.rows(READ, [never])[0][2] == "infinity"


@pytest.mark.slow
def test_what_the_new_application_writes_is_theirs_after_the_way_back(shaped):
    [contact] = shaped.rows("SELECT min(id) FROM contacts")[0]
    [id, other] = ids(shaped, "nda_type = 'MUTUAL' AND is_non_usmax IS NULL AND status = 'CREATED'", 2)
    shaped.migrate("0002")
    changes = (
        "nda_type = 'CONSULTANT', is_non_usmax = true, expiration_date = '2030-01-01', status = 'PENDING_APPROVAL', "
        "approved_by_id = %s, approved_at = '2029-01-01'"
    )
    shaped.execute(NEW.format(changes), [contact, id])
    shaped.execute(NEW.format("company_name = 'Else'"), [other])
    shaped.migrate("0001")
    # The first of their labels that means CONSULTANT again, and a label that their type has.
    assert shaped.rows(READ, [id]) == [("UNILATERAL", True, "2030-01-01 00:00:00", contact, "PENDING_APPROVAL")]
    assert shaped.rows(READ, [other])[0][:2] == ("MUTUAL", None)
    shaped.migrate("0002")
    assert shaped.rows(READ, [id]) == [("CONSULTANT", True, "2030-01-01 00:00:00", contact, "PENDING_APPROVAL")]
    assert shaped.rows("SELECT approved_at::text FROM ndas WHERE id = %s", [id]) == [("2029-01-01 00:00:00",)]


def test_what_the_old_application_writes_meanwhile_is_translated(shaped):
    written = []
    for step in steps():
        id = f"old-{step.name}"
        shaped.execute(INSERT, [id, "CREATED", "OTHER", None])
        shaped.execute(NEW.format("nda_type = 'VENDOR', is_non_usmax = true, expiration_date = '2032-01-01'"), [id])
        shaped.execute(UPDATE, ["FULLY_EXECUTED", "PRIME", "2024-02-29", f"{id}"])
        written.append(id)
        step.forwards(shaped)
    for id in written:
        assert shaped.rows(READ, [id]) == [("CONSULTANT", True, "2032-01-01 00:00:00", None, "FULLY_EXECUTED")]


@pytest.mark.slow
def test_what_was_parked_is_put_back_beside_columns_of_theirs(legacy_database):
    """The statement that puts it back names their columns too, whatever type they are of."""
    for statement in CONVERGING["nda_type as text, with NULLs"].sql.split(";\n"):
        legacy_database.execute(statement)
    [id] = ids(legacy_database, "nda_type = 'CONSULTANT'", 1)
    legacy_database.migrate("0002")
    legacy_database.execute(NEW.format("rejection_reason = 'Wrong agency'"), [id])
    legacy_database.migrate("0001")
    legacy_database.migrate("0002")
    question = "SELECT nda_type::text, rejection_reason FROM ndas WHERE id = %s"
    assert legacy_database.rows(question, [id]) == [("CONSULTANT", "Wrong agency")]


# Ours are beside theirs until the switch.
BESIDE = """
    SELECT nda_type_epic10::text, is_non_usmax_epic10, expiration_date_epic10::text, approved_by_id_epic10,
           status_epic10::text FROM ndas WHERE id = %s"""
BY_THE_NEW_ONE = """
    nda_type_epic10 = 'CONSULTANT', is_non_usmax_epic10 = true, expiration_date_epic10 = '2030-01-01 12:00',
    approved_by_id_epic10 = %s, status_epic10 = 'PENDING_APPROVAL'"""
INSERTED = """
    INSERT INTO ndas (id, company_name, agency_group_id, abbreviated_name, authorized_purpose, opportunity_poc_id,
                      relationship_poc_id, created_by_id, updated_at, nda_type_epic10, is_non_usmax_epic10,
                      expiration_date_epic10, approved_by_id_epic10, status_epic10, usmax_position_epic10)
    SELECT %s, company_name, agency_group_id, abbreviated_name, authorized_purpose, opportunity_poc_id,
           relationship_poc_id, created_by_id, updated_at, 'CONSULTANT', true, '2030-01-01 12:00', created_by_id,
           'PENDING_APPROVAL', 'OTHER' FROM ndas ORDER BY id LIMIT 1"""


@pytest.fixture
def prepared(shaped):
    for step in steps()[:-1]:
        step.forwards(shaped)
    return shaped


def test_before_the_switch_both_write_both(prepared):
    [contact] = prepared.rows("SELECT created_by_id FROM ndas ORDER BY id LIMIT 1")[0]
    [one, other] = ids(prepared, "nda_type = 'MUTUAL' AND is_non_usmax IS NULL AND status = 'CREATED'", 2)
    prepared.execute(NEW.format(BY_THE_NEW_ONE), [contact, one])
    prepared.execute(INSERTED, ["inserted"])
    ours = [("CONSULTANT", True, "2030-01-01 12:00:00", contact, "PENDING_APPROVAL")]
    theirs = [("UNILATERAL", True, "2030-01-01 12:00:00", contact, "PENDING_APPROVAL")]
    for row in (one, "inserted"):
        assert (prepared.rows(BESIDE, [row]), prepared.rows(READ, [row])) == (ours, theirs)
    # And the old one over it, and where nobody had written: a date that the release has computed follows its source.
    vendor = "nda_type = 'VENDOR', is_non_usmax = false, expiration_date = '2032-01-01', status = 'EXPIRED'"
    prepared.execute(NEW.format(vendor), ["inserted"])
    prepared.execute(NEW.format("fully_executed_date = '2024-02-29', status = 'FULLY_EXECUTED'"), [other])
    executed = ("MUTUAL", False, "2025-02-28 00:00:00", None, "FULLY_EXECUTED")
    by_both = ("CONSULTANT", False, "2032-01-01 00:00:00", contact, "EXPIRED")
    assert prepared.rows(BESIDE, ["inserted"]) == [by_both]
    assert prepared.rows(BESIDE, [other]) == [executed]
    for step in steps():  # Once more from the beginning, and to the end.
        step.forwards(prepared)
    assert [prepared.rows(READ, [row]) for row in (one, "inserted", other)] == [ours, [by_both], [executed]]
    prepared.migrate("0001")
    assert prepared.rows(READ, [one]) == theirs
    assert prepared.rows(READ, [other]) == [("MUTUAL", None, None, None, "FULLY_EXECUTED")]


def test_a_way_back_before_the_switch_leaves_it_to_theirs(prepared):
    [contact] = prepared.rows("SELECT created_by_id FROM ndas ORDER BY id LIMIT 1")[0]
    prepared.execute(INSERTED, ["inserted"])
    prepared.migrate("0001")
    assert prepared.rows(READ, ["inserted"]) == [
        ("UNILATERAL", True, "2030-01-01 12:00:00", contact, "PENDING_APPROVAL")
    ]
