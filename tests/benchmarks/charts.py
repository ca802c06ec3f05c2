"""The charts: seconds against rows, and the application's response times over time."""

import statistics

from tests.benchmarks.rivals import RIVALS
from tests.benchmarks.svg import GREY, Drawing, Scale, plainly

# Of Okabe and Ito: told apart by the colour-blind, too.
COLORS = {
    "ours": "#0072b2",
    "two-workers": "#56b4e9",
    "update": "#d55e00",
    "sparing": "#e69f00",
    "loop": "#009e73",
    "bulk-update": "#cc79a7",
    "using": "#222222",
}
DURING = {"forwards": "#dbeaf6", "backwards": "#f6e6db"}
SLOWEST, MEDIAN = "#d55e00", "#0072b2"
PANEL, GAP = 150, 92


def seconds(lines: list[dict]) -> Drawing:
    """Medians of the timed rounds, with the spread, both axes logarithmic."""
    series = _series(lines)
    points = [value for found in series.values() for pair in found.values() for value in pair]
    sizes = [rows for found in series.values() for rows in found]
    drawing = Drawing("From Epic 9 to Epic 10: time against the number of NDAs", 960, 520)
    x = Scale(min(sizes) / 1.3, max(sizes) * 1.3, 80, 600, is_log=True)
    y = Scale(min(points) / 1.5, max(points) * 1.5, 440, 60, is_log=True)
    drawing.words(80, 30, drawing.title, size=16, bold=True)
    drawing.x_axis(x, y, "NDAs (logarithmic)", plainly, ticks=sorted(set(sizes)))
    drawing.y_axis(x, y, "seconds (logarithmic)", plainly)
    for name, found in series.items():
        middle = [(x.at(rows), y.at(statistics.median(values))) for rows, values in sorted(found.items())]
        drawing.line(middle, COLORS[name])
        for rows, values in found.items():
            drawing.line([(x.at(rows), y.at(min(values))), (x.at(rows), y.at(max(values)))], COLORS[name], width=1.5)
        for place in middle:
            drawing.dot(*place, COLORS[name])
    _legend(drawing, series)
    return drawing


def _series(lines):
    series = {}
    for name in RIVALS:
        for line in lines:
            if line["kind"] == "timed" and line["rival"] == name:
                series.setdefault(name, {}).setdefault(line["rows"], []).append(line["seconds"])
    return series


def _legend(drawing, series):
    """Beside the lines and in their order, at the largest size that each has."""
    slowest_first = sorted(series, key=lambda name: -_last(series[name])[1])
    for number, name in enumerate(slowest_first):
        height = 90 + number * 46
        rows, took = _last(series[name])
        drawing.line([(625, height - 5), (650, height - 5)], COLORS[name], width=3)
        drawing.words(660, height, RIVALS[name].title.replace("`", ""))
        drawing.words(660, height + 17, f"{took:,.1f} s for {rows:,} NDAs", size=12, color=GREY)


def _last(found):
    rows = max(found)
    return rows, statistics.median(found[rows])


def latency(lines: list[dict]) -> Drawing:
    """A panel for each rival: the slowest answer and the median of each quarter of a second."""
    slowest = max(bin[4] for line in lines for bin in line["bins"])
    rows, rate = lines[0]["rows"], lines[0]["rate"]
    title = f"Answers to {rate:,.0f} requests a second, {rows:,} NDAs"
    if lines[0]["kind"] == "blocked":
        title += ", a reader idles in the way for 30 s"
    drawing = Drawing(title, 920, 90 + len(lines) * (PANEL + GAP))
    drawing.words(80, 30, title, size=16, bold=True)
    for number, (color, text) in enumerate([(SLOWEST, "slowest"), (MEDIAN, "median")]):
        drawing.line([(80 + number * 100, 50), (100 + number * 100, 50)], color, width=3)
        drawing.words(106 + number * 100, 54, text)
    for number, (name, color) in enumerate(DURING.items()):
        drawing.area(300 + number * 130, 42, 20, 14, color)
        drawing.words(326 + number * 130, 54, f"the way {'there' if name == 'forwards' else 'back'}")
    drawing.words(890, 54, "of what was due in 250 ms", color=GREY, anchor="end")
    for number, line in enumerate(lines):
        top = 100 + number * (PANEL + GAP)
        _panel(drawing, line, Scale(0.2, max(slowest * 1.3, 200), top + PANEL, top, is_log=True))
    return drawing


def _panel(drawing, line, y):
    bins, width = line["bins"], line["bin"]
    x = Scale(0, (bins[-1][0] + 1) * width, 80, 890)
    for one in line["stretches"]:
        if color := DURING.get(one["name"]):
            drawing.area(x.at(one["began"]), y.end, x.at(one["ended"]) - x.at(one["began"]), y.start - y.end, color)
    drawing.x_axis(x, y, "seconds since the load began", plainly)
    drawing.y_axis(x, y, "ms", plainly)
    drawing.words(80, y.end - 8, RIVALS[line["rival"]].title.replace("`", ""), bold=True)
    for column, color in ((4, SLOWEST), (2, MEDIAN)):
        places = [(x.at((bin[0] + 0.5) * width), y.at(bin[column])) for bin in bins]
        drawing.line(places, color, width=1.5)
