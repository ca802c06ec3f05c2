"""The table of the shapes, for people."""

from itertools import groupby

from django.conf import settings

from tests.shapes.trial import GO, Trial

PAGE = settings.BASE_DIR / "docs/any-database.md"
NAME = "shapes"
HEADINGS = ("shape", "precheck", "there", "back", "wrong")
LONGEST = 160


def line(trial: Trial) -> str:
    """As it is found, with what was said where it does not go there and back."""
    found = "; ".join(trial.wrong) or "0"
    why = f" ({'; '.join(dict.fromkeys(trial.why))[:400]})" if trial.why else ""
    return f"{trial.server}, {trial.route}: {trial.shape}: {trial.word}, {trial.there}, {trial.back}, {found}{why}"


def section(trials: list[Trial]) -> str:
    """One row for a shape, whatever the servers and the routes; where they differ, each."""
    rows = [HEADINGS, ("---",) * len(HEADINGS)]
    for shape, same in groupby(sorted(trials, key=lambda trial: trial.shape), key=lambda trial: trial.shape):
        tries = list(same)
        word = _of_each(tries, lambda trial: trial.word)
        why = next((f": {_short(trial.why[0])}" for trial in tries if trial.why), "")
        rows.append(
            (
                shape,
                word if word == GO else word + why,
                _of_each(tries, lambda trial: trial.there),
                _of_each(tries, lambda trial: trial.back) + (why if word == GO else ""),
                _of_each(tries, lambda trial: "; ".join(trial.wrong) or "0"),
            )
        )
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows) + f"\n\n{summary(trials)}.\n"


def summary(trials: list[Trial]) -> str:
    shapes, servers = len({trial.shape for trial in trials}), sorted({trial.server for trial in trials})
    wrong = [trial for trial in trials if trial.behaved_wrongly]
    stopped = [trial for trial in trials if trial.said_go_and_stopped]
    named = "".join(f"\n    {trial.shape}, {trial.route}, {trial.server}" for trial in wrong + stopped)
    return (
        f"{shapes} shapes, both routes, PostgreSQL {' and '.join(map(str, servers))}: "
        f"behaved wrongly {len(wrong)}, said GO and then stopped {len(stopped)}{named}"
    )


def _of_each(tries, what) -> str:
    found = {f"{trial.server}, {trial.route}": what(trial) for trial in tries}
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    return "; ".join(f"{value} ({which})" for which, value in found.items())


def _short(said: str) -> str:
    said = " ".join(said.split()).replace("|", "\\|")
    return said if len(said) <= LONGEST else f"{said[:LONGEST].rsplit(' ', 1)[0]} …"
