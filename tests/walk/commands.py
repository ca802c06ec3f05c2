"""The commands that are walked, and the processes they run in."""

import gc
import os
import subprocess
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import Error, connections

import manage
import ndas
from epic10.postgres import client_programs
from epic10.release import plan
from tests.walk import rendering
from tests.walk.wire import PORT

SCRIPTS = Path(ndas.__file__).parent / "migrations" / "epic_10"
ALIAS = "walked"
# What the process says when it ends.
DONE, REFUSED, TRACEBACK = 0, 1, 70


def get_ready():
    """Work out what every fork would have to work out for itself."""
    release = plan.load()
    release.needs()
    gc.collect()
    gc.freeze()


@dataclass(frozen=True)
class Ending:
    """How a process ended: its status, negative after a signal, and what it had to say."""

    status: int
    said: str


@dataclass(frozen=True)
class Migrate:
    """``manage.py migrate`` with these arguments, in a fork of this process, which has Django loaded already."""

    arguments: tuple[str, ...]

    def __str__(self):
        return " ".join(("migrate", *self.arguments))

    def start(self, using, database, directory, is_alive, output):
        pid = os.fork()
        if pid:
            return pid
        gc.disable()  # It lives for a moment, and makes thousands of model classes.
        status = TRACEBACK
        with open(output, "w", closefd=False) as said:
            try:
                with rendering.shared():
                    status = self._run(using, database, directory, said)
            except BaseException:
                traceback.print_exc(file=said)
            finally:
                said.flush()
                os._exit(status)

    def _run(self, using, database, directory, said):
        # No connection of the parent's is touched: this process has only its copies of the sockets.
        connections.settings[ALIAS] = connections[using].settings_dict | {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": database,
            "HOST": str(directory),
            "PORT": PORT,
        }
        try:
            call_command("migrate", *self.arguments, database=ALIAS, verbosity=0)
        except CommandError as error:
            print(error, file=said)
            return REFUSED
        except Error as error:
            print(manage.explain(error), file=said)
            return REFUSED
        return DONE


@dataclass(frozen=True)
class Psql:
    """A script in psql, stopping at the first error."""

    script: str

    def __str__(self):
        return self.script

    def start(self, using, database, directory, is_alive, output):
        connection = connections[using]
        options = ("-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", SCRIPTS / self.script)
        return subprocess.Popen(
            [client_programs.find(connection, "psql"), *options],
            env=os.environ | client_programs.environment(connection) | where(database, directory),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[is_alive],
        ).pid


def where(database, directory):
    return {"PGHOST": str(directory), "PGPORT": str(PORT), "PGDATABASE": database}


def run(command, using, database, wire, interruption=None) -> Ending:
    """Run it on a database of the server of ``using``, through the wire, to its end or to its interruption."""
    # The end of this pipe that only the process has closes when the process does, killed or not.
    ours, theirs = os.pipe()
    with tempfile.TemporaryFile() as output:
        pid = command.start(using, database, wire.directory, theirs, output.fileno())
        os.close(theirs)
        try:
            wire.run(pid, ours, interruption)
        finally:
            os.close(ours)
            _, status = os.waitpid(pid, 0)
        output.seek(0)
        return Ending(os.waitstatus_to_exitcode(status), output.read().decode(errors="replace"))
