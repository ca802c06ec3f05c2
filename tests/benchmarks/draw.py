"""What do the documents show of the results? Writes their tables, between two comments, and their pictures."""

import re
from pathlib import Path

from django.conf import settings

from tests.benchmarks import charts, results, tables

DOCS = settings.BASE_DIR / "docs"
PLACES = {
    "rivals": ("performance.md", tables.rivals),
    "growth": ("performance.md", tables.growth),
    "application": ("performance.md", tables.application),
    "machines": ("performance.md", tables.machines),
    "locks": ("database-migrations.md", tables.locks),
}
SECTION = "(<!-- measured: {} -->\n).*?(<!-- end -->)"


def everything(paths: list[Path], docs: Path = DOCS):
    """What was not measured keeps what the document said of it before."""
    lines = results.read(paths)
    for name, (page, table) in PLACES.items():
        fill(docs / page, name, table(lines))
    for name, drawing in pictures(lines).items():
        path = docs / "images" / name
        path.write_text(str(drawing), encoding="utf-8")
        print(path.relative_to(docs.parent))


def pictures(lines: list[dict]) -> dict:
    """By the name of its file."""
    drawn = {}
    if any(line["kind"] == "timed" for line in lines):
        drawn["seconds.svg"] = charts.seconds(lines)
    for rows in sorted({line["rows"] for line in lines if line["kind"] == "load"}):
        # The newest of each way.
        newest = {line["rival"]: line for line in lines if (line["kind"], line["rows"]) == ("load", rows)}
        drawn[f"latency-{rows}.svg"] = charts.latency(list(newest.values()))
    return drawn


def fill(page: Path, name: str, table: list[str]):
    if table == tables.NOT_MEASURED:
        return
    text, found = page.read_text(encoding="utf-8"), re.compile(SECTION.format(name), re.S)
    assert found.search(text), f"{page.name} has no place for the table {name}"
    filled = found.sub(lambda match: match[1] + "\n" + "\n".join(table) + "\n\n" + match[2], text)
    page.write_text(filled, encoding="utf-8")
