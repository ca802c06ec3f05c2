"""Which locks does each change of the release take, and how long do its statements last?"""

import re
import threading
from dataclasses import dataclass, field

import psycopg
from django.conf import settings

from tests.benchmarks.databases import seeded
from tests.databases import database

SCRIPT = settings.BASE_DIR / "ndas/migrations/epic_10/migration.sql"
# As far as the next semicolon that ends a line and stands in no string, name, body or comment.
STATEMENT = re.compile(r"""(?:\$(\w*)\$.*?\$\1\$|'[^']*'|"[^"]*"|--[^\n]*|[^;'"$-]|-|\$)*;[ \t]*\n""", re.S)
MODES = [
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
]
LOCKS = """
SELECT coalesce(string_agg(DISTINCT relation::regclass || ' ' || mode, ','), '') FROM pg_locks
 WHERE granted AND locktype = 'relation'
   AND relation::regclass::text IN ('ndas', 'nda_status_history', 'contacts') AND pid = """
# What a statement has locked is locked until its transaction ends.
PROBE = "\\timing off\n\\echo @ {number}\n" + LOCKS + "pg_backend_pid();\n\\timing on\n"
# These commit by themselves: the locks have to be looked at meanwhile.
ON_THEIR_OWN = {"backfill": "%WITH batch AS%", "index": "CREATE INDEX CONCURRENTLY%"}


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
    """The script by psql, each statement followed by a look into pg_locks: the times are a little too long."""
    statements = [match.group() for match in STATEMENT.finditer(SCRIPT.read_text())]
    with seeded(rows) as template, database(template) as db:
        script = "".join(f"{text}{PROBE.format(number=number)}" for number, text in enumerate(statements))
        seen, done = {phase: {} for phase in ON_THEIR_OWN}, threading.Event()
        watcher = threading.Thread(target=_watch, args=(db.url, seen, done))
        watcher.start()
        output = db.psql("\\timing on\n" + script, "-At")
        done.set()
        watcher.join()
    print(f"\n{rows:,} NDAs\n\n| phase | change | locks that it adds | ms | slowest statement, ms |")
    print("| --- | --- | --- | --- | --- |")
    for change in _changes(statements, output):
        if change.times:
            print(change)
    for phase, locks in seen.items():
        print(
            f"{phase}, looked at meanwhile: {', '.join(f'{table} {_plain(locks[table])}' for table in sorted(locks))}"
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


def _watch(url, seen, done):
    query = LOCKS + "ANY (SELECT pid FROM pg_stat_activity WHERE application_name = 'psql' AND query LIKE %s)"
    with psycopg.connect(url, autocommit=True) as connection:
        while not done.is_set():
            for phase, pattern in ON_THEIR_OWN.items():
                [found] = connection.execute(query, [pattern]).fetchone()
                seen[phase].update(_strongest(f"{found},{','.join(f'{t} {m}' for t, m in seen[phase].items())}"))


def _strongest(text):
    found = [pair.split() for pair in text.split(",") if pair]
    return dict(sorted(found, key=lambda pair: MODES.index(pair[1])))


def _by_table(locks):
    return ", ".join(f"{table} {_plain(mode)}" for table, mode in sorted(locks.items()))


def _plain(mode):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", mode.removesuffix("Lock")).upper()
