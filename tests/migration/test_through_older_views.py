"""What the previous application writes after the switch, through older views, keeps its labels and its dates."""

import pytest

from tests.databases import prepared

# Made by somebody before the release: after the switch they name the legacy columns, by their numbers.
VIEWS = """
CREATE VIEW old_ndas AS SELECT id, display_id, company_name, agency_group_id, abbreviated_name, authorized_purpose,
       usmax_position, status, fully_executed_date, opportunity_poc_id, relationship_poc_id, created_by_id, updated_at
  FROM ndas;
CREATE VIEW old_history AS SELECT id, nda_id, status, changed_at, changed_by_id FROM nda_status_history"""
STATUSES = {
    "CREATED": "CREATED",
    "EMAILED": "SENT_PENDING_SIGNATURE",
    "IN_REVISION": "IN_REVISION",
    "FULLY_EXECUTED": "FULLY_EXECUTED",
    "INACTIVE": "INACTIVE_CANCELED",
    "CANCELLED": "INACTIVE_CANCELED",
}
POSITIONS = {"PRIME": "PRIME", "SUB": "SUB_CONTRACTOR", "TEAMING": "OTHER", "OTHER": "OTHER", None: "PRIME"}
EVERY_PAIR = [(status, position) for status in STATUSES for position in POSITIONS]

INSERT = """
INSERT INTO old_ndas (id, company_name, agency_group_id, abbreviated_name, authorized_purpose, opportunity_poc_id,
                      relationship_poc_id, created_by_id, updated_at, status, usmax_position)
SELECT %s, company_name, agency_group_id, abbreviated_name, authorized_purpose, opportunity_poc_id,
       relationship_poc_id, created_by_id, updated_at, %s, %s FROM old_ndas ORDER BY id LIMIT 1"""
UPSERT = """
 ON CONFLICT (id) DO UPDATE SET status = excluded.status, usmax_position = excluded.usmax_position"""
UPDATE = "UPDATE old_ndas SET status = %(status)s, usmax_position = %(position)s WHERE id = %(id)s"
HISTORY = """
INSERT INTO old_history (id, nda_id, status, changed_at, changed_by_id)
SELECT %s, nda_id, %s, changed_at, changed_by_id FROM old_history ORDER BY id LIMIT 1"""
BOTH = """
SELECT status_legacy::text, usmax_position_legacy::text, status::text, usmax_position::text FROM ndas WHERE id = %s"""


def switch(database):
    database.execute(VIEWS)
    database.migrate()


@pytest.fixture(scope="module")
def switched_template(django_db_blocker, legacy_template):
    with django_db_blocker.unblock(), prepared(legacy_template, switch) as (name, _):
        yield name


@pytest.fixture
def switched(scratch, switched_template):
    return scratch(switched_template)


def as_it_should_be(status, position):
    return [(status, position, STATUSES[status], POSITIONS[position])]


def test_every_label_inserted_through_an_older_view_is_kept_and_comes_back(switched):
    for number, pair in enumerate(EVERY_PAIR):
        switched.execute(INSERT, [f"inserted {number}", *pair])
        assert switched.rows(BOTH, [f"inserted {number}"]) == as_it_should_be(*pair), pair
    for status, becomes in STATUSES.items():
        switched.execute(HISTORY, [status, status])
        found = switched.rows(
            "SELECT status_legacy::text, status::text FROM nda_status_history WHERE id = %s", [status]
        )
        assert found == [(status, becomes)]
    switched.migrate("0001")
    labels = (
        "SELECT status::text, usmax_position::text FROM ndas WHERE id LIKE 'inserted %%' ORDER BY substr(id, 10)::int"
    )
    assert switched.rows(labels, []) == EVERY_PAIR


def test_and_so_is_what_is_inserted_over_a_row_that_is_there(switched):
    for status, position in EVERY_PAIR:
        # Once the row is new, once it is there already.
        for _ in range(2):
            switched.execute(INSERT + UPSERT, ["the one", status, position])
            assert switched.rows(BOTH, ["the one"]) == as_it_should_be(status, position), (status, position)


def test_and_what_is_updated_from_any_label_to_any_other(switched):
    switched.execute(INSERT, ["the one", "CREATED", None])
    for status in STATUSES:
        for target in STATUSES:
            for position in POSITIONS:
                for pair in ((status, position), (target, "SUB"), (target, position)):
                    switched.execute(UPDATE, {"id": "the one", "status": pair[0], "position": pair[1]})
                    assert switched.rows(BOTH, ["the one"]) == as_it_should_be(*pair), pair


def test_a_position_that_only_the_new_application_has_chosen_comes_back_as_the_old_one_for_it(switched):
    for position, old in (("PRIME", "PRIME"), ("SUB_CONTRACTOR", "SUB"), ("OTHER", "OTHER")):
        switched.execute(
            INSERT.replace("old_ndas (", "ndas (").replace("status, ", "").replace("%s, %s FROM", "%s FROM"),
            [position, position],
        )
        assert switched.rows(BOTH, [position]) == [("CREATED", old, "CREATED", position)]


@pytest.mark.slow
def test_of_the_default_that_tells_nothing_from_null_nothing_is_left(legacy_database):
    default = (
        "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum"
        " WHERE attrelid = 'ndas'::regclass AND attname = %s"
    )
    before = legacy_database.dump_schema()
    for _ in range(2):
        legacy_database.migrate()
        assert legacy_database.rows(default, ["usmax_position_legacy"]) == [("""'PRIME'::epic9."UsMaxPosition\"""",)]
        legacy_database.migrate("0001")
    assert legacy_database.dump_schema() == before


# (what is written, over which dates, and which expiration date it has then); None: no date.
EXECUTED, BY_HAND, AGAIN = "2018-05-06", "2030-01-01", "2026-11-27"
FATES = {
    "executed": ({"fully_executed_date": AGAIN}, (None, None), "2027-11-27"),
    "executed anew": ({"fully_executed_date": AGAIN}, (EXECUTED, "2019-05-06"), "2027-11-27"),
    "executed anew, a date of somebody's before": ({"fully_executed_date": AGAIN}, (EXECUTED, BY_HAND), "2027-11-27"),
    "executed anew, cleared before": ({"fully_executed_date": AGAIN}, (EXECUTED, None), "2027-11-27"),
    "both written": ({"fully_executed_date": AGAIN, "expiration_date": BY_HAND}, (EXECUTED, "2019-05-06"), BY_HAND),
    "both, to nothing": ({"fully_executed_date": AGAIN, "expiration_date": None}, (EXECUTED, BY_HAND), "2027-11-27"),
    "the date alone": ({"expiration_date": BY_HAND}, (EXECUTED, "2019-05-06"), BY_HAND),
    "not executed after all": ({"fully_executed_date": None}, (EXECUTED, "2019-05-06"), None),
    "never ending": ({"fully_executed_date": "infinity"}, (EXECUTED, "2019-05-06"), None),
    "something else": ({"company_name": "Other LLC"}, (EXECUTED, BY_HAND), BY_HAND),
}
WITH_STATUS = {
    "cleared while it is executed": ("FULLY_EXECUTED", {"expiration_date": None}, "2019-05-06"),
    "cleared otherwise": ("INACTIVE", {"expiration_date": None}, None),
    "something else, cleared before": ("INACTIVE", {"company_name": "Other LLC"}, None),
    "executed, cleared before": ("INACTIVE", {"status_legacy": "FULLY_EXECUTED"}, "2019-05-06"),
}


def written(database, values, where="id = 'the one'", table="ndas"):
    setters = ", ".join(f"{column} = %s" for column in values)
    database.execute(f"UPDATE {table} SET {setters} WHERE {where}", list(values.values()))


def expires(database):
    [(date,)] = database.rows("SELECT expiration_date::date::text FROM ndas WHERE id = 'the one'")
    return date


@pytest.mark.parametrize(("values", "before", "after"), FATES.values(), ids=FATES)
def test_the_expiration_date_follows_the_execution_unless_the_statement_sets_it(switched, values, before, after):
    switched.execute(INSERT, ["the one", "EMAILED", None])
    written(switched, {"fully_executed_date": before[0], "expiration_date": before[1]})
    written(switched, {"expiration_date": before[1]})
    assert expires(switched) == before[1]
    written(switched, values)
    assert expires(switched) == after


@pytest.mark.parametrize(("status", "values", "after"), WITH_STATUS.values(), ids=WITH_STATUS)
def test_it_may_be_cleared_while_the_nda_is_not_in_force(switched, status, values, after):
    switched.execute(INSERT, ["the one", status, None])
    written(switched, {"fully_executed_date": EXECUTED})
    if "before" in values or "expiration_date" not in values:
        written(switched, {"expiration_date": None})
        assert expires(switched) is None
    written(switched, values)
    assert expires(switched) == after


def test_what_the_previous_application_executes_through_its_view_does_not_end_in_the_past(switched):
    """Between the switch and the guards as well as after them; and of the rule nothing is left after the way back."""
    for target in ("0002", None):
        switched.migrate(target)
        name = f"the one {target}"
        switched.execute(INSERT, [name, "EMAILED", None])
        for date, ends in ((EXECUTED, "2019-05-06"), (AGAIN, "2027-11-27")):
            values = {"status": "FULLY_EXECUTED", "fully_executed_date": date}
            written(switched, values, where=f"id = '{name}'", table="old_ndas")
            found = switched.rows("SELECT expiration_date::date::text FROM ndas WHERE id = %s", [name])
            assert found == [(ends,)]
            written(switched, {"status": "INACTIVE"}, where=f"id = '{name}'", table="old_ndas")
    switched.migrate("0001")
    triggers = "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'ndas'::regclass AND NOT tgisinternal"
    assert switched.rows(triggers) == [(0,)]
