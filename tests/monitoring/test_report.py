"""What goes to the review, and to Prometheus."""

import re
import stat

import pytest
from django.conf import settings

from epic10.monitoring import prometheus

RULES = settings.BASE_DIR / "docs" / "monitoring.md"
A_DAY = """
    INSERT INTO epic10_sample (name, milliseconds, baseline, after, taken_at)
    SELECT 'list', 10 + minute % 3, 9, true, now() - minute * interval '1 minute'
      FROM generate_series(0, 1440) AS minute"""


def reported(monitor, tmp_path):
    said = monitor("report", out=tmp_path).said
    [markdown], [page] = tmp_path.glob("*.md"), tmp_path.glob("*.html")
    return said, markdown.read_text(), page.read_text()


def test_after_a_good_day_finalizing_is_recommended(monitor, database, tmp_path):
    monitor.once()
    database.execute("DELETE FROM epic10_sample")
    database.execute(A_DAY)
    said, markdown, page = reported(monitor, tmp_path / "out")
    assert said.splitlines()[0] == "Nothing that was watched speaks against epic10_finalize."
    assert "Recommended:\n\n- Nothing that was watched speaks against epic10_finalize.\n" in markdown
    assert "| list | 500 | 9.0 | 11.0 | 12.0 | 12.0 | 1.22 | 1441 |" in markdown
    assert "1441 looks in 24.0 hours" in markdown
    assert "Attendees: DevOps, Backend Dev, QA, Product Manager." in markdown
    assert "- 300 NDAs, 300 with a USmax position" in markdown
    assert '<span class="verdict OK">Recommended:</span>' in page


def test_what_is_open_or_slow_speaks_against_it(monitor, database, tmp_path):
    database.execute("ALTER TYPE \"NdaStatus\" ADD VALUE 'EMAILED'")
    monitor.once()
    database.execute("UPDATE epic10_sample SET milliseconds = 700, baseline = 20 WHERE name = 'list'")
    said, markdown, page = reported(monitor, tmp_path / "out")
    reasons = said.splitlines()[:-2]
    assert [reason.split(":")[0] for reason in reasons[:2]] == ["Still open"] * 2
    assert reasons[2:] == ["95th percentile: list takes 700 ms; it may take 500 ms", "Watched for 0.0 of 24 hours."]
    assert "Not yet:" in markdown
    assert re.search(r"- [\d: -]{19} enum\.NdaStatus, still open: expected that enum NdaStatus", markdown)
    assert "- [ ] enum.NdaStatus: expected that" in markdown
    assert '<span class="verdict WARNING">Not yet:</span>' in page


def test_what_could_not_be_compared_is_said(monitor, database, tmp_path):
    monitor.once()
    said, _, _ = reported(monitor, tmp_path / "out")
    assert said.splitlines()[:2] == [
        "Watched for 0.0 of 24 hours.",
        "Nothing could be compared with before: no query times from before the release are kept.",
    ]


def test_without_a_watch_there_is_no_report(monitor, database):
    ended = monitor("report")
    assert (ended.status, ended.complaint) == (
        1,
        f'Nobody has watched database "{database.name}" since the release.\n'
        "HINT: python manage.py epic10_monitor --once",
    )


def test_prometheus_finds_what_is_open(monitor, database, tmp_path):
    database.execute("ALTER TYPE \"NdaStatus\" ADD VALUE 'EMAILED'")
    file = tmp_path / "epic10.prom"
    monitor.once(prometheus=file)
    lines = file.read_text().splitlines()
    labels = f'{{database="{database.name}"'
    assert f"epic10_up{labels}}} 1" in lines
    assert f'epic10_incident_open{labels},incident="enum.NdaStatus"}} 1' in lines
    assert f'epic10_query_limit_seconds{labels},query="detail"}} 0.2' in lines
    assert "# TYPE epic10_query_seconds gauge" in lines
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".prom"] == ["epic10.prom"]


@pytest.mark.parametrize("text", [RULES.read_text()] if RULES.exists() else [])
def test_the_alert_rules_speak_of_metrics_that_exist(text):
    asked = set(re.findall(r"\bepic10_\w+", "\n".join(re.findall(r"^ +expr: (.+)$", text, re.M))))
    assert asked
    assert asked <= set(prometheus.HELP)
