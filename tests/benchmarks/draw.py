"""Drawing the results into the documents: tables between two comments, and charts."""

import re
from pathlib import Path

from django.conf import settings

from tests.benchmarks import charts, results, tables
from tests.benchmarks.svg import Drawing

DOCS = settings.BASE_DIR / "docs"
PLACES = {
    "ratios": ("performance.md", tables.ratios),
    "rivals": ("performance.md", tables.rivals),
    "back": ("performance.md", tables.back),
    "growth": ("performance.md", tables.growth),
    "application": ("performance.md", tables.application),
    "standbys": ("performance.md", tables.standbys),
    "machines": ("performance.md", tables.machines),
    "locks": ("database-migrations.md", tables.locks),
}
BESIDE = {"load": "latency", "blocked": "reader-in-the-way"}
PICTURES = ("performance.md", ("seconds", *BESIDE.values()))
SECTION = "(<!-- measured: {} -->\n).*?(<!-- end -->)"


def everything(paths: list[Path], docs: Path = DOCS):
    """What was not measured keeps what the document said of it before."""
    lines = results.read(paths)
    for name, (page, table) in PLACES.items():
        fill(docs / page, name, table(lines))
    page, places = PICTURES
    drawn = pictures(lines)
    for name, drawing in drawn.items():
        path = docs / "images" / name
        path.write_text(str(drawing), encoding="utf-8")
        print(path.relative_to(docs.parent))
    for place in places:
        shown = [f"![{drawing.title}](images/{name})" for name, drawing in drawn.items() if name.startswith(place)]
        fill(docs / page, place, shown or tables.NOT_MEASURED)


def pictures(lines: list[dict]) -> dict[str, Drawing]:
    """By the name of its file, which begins with that of its place."""
    drawn = {}
    if any(line["kind"] == "timed" for line in lines):
        drawn["seconds.svg"] = charts.seconds(lines)
    for kind, name in BESIDE.items():
        for rows in sorted({line["rows"] for line in lines if line["kind"] == kind}):
            # The newest of each way.
            newest = {line["rival"]: line for line in lines if (line["kind"], line["rows"]) == (kind, rows)}
            drawn[f"{name}-{rows}.svg"] = charts.latency(list(newest.values()))
    return drawn


def fill(page: Path, name: str, table: list[str]):
    if table == tables.NOT_MEASURED:
        return
    text, found = page.read_text(encoding="utf-8"), re.compile(SECTION.format(name), re.S)
    assert found.search(text), f"{page.name} has no place for the table {name}"
    filled = found.sub(lambda match: match[1] + "\n" + "\n".join(table) + "\n\n" + match[2], text)
    page.write_text(filled, encoding="utf-8")
