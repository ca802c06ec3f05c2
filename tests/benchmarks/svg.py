"""Charts as SVG: axes, lines, areas and words, and nothing else."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape

INK, GREY, FAINT = "#222222", "#666666", "#dddddd"
FONT = "font-family='DejaVu Sans, Helvetica, Arial, sans-serif'"


@dataclass(frozen=True)
class Scale:
    """From values between ``low`` and ``high`` to pixels between ``start`` and ``end``."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def at(self, value: float) -> float:
        low, high, value = (self._straight(number) for number in (self.low, self.high, value))
        return self.start + (self.end - self.start) * (value - low) / (high - low)

    def ticks(self) -> list[float]:
        if self.is_log:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            # The smaller a chart, the fewer of them can be read.
            factors = (1, 2, 5) if abs(self.end - self.start) / len(powers) > 60 else (1,)
            values = [factor * 10.0**power for power in powers for factor in factors]
            return [value for value in values if self.low <= value <= self.high]
        step = _round_step((self.high - self.low) / 8)
        return [number * step for number in range(math.ceil(self.low / step), int(self.high / step) + 1)]

    def _straight(self, value):
        return math.log10(max(value, self.low)) if self.is_log else value


def _round_step(about):
    power = 10 ** math.floor(math.log10(about))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= about)


@dataclass
class Drawing:
    title: str
    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def line(self, points: Iterable[tuple[float, float]], color: str, *, width: float = 2, dash: str = ""):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = f" stroke-dasharray='{dash}'" if dash else ""
        self.parts.append(
            f"<polyline points='{path}' fill='none' stroke='{color}' stroke-width='{width}' "
            f"stroke-linejoin='round'{dashes}/>"
        )

    def area(self, x: float, y: float, width: float, height: float, color: str):
        self.parts.append(
            f"<rect x='{x:.1f}' y='{y:.1f}' width='{max(width, 0.5):.1f}' height='{height:.1f}' fill='{color}'/>"
        )

    def dot(self, x: float, y: float, color: str):
        self.parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' fill='{color}'/>")

    def words(
        self, x: float, y: float, text: str, *, size: float = 13, color: str = INK, anchor="start", turn=0, bold=""
    ):
        turned = f" transform='rotate({turn} {x:.1f} {y:.1f})'" if turn else ""
        weight = " font-weight='bold'" if bold else ""
        self.parts.append(
            f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' fill='{color}' text-anchor='{anchor}'{weight}{turned}>"
            f"{escape(text)}</text>"
        )

    def x_axis(self, x: Scale, y: Scale, label: str, form: Callable[[float], str], *, ticks=()):
        for value in ticks or x.ticks():
            self.line([(x.at(value), y.start + 6), (x.at(value), y.end)], FAINT, width=1)
            self.words(x.at(value), y.start + 20, form(value), size=12, color=GREY, anchor="middle")
        self.line([(x.start, y.start), (x.end, y.start)], GREY, width=1)
        self.words((x.start + x.end) / 2, y.start + 38, label, anchor="middle")

    def y_axis(self, x: Scale, y: Scale, label: str, form: Callable[[float], str]):
        for value in y.ticks():
            self.line([(x.start - 6, y.at(value)), (x.end, y.at(value))], FAINT, width=1)
            self.words(x.start - 10, y.at(value) + 4, form(value), size=12, color=GREY, anchor="end")
        self.line([(x.start, y.start), (x.start, y.end)], GREY, width=1)
        self.words(x.start - 58, (y.start + y.end) / 2, label, anchor="middle", turn=-90)

    def __str__(self):
        size = f"width='{self.width:.0f}' height='{self.height:.0f}' viewBox='0 0 {self.width:.0f} {self.height:.0f}'"
        body = "\n".join(self.parts)
        return (
            f"<svg xmlns='http://www.w3.org/2000/svg' {size} {FONT}>\n"
            f"<title>{escape(self.title)}</title>\n<rect width='100%' height='100%' fill='#ffffff'/>\n{body}\n</svg>\n"
        )


def plainly(value: float) -> str:
    """A number as one reads it on an axis: 0.1, 10, 100,000."""
    return f"{value:,.0f}" if value >= 1 or value == 0 else f"{value:g}"
