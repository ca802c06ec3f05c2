from django.core.management.base import CommandError

from epic10.checks.report import lines_of
from epic10.deploy import run_record
from epic10.management import arguments
from epic10.management.command import Output, ReleaseCommand, steps_of
from epic10.rehearsal import lock_report, phases_under_load, probe_rows
from epic10.rehearsal.rehearsal import Source, failures, rehearse
from epic10.rehearsal.traffic import PROCESSES
from epic10.snapshots import files
from epic10.terminal import signals
from epic10.terminal.display import Help
from epic10.terminal.units import seconds

EXAMPLES = """
examples:
  epic10_rehearse --from NAME     with the rows of production; epic10_deploy wants to have seen this
  epic10_rehearse --rows 50000    with invented rows, to get to know the release
  epic10_rehearse --from NAME --traffic 300
                                  and with old and new application at work meanwhile: how long do they wait?
  epic10_rehearse --rows 50000 --traffic 300 --rolling
                                  and with both at work at once, each through its schema of views
"""


class Command(ReleaseCommand):
    interrupted = "The scratch database is gone; nothing else was touched."
    help = (
        "Rehearse the release on a scratch database beside the real one. Forward, validate, smoke, write what only "
        "Epic 10 can hold, back, compare with before, forward again, validate; it says how long production would take. "
        "A difference fails it, and so does a lock or a stall of more than 10 s. The scratch database is gone "
        "afterwards; the real one is read, and remembers in its ledger that the rehearsal took place."
    )

    def add_arguments(self, parser):
        parser.epilog, parser.formatter_class = EXAMPLES, Help
        rows = parser.add_mutually_exclusive_group()
        rows.add_argument(
            "--from",
            dest="snapshot",
            type=arguments.file_name,
            metavar="SNAPSHOT",
            help='The rows of this snapshot, or of the "newest".',
        )
        rows.add_argument(
            "--rows", type=arguments.number, default=50_000, metavar="N", help="NDAs to generate (default: 50000)."
        )
        arguments.directory(parser)
        arguments.window(parser)
        arguments.jobs(parser, "Tables restored at once.")
        parser.add_argument(
            "--traffic",
            type=arguments.number,
            metavar="RATE",
            help="So many requests a second of the old application, after the switch of the new one, on the way there "
            "and back: the report says what each phase cost them. An error, a write that is lost or one with "
            "another label fails the rehearsal. The load takes some of this machine's processor.",
        )
        parser.add_argument(
            "--rolling",
            action="store_true",
            help="Both applications at once, with --traffic: the old one through its views from before the first "
            "change until the way back is done, the new one through its own beside the switch. Neither is stopped, and "
            "no session is renewed.",
        )
        parser.add_argument(
            "--processes",
            type=arguments.number,
            default=PROCESSES,
            metavar="N",
            help=f"Processes that send them (default: {PROCESSES}).",
        )
        arguments.database(parser)
        arguments.format(parser)

    def answer(self, *, database, snapshot, rows, directory, window, jobs, traffic, processes, rolling, **options):
        source = Source(rows=rows) if snapshot is None else of_a_snapshot(directory, snapshot)
        if rolling and not traffic:
            raise CommandError("--rolling says how the applications work.\nHINT: --traffic 300 --rolling")
        busy = phases_under_load.Wish(traffic, processes, rolling) if traffic else None
        told = {"from": source.manifest.name} if source.manifest else {"rows": source.rows}
        told |= {"traffic": busy.rate, "processes": busy.processes, "rolling": busy.rolling} if busy else {}
        try:
            with (
                signals.interruptible(self.interrupted),
                run_record.recorded("epic10_rehearse", database, begin=self.begin, arguments=told) as self.run,
            ):
                rehearse(self.run, source, window=window, jobs=jobs, out=self.out, busy=busy)
        except CommandError as error:
            if error.returncode != signals.EXIT_STATUS:
                raise
            raise signals.interrupted(self.interrupted) from error
        failed = failures(self.run)
        failure = "The rehearsal failed: " + "\n".join(failed) if failed else ""
        return Output(text(self.run), run_record.as_data(self.run) | {"failures": failed}, failure)


def of_a_snapshot(directory, name):
    name = files.newest(directory) if name == "newest" else name
    return Source(folder=directory / name, manifest=files.read(directory, name))


def text(run):
    source, outlook = run.facts["source"], run.facts.get("outlook")
    what = 'snapshot "{snapshot}"' if "snapshot" in source else "{rows:,} NDAs"
    lines = [f"\nRehearsal with {what.format(**source)}", *steps_of(run)]
    lines += ["", f"  {'phase':<11}{'direction':<11}{'rows':>9}"]
    lines += [f"  {p['phase']:<11}{p['direction']:<11}{p['rows']:>9,}{p['seconds']:9.2f} s" for p in run.phases]
    lines += ["", *lock_report.lines(run.facts["locks"])]
    if busy := run.facts.get("traffic"):
        lines += ["", *phases_under_load.lines(busy)]
    lines += ["", *(line for report in run.reports for line in _validated(report))]
    same = "schema and content are what they were before" if not run.facts["differences"] else "NOT as before"
    lines += [f"back: {same}", *probe_rows.lines(run.facts["parked"])]
    if outlook:
        fits = "fits" if outlook["fits"] else "does NOT fit"
        lines.append(
            f"production, with {outlook['rows']:,} rows, would take about {seconds(outlook['seconds'])}: "
            f"that {fits} into a window of {seconds(outlook['window'])}"
        )
    lines += ["", run.place] if run.place else []
    return "\n".join(lines)


def _validated(report):
    """What fails ends the rehearsal; a warning is told nowhere else."""
    yield f"validated: {report.summary}"
    for result in report.warnings:
        yield from (f"  {line}" for line in lines_of(result))
