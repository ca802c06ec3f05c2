"""The way back, after the new application has written so many NDAs: how long it takes, and its strong lock."""

from epic10.postgres.lock_watch import LockWatch
from epic10.release import plan
from tests.benchmarks import results, tables
from tests.benchmarks.databases import copy, seeded
from tests.benchmarks.passes import BACKWARDS, FORWARDS, NAME, longest, run

WRITE = """
UPDATE ndas SET status = 'PENDING_APPROVAL', nda_type = 'CONSULTANT', is_non_usmax = true
 WHERE id IN (SELECT id FROM ndas ORDER BY md5(id) LIMIT {})"""


def measure(rows, options):
    """Each number of NDAs in turn within each round, on copies of one migrated database; locks are watched once."""
    lines = []
    with seeded(rows) as template, copy(template, rows) as there:
        run(there, "ours", FORWARDS)
        there.execute("VACUUM (ANALYZE)")
        there.close()
        for number in range(options.rounds + 1):
            for written in options.written:
                measured = _one(there.name, rows, written, is_watched=number == options.rounds)
                lines.append(results.keep(options.out, "back", rows=rows, written=written, round=number, **measured))
                print(f"{rows:,} NDAs, {written:,} written since: {measured}", flush=True)
    print("\n".join(tables.back(lines)))


def _one(template, rows, written, *, is_watched):
    with copy(template, rows) as db:
        db.execute(WRITE.format(written))
        db.execute("CHECKPOINT")
        if not is_watched:
            return {"seconds": run(db, "ours", BACKWARDS).seconds}
        watch = LockWatch(db.connection, plan.load().tables(), application=NAME)
        with watch:
            run(db, "ours", BACKWARDS)
        return {"longest": longest(watch)}
