"""Objects of others that use what a rollback drops: named, dropped if the operator says so, and kept in the record."""

from django.db import connections

from epic10.deploy.run import Run
from epic10.operations import way_back
from epic10.operations.way_back import Dependent
from epic10.postgres import locks
from epic10.postgres.session import execute
from epic10.release import plan
from epic10.terminal import prompts

QUESTION = (
    "These use what the release has added, and keep it from being dropped:\n    {}\n"
    "They would be dropped first; the record of this run keeps how they were made."
)


def to_drop(using: str, *, drop_dependents: bool, may_ask: bool) -> list[Dependent]:
    """The objects that may be dropped; raises where they may not, or where something else is in the way."""
    connection, tables = connections[using], plan.load().changed()
    found = way_back.dependents(connection, tables)
    if found and may_ask and not drop_dependents:
        question = QUESTION.format("\n    ".join(dependent.remedy for dependent in found))
        prompts.ask(question, otherwise="--drop-dependents")
    elif not (found and drop_dependents):
        way_back.insist_on_a_free_way(connection, tables)
    return found


def drop(run: Run, found: list[Dependent]):
    connection, tables = connections[run.using], plan.load().changed()

    def attempt():
        with locks.short_transaction(connection):
            for dependent in found:
                execute(connection, dependent.remedy)

    locks.patiently(attempt, connection=connection, what="dropping what is in the way", tables=tables)
    for dependent in found:
        made_by = dependent.made_by or "the snapshot has it"
        run.decide(f"{dependent.remedy} How it was made: {made_by}")
