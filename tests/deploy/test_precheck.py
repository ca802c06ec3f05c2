"""epic10_precheck, as its operator and as a script meet it."""

import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from epic10.deploy.precheck import Limits, precheck
from epic10.postgres import fingerprint, installations
from epic10.release import estimate, plan
from epic10.terminal import units
from tests.migration.disturbances import somebody, steps

# What the application's tables have been through, as the server counts it.
WRITES = """
    SELECT relname, n_tup_ins, n_tup_upd, n_tup_del, n_dead_tup FROM pg_stat_user_tables ORDER BY relname"""
OBJECTS = "SELECT count(*), sum(hashtext(relname)) FROM pg_class WHERE relname NOT LIKE 'pg_toast%%'"


def verdicts(database, **limits):
    report = precheck(database.alias, Limits(**limits))
    return {result.check.id: result for result in report.results}


def asked(database, *arguments):
    """What it printed, and the CommandError it ended with. To rehearse the schema would take most of the time."""
    said = StringIO()
    try:
        call_command("epic10_precheck", *arguments, database=database.alias, without_schema_rehearsal=True, stdout=said)
    except CommandError as error:
        return said.getvalue(), error
    return said.getvalue(), None


@pytest.fixture
def looked_at(legacy_database):
    """Everything about a database that looking at it must not change."""
    connection = legacy_database.connection
    columns = fingerprint.columns(connection, plan.load().tables())

    def look():
        legacy_database.execute("SELECT pg_stat_force_next_flush()")
        return (
            fingerprint.schema(connection),
            fingerprint.content(connection, columns),
            legacy_database.rows(WRITES),
            legacy_database.rows(OBJECTS),
        )

    return look


@pytest.mark.slow
def test_a_database_that_is_ready_gets_a_go_and_nothing_is_changed(legacy_database, looked_at):
    before = looked_at()
    finished = legacy_database.manage("epic10_precheck")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.splitlines()[-1] == "GO, once you have read the warnings."
    assert "FAILED" not in finished.stdout
    assert looked_at() == before


def test_what_a_way_back_has_parked_is_part_of_the_estimate(migrated_database, monkeypatch):
    migrated_database.execute("UPDATE ndas SET nda_type = 'CONSULTANT'")
    migrated_database.migrate("0001")
    without = estimate.estimate(migrated_database.connection)
    said, _ = asked(migrated_database)
    [line] = [line for line in said.splitlines() if "that a way back has parked" in line]
    assert re.fullmatch(r" +ndas: 300 NDAs that a way back has parked, about [\d.]+ m?s", line)
    assert [work.to_restore for work in without.tables] == [300, 0]
    rate = min(without.rates["ndas"], estimate.FASTEST)
    assert without.seconds_to_restore(without.tables[0]) == estimate.RESTORING * 300 / rate
    monkeypatch.setattr(estimate, "waiting_rows", lambda connection: {"ndas": 3_000_000})
    assert estimate.estimate(migrated_database.connection).seconds > estimate.RESTORING * 3_000_000 / estimate.FASTEST


def test_a_failed_check_is_a_no_go_with_its_remedy(legacy_database):
    legacy_database.execute("ALTER TABLE ndas DROP company_city")
    said, error = asked(legacy_database)
    assert (str(error), error.returncode) == (
        "NO-GO. Do what the HINTs of the failed checks say, then ask again.",
        1,
    )
    assert (
        "FAILED  schema.complete                       every table and column that the release builds on is there\n"
        "        column ndas.company_city: expected text; found nothing\n"
        "        HINT: Is this the right database? "
        f"python manage.py migrate --database={legacy_database.alias} ndas 0001 makes what an empty one lacks.\n"
    ) in said


def test_json_is_the_report_and_nothing_else(legacy_database):
    said, error = asked(legacy_database, "--format", "json", "--free-disk", "1MB")
    report = json.loads(said)
    assert (error.returncode, report["verdict"], report["command"]) == (1, "FAILED", "epic10_precheck")
    [disk] = [check for check in report["checks"] if check["id"] == "disk.enough"]
    assert disk["findings"][0].startswith("1.0 MB free; ")


def test_html_is_one_page_that_asks_for_nothing_else(legacy_database):
    legacy_database.execute("""ALTER TABLE ndas ADD "<script>alert('x')</script>" text""")
    page, _ = asked(legacy_database, "--format", "html")
    assert page.startswith("<!doctype html>")
    assert "column ndas.&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;: expected nothing; found text" in page
    assert not [word for word in ("<script", "<link", "<img", "url(", "@import", "http") if word in page]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--window", "soon"], 'argument --window: "soon" is not a duration such as 90s, 5m or 1h 30m.'),
        (["--free-disk", "lots"], 'argument --free-disk: "lots" is not a size such as 512MB or 20GB.'),
    ],
)
def test_what_is_mistyped_is_said(arguments, complaint):
    with pytest.raises(CommandError, match=f"^Error: {re.escape(complaint)}$"):
        call_command("epic10_precheck", *arguments)


def test_an_empty_database_is_told_so(empty_database):
    said, error = asked(empty_database)
    assert (said, error.returncode) == ("", 1)
    assert str(error) == (
        f'Database "{empty_database.name}" has no register.\n'
        "HINT: Look at DATABASE_URL; python manage.py migrate ndas 0001 makes an empty register."
    )


def test_a_database_that_is_done_is_told_so(migrated_database):
    with pytest.raises(CommandError) as refusal:
        precheck(migrated_database.alias, Limits())
    assert str(refusal.value) == (
        f'Epic 10 is applied to database "{migrated_database.name}" already.\nHINT: python manage.py epic10_validate'
    )


def test_a_database_that_another_tool_made_is_asked_the_same(production_database):
    """Without a ledger, and with objects of its own."""
    production_database.execute("""CREATE DOMAIN "NdaType" AS text""")
    found = verdicts(production_database)
    assert found["enum.NdaType.free"].findings == ("NdaType is no enum",)
    assert {id for id, result in found.items() if result.verdict == "FAILED"} == {"enum.NdaType.free"}
    assert "column contacts.role_id: expected nothing; found text" in found["schema.drift"].findings
    assert found["way_back.snapshot"].findings == ("there is none",)


def test_without_a_pg_dump_there_is_no_way_back(legacy_database, monkeypatch):
    monkeypatch.setattr(installations, "directories", lambda: [])
    result = verdicts(legacy_database)["way_back.pg_dump"]
    server = legacy_database.connection.pg_version // 10000
    assert result.findings == (
        f'No pg_dump fits database "{legacy_database.alias}", which runs PostgreSQL {server} (found: none).',
    )
    assert result.verdict == "FAILED"


def test_a_fresh_snapshot_counts(legacy_database):
    legacy_database.execute(
        "INSERT INTO epic10_snapshot (name, directory, taken_at, bytes, manifest, verified_at)"
        " VALUES ('new', '/tmp', now() - interval '2 hours', 1, '{}', now())"
    )
    assert verdicts(legacy_database)["way_back.snapshot"].facts == ("new is 2 h old",)
    assert verdicts(legacy_database, snapshot_age=3600)["way_back.snapshot"].findings == ("new is 2 h old",)


def test_the_rows_to_change_are_counted_and_the_window_is_kept(legacy_database):
    found = verdicts(legacy_database, window=1)
    ndas, history = found["window.measured"].facts
    assert ndas.startswith("ndas: ")
    assert " of 300 NDAs to change (status " in ndas
    assert history.startswith("nda_status_history: ")
    [finding] = found["window.fits"].findings
    assert finding.startswith("migrate takes about ")
    assert found["window.fits"].verdict == "FAILED"
    assert verdicts(legacy_database, window=600)["window.fits"].verdict == "OK"


def test_what_cannot_be_measured_is_not_called_fitting(legacy_database):
    with somebody(legacy_database, "CREATE SCHEMA epic10"):
        found = verdicts(legacy_database)
    assert found["window.measured"].findings == ("it could not be done: canceling statement due to lock timeout",)
    assert found["window.measured"].verdict == "WARNING"
    assert found["window.fits"].skipped == "The duration could not be measured."


def test_a_log_that_makes_the_server_checkpoint_meanwhile_is_warned_of(legacy_database, monkeypatch):
    [[most]] = legacy_database.rows("SELECT pg_size_bytes(current_setting('max_wal_size'))")
    monkeypatch.setattr(estimate.Estimate, "log", most)
    assert verdicts(legacy_database)["disk.checkpoints"].verdict == "OK"
    monkeypatch.setattr(estimate.Estimate, "log", most + 1)
    found = verdicts(legacy_database)["disk.checkpoints"]
    size = units.amount(most)
    assert found.findings == (f"the release writes about {size} of WAL, and a checkpoint comes after {size} at most",)
    assert found.verdict == "WARNING"


def test_a_disk_that_cannot_be_seen_is_not_called_large_enough(legacy_database):
    legacy_database.execute("CREATE ROLE {0}; GRANT ndas TO {0}".format(role := f"{legacy_database.name}_onlooker"))
    legacy_database.execute(f"SET ROLE {role}")
    found = verdicts(legacy_database)
    said = verdicts(legacy_database, free_disk=10**12)
    legacy_database.execute(f"RESET ROLE; DROP ROLE {role}")
    reason = "the role may not see the data directory, for want of pg_monitor"
    assert found["disk.known"].findings == (f"it is not: {reason}",)
    assert found["disk.enough"].skipped == f"The free disk space is not known: {reason}."
    assert said["disk.known"].facts == ("931 GB free",)
    assert said["disk.enough"].verdict == "OK"


def test_who_may_not_make_a_database_is_told_before_the_night(legacy_database):
    role = f"{legacy_database.name}_maker"
    legacy_database.execute(f'CREATE ROLE "{role}"; GRANT ndas TO "{role}"; SET ROLE "{role}"')
    found = verdicts(legacy_database)["role.scratch"]
    legacy_database.execute(f'RESET ROLE; ALTER ROLE "{role}" CREATEDB; SET ROLE "{role}"')
    able = verdicts(legacy_database)["role.scratch"]
    legacy_database.execute(f'RESET ROLE; DROP ROLE "{role}"')
    assert (found.verdict, found.findings) == ("FAILED", (f"{role} has no CREATEDB: ALTER ROLE {role} CREATEDB;",))
    assert able.verdict == "OK"


@pytest.mark.parametrize("done", range(1, 5))
def test_half_way_the_release_may_go_on(legacy_database, done):
    for step in steps()[:done]:
        step.forwards(legacy_database)
    found = verdicts(legacy_database)
    assert not {id for id, result in found.items() if result.verdict == "FAILED"}
    assert found["schema.drift"].skipped == "The release has begun here; what it has added is no drift."
