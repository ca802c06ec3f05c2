"""While a run goes on, it says how much time is left of the whole of it, not of the loop that it is in."""

import pytest

from epic10.terminal import outlook
from epic10.terminal.outlook import begins, followed
from epic10.terminal.progress import Progress, logger


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on when a test says so."""
    now = [1000.0]
    monkeypatch.setattr(outlook.time, "monotonic", lambda: now[0])
    return lambda seconds: now.__setitem__(0, now[0] + seconds)


@pytest.fixture
def lines(caplog):
    return lambda: [record.message for record in caplog.records if "left of the whole run" in record.message]


def batch(done, eta):
    logger.debug("a batch", extra={"progress": Progress("ndas", done, 100, "NDAs", eta * done / (100 - done))})


def test_the_time_left_is_that_of_all_parts_and_goes_down_as_they_end(clock, lines):
    with followed() as run:
        run.expect({"snapshot": 10, "backfill": 30, "validate": 5})
        begins("snapshot")
        clock(12)
        assert run.left == 35  # Later than expected, and thought to be nearly over.
        begins("backfill")
        clock(10)
        batch(10, eta=900)
        assert run.left == pytest.approx(25)  # Too early to tell.
        batch(30, eta=90)
        assert run.left == pytest.approx(95)  # Its own progress tells that it takes longer.
        begins("validate")
        clock(4.5)
        assert run.left == pytest.approx(0.5)
    assert lines() == [f"About {left} left of the whole run." for left in ("45 s", "35 s", "25 s", "5 s")]


def test_a_part_that_is_left_out_is_not_waited_for(clock):
    with followed() as run:
        run.expect({"snapshot": 10, "verify": 10, "backfill": 30})
        begins("snapshot")
        begins("stopped")  # Nobody knows how long that takes.
        assert run.left == 40
        begins("backfill")
        assert run.left == 30


def test_in_a_loop_it_is_said_now_and_then(clock, lines):
    with followed() as run:
        run.expect({"backfill": 60, "validate": 5})
        begins("backfill")
        for done in range(1, 50):
            clock(1)
            batch(done, eta=1)
    assert len(lines()) == 5


def test_without_an_estimate_nothing_is_said(clock, lines):
    with followed():
        begins("snapshot")
        batch(50, eta=60)
    assert lines() == []
