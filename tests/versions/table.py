"""The table of both versions in the documents."""

from dataclasses import dataclass

from django.conf import settings

from ndas.release.applications import NEW_APPLICATION, OLD_APPLICATION
from tests.databases import database
from tests.versions.states import states
from tests.versions.works import labels_read, works

PAGE = settings.BASE_DIR / "docs/database-migrations.md"
NAME = "versions"
HEADINGS = ("state", "labels in `status`", "Epic 9 application", "Epic 10 application")


@dataclass(frozen=True)
class Row:
    """``old`` and ``new`` are what is said against each operation of that application."""

    state: str
    is_switched: bool
    labels: set[str]
    old: dict[str, str]
    new: dict[str, str]


def rows(template: str) -> list[Row]:
    with database(template) as copy:
        return [
            Row(
                state,
                switched,
                labels_read(copy.url),
                works(OLD_APPLICATION, copy.url),
                works(NEW_APPLICATION, copy.url),
            )
            for state, switched in states(copy)
        ]


def section(found: list[Row]) -> str:
    lines = [_line(HEADINGS), _line(["---"] * len(HEADINGS))]
    lines += [_line([row.state, _whose(row), _summary(row.old), _summary(row.new)]) for row in found]
    return "\n".join(lines)


def _line(cells):
    return f"| {' | '.join(cells)} |"


def _whose(row):
    whose = {"old": OLD_APPLICATION, "new": NEW_APPLICATION}
    return (
        " and ".join(name for name, application in whose.items() if row.labels <= application.moves.keys()) or "mixed"
    )


def _summary(said):
    """Which of the operations work; all, or none, where that is so."""
    good = [name for name, against in said.items() if not against]
    if len(good) == len(said):
        return f"all {len(said)} operations"
    return f"{len(good)} of {len(said)}: {', '.join(good)}" if good else "none"
