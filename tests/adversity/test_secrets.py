"""No password, no URL and no content of a row is in anything the release writes."""

import pytest

from tests.sampling import sampled

PASSWORD = "telltale+pass/word@1"
ROW = "Telltale Row Inc."
# What a URL would be recognised by, as it is and as it is quoted in one.
TELLTALES = [PASSWORD, "telltale%2Bpass%2Fword%401", "telltale", "Telltale", "postgresql://"]

MARK = f"""
UPDATE ndas SET company_name = '{ROW}', abbreviated_name = '{ROW}', authorized_purpose = '{ROW}',
                agency_office_name = '{ROW}';
UPDATE contacts SET first_name = '{ROW}', last_name = '{ROW}', email = id || '@telltale.example'"""

# How a run is made to fail, so that the server quotes a row; and what makes it good again.
BROKEN = {
    "a check that old rows break": (
        f"ALTER TABLE ndas ADD CONSTRAINT theirs CHECK (company_name <> '{ROW}') NOT VALID",
        "ALTER TABLE ndas DROP CONSTRAINT theirs",
    ),
    "a key that is taken": (
        """CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN INSERT INTO contacts SELECT * FROM contacts LIMIT 1; RETURN NEW; END';
           CREATE TRIGGER twice AFTER UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION twice()""",
        "DROP FUNCTION twice CASCADE",
    ),
}
STEPS = [
    ("migrate", "ndas"),
    ("epic10_validate",),
    ("epic10_validate", "--format", "json"),
    ("epic10_status",),
    ("epic10_rehearse", "--rows", "20"),
    ("epic10_snapshot", "take"),
    ("epic10_rollback", "--yes"),
    ("epic10_precheck",),
    ("migrate", "ndas", "--verbosity", "3"),
    ("migrate", "ndas", "0001"),
]
LEDGER = """
SELECT format('SELECT coalesce(string_agg(t::text, E''\\n''), '''') FROM %s t', oid::regclass) FROM pg_class
 WHERE starts_with(relname, 'epic10') AND relkind = 'r' AND relname <> 'epic10_archive'"""


@pytest.fixture
def marked(legacy_database, tmp_path):
    """Run a command with the password in the URL; what it wrote anywhere."""
    legacy_database.execute(MARK)
    user = legacy_database.connection.get_connection_params()["user"]
    with_password = legacy_database.url.replace("postgresql:///", f"postgresql://{user}:{TELLTALES[1]}@/", 1)
    places = {"EPIC10_SNAPSHOTS": str(tmp_path / "snapshots"), "EPIC10_RECORDS": str(tmp_path / "records")}

    def written(*arguments):
        finished = legacy_database.manage(*arguments, DATABASE_URL=with_password, **places)
        books = "\n".join(legacy_database.rows(query)[0][0] for [query] in legacy_database.rows(LEDGER))
        return finished, "\n".join([finished.stdout, finished.stderr, books, *texts(tmp_path)])

    return legacy_database, written


def texts(directory):
    """Every file that is not the dump itself."""
    for path in directory.rglob("*"):
        if path.suffix in (".json", ".html", ".txt", ".md", ".jsonl"):
            assert path.stat().st_mode & 0o077 == 0, path
            yield path.read_text()


def found_in(text):
    return [telltale for telltale in TELLTALES if telltale in text]


@pytest.mark.long
def test_whatever_is_run_neither_password_nor_row_is_written(marked):
    _, written = marked
    for step in STEPS:
        finished, text = written(*step)
        assert (step, found_in(text)) == (step, [])
        assert finished.returncode == 0, (step, finished)


@pytest.mark.slow
@pytest.mark.parametrize("case", sampled(BROKEN, "a key that is taken"))
def test_nor_when_the_server_quotes_a_row_in_its_error(marked, case):
    database, written = marked
    breaks, mends = case
    database.execute(breaks)
    finished, text = written("migrate", "ndas")
    assert (finished.returncode, found_in(text)) == (1, [])
    assert "What is committed stays" in finished.stderr
    database.execute(mends)
    assert written("migrate", "ndas")[0].returncode == 0


@pytest.mark.long
def test_nor_when_there_is_no_such_database(marked):
    database, _ = marked
    url = f"postgresql://ndas:{TELLTALES[1]}@/nowhere?{database.url.partition('?')[2]}"
    for command in ("migrate", "epic10_validate", "epic10_precheck", "epic10_status"):
        finished = database.manage(command, DATABASE_URL=url)
        assert finished.returncode != 0
        assert found_in(finished.stdout + finished.stderr) == []
        assert "Traceback" not in finished.stderr
