"""Times are written on a quiet machine, or the page says otherwise."""

import pytest

from tests.documents import machine
from tests.documents.machine import Machine


@pytest.fixture
def load(monkeypatch):
    return lambda found: monkeypatch.setattr("os.getloadavg", lambda: (found, 0, 0))


def test_a_busy_machine_is_refused(load):
    load(4.7)
    with pytest.raises(machine.TooBusy) as refusal:
        machine.insist(machine.ALLOWED)
    assert str(refusal.value) == (
        "The load average is 4.7, and the times would be of a machine that is busier than 1.\n"
        "HINT: Wait, or accept it, which the documents will say: --load 6"
    )


def test_what_was_accepted_stands_in_the_page(load):
    load(4.7)
    assert "; up to 5 was accepted (`--load 5`)." in machine.insist(5).described("50,000 NDAs", "18.4")
    assert "accepted" not in Machine(0.4, machine.ALLOWED).described("50,000 NDAs", "18.4")
    assert "load average 0.4 at the beginning and 4.7 at the end" in Machine(0.4, 1).described("50,000 NDAs", "18.4")
