"""
``python -m tests.benchmarks rivals --rows 50000 200000 --out results.jsonl``, or back, traffic, standbys, statements,
pages, draw

Every rival works on its own copy of the same database, in turn, in one run:
quote the ratios, the seconds are this machine's.
"""

import argparse
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from epic10.rehearsal.traffic import PROCESSES, RATE  # noqa: E402  Django has to be set up first.
from tests.benchmarks import back, draw, measure, pages, servers, standbys, statements, traffic  # noqa: E402
from tests.benchmarks.passes import PASSES  # noqa: E402
from tests.benchmarks.rivals import RIVALS  # noqa: E402


def main():
    options = arguments().parse_args()
    if getattr(options, "on", None):
        servers.each(options, sys.argv[1:])
        return
    match options.benchmark:
        case "rivals":
            measure.rivals(options)
        case "draw":
            draw.everything(options.results)
        case "back":
            for rows in options.rows:
                back.measure(rows, options)
        case "standbys":
            for rows in options.rows:
                standbys.measure(rows, options.out)
        case "traffic":
            for rows in options.rows:
                traffic.measure(rows, options)
        case other:
            for rows in options.rows:
                {"pages": pages, "statements": statements}[other].measure(rows, options.rounds)


def arguments():
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    benchmarks = parser.add_subparsers(dest="benchmark", required=True)
    rivals = benchmarks.add_parser("rivals", help="our migration and the obvious ways, on copies of one database")
    rivals.add_argument("--rivals", nargs="+", choices=RIVALS, default=list(RIVALS), help="only these, in this order")
    rivals.add_argument(
        "--passes",
        nargs="+",
        choices=PASSES,
        default=["timed", "locks"],
        help="timed: alone, --rounds times; locks: watched; load: beside the application; "
        "blocked: the same with a reader idling in the way for 30 s",
    )
    rivals.add_argument(
        "--rate", type=float, default=0, help="requests a second of the application; adds the passes load and blocked"
    )
    standby = benchmarks.add_parser("standbys", help="a primary and a standby of our own: how far behind, who waits")
    way_back = benchmarks.add_parser(
        "back", help="the way back, after so many NDAs were written by the new application"
    )
    way_back.add_argument("--written", type=int, nargs="+", default=[0, 1_000, 100_000], help="NDAs written since")
    for one in (rivals, way_back):
        one.add_argument(
            "--on", type=int, nargs="+", metavar="VERSION", help="servers of our own of these versions, in turn"
        )
        one.add_argument("--shared-buffers", nargs="+", default=["128MB"], help="of those servers, in turn")
    for one in (rivals, way_back, standby):
        one.add_argument("--out", type=Path, help="file that a line of JSON is added to for each measurement")
    others = [
        benchmarks.add_parser("statements", help="which locks each change of migration.sql takes, and its times"),
        benchmarks.add_parser("pages", help="the pages of the register at the server"),
    ]
    for one in (rivals, way_back, standby, *others):
        one.add_argument("--rows", type=int, nargs="+", default=[50_000], help="NDAs, one or several sizes")
        one.add_argument("--rounds", type=int, default=3, help="rounds of each (default: 3)")
    applications = benchmarks.add_parser("traffic", help="how long both applications wait, phase by phase")
    applications.add_argument("--rows", type=int, nargs="+", default=[50_000], help="NDAs, one or several sizes")
    applications.add_argument("--rate", type=float, default=RATE, help="requests a second (default: %(default)g)")
    applications.add_argument("--processes", type=int, default=PROCESSES, help="that send them (default: %(default)s)")
    applications.add_argument("--idle", type=float, default=traffic.IDLE, help="seconds of nothing else, to compare")
    applications.add_argument(
        "--reader", type=float, default=0, help="once more beside a session idle in its transaction for that long"
    )
    drawing = benchmarks.add_parser("draw", help="tables and pictures of the documents, from results")
    drawing.add_argument("results", type=Path, nargs="+", help="files that --out has written")
    return parser


if __name__ == "__main__":
    main()
