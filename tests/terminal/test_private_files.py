"""What may hold somebody's data is its owner's alone, and whole."""

import os
import stat

import pytest

from epic10.terminal import private_files


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def a_careless_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def test_only_the_owner_reads_what_is_written(tmp_path):
    private_files.write(tmp_path / "report.json", "first")
    private_files.write(tmp_path / "report.json", "second")
    assert (tmp_path / "report.json").read_text() == "second"
    assert mode(tmp_path / "report.json") == 0o600


def test_only_the_owner_enters_a_directory_or_those_on_the_way_there(tmp_path):
    made = private_files.directory(tmp_path / "deep" / "down")
    assert [mode(made), mode(made.parent)] == [0o700, 0o700]


def test_what_cannot_be_written_whole_leaves_the_old_file_and_nothing_else(tmp_path):
    private_files.write(tmp_path / "report.json", "first")
    with pytest.raises(UnicodeEncodeError):
        private_files.write(tmp_path / "report.json", "half \udc80")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("report.json", "first")]


def test_a_place_that_takes_nothing_is_named_with_what_to_do(tmp_path):
    (tmp_path / "file").touch()
    for attempt in (
        lambda: private_files.directory(tmp_path / "file" / "below"),
        lambda: private_files.write(tmp_path / "file" / "report.json", "text"),
    ):
        with pytest.raises(
            private_files.CannotWrite, match=r"cannot be written: Not a directory\.\nHINT: Name another"
        ):
            attempt()
