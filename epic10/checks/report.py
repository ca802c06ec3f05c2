"""The report of all checks: verdict, lines for a person, data for a machine.

It never prints; that is the command's part.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string

from epic10.checks import FAILED, OK, SKIPPED, WARNING, Result

# A person gets five findings and a count of the rest. A machine gets more, but a
# saved report must not have a million lines.
SHOWN, KEPT = 5, 100
ID_WIDTH = 36

# On a page, what has to be settled comes first.
HEADINGS = [(FAILED, "To be settled first"), (WARNING, "To be read"), (SKIPPED, "Not asked"), (OK, "As it should be")]


@dataclass(frozen=True)
class Report:
    """The results, with what a reader needs in order to trust them: which release, where, when."""

    results: Sequence[Result]
    command: str = ""
    release: str = ""
    database: str = ""
    server: str = ""
    started: datetime | None = None
    finished: datetime | None = None

    @property
    def failed(self) -> list[Result]:
        return self._with(FAILED)

    @property
    def warnings(self) -> list[Result]:
        return self._with(WARNING)

    @property
    def verdict(self) -> str:
        """FAILED also when no check was asked."""
        if self.failed or len(self.results) == len(self._with(SKIPPED)):
            return FAILED
        return WARNING if self.warnings else OK

    @property
    def summary(self) -> str:
        if not self.results:
            return "0 checks: nothing was asked, so nothing is known."
        warnings = len(self.warnings)
        counts = {
            "passed": len(self._with(OK)),
            "warning" if warnings == 1 else "warnings": warnings,
            "skipped": len(self._with(SKIPPED)),
            "failed": len(self.failed),
        }
        told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        return f"{len(self.results)} {'check' if len(self.results) == 1 else 'checks'}: {told}"

    def lines(self) -> Iterator[str]:
        for result in self.results:
            yield from lines_of(result)
        yield self.summary

    def as_json(self) -> dict:
        """Plain data, ready for ``json.dumps`` and for the ledger."""
        return {
            "command": self.command,
            "release": self.release,
            "database": {"name": self.database, "server": self.server},
            "started": self.started and self.started.isoformat(),
            "finished": self.finished and self.finished.isoformat(),
            "verdict": self.verdict,
            "counts": {
                "checks": len(self.results),
                **{verdict.lower(): len(self._with(verdict)) for verdict in (OK, WARNING, SKIPPED, FAILED)},
            },
            "checks": [_as_json(result) for result in self.results],
        }

    def rendered(self, format: str) -> str:
        """The report as "json" or "html"; as "text" only its last line, as the others were shown as they came."""
        if format == "text":
            return self.summary
        return self.as_html() if format == "html" else json.dumps(self.as_json(), indent=2)

    def as_html(self) -> str:
        """One page with everything in it, to be mailed, printed and read without a network."""
        checks = [_for_a_page(result) for result in self.results]
        groups = [
            (heading, [check for check in checks if check["verdict"] == verdict]) for verdict, heading in HEADINGS
        ]
        return render_to_string("epic10/report.html", {"report": self, "groups": groups})

    def _with(self, verdict):
        return [result for result in self.results if result.verdict == verdict]


def lines_of(result: Result) -> Iterator[str]:
    yield f"{result.verdict:8}{result.check.id:{ID_WIDTH}}  {result.check.title}"
    for line in result.findings[:SHOWN]:
        yield f"        {line}"
    if len(result.findings) > SHOWN:
        yield f"        … and {len(result.findings) - SHOWN:,} more"
    for line in result.facts:
        yield f"        {line}"
    if result.skipped:
        yield f"        {result.skipped}"
    if result.findings and result.check.hint:
        yield f"        HINT: {result.check.hint}"


def _as_json(result):
    return {
        "id": result.check.id,
        "title": result.check.title,
        "verdict": result.verdict,
        "findings": list(result.findings[:KEPT]),
        "total_findings": len(result.findings),
        "facts": list(result.facts),
        "skipped": result.skipped,
        "hint": result.check.hint,
        "seconds": round(result.seconds, 3),
    }


def _for_a_page(result):
    check = _as_json(result)
    return check | {"more": check["total_findings"] - len(check["findings"])}
