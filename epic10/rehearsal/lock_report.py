"""The locks of each statement, as a LockWatch has observed them."""

import re
import statistics
from dataclasses import asdict, dataclass
from itertools import groupby

from epic10.ledger.phase_record import attempts
from epic10.postgres.lock_watch import MODES, LockWatch

# A lock that only reads take is reported only if a session waits for it.
NOTABLE = MODES.index("ROW EXCLUSIVE")
# Seconds that an application may wait for a lock.
LONGEST_LOCK = 10.0
# Of the notable locks, the one that blocks no application, however long an index build holds it.
HARMLESS = "SHARE UPDATE EXCLUSIVE"
WORDS, MOST_NAMED = 5, 5
# The UPDATE of a batch stands beyond the part of a statement that the server keeps.
BATCH = ("WITH batch AS ", "WITH wanted AS ")
# Last in the message that begins it.
PREPARED_BATCH = '; EXECUTE "epic10_backfill_'
VERB = re.compile(
    r"(CREATE (UNIQUE )?INDEX|DROP INDEX|ALTER TABLE|LOCK TABLE|INSERT INTO|DELETE FROM|(?<!KEY )(?<!FOR )UPDATE|"
    r"ANALYZE|TRUNCATE)\b.*"
)


@dataclass
class StrongestLock:
    """
    The strongest lock that a statement took on a table, in all its runs.

    ``held`` and ``waited`` are the longest single times, in milliseconds, and so are
    the times in ``kept_waiting``; ``waited_for`` names the sessions that blocked it.
    """

    phase: str
    direction: str
    statement: str
    table: str
    mode: str
    times: int
    held: float
    waited: float
    waited_for: list[dict]
    kept_waiting: list[dict]


def as_data(watch: LockWatch) -> dict:
    """The report as plain data, with the milliseconds between two samples."""
    every = round(statistics.median(watch.looks), 2) if watch.looks else None
    return {"every": every, "found": [asdict(one) for one in found(watch)]}


def found(watch: LockWatch) -> list[StrongestLock]:
    """The locks by phase, statement and table, as far as they could block somebody."""
    runs, groups = [run for run in attempts(watch.connection) if run.finished_at], {}
    for piece in watch.pieces:
        if run := next((run for run in runs if run.started_at <= piece.middle <= run.finished_at), None):
            key = (run.phase, run.direction, title(piece.statement), piece.table)
            groups.setdefault(key, []).append(piece)
    strongest = [_strongest(key, pieces) for key, pieces in groups.items()]
    return [one for one in strongest if MODES.index(one.mode) >= NOTABLE or one.kept_waiting]


def lines(data: dict) -> list[str]:
    """The report as text."""
    told = [f"  {'locks':<32}{'held':>11}{'waited':>11}   of"]
    for (phase, direction, statement, mode), tables in groupby(data["found"], key=_statement_and_mode):
        tables = list(tables)
        held, waited = (max(table[name] for table in tables) for name in ("held", "waited"))
        told.append(f"  {phase} {direction}: {statement}")
        names = ", ".join(table["table"] for table in tables)
        told.append(f"    {mode:<30}{held:>8.1f} ms{waited:>8.1f} ms   {names}")
        told += [f"    waited for: {who}" for who in named(tables, "waited_for")]
        told += [f"    kept waiting: {who}" for who in named(tables, "kept_waiting")]
    every = f"  sampled every {data['every']} ms: a time is too long by two samples at most"
    return [*told, f"{every}, and what was held for less may not have been seen"]


def too_long(data: dict) -> list[str]:
    """One line for every lock that was held, or blocked a session, longer than an application can stand."""
    told = []
    for one in data["found"]:
        where = f"{one['phase']} {one['direction']}: {one['statement']}"
        if one["mode"] != HARMLESS and one["held"] > 1000 * LONGEST_LOCK:
            told.append(f"{where} held {one['mode']} on {one['table']} for {_past(one['held'])}")
        if one["kept_waiting"] and one["kept_waiting"][0]["milliseconds"] > 1000 * LONGEST_LOCK:
            longest = one["kept_waiting"][0]
            who = _named(longest["pid"], longest["application"])
            told.append(f"{where} kept {who} waiting for {one['table']} for {_past(longest['milliseconds'])}")
    return told


def named(tables: list[dict], relation: str) -> list[str]:
    """The sessions in "waited_for" or "kept_waiting"; abbreviated if there are many."""
    sessions = [session for table in tables for session in table[relation]]
    first, more = sessions[:MOST_NAMED], sessions[MOST_NAMED:]
    told = [_named(**session) for session in first]
    return [*told, f"{len(more)} more"] if more else told


def title(query: str) -> str:
    """The command and the object of a statement, without the values in it."""
    text = re.sub(r"'(?:[^']|'')*('|$)", "'…'", " ".join(query.split()))
    if text.startswith(BATCH) or PREPARED_BATCH in text:
        return "a batch"
    if not text.startswith("DO ") and "; " in text:
        return "all of it, sent as one message"
    text = re.sub(r" IF (NOT )?EXISTS", "", text)
    found = VERB.search(text)
    return " ".join((found.group() if found else text).split(" ")[:WORDS])


def _strongest(key, pieces) -> StrongestLock:
    strongest = max(pieces, key=lambda piece: MODES.index(piece.mode)).mode
    held = [piece.milliseconds for piece in pieces if piece.granted and piece.mode == strongest]
    waiters = {}
    for piece in pieces:
        for who, waited in piece.kept_waiting.items():
            waiters[who] = max(waited, waiters.get(who, 0.0))
    return StrongestLock(
        *key,
        mode=strongest,
        times=len(held),
        held=max(held, default=0.0),
        waited=max((piece.milliseconds for piece in pieces if not piece.granted), default=0.0),
        waited_for=[
            {"pid": pid, "application": application}
            for pid, application in sorted(set().union(*(piece.waited_for for piece in pieces)))
        ],
        kept_waiting=[
            {"pid": pid, "application": application, "milliseconds": waited}
            for (pid, application), waited in sorted(waiters.items(), key=lambda pair: -pair[1])
        ],
    )


def _past(milliseconds):
    return f"{milliseconds / 1000:.1f} s; more than {LONGEST_LOCK:g} s is too long."


def _named(pid, application, milliseconds=None):
    name = f" ({application})" if application else ""
    return f"pid {pid}{name}" + (f" for {milliseconds:.1f} ms" if milliseconds is not None else "")


def _statement_and_mode(one):
    return one["phase"], one["direction"], one["statement"], one["mode"]
