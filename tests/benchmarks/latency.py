"""Response times of the application before, during and after the release."""

from dataclasses import asdict, dataclass

from epic10.rehearsal.latency import THOUSAND, Outcome, quantile

BIN = 0.25  # seconds


@dataclass(frozen=True)
class Stretch:
    """What went on between two moments of ``time.monotonic()``."""

    name: str
    began: float
    ended: float


def summary(outcome: Outcome, stretches: list[Stretch]) -> dict:
    """As plain data: the figures of each stretch, and the answers over time. Milliseconds; seconds since the start."""
    return {
        "stretches": [_figures(outcome, one) for one in stretches],
        "lost": len(outcome.lost),
        "mislabelled": len(outcome.mislabelled),
        "errors": sorted({str(error)[:200] for error in outcome.errors})[:5],
        "bin": BIN,
        "bins": bins(outcome),
    }


def _figures(outcome, one):
    began, ended = (round(moment - outcome.began, 3) for moment in (one.began, one.ended))
    return {"name": one.name, "began": began, "ended": ended} | asdict(outcome.figures(one.began, one.ended))


def bins(outcome: Outcome) -> list[list]:
    """[number, requests that were due in it, median, 99th percentile, slowest] of each quarter of a second with any."""
    took = {}
    for answer in outcome.answers:
        number = int((answer.due - outcome.began) / BIN)
        took.setdefault(number, []).append((answer.answered - answer.due) * THOUSAND)
    return [[number, len(values), *_quantiles(sorted(values))] for number, values in sorted(took.items())]


def _quantiles(values):
    return [round(quantile(values, share), 2) for share in (0.5, 0.99, 1.0)]
