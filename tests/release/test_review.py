"""epic10_review: every value that nobody chose, for the customer to look at."""

import csv
import os
import stat
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.migration.disturbances import steps

HEADER = ["id", "display_id", "company_name", "column", "before", "after", "why"]
DEFAULT_POSITION = "there was none: PRIME is the default"
MERGED = "INACTIVE and CANCELLED are one label now; the old one is kept"


def review(database, *columns):
    file = StringIO(newline="")
    call_command("epic10_review", database=database.alias, column=list(columns), stdout=file)
    header, *rows = csv.reader(StringIO(file.getvalue(), newline=""))
    assert header == HEADER
    return rows


def told(rows):
    """What happened to whom, without the names."""
    return {(id, column): (before, after, why) for id, _, _, column, before, after, why in rows}


def test_each_kind_of_value_that_nobody_chose_is_listed(production_database):
    found = told(review(production_database))
    assert found["n-07", "usmax_position"] == ("", "PRIME", DEFAULT_POSITION)
    assert found["n-03", "usmax_position"] == (
        "TEAMING",
        "OTHER",
        "TEAMING and OTHER are one label now; the old one is kept",
    )
    assert found["n-05", "status"] == ("INACTIVE", "INACTIVE_CANCELED", MERGED)
    assert found["n-06", "status"] == ("CANCELLED", "INACTIVE_CANCELED", MERGED)
    assert found["n-08", "expiration_date"] == (
        "",
        "2025-02-28 15:00:00",
        "computed from fully_executed_date 2024-02-29 15:00:00",
    )
    assert found["n-01", "nda_type"] == ("", "MUTUAL", "the column is new: MUTUAL is the default")
    assert found["n-01", "is_non_usmax"] == ("", "false", "the column is new: false is the default")


def test_what_only_got_another_name_or_none_is_not_listed(production_database):
    found = told(review(production_database, "status", "usmax_position", "expiration_date"))
    assert not [id for id, _ in found if id == "n-01"]
    # EMAILED and SUB have successors of their own.
    assert not [id for id, _ in found if id == "n-02"]
    # OTHER stays OTHER, whoever joins it.
    assert ("n-04", "usmax_position") not in found


def test_preview_and_record_are_the_same(legacy_database):
    preview = review(legacy_database)
    assert len(preview) > 600
    for step in steps():
        step.forwards(legacy_database)
        assert review(legacy_database) == preview, step.name


def test_what_the_new_application_chooses_before_the_switch_is_not_listed(production_database):
    production_database.migrate(prepare=True)
    production_database.execute(
        "UPDATE ndas SET updated_at = now() AT TIME ZONE 'UTC', nda_type = 'CONSULTANT',"
        " status_epic10 = 'INACTIVE_CANCELED', usmax_position_epic10 = 'OTHER' WHERE id = 'n-01'"
    )
    found = told(review(production_database))
    assert {column for row, column in found if row == "n-01"} == {"is_non_usmax"}
    production_database.migrate()
    assert told(review(production_database)) == found


def test_what_comes_after_the_release_says_nothing_of_when_it_began(legacy_database):
    preview = review(legacy_database)
    legacy_database.migrate(None)
    legacy_database.migrate("0002")
    assert review(legacy_database) == preview


def test_half_way_the_preview_still_stands(legacy_database):
    preview = review(legacy_database)
    for step in steps()[:2]:
        step.forwards(legacy_database)
    assert review(legacy_database) == preview


def test_what_somebody_has_chosen_since_is_not_listed_any_more(production_database):
    production_database.migrate("0002")
    saved = "updated_at = now() AT TIME ZONE 'UTC'"
    production_database.execute(f"""
        UPDATE ndas SET usmax_position = 'OTHER', {saved} WHERE id = 'n-07';
        UPDATE ndas SET nda_type = 'CONSULTANT', {saved} WHERE id = 'n-01';
        UPDATE ndas SET status = 'INACTIVE_CANCELED', {saved} WHERE id = 'n-02';
        UPDATE ndas SET expiration_date = '2031-01-01', {saved} WHERE id = 'n-08';
        UPDATE ndas SET company_city = 'Reston', {saved} WHERE id = 'n-06'
    """)
    found = told(review(production_database))
    for chosen in (("n-07", "usmax_position"), ("n-01", "nda_type"), ("n-02", "status"), ("n-08", "expiration_date")):
        assert chosen not in found
    # Saved for another reason, it is still a label that nobody chose.
    assert found["n-06", "status"] == ("CANCELLED", "INACTIVE_CANCELED", MERGED)
    assert found["n-09", "usmax_position"] == ("", "PRIME", DEFAULT_POSITION)


def test_a_column_that_was_there_before_has_its_own_values(production_database):
    production_database.execute("ALTER TABLE ndas ADD is_non_usmax boolean NOT NULL DEFAULT false")
    assert review(production_database, "is_non_usmax") == []
    production_database.migrate("0002")
    assert review(production_database, "is_non_usmax") == []


THEIRS = """
    CREATE TYPE "NdaType" AS ENUM ('MUTUAL', 'UNILATERAL', 'TEAMING');
    ALTER TABLE ndas ADD nda_type "NdaType" NOT NULL DEFAULT 'MUTUAL', ADD is_non_usmax boolean,
                     ADD expiration_date timestamp(3);
    UPDATE ndas SET nda_type = 'UNILATERAL', is_non_usmax = true, expiration_date = '2027-01-01' WHERE id = 'n-08'
"""


def test_of_columns_that_somebody_had_only_what_reads_otherwise_is_listed(production_database):
    production_database.execute(THEIRS)
    preview = told(review(production_database))
    assert preview["n-08", "nda_type"] == (
        "UNILATERAL",
        "CONSULTANT",
        "Epic 10 does not know it; the old one is kept",
    )
    assert preview["n-09", "is_non_usmax"] == ("", "false", "there was none: false is the default")
    assert preview["n-09", "expiration_date"][1] == "2025-02-28 23:59:59.999"
    for theirs in (("n-09", "nda_type"), ("n-08", "is_non_usmax"), ("n-08", "expiration_date")):
        assert theirs not in preview
    production_database.migrate("0002")
    assert told(review(production_database)) == preview


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(production_database):
    production_database.execute("UPDATE ndas SET company_name = '=1+1, \"Quoted\"' WHERE id = 'n-05'")
    [row] = [row for row in review(production_database, "status") if row[0] == "n-05"]
    assert row[2] == '\'=1+1, "Quoted"'


def test_a_file_is_for_its_owner_alone(production_database, tmp_path, capsys):
    path = tmp_path / "review.csv"
    call_command("epic10_review", database=production_database.alias, output=path, column=["usmax_position"])
    lines = path.read_bytes().split(b"\r\n")
    assert lines[0].decode() == ",".join(HEADER)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert capsys.readouterr().err == f"{len(lines) - 2:,} rows in {path}\n"


def test_a_file_that_cannot_be_written_is_said(production_database, tmp_path):
    path = tmp_path / "nowhere" / "review.csv"
    with pytest.raises(CommandError) as refusal:
        call_command("epic10_review", database=production_database.alias, output=path)
    assert str(refusal.value) == f"{path} cannot be written: No such file or directory.\nHINT: --output FILE"
