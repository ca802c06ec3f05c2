"""manage.py migrate: Django's in everything but the release, which says how far it is."""

import os
import pty
import re
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate

RELEASE = "0002_epic_10_customer_feedback"
MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"


def by_django(database, *arguments, **options):
    """What Django's own command says."""
    output = StringIO()
    call_command(migrate.Command(), *arguments, database=database.alias, stdout=output, no_color=True, **options)
    return output.getvalue()


def recorded(database, app="ndas"):
    return [name for (name,) in database.rows("SELECT name FROM django_migrations WHERE app = %s ORDER BY 1", [app])]


@pytest.mark.slow
def test_plain_migrate_takes_an_empty_database_all_the_way(empty_database):
    finished = empty_database.manage("migrate")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "  Applying ndas.0001_initial... OK\n" in finished.stdout
    assert "  Applying sessions.0001_initial... OK\n" in finished.stdout
    assert "[ ]" not in empty_database.manage("showmigrations").stdout
    assert empty_database.manage("migrate", "--check").returncode == 0
    again = empty_database.manage("migrate")
    assert (again.returncode, again.stderr) == (0, "")
    assert "  No migrations to apply.\n" in again.stdout


@pytest.mark.slow
def test_where_nobody_watches_it_writes_lines_for_a_log(legacy_database):
    call_command("epic10_seed", rows=800, append=True, database=legacy_database.alias, stdout=StringIO())
    finished = legacy_database.manage("migrate", "ndas")
    assert (finished.returncode, finished.stderr) == (0, "")
    in_order = [
        f"Migration started at {MOMENT}: ndas.{RELEASE}",
        r"expand: Add everything the new code needs; break nothing the old code uses\.",
        r"expand done in \d\.\d\d s\.",
        r"ndas: 1,\d{3} NDAs to change\.",
        r"Migrated [\d,]+ NDAs \(batch 1\): \d+%, [\d,]+ NDAs/s",
        r"Migrated 1,\d{3} NDAs \(batch \d+\): 100%, [\d,]+ NDAs/s",
        r"switch: Show it all to everybody, at once\.",
        rf"Migration completed at {MOMENT} \(duration: 0m \d+\.\ds\)",
    ]
    assert re.search("\n(.*\n)*".join(in_order), finished.stdout), finished.stdout
    assert "\x1b" not in finished.stdout


@pytest.mark.slow
def test_on_a_terminal_it_draws_bars_in_place(legacy_database):
    shown = on_a_terminal(legacy_database, "migrate", "ndas", EPIC10_BATCH_SIZE="1")
    bars = [drawn for drawn in shown.split("\r") if drawn.startswith("\x1b[2Kndas ") and "━" in drawn]
    assert re.search(r"\d+/299\x1b\[0m [\d,]+ NDAs/s \x1b\[36m\d:\d\d:\d\d", bars[-1])
    lines = left_on_the_screen(shown)
    assert not [line for line in lines if "━" in line or not line.strip()]
    # Anybody's long transaction on the same server is told in between.
    done = [line for line in lines if line.startswith("Migrated 299 NDAs")]
    assert re.fullmatch(r"Migrated 299 NDAs \(batch 299\): 100%, [\d,]+ NDAs/s", *done)
    assert re.match(f"Migration completed at {MOMENT} ", lines[-1])


def test_it_can_be_quiet(legacy_database):
    assert legacy_database.migrate(verbosity=0) == ""
    assert RELEASE in recorded(legacy_database)


def test_a_plan_is_djangos_and_names_the_phases(legacy_database):
    schema = legacy_database.dump_schema()
    planned = legacy_database.migrate(None, plan=True)
    assert planned == by_django(legacy_database, "ndas", plan=True)
    assert "    switch: Show it all to everybody, at once.\n" in planned
    assert legacy_database.dump_schema() == schema
    assert recorded(legacy_database) == ["0001_initial"]


def test_check_says_whether_something_is_unapplied_and_applies_nothing(legacy_database):
    with pytest.raises(SystemExit) as status:
        legacy_database.migrate(check_unapplied=True)
    assert status.value.code == 1
    assert recorded(legacy_database) == ["0001_initial"]
    legacy_database.migrate()
    legacy_database.migrate(check_unapplied=True)


def test_fake_writes_the_record_and_nothing_else(legacy_database):
    schema = legacy_database.dump_schema()
    assert f"  Applying ndas.{RELEASE}... FAKED\n" in legacy_database.migrate(fake=True)
    assert recorded(legacy_database) == ["0001_initial", RELEASE]
    assert "No migrations to apply" in legacy_database.migrate()
    assert f"  Unapplying ndas.{RELEASE}... FAKED\n" in legacy_database.migrate("0001", fake=True)
    assert recorded(legacy_database) == ["0001_initial"]
    assert legacy_database.dump_schema() == schema


def test_other_apps_are_djangos_business_there_and_back(legacy_database, scratch, legacy_template):
    ours = [legacy_database.migrate(None, app="sessions"), legacy_database.migrate("zero", app="sessions")]
    other = scratch(legacy_template)
    assert ours == [by_django(other, "sessions"), by_django(other, "sessions", "zero")]
    assert recorded(legacy_database) == ["0001_initial"]


@pytest.mark.slow
def test_showmigrations_tells_what_is_in_place(legacy_database):
    def shown():
        told = legacy_database.manage("showmigrations", "ndas").stdout
        return told[: told.index(RELEASE)] + f"{RELEASE}\n"  # without what comes after it

    assert shown() == f"ndas\n [X] 0001_initial\n [ ] {RELEASE}\n"
    legacy_database.migrate()
    assert shown() == f"ndas\n [X] 0001_initial\n [X] {RELEASE}\n"
    legacy_database.migrate("0001")
    assert shown() == f"ndas\n [X] 0001_initial\n [ ] {RELEASE}\n"


def test_zero_is_refused_with_what_to_type_instead(migrated_database):
    with pytest.raises(CommandError) as refusal:
        migrated_database.migrate("zero")
    assert str(refusal.value) == ("ndas zero would drop the register itself.\nHINT: python manage.py migrate ndas 0001")
    assert recorded(migrated_database) == ["0001_initial", RELEASE]


def test_the_books_are_not_dropped_and_the_release_is_not_taken_back_for_it(migrated_database):
    with pytest.raises(CommandError) as refusal:
        migrated_database.migrate("zero", app="epic10")
    assert str(refusal.value) == (
        "epic10 zero would take the release back first, and then drop its books: what is parked, and the record of "
        "every command. Nothing was changed.\nHINT: python manage.py migrate ndas 0001 goes back, and keeps them."
    )
    assert recorded(migrated_database) == ["0001_initial", RELEASE]


def test_a_name_that_is_none_is_refused_as_django_refuses_it(legacy_database):
    with pytest.raises(CommandError, match=r"Cannot find a migration matching '0009' from app 'ndas'\."):
        legacy_database.migrate("0009")


def on_a_terminal(database, *arguments, **environment):
    """What a person sees of it, 120 columns wide."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": database.url, "COLUMNS": "120", "TERM": "xterm-256color"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65536):
            shown += chunk
    except OSError:  # Linux's way to say that nobody writes any more.
        pass
    os.close(ours)
    assert process.wait() == 0, shown
    return shown.decode()


def left_on_the_screen(shown):
    """The lines after all drawing: as a terminal that knows carriage return, erase line and cursor up."""
    lines, row = [""], 0
    for part in re.findall(r"\x1b\[[0-9;?]*[a-zA-Z]|\r|\n|[^\x1b\r\n]+", shown):
        if part == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        elif part == "\x1b[2K":
            lines[row] = ""
        elif part.startswith("\x1b["):
            row -= int(part[2:-1]) if part.endswith("A") else 0
        elif part != "\r":
            lines[row] += part
    return "".join(f"{line}\n" for line in lines).rstrip("\n").split("\n")
