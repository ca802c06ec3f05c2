import json
import signal
import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections

from epic10 import deployment

INTERRUPTED = "Interrupted. The scratch database is gone; nothing else was touched."


class Command(BaseCommand):
    help = (
        "Rehearse the release on a scratch database beside the real one: generated legacy rows, forward, validate, "
        "back, compare with before, forward again, validate. The scratch database is gone afterwards."
    )

    def add_arguments(self, parser):
        parser.add_argument("--rows", type=int, default=50_000, metavar="N", help="NDAs to generate (default: 50000).")
        parser.add_argument(
            "--database", default=DEFAULT_DB_ALIAS, choices=tuple(connections), help="On whose server; read only."
        )
        parser.add_argument("--format", default="text", choices=("text", "json"), help="For a person or a script.")

    def handle(self, *, rows, database, format, **options):
        if rows < 1:
            raise CommandError(f"--rows is {rows}; it has to be above zero.\nHINT: --rows 50000")
        # kill and closing the terminal end it like Ctrl-C, so that the scratch database goes.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        # The bare stream: a wrapper around a wrapper would end half-finished lines.
        stream = "stdout" if format == "text" else "stderr"
        out = options.get(stream) or getattr(sys, stream)
        try:
            rehearsal = deployment.rehearse(database, rows, begin=lambda step: print(f"== {step}", file=out), out=out)
        except KeyboardInterrupt as error:
            raise CommandError(INTERRUPTED, returncode=130) from error
        except CommandError as error:
            raise CommandError(
                INTERRUPTED if error.returncode == 130 else error, returncode=error.returncode
            ) from error
        self.stdout.write(json.dumps(rehearsal.as_json(), indent=2) if format == "json" else text(rehearsal))
        if rehearsal.failures:
            raise CommandError("The rehearsal failed: " + "\n".join(rehearsal.failures))


def text(rehearsal):
    lines = [f"\nRehearsal with {rehearsal.rows:,} NDAs", *(f"  {s:<16}{t:8.2f} s" for s, t in rehearsal.steps.items())]
    lines += ["", f"  {'phase':<11}{'direction':<11}{'rows':>9}"]
    lines += [f"  {p['phase']:<11}{p['direction']:<11}{p['rows']:>9,}{p['seconds']:9.2f} s" for p in rehearsal.phases]
    lines += ["", *(f"validated: {report.summary}" for report in rehearsal.reports)]
    lines += [
        "back: schema and content are what they were before" if not rehearsal.differences else "back: NOT as before"
    ]
    return "\n".join(lines)
