"""What is made of the answers: quantiles, stalls, and in which phase somebody waited."""

import pytest

from epic10.rehearsal.latency import Failure, Outcome, Response, longest_stall, quantile
from ndas.release.mapping import POSITION_PAIRS, STATUS_PAIRS
from ndas.release.vocabulary import NEW, OLD, POSITION, STATUS


def answers(*times):
    return [Response(due, answered, "read", OLD) for due, answered in times]


def outcome(*times, errors=(), handed_over=()):
    return Outcome(0.0, 10.0, answers(*times), list(errors), list(handed_over), {}, [], [])


@pytest.mark.parametrize(
    ("times", "seconds"),
    [
        ([], 0.0),
        ([(0.0, 0.25), (1.0, 1.5)], 0.5),
        # Four were due while nobody got an answer, then all got theirs.
        ([(0.0, 2.0), (0.5, 2.0), (1.0, 2.25), (1.5, 2.25)], 2.0),
        # One waits long for a row; the others are served all the time.
        ([(0.0, 2.0), (0.5, 0.625), (1.0, 1.125), (1.5, 1.625), (1.75, 1.875)], 0.625),
    ],
    ids=["nobody", "each for itself", "all at once", "one alone"],
)
def test_a_stall_is_when_somebody_waits_and_nobody_is_served(times, seconds):
    assert longest_stall(answers(*times)) == seconds


def test_quantiles_are_values_that_were_measured():
    values = [float(number) for number in range(1, 1001)]
    assert [quantile(values, share) for share in (0.5, 0.99, 0.999, 1.0)] == [500.0, 990.0, 999.0, 1000.0]
    assert quantile([7.0], 0.5) == quantile([7.0], 0.999) == 7.0
    assert quantile([], 0.5) is None


def test_a_request_counts_in_each_phase_in_which_it_waited():
    error = Failure(2.5, OLD, "read", "42P01", "relation does not exist")
    found = outcome((0.0, 0.1), (1.9, 2.1), (2.5, 2.6), (5.0, 5.1), errors=[error], handed_over=[2.5])
    first, second, third = found.figures(0.0, 2.0), found.figures(2.0, 3.0), found.figures(3.0, 4.0)
    assert (first.requests, second.requests, third.requests) == (2, 2, 0)
    assert (first.max, second.max, third.max) == (pytest.approx(200), pytest.approx(200), None)
    assert (first.errors, second.errors, second.handed_over, third.handed_over) == (0, 1, 1, 0)
    assert found.figures().requests == 4


def test_a_failure_says_who_did_what():
    assert str(Failure(2.5, OLD, "read", "42P01", "relation does not exist")) == (
        "old application, read: 42P01 relation does not exist"
    )
    assert str(Failure(2.5, NEW, "move", "", "the NDA is not there")) == "new application, move: the NDA is not there"


@pytest.mark.parametrize(
    ("vocabulary", "pairs"), [(STATUS, STATUS_PAIRS), (POSITION, POSITION_PAIRS)], ids=["status", "position"]
)
def test_the_pairs_are_those_that_the_domain_expects(vocabulary, pairs):
    """Stated twice, so that both would have to be wrong in the same way."""
    expected = {(new, old) for new, old in pairs if old not in vocabulary.down}
    by_the_old = {(vocabulary.read(OLD, old).new, str(old or "NULL")) for old in vocabulary.legacy}
    news = {new for new, _ in expected}
    by_the_new = {(new, str(vocabulary.written(NEW, new, None).olds[0])) for new in news}
    assert by_the_old | by_the_new == expected


def test_the_new_application_leaves_the_old_label_where_it_still_fits():
    cancelled = STATUS.read(OLD, "CANCELLED")
    assert STATUS.written(NEW, "INACTIVE_CANCELED", cancelled).olds == ("CANCELLED",)
    assert STATUS.written(NEW, "CREATED", cancelled).olds == ("CREATED",)
    assert STATUS.read(NEW, "INACTIVE_CANCELED").olds == ("INACTIVE", "CANCELLED")
