"""epic10_scripts: the derived files say what the migration says, or it says which do not."""

import shutil
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

import ndas
from epic10.release import plan

COMMITTED = Path(ndas.__file__).parent / "migrations" / "epic_10"
FILES = ["migration.sql", "rollback.sql", "verify.sql", "README.md"]


def epic10_scripts(**options):
    output = StringIO()
    call_command("epic10_scripts", stdout=output, **options)
    return output.getvalue()


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Where the derived files would be, if the migration lay in a temporary place."""
    module = sys.modules[plan.load().migration.__module__]
    monkeypatch.setattr(module, "__file__", str(tmp_path / "0002.py"))
    return tmp_path / "epic_10"


def test_the_committed_files_are_fresh():
    assert epic10_scripts(check=True) == "".join(f"fresh  {name}\n" for name in FILES)


def test_what_is_missing_is_written(elsewhere):
    assert epic10_scripts() == "".join(f"written  {name}\n" for name in FILES)
    assert sorted(path.name for path in elsewhere.iterdir()) == sorted(FILES)
    for name in FILES:
        assert (elsewhere / name).read_text() == (COMMITTED / name).read_text()


def test_a_stale_file_is_named_and_left_alone(elsewhere):
    shutil.copytree(COMMITTED, elsewhere)
    (elsewhere / "rollback.sql").write_text("-- edited by hand\n")
    (elsewhere / "README.md").unlink()
    with pytest.raises(CommandError) as complaint:
        epic10_scripts(check=True)
    assert str(complaint.value) == (
        "Not what the migration says: rollback.sql, README.md.\nHINT: python manage.py epic10_scripts"
    )
    assert complaint.value.returncode == 1
    assert (elsewhere / "rollback.sql").read_text() == "-- edited by hand\n"
