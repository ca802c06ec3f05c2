"""The base of the commands that work on a release: their output and how they end, for people and for scripts."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import NamedTuple

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from epic10 import checks
from epic10.checks import report
from epic10.deploy import run_record
from epic10.deploy.run import Run
from epic10.management import target
from epic10.postgres import view_schemas
from epic10.postgres.errors import first_line
from epic10.postgres.own_name import named
from epic10.release import advice
from epic10.terminal import signals
from epic10.terminal.display import shown
from epic10.terminal.next_command import name_the_database
from epic10.terminal.output import Lasting


class Output(NamedTuple):
    """The outcome of a command: text, data for JSON, and the reason if it failed."""

    text: str
    data: object = None
    failure: str = ""


class OnTheTables:
    """A command that means the tables of the register, whatever search_path its role has been given."""

    # One that changes the register says so by the migration lock, and by the session that holds it.
    only_looks = True

    def execute(self, *args, **options):
        name = type(self).__module__.rpartition(".")[2]
        name_the_database(self, options)
        with view_schemas.looked_past(), named(name) if self.only_looks else nullcontext():
            return super().execute(*args, **options)


class ReleaseCommand(Lasting, OnTheTables, BaseCommand):
    """
    A command that implements ``answer`` instead of ``handle``.

    Progress goes to standard output, or to standard error if standard output is for
    the JSON of the answer. ``run`` is what has been recorded so far.
    """

    interrupted: str  # What an operator reads after an interruption.
    only_looks = False
    changes = True  # Something that a lost terminal would leave unwatched.
    run: Run | None = None

    def handle(self, *, format="text", stdout=None, stderr=None, **options):
        is_text, self.run = format == "text", None
        self.progress = self.stdout if is_text else self.stderr
        # The bare stream: a wrapper around a wrapper would end half-finished lines.
        self.out = (stdout or sys.stdout) if is_text else (stderr or sys.stderr)
        with failing_as_json(self, format, lambda: run_record.as_data(self.run) if self.run else {}):
            if database := options.get("database"):
                target.announce(self, database, is_text=is_text, changes=self.changes)
            answer = self.answer(**options)
        self.stdout.write(answer.text if is_text else json.dumps(answer.data, indent=2))
        if answer.failure:
            raise CommandError(answer.failure)

    @contextmanager
    def alone(self, database: str, arguments: dict) -> Iterator[Run]:
        """The run of a command that may change the release, recorded; nobody else changes it meanwhile."""
        name = type(self).__module__.rpartition(".")[2]
        where_it_stands = partial(advice.after_interruption, database, self.interrupted)
        try:
            with (
                signals.interruptible(where_it_stands),
                shown(self.progress),
                run_record.alone(name, database, begin=self.begin, arguments=arguments) as self.run,
            ):
                yield self.run
        except CommandError as error:
            # Of the migrate that it has called, which does not know that it is a part of this command.
            if advice.is_of_a_migration(error) and error.returncode == signals.EXIT_STATUS:
                raise signals.interrupted(where_it_stands) from error
            raise

    def begin(self, step: str):
        print(f"== {step}", file=self.out)

    def show(self, result: checks.Result):
        # All of them are in the record; a person needs what is not plainly well.
        if result.verdict != checks.OK or result.facts:
            print("\n".join(report.lines_of(result)), file=self.out)


def steps_of(run: Run) -> list[str]:
    return [f"  {step.name:<16}{step.seconds:8.2f} s" for step in run.steps]


@contextmanager
def failing_as_json(command, format: str, found: Callable[[], dict] = dict) -> Iterator[None]:
    """
    If the block fails, print the error and what ``found`` returns as JSON, so that a script that asked for it gets it.

    Only for what precedes the command's own JSON, so that there is never a second document.
    """
    try:
        yield
    except (CommandError, Error) as error:
        if format == "json":
            message = str(error) if isinstance(error, CommandError) else first_line(error)
            command.stdout.write(json.dumps({"verdict": "FAILED", "error": message} | found(), indent=2))
        raise
