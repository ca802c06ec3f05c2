"""Results are drawn as they were measured, and only where the documents have a place for them."""

import re
import shutil
from xml.etree import ElementTree

import pytest

from tests.benchmarks import draw, servers, tables
from tests.benchmarks.svg import Scale

MACHINE = {"cores": 2, "memory": 2**34, "python": "3.11.7", "postgresql": "18.6", "settings": {"fsync": "on"}}
COMMON = {"date": "2026-11-25T23:00:00Z", "machine": MACHINE, "busy": 0.2, "round": 0}
SIZES = {"before": {"tables": 100, "indexes": 50}, "after": {"tables": 110, "indexes": 60}}
HELD = {"held": 4.2, "waited": 0.0, "waited_for": [], "kept_waiting": [], "times": 1}


def timed(rival, rows, seconds, **more):
    return COMMON | SIZES | {
        "kind": "timed", "rival": rival, "rows": rows, "seconds": seconds, "wal": 5_000_000, "memory": 70_000_000
    } | more  # fmt: skip


def load(rival):
    figures = {"requests": 600, "p50": 0.5, "p99": 3.0, "p999": 9.0, "max": 12.5, "stall": 8.0, "errors": 0}
    stretch = {"name": "forwards", "began": 2.0, "ended": 4.5} | figures
    bins = [[number, 75, 0.5, 3.0, 12.5] for number in range(20)]
    return COMMON | {
        "kind": "load", "rival": rival, "rows": 50_000, "rate": 300.0, "stretches": [stretch], "bin": 0.25, "bins": bins
    }  # fmt: skip


LINES = [
    timed("ours", 50_000, 3.0, back=0.3),
    timed("ours", 50_000, 3.4, back=0.5),
    timed("update", 50_000, 4.8),
    timed("sparing", 50_000, 4.0),
    timed("ours", 200_000, 12.0, back=0.3),
    COMMON
    | {"kind": "locks", "rival": "ours", "rows": 50_000, "longest": 4.2, "longest_back": 5.1, "every": 0.3}
    | {
        "found": [
            {"phase": "switch", "direction": "forwards", "statement": "all of it", "table": "ndas"}
            | {"mode": "ACCESS EXCLUSIVE"}
            | HELD
        ]
    },
    load("ours"),
    load("update"),
    COMMON
    | {"kind": "standby", "case": "not waited for", "rows": 200_000, "seconds": 20.0, "lag": 7_500_000, "behind": 0.4}
    | {"median": 0.2, "slowest": 12.0, "errors": 0},
]
ANSWERS = "3.0 / 12.5"
BACK = "0.40 (0.30-0.50)"


def test_the_rivals_are_one_table():
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in tables.rivals(LINES)]
    assert cells[2:] == [
        ["50,000", "one UPDATE per table, only wrong rows", "4.00", "1.00", "5", "1.10", "1.20", *["n/a"] * 3, "70"],
        [
            "50,000",
            "`migrate ndas`",
            "3.20 (3.00-3.40)",
            "0.80",
            "5",
            "1.10",
            "1.20",
            "4.2 (5.1)",
            "3.0 / 12.5",
            BACK,
            "70",
        ],
        ["50,000", "one UPDATE per table", "4.80", "1.20", "5", "1.10", "1.20", "n/a", ANSWERS, "n/a", "70"],
        ["200,000", "`migrate ndas`", "12.00", "n/a", "5", "1.10", "1.20", "n/a", "n/a", "0.30", "70"],
    ]


def test_each_server_has_its_ratios_to_the_strongest_rival():
    other = MACHINE | {"postgresql": "15.18", "settings": {"shared_buffers": "512MB"}}
    there = [timed(name, 50_000, seconds, machine=other) for name, seconds in (("ours", 2.0), ("sparing", 4.0))]
    assert cells_of(tables.ratios(LINES + there)) == [
        ["15.18", "512MB", "50,000", "4.00", "0.50", "n/a", "n/a", "n/a", "n/a"],
        ["18.6", "n/a", "50,000", "4.00", "0.80", "n/a", "1.20", "n/a", "n/a"],
    ]
    assert tables.rivals(LINES + there) == tables.rivals(LINES)


def test_the_way_back_is_told_by_what_was_written_since():
    back = COMMON | {"kind": "back", "rows": 50_000, "written": 1000}
    lines = [back | {"seconds": 1.0}, back | {"seconds": 2.0}, back | {"longest": 4.25}]
    assert cells_of(tables.back(lines)) == [["18.6", "n/a", "50,000", "1,000", "1.50 (1.00-2.00)", "4.2"]]


def test_a_measurement_on_several_servers_is_the_same_on_each():
    line = "rivals --rows 200000 --on 15 18 --rounds 5 --shared-buffers 128MB 512MB --out results.jsonl"
    there = ["rivals", "--rows", "200000", "--rounds", "5", "--out", "results.jsonl"]
    assert servers.without_servers(line.split()) == there


def cells_of(table):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table][2:]


def test_the_documents_get_tables_and_pictures(tmp_path, monkeypatch):
    docs = tmp_path / "docs"
    shutil.copytree(draw.DOCS, docs)
    monkeypatch.setattr(draw.results, "read", lambda paths: LINES)
    draw.everything([], docs)
    performance, database = (docs / page for page in ("performance.md", "database-migrations.md"))
    assert "\n| 50,000  | `migrate ndas` " in performance.read_text()
    assert "- 2026-11-25: 2 cores, 16 GB of memory, PostgreSQL 18.6 (fsync on), Python 3.11.7; load" in (
        performance.read_text()
    )
    assert re.search(
        r"\| 50,000 \| switch +\| `all of it` +\| ndas +\| ACCESS EXCLUSIVE \| 4\.2 ", database.read_text()
    )
    seconds, latency = (ElementTree.parse(docs / "images" / name) for name in ("seconds.svg", "latency-50000.svg"))
    assert (
        "\n![From Epic 9 to Epic 10: time against the number of NDAs](images/seconds.svg)\n" in performance.read_text()
    )
    words = {element.text for element in seconds.iter("{http://www.w3.org/2000/svg}text")}
    assert {"migrate ndas", "12.0 s for 200,000 NDAs", "one UPDATE per table", "seconds (logarithmic)"} <= words
    # For each of two ways an axis with its lines, the slowest and the median.
    assert len(list(latency.iter("{http://www.w3.org/2000/svg}polyline"))) > 8


@pytest.mark.parametrize("name", [*draw.PLACES, *draw.PICTURES[1]])
def test_the_documents_have_a_place_for_every_table_and_picture(name):
    page, _ = draw.PLACES.get(name, draw.PICTURES)
    assert f"<!-- measured: {name} -->" in (draw.DOCS / page).read_text()


def test_what_was_not_measured_stays_as_it_was(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- measured: rivals -->\nas before\n<!-- end -->\n")
    draw.fill(page, "rivals", tables.rivals([]))
    assert "as before" in page.read_text()


def test_a_page_without_a_place_is_named(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("nothing")
    with pytest.raises(AssertionError, match=r"^page\.md has no place for the table rivals$"):
        draw.fill(page, "rivals", ["|"])


def test_a_logarithmic_scale_has_its_decades():
    scale = Scale(10, 1000, 0, 100, is_log=True)
    assert [scale.at(value) for value in (10, 100, 1000)] == pytest.approx([0, 50, 100])
    assert scale.ticks() == [10, 100, 1000]
