"""The overall health of the release: everything on the page that somebody has to look at, the worst first."""

from collections.abc import Iterator
from dataclasses import dataclass

from epic10.checks import FAILED, OK, WARNING
from epic10.dashboard.course import Course
from epic10.dashboard.history import Checked
from epic10.dashboard.measured import Incident, Measured
from epic10.deploy.run import RUNNING
from epic10.release.phase_status import INTERRUPTED, STOPPED
from epic10.release.status import FINALIZED, SWITCHED, Status

VALIDATE = "epic10_validate"
ORDER = (FAILED, WARNING)


@dataclass(frozen=True)
class Concern:
    """What is wrong, and the section of the page that says more."""

    level: str
    text: str
    section: str


@dataclass(frozen=True)
class Health:
    concerns: tuple[Concern, ...]

    @property
    def level(self) -> str:
        return self.concerns[0].level if self.concerns else OK

    @property
    def summary(self) -> str:
        failed = sum(concern.level == FAILED for concern in self.concerns)
        rest = len(self.concerns) - failed
        told = [f"{failed} wrong"] * bool(failed) + [f"{rest} to look at"] * bool(rest)
        return ", ".join(told) or "Nothing is wrong"


def health(
    status: Status | None,
    course: Course | None,
    reports: list[Checked] | None,
    measured: list[Measured] | None,
    incidents: list[Incident] | None,
) -> Health:
    found = [
        *_of_the_work(status, course),
        *_of_checks(status, reports or []),
        *(Concern(FAILED, f"{it.name}: {it.verdict[1]}", "times") for it in measured or [] if it.verdict[0] == FAILED),
        *_of_incidents(incidents or []),
    ]
    return Health(tuple(sorted(found, key=lambda concern: ORDER.index(concern.level))))


def _of_the_work(status, course) -> Iterator[Concern]:
    for phase in status.phases if status else ():
        if phase.state in (INTERRUPTED, STOPPED):
            yield Concern(FAILED, f"{phase.phase} is {phase.state}", "standing")
    if course and course.verdict not in (OK, RUNNING):
        yield Concern(FAILED, f"{course.command} ended {course.verdict}", "history")


def _of_checks(status, reports) -> Iterator[Concern]:
    is_live = status is not None and status.state.split(",")[0] in (SWITCHED, FINALIZED)
    # A report on the release is of no concern where it is not live, nor is one on the way back where it is.
    of_now = [it for it in reports if (it.command == VALIDATE) == is_live]
    for report in of_now:
        failed = dict(report.counts).get(FAILED, 0)
        if report.is_older_than_the_last_change and not status.worker:
            yield Concern(WARNING, f"phases have run since {report.command} checked", "checks")
        elif failed and not report.is_older_than_the_last_change:
            yield Concern(FAILED, f"{failed} checks of {report.command} failed", "checks")
    if is_live and not of_now:
        yield Concern(WARNING, f"{VALIDATE} has not checked this database", "checks")


def _of_incidents(incidents) -> Iterator[Concern]:
    for incident in incidents:
        if incident.is_open:
            yield Concern(FAILED, f"incident {incident.name}", "errors")
