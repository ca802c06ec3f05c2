"""The runs of a measurement: every size, pass, round and rival in turn."""

from tests.benchmarks import results, tables
from tests.benchmarks.databases import seeded
from tests.benchmarks.passes import PASSES
from tests.benchmarks.rivals import has_workers

RATE = 300.0


def rivals(options):
    """Each size, pass, round and rival in turn; then one table."""
    names = [name for name in options.rivals if name != "two-workers" or has_workers()]
    if len(names) < len(options.rivals):
        print("two-workers is left out: this migrate has no --workers.")
    lines = []
    for rows in options.rows:
        print(f"seeding {rows:,} NDAs", flush=True)
        with seeded(rows) as template:
            lines += _measured(template, rows, names, options)
    print("\n".join(tables.rivals(lines)))


def _measured(template, rows, names, options):
    passes = dict.fromkeys([*options.passes, *(["load", "blocked"] if options.rate else [])])
    for kind in passes:
        for number in range(options.rounds if kind == "timed" else 1):
            for name in names:
                measured = PASSES[kind](template, rows, name, options.rate or RATE)
                yield results.keep(options.out, kind, rows=rows, rival=name, round=number, **measured)
                print(f"{rows:,} NDAs, {kind}, round {number + 1}, {name}: {_told(measured)}", flush=True)


def _told(measured):
    if "seconds" in measured:
        return f"{measured['seconds']:.2f} s"
    if "longest" in measured:
        return f"ACCESS EXCLUSIVE {measured['longest']:.1f} ms"
    return ", ".join(f"{one['name']} {one['max'] or 0:.1f} ms" for one in measured["stretches"])
