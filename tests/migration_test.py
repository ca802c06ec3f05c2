"""
``python -m tests.migration_test [--rows 2000] [--report DIRECTORY]``

The migration test, as CI runs it and as you can: seed, forward, validate, smoke,
back, compare, forward, validate, on a scratch database beside the one that DATABASE_URL
names, or on the embedded server. Nothing of it is left afterwards but the report:
``rehearsal.json``, ``summary.md`` to read, ``junit.xml`` for a machine. Exit status 0 or 1.
"""

import argparse
import io
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import django
from django.core.management import CommandError, call_command

NAME = "migration test"


@dataclass(frozen=True)
class Outcome:
    """One line of the report: a step of the rehearsal, or a check that was asked in it."""

    name: str
    seconds: float = 0.0
    failure: str = ""
    skipped: str = ""


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.migration_test", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=2000, metavar="N", help="NDAs to generate (default: 2000).")
    parser.add_argument("--report", type=Path, metavar="DIRECTORY", help="Where the report goes (default: nowhere).")
    options = parser.parse_args(arguments)
    record, failure = rehearsed(options.rows)
    found = outcomes(record, failure)
    if options.report:
        write(options.report, record, found)
    print(summary(record, found))
    return 1 if any(outcome.failure for outcome in found) else 0


def rehearsed(rows: int) -> tuple[dict, str]:
    """The record of epic10_rehearse, as far as it came, and what it failed with."""
    output = io.StringIO()
    try:
        call_command("epic10_rehearse", rows=rows, format="json", stdout=output)
        failure = ""
    except CommandError as error:
        failure = str(error)
    return json.loads(output.getvalue() or "{}"), failure


def outcomes(record: dict, failure: str) -> list[Outcome]:
    steps = [Outcome(step["name"], step["seconds"]) for step in record.get("steps", [])]
    checks = [
        Outcome(f"{report['command']}: {check['id']}", check["seconds"], _failure(check), check["skipped"])
        for report in record.get("reports", [])
        for check in report["checks"]
    ]
    return [*steps, *checks, Outcome("there, back and there again", record.get("seconds", 0.0), failure)]


def _failure(check):
    return "\n".join([check["title"], *check["findings"]]) if check["verdict"] == "FAILED" else ""


def write(directory: Path, record: dict, found: list[Outcome]):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "rehearsal.json").write_text(json.dumps(record, indent=2))
    (directory / "summary.md").write_text(summary(record, found))
    junit(found).write(directory / "junit.xml", encoding="utf-8", xml_declaration=True)


def summary(record: dict, found: list[Outcome]) -> str:
    """The report as Markdown."""
    failed = [outcome for outcome in found if outcome.failure]
    lines = [f"## Migration test: {'FAILED' if failed else 'passed'}", ""]
    lines += [f"- **{outcome.name}**: {' '.join(outcome.failure.split())}" for outcome in failed]
    lines += ["", "| step | seconds |", "| --- | ---: |"]
    lines += [f"| {step['name']} | {step['seconds']:.2f} |" for step in record.get("steps", [])]
    lines += ["", "| phase | direction | rows | seconds |", "| --- | --- | ---: | ---: |"]
    lines += [
        f"| {phase['phase']} | {phase['direction']} | {phase['rows']:,} | {phase['seconds']:.2f} |"
        for phase in record.get("phases", [])
    ]
    lines += ["", *(f"- {report['command']}: {_counted(report['counts'])}" for report in record.get("reports", []))]
    return "\n".join(lines) + "\n"


def _counted(counts):
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def junit(found: list[Outcome]) -> ElementTree.ElementTree:
    count = {kind: str(sum(bool(getattr(outcome, kind)) for outcome in found)) for kind in ("failure", "skipped")}
    suite = ElementTree.Element(
        "testsuite", name=NAME, tests=str(len(found)), failures=count["failure"], skipped=count["skipped"], errors="0"
    )
    for outcome in found:
        case = ElementTree.SubElement(
            suite, "testcase", classname=NAME, name=outcome.name, time=f"{outcome.seconds:.3f}"
        )
        for kind in ("failure", "skipped"):
            if said := getattr(outcome, kind):
                ElementTree.SubElement(case, kind, message=said.splitlines()[0]).text = said
    return ElementTree.ElementTree(suite)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    sys.exit(main())
