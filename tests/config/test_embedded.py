"""One server for everybody who uses the project, whatever happens to them or to it."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config import postmaster
from tests.migration.disturbances import wait_until

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.mark.slow
def test_processes_racing_on_an_empty_directory_share_one_server(session, empty):
    racers = [session(empty) for _ in range(6)]
    for racer in racers:
        racer.ask()
    assert len({racer.answer() for racer in racers}) == 1
    for racer in racers:
        racer.leave()
    assert not postmaster.is_alive(empty / "data")


@pytest.mark.slow
def test_the_last_one_out_stops_the_server(session, home):
    first, second = session(home), session(home)
    assert first.join() == second.join()
    first.leave()
    assert postmaster.is_alive(home / "data")
    second.leave()
    assert not postmaster.is_alive(home / "data")


@pytest.mark.slow
def test_a_killed_process_takes_its_lease_with_it(session, home):
    killed = session(home)
    pid, _ = killed.join()
    killed.kill()
    assert postmaster.is_alive(home / "data")

    successor = session(home)
    assert successor.join()[0] == pid
    successor.leave()
    assert not postmaster.is_alive(home / "data")


@pytest.mark.slow
def test_a_killed_postmaster_is_replaced_for_those_who_use_it_and_for_newcomers(session, home):
    user = session(home)
    killed, _ = user.join()
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not postmaster.is_alive(home / "data"), "the postmaster gone")

    replacement, socket_directory = user.join()
    assert replacement != killed
    assert session(home).join() == (replacement, socket_directory)
    psycopg.connect(host=socket_directory, user="ndas", dbname="ndas").close()


@pytest.mark.slow
def test_a_stale_pid_file_does_not_harm_the_stranger_who_has_the_pid_now(session, home):
    first = session(home)
    first.join()
    pid_file = home / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    first.leave()

    # Of the same account: PostgreSQL itself takes the pid of another one for stale.
    stranger = subprocess.Popen(["/bin/sleep", "3600"], user=home.stat().st_uid)
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        shutil.chown(pid_file, home.stat().st_uid)
        assert not postmaster.is_alive(home / "data")
        second = session(home)
        assert second.join()[0] != stranger.pid
        second.leave()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.slow
def test_what_a_killed_initdb_left_is_no_obstacle(session, empty):
    (empty / "data.unfinished" / "base").mkdir(parents=True)
    newcomer = session(empty)
    assert newcomer.join()
    newcomer.leave()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a b $HOME", "a 'b', c", "x" * 120], ids=["blanks", "quotes", "long"])
def test_any_path_will_do(session, directory, name):
    home = directory / name
    user = session(home)
    _, socket_directory = user.join()
    psycopg.connect(host=socket_directory, user="ndas", dbname="ndas").close()
    user.leave()
    if socket_directory != str(home):
        shutil.rmtree(socket_directory)


def test_nobody_else_can_reach_the_data_or_the_socket(session, home):
    session(home).join()
    assert home.stat().st_mode & 0o077 == 0
    assert (home / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_a_forked_child_takes_no_part_in_its_parents_lease(session, home):
    fork = (
        "import os, sys; from pathlib import Path; from config import embedded, postmaster\n"
        "server = embedded.server(Path(sys.argv[1])); server.join()\n"
        "child = os.fork()\n"
        "if child == 0: sys.exit(0)\n"  # runs the exit handlers it inherited
        "os.waitpid(child, 0); print(postmaster.is_alive(server.data))"
    )
    finished = subprocess.run([sys.executable, "-c", fork, home], env=environment(), capture_output=True, text=True)
    assert (finished.stdout, finished.stderr) == ("True\n", "")
    assert not postmaster.is_alive(home / "data")


@pytest.mark.slow
@as_root
def test_root_runs_the_server_under_another_account(session, home):
    user = session(home)
    pid, _ = user.join()
    assert Path(f"/proc/{pid}").stat().st_uid == home.stat().st_uid != 0
    user.leave()


@pytest.mark.slow
@as_root
def test_root_in_the_directory_of_an_ordinary_user_leaves_a_server_that_the_user_can_use(session, directory, empty):
    nobody = pwd.getpwnam("nobody")
    os.chown(directory, nobody.pw_uid, nobody.pw_gid)
    root = session(empty)
    root.join()
    root.leave()

    user = session(empty, python=python_for_everybody(), environment=everybody(), user="nobody", group=nobody.pw_gid)
    pid, _ = user.join()
    assert Path(f"/proc/{pid}").stat().st_uid == nobody.pw_uid
    user.leave()
    assert not postmaster.is_alive(empty / "data")


@pytest.mark.slow
@as_root
def test_below_a_closed_directory_the_data_is_kept_where_the_server_can_reach_it(session, directory):
    closed = directory / "closed"
    closed.mkdir(mode=0o700)
    (closed / "project").mkdir()
    user = session(closed / "project" / ".postgres")
    _, socket_directory = user.join()
    user.leave()
    assert Path(socket_directory).parent == directory / "shared"
    assert closed.stat().st_mode & 0o777 == 0o700


def environment():
    return os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}


def everybody():
    return {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))}


def python_for_everybody():
    """A Python like ours that an ordinary user may run: ours may be below root's closed home."""
    version = f"import sys, django; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            if not subprocess.run(
                [python, "-c", version], user="nobody", env=os.environ | everybody(), capture_output=True
            ).returncode:
                return python
        except OSError:
            continue
    pytest.skip("no Python with these packages that an ordinary user may run")
