"""Which PostgreSQL runs the embedded server."""

import os
import subprocess

import pytest

from config import account, binaries
from config.account import Account, ServerError, account_for

PROGRAM = "#!/bin/sh\necho 'postgres (PostgreSQL) {version} (made for a test)'\n"


@pytest.fixture
def installation(directory, monkeypatch):
    """Makes directories of programs that only tell their version, and which no other ones stand beside."""
    found = []
    monkeypatch.setattr("epic10.postgres.installations.directories", lambda: found)

    def make(version, below="."):
        programs = directory / below / f"package-{version}" / "pginstall" / "bin"
        programs.mkdir(parents=True)
        for name in binaries.PROGRAMS:
            (programs / name).write_text(PROGRAM.format(version=version))
            (programs / name).chmod(0o755)
        found.append(programs)
        return programs

    return make


@pytest.fixture
def owner(directory):
    return account_for(directory / ".postgres")


def test_the_first_one_found_makes_a_new_data_directory(installation, owner, directory):
    programs = installation("18.6")
    installation("17.2")
    assert binaries.choose(directory / "data", owner) == programs


def test_a_data_directory_is_only_opened_by_its_own_major_version(installation, owner, directory):
    installation("18.6")
    programs = installation("15.18")
    (directory / "PG_VERSION").write_text("15\n")
    assert binaries.choose(directory, owner) == programs


def test_without_a_fitting_version_the_message_lists_what_was_found(installation, owner, directory):
    old, new = installation("14.1"), installation("18.6")
    (directory / "PG_VERSION").write_text("16\n")
    with pytest.raises(ServerError) as error:
        binaries.choose(directory, owner)
    assert str(error.value) == (
        f'No PostgreSQL 16 was found for "{directory}" (found: {old} (14), {new} (18)).\n'
        "HINT: Set DATABASE_URL to a running server, or NDAS_PG_BIN to the directory of initdb and pg_ctl."
    )


def test_versions_below_15_are_not_used(installation, owner, directory):
    installation("14.1")
    with pytest.raises(ServerError, match=r'^No PostgreSQL 15 or newer was found for "'):
        binaries.choose(directory / "data", owner)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_programs_below_a_closed_directory_are_copied_to_where_the_server_can_run_them(
    installation, directory, monkeypatch
):
    monkeypatch.setattr(account, "SHARED", directory / "shared")
    (directory / "closed").mkdir(mode=0o700)
    installation("18.6", below="closed")
    (directory / "closed" / "package-18.6.libs").mkdir()
    (directory / "closed" / "package-18.6.libs" / "libpq.so").touch()
    nobody = Account(65534, 65534)

    copy = binaries.choose(directory / "data", nobody)
    assert copy.is_relative_to(directory / "shared")
    assert (copy.parents[2] / "package-18.6.libs" / "libpq.so").exists()
    assert subprocess.run([copy / "initdb"], capture_output=True, **nobody.for_subprocess()).returncode == 0
    assert binaries.choose(directory / "data", nobody) == copy
    assert [path.name for path in copy.parents[3].iterdir()] == [copy.parents[2].name]
