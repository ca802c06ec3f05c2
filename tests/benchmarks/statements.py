"""The locks and the duration of each statement of the release."""

import re
from dataclasses import dataclass, field

from django.conf import settings

from epic10.postgres.lock_watch import MODES, LockWatch, as_written
from epic10.rehearsal import lock_report
from tests.benchmarks.databases import seeded
from tests.databases import database

SCRIPT = settings.BASE_DIR / "ndas/migrations/epic_10/migration.sql"
# As far as the next semicolon that ends a line and stands in no string, name, body or comment.
STATEMENT = re.compile(r"""(?:\$(\w*)\$.*?\$\1\$|'[^']*'|"[^"]*"|--[^\n]*|[^;'"$-]|-|\$)*;[ \t]*\n""", re.S)
LOCKS = """
SELECT coalesce(string_agg(DISTINCT relation::regclass || ' ' || mode, ','), '') FROM pg_locks
 WHERE granted AND locktype = 'relation'
   AND relation::regclass::text IN ('ndas', 'nda_status_history', 'contacts') AND pid = """
# What a statement has locked is locked until its transaction ends.
PROBE = "\\timing off\n\\echo @ {number}\n" + LOCKS + "pg_backend_pid();\n\\timing on\n"
# These commit by themselves: the locks have to be looked at meanwhile.
ON_THEIR_OWN = ("backfill", "index")
TABLES = ["ndas", "nda_status_history", "contacts"]


@dataclass
class Change:
    """What stands between two comments of the script; milliseconds, and modes by table."""

    phase: str
    title: str
    times: list = field(default_factory=list)
    locks: dict = field(default_factory=dict)

    def __str__(self):
        locks, total = _by_table(self.locks) or "none", sum(self.times)
        return f"| {self.phase} | {self.title} | {locks} | {total:.1f} | {max(self.times):.1f} |"


def measure(rows, _rounds):
    print(f"\n{rows:,} NDAs\n")
    print(table(rows))


def table(rows) -> str:
    """The script by psql, each statement followed by a look into pg_locks: the times are a little too long."""
    statements = [match.group() for match in STATEMENT.finditer(SCRIPT.read_text())]
    with seeded(rows) as template, database(template) as db:
        script = "".join(f"{text}{PROBE.format(number=number)}" for number, text in enumerate(statements))
        with LockWatch(db.connection, TABLES, application="psql") as watch:
            output = db.psql("\\timing on\n" + script, "-At")
        meanwhile = [one for one in lock_report.found(watch) if one.phase in ON_THEIR_OWN]
    lines = ["| phase | change | locks that it adds | ms | slowest statement, ms |", "| --- | --- | --- | --- | --- |"]
    lines += [str(change) for change in _changes(statements, output) if change.times]
    seen = {f"{one.table} {one.mode} in `{one.phase}`" for one in meanwhile}
    return "\n".join(
        [*lines, "", f"Looked at meanwhile, from another session: {', '.join(sorted(seen)) or 'nothing'}."]
    )


def _changes(statements, output):
    answers, times = _answers(output)
    change, held = Change("", "server, role, ledger"), {}
    for number, text in enumerate(statements):
        for line in re.findall(r"^-- (.+)$", text, re.M):
            if phase := re.match(r"(expand|backfill|index|enforce|switch): ", line):
                yield change
                change = Change(f"`{phase[1]}`", "what comes first: ledger, questions, locks")
            elif re.match(r"10\.\d|Checks after", line):
                yield change
                change = Change("" if line.startswith("Checks") else change.phase, line.rstrip("."))
        if number in answers:
            change.times += times[number]
            change.locks |= {table: mode for table, mode in answers[number].items() if held.get(table) != mode}
            held = answers[number]
    yield change


def _answers(output):
    """By the number of a statement that ran: the strongest mode by table after it, and its milliseconds."""
    locks, times, waiting, number = {}, {}, [], None
    for line in output.splitlines():
        if line.startswith("Time: "):
            waiting.append(float(line.split()[1]))
        elif line.startswith("@ "):
            number = int(line[2:])
            times[number], waiting = waiting, []
        elif number is not None and number not in locks:
            locks[number] = _strongest(line)
    return locks, times


def _strongest(text):
    found = [(table, as_written(mode)) for table, mode in (pair.split() for pair in text.split(",") if pair)]
    return dict(sorted(found, key=lambda pair: MODES.index(pair[1])))


def _by_table(locks):
    return ", ".join(f"{table} {mode}" for table, mode in sorted(locks.items()))
