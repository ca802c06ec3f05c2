"""
Each way of interrupting each command that changes something, at a moment when it is half-way.

    python -m tests.documents interruptions

writes the table of docs/interruptions.md; test_interruptions.py runs what stands there.
"""

import contextlib
import re
import signal
from dataclasses import astuple, dataclass
from pathlib import Path

from django.conf import settings

from epic10.postgres import scratch_database
from epic10.postgres.catalog import quoted
from epic10.release.status import status
from epic10.snapshots import files
from tests.documents import marks
from tests.migration.disturbances import (
    OTHERS_AT_WORK,
    OURS,
    STANDS_STILL,
    at_work,
    somebody,
    standstill,
    wait_for,
    wait_until,
)

PAGE = settings.BASE_DIR / "docs" / "interruptions.md"
NAME = "interruptions"
HEADINGS = ("command", "where", "interrupted by", "exit status", "what it says", "state", "next")
WITHOUT_REHEARSALS = ("--yes", "--without-rehearsal", "--without-schema-rehearsal")

# A table that a copy of the database waits in, until the database itself is told to let it go on.
SLOW = """
    CREATE FUNCTION slowly(text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
      WHILE current_database() <> '{0}' AND NOT EXISTS (
        SELECT FROM pg_shdescription JOIN pg_database d ON d.oid = objoid
         WHERE datname = '{0}' AND description = 'go on')
      LOOP PERFORM pg_sleep(0.1); END LOOP; RETURN true; END $$;
    CREATE TABLE slow (word text CHECK (public.slowly(word))); INSERT INTO slow VALUES ('one')"""
GO_ON = "COMMENT ON DATABASE {} IS 'go on'"
LEFT_BEHIND = "SELECT datname FROM pg_database WHERE pg_catalog.starts_with(datname, %s) AND datname <> %s"
RESTORES = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE 'COPY public.slow%%')"
)
DUMPS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'ndas'::regclass)"


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what epic10_status then says."""

    status: str
    said: str
    state: str
    next: str


@contextlib.contextmanager
def in_the_backfill(database, start):
    with standstill(database):
        process = start(EPIC10_BATCH_SIZE="1")
        wait_for(database, STANDS_STILL, process)
        yield process


@contextlib.contextmanager
def before_the_switch_back(database, start):
    with somebody(database, "SELECT 1 FROM ndas"):
        process = start()
        wait_for(database, at_work("switch", "backwards"), process)
        yield process


@contextlib.contextmanager
def before_the_labels_are_dropped(database, start):
    with somebody(database, "SELECT 1 FROM ndas"):
        process = start()
        wait_for(database, at_work("finalize"), process)
        yield process


@contextlib.contextmanager
def while_it_dumps(database, start):
    with somebody(database, "LOCK TABLE ndas IN ACCESS EXCLUSIVE MODE"):
        process = start()
        wait_for(database, DUMPS, process)
        yield process


@contextlib.contextmanager
def while_it_restores(database, start):
    process = start()
    wait_for(database, RESTORES, process)
    yield process


@dataclass(frozen=True)
class Command:
    """``kind`` is the fixture of the database it runs on; NAME stands for a snapshot of it."""

    arguments: tuple[str, ...]
    kind: str
    moment: object

    @property
    def needs_snapshot(self) -> bool:
        return "NAME" in self.arguments

    @property
    def typed(self) -> str:
        return " ".join(one for one in self.arguments if one not in WITHOUT_REHEARSALS)

    @property
    def where(self) -> str:
        return self.moment.__name__.replace("_", " ")


COMMANDS = [
    Command(("migrate", "ndas"), "legacy_database", in_the_backfill),
    Command(("migrate", "ndas", "--prepare"), "legacy_database", in_the_backfill),
    Command(("migrate", "ndas", "0001"), "migrated_database", before_the_switch_back),
    Command(("epic10_deploy", "--prepare", *WITHOUT_REHEARSALS), "legacy_database", in_the_backfill),
    Command(("epic10_deploy", *WITHOUT_REHEARSALS), "legacy_database", in_the_backfill),
    Command(("epic10_rollback", "--yes"), "migrated_database", before_the_switch_back),
    Command(("epic10_finalize", "--yes-drop-legacy"), "migrated_database", before_the_labels_are_dropped),
    Command(("epic10_snapshot", "take"), "legacy_database", while_it_dumps),
    Command(
        ("epic10_snapshot", "restore", "NAME", "--into", "COPY"),
        "legacy_database",
        while_it_restores,
    ),
    Command(("epic10_rehearse", "--from", "NAME"), "legacy_database", while_it_restores),
]
# The second signal is another one, as two of the same that come together are one.
WAYS = {
    "Ctrl-C": (signal.SIGINT,),
    "Ctrl-C twice": (signal.SIGINT, signal.SIGTERM),
    "SIGTERM": (signal.SIGTERM,),
    "SIGHUP, as of a closed terminal": (signal.SIGHUP,),
    "SIGKILL": (signal.SIGKILL,),
}


# What the table is made of, while it is written.
collected: dict[tuple[Command, str], Outcome] | None = None


def interrupted(database, command: Command, way: str, folder: Path) -> Outcome:
    places = {"EPIC10_SNAPSHOTS": str(folder / "snapshots"), "EPIC10_RECORDS": str(folder / "records")}
    names = {"COPY": f"{database.name}_copy"}
    if command.needs_snapshot:
        database.execute(SLOW.format(database.name))
        assert database.manage("epic10_snapshot", "take", **places).returncode == 0
        [names["NAME"]] = files.names(folder / "snapshots")
    arguments = [names.get(one, one) for one in command.arguments]
    with command.moment(database, lambda **known: database.start(*arguments, **places | known)) as process:
        for number in WAYS[way]:
            process.send_signal(number)
        if signal.SIGHUP not in WAYS[way]:
            said, complaint = process.communicate()
    database.execute(GO_ON.format(quoted(database.name)))
    if signal.SIGHUP in WAYS[way]:
        said, complaint = process.communicate()
    wait_until(lambda: not database.rows(OTHERS_AT_WORK, [OURS]), "the server noticing that its client is gone")
    _drop_what_is_left(database)
    found = status(database.connection)
    last = complaint or (said.splitlines()[-1] if process.returncode == 0 else "")
    return Outcome(_spelled(process.returncode), _shown(last, names | {"…": database.name}), found.state, found.next)


def _drop_what_is_left(database):
    for [name] in database.rows(LEFT_BEHIND, [database.name, database.name]):
        database.execute(f"DROP DATABASE {quoted(name)} WITH (FORCE)")
    scratch_database.drop_abandoned(database.alias, prefix="epic10_rehearsal_", age=0)


def _spelled(status):
    return str(status) if status >= 0 else f"{signal.Signals(-status).name}"


def _shown(text, names):
    for name, real in names.items():
        text = text.replace(real, name)
    text = re.sub(r"\S+-\d{8}T\d{6}Z", "NAME", " ".join(text.split()))
    text = re.sub(r"[0-9a-f]{64}", "HASH", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(duration: [^)]*\)", "TIME", text)
    return re.sub(r"(?<![\w])\d[\d,.]*(?= (rows|tables|MB|s|checks|passed)\b)|(?<=Record )\d+", "N", text)


def compare(command: Command, way: str, outcome: Outcome):
    """With what the page says; or keep it, if the page is being written."""
    if collected is not None:
        collected[command, way] = outcome
    else:
        assert rows()[command.typed, way] == outcome


def rows() -> dict[tuple[str, str], Outcome]:
    """The table as it stands in the page, by command and way."""
    found = {}
    [block] = marks.blocks(NAME)
    for line in block.body.splitlines()[2:]:
        typed, _, way, *outcome = (cell.strip().strip("`") for cell in line.strip("|").split("|"))
        found[typed, way] = Outcome(*outcome)
    return found


def table(outcomes: dict[tuple[Command, str], Outcome]) -> str:
    lines = [f"| {' | '.join(HEADINGS)} |", f"|{' --- |' * len(HEADINGS)}"]
    for (command, way), outcome in outcomes.items():
        number, said, state, next_one = astuple(outcome)
        cells = (f"`{command.typed}`", command.where, way, number, f"`{said}`" if said else "", state, next_one)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write(outcomes):
    """What was not tried keeps what the page said of it before."""
    before = rows()
    found = {(one, way): outcomes.get((one, way), before.get((one.typed, way))) for one in COMMANDS for way in WAYS}
    in_order = {tried: outcome for tried, outcome in found.items() if outcome}
    marks.fill(PAGE, NAME, table(in_order))
