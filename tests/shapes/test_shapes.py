"""Other people's databases: what is not refused before the first change goes there and back."""

import pytest

from tests.shapes import table
from tests.shapes.register import register
from tests.shapes.shape import Shape, trigger
from tests.shapes.shapes import SHAPES
from tests.shapes.trial import DONE, GO, NO_GO, REFUSED, STOPPED, Trial, tried

# Nothing in the catalog tells it: it has to be tried.
UNSEEN = Shape(
    "a trigger that refuses a new label",
    trigger("moody", "IF NEW.status::text = 'SENT_PENDING_SIGNATURE' THEN RAISE 'not today'; END IF;"),
)


@pytest.fixture(scope="module")
def template(django_db_blocker):
    with django_db_blocker.unblock(), register() as found:
        [[server]] = found.rows("SELECT current_setting('server_version_num')::int / 10000")
        found.close()
        yield found.name, server


@pytest.mark.long
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_it_is_refused_before_the_first_change_or_goes_there_and_back(template, shape):
    trials = tried(shape, *template)
    assert not [table.line(trial) for trial in trials if trial.behaved_wrongly or trial.said_go_and_stopped]


@pytest.mark.slow
def test_what_refuses_the_new_labels_is_told_by_precheck_and_stops_by_either_route(template):
    by_django, by_psql = tried(UNSEEN, *template)
    assert (by_django.word, by_django.there, by_django.back, by_django.wrong) == (NO_GO, STOPPED, DONE, [])
    assert (by_psql.word, by_psql.there, by_psql.back, by_psql.wrong) == (NO_GO, STOPPED, DONE, [])


@pytest.mark.parametrize(
    ("trial", "is_wrong", "is_a_surprise"),
    [
        (Trial("", "", 18, GO, [], DONE, DONE), False, False),
        (Trial("", "", 18, NO_GO, ["why"], REFUSED, DONE), False, False),
        (Trial("", "", 18, NO_GO, ["why"], STOPPED, DONE), False, False),
        (Trial("", "", 18, NO_GO, ["why"], STOPPED, REFUSED), True, False),
        (Trial("", "", 18, GO, ["why"], STOPPED, DONE), True, True),
        (Trial("", "", 18, GO, ["why"], REFUSED, DONE), False, True),
        (Trial("", "", 18, GO, ["why"], DONE, STOPPED), True, False),
        (Trial("", "", 18, GO, [], DONE, DONE, ["rows"]), True, False),
    ],
)
def test_what_counts_as_wrong(trial, is_wrong, is_a_surprise):
    assert (trial.behaved_wrongly, trial.said_go_and_stopped) == (is_wrong, is_a_surprise)
