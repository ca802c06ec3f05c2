"""The phases as the page shows them."""

from dataclasses import dataclass
from datetime import datetime

from epic10.dashboard.course import Course
from epic10.deploy.run import OK
from epic10.ledger.phase_record import BACKWARDS
from epic10.release.phase_status import DONE, INTERRUPTED, RUNNING, STOPPED, TO_DO, UNDONE, PhaseStatus, percent
from epic10.release.plan import Plan
from epic10.release.status import BASELINE, FINALIZED, GOING_BACK, HALF_BACK, NO_REGISTER, SWITCHED, Status
from epic10.terminal.units import seconds

# The word for people, and the style class.
WORDS = {
    TO_DO: ("waiting", "waiting"),
    RUNNING: ("running", "running"),
    INTERRUPTED: ("interrupted", "broken"),
    STOPPED: ("stopped", "broken"),
    DONE: ("done", "done"),
    UNDONE: ("undone", "undone"),
}


MEANINGS = {
    NO_REGISTER: "There is no NDA register in this database.",
    BASELINE: "As the previous application knows it; nothing of the release is here.",
    SWITCHED: "Epic 10 is live: everybody reads the new labels. The way back is open.",
    FINALIZED: "Epic 10 is live for good. The old labels are in the archive.",
    HALF_BACK: "The way back was begun and has not come to its end.",
    GOING_BACK: "On the way back to what the previous application knows.",
}
ON_THE_WAY = "On the way: the application sees nothing of it before the switch."
TAKEN_BACK = "The release was here, and was taken back on {:%Y-%m-%d at %H:%M} UTC."


@dataclass(frozen=True)
class Shown:
    """One phase as it is shown; ``share`` is None if nothing is counted."""

    name: str
    purpose: str
    word: str
    look: str
    rows: str = ""
    percent: str = ""
    share: float | None = None
    rate: str = ""
    left: str = ""
    took: str = ""
    error: str = ""


def phases(release: Plan, status: Status) -> list[Shown]:
    purposes = {phase.name: phase.purpose for phase in release.phases}
    is_on_the_way_back = status.state.split(",")[0] in (GOING_BACK, HALF_BACK)
    return [
        # What an earlier way back has undone waits for its turn, once the release comes again.
        _shown(it if is_on_the_way_back or it.state != UNDONE else PhaseStatus(it.phase, TO_DO), purposes[it.phase])
        for it in status.phases
    ]


def meaning(status: Status, *, taken_back: datetime | None) -> str:
    """The state of the release, in a sentence."""
    if taken_back:
        return TAKEN_BACK.format(taken_back)
    return MEANINGS.get(status.state.split(",")[0], ON_THE_WAY)


def title(status: Status | None, course: Course | None) -> tuple[str, float | None]:
    """The title of the page, and the share that is done of what moves, if anything does."""
    if status is None:
        return "Unknown | Epic 10", None
    moving = next((phase for phase in status.phases if phase.state == RUNNING and phase.left), None)
    if moving:
        return f"{percent(moving.share)} {moving.phase} | Epic 10", round(moving.share, 4)
    if course and course.is_running:
        done = sum(step.outcome == OK for step in course.steps)
        return f"{course.step} | {course.command}", round(done / max(len(course.steps), 1), 4)
    return f"{status.state.capitalize()} | Epic 10", None


def _shown(standing: PhaseStatus, purpose: str) -> Shown:
    word, look = WORDS[standing.state]
    if standing.direction == BACKWARDS and standing.state in (RUNNING, INTERRUPTED, STOPPED):
        word = f"{word}, going back"
    counts = standing.rows or standing.left
    total = standing.rows + standing.left
    lasted = "for" if standing.state == RUNNING else "took"
    moves = standing.rate and standing.left
    return Shown(
        standing.phase,
        purpose,
        word,
        look,
        rows=(f"{standing.rows:,} of {total:,} rows" if standing.left else f"{total:,} rows") if counts else "",
        percent=percent(standing.share) if standing.left else "",
        share=round(standing.share, 4) if counts else None,
        rate=f"{standing.rate:,.0f} rows/s" if moves else "",
        left=f"about {seconds(standing.left / standing.rate)} left" if moves else "",
        took=f"{lasted} {seconds(standing.seconds)}" if standing.seconds else "",
        error=standing.error,
    )
