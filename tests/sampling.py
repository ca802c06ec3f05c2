"""Sampling: which of many similar cases the suite runs each time, and which only ``pytest -m long`` runs."""

import pytest


def sampled(cases: dict, *every_time: str) -> list:
    """Parameters for all the cases; those not named are marked ``long``."""
    assert set(every_time) <= set(cases), f"no such case: {set(every_time) - set(cases)}"
    return [
        pytest.param(case, id=name, marks=[] if name in every_time else pytest.mark.long)
        for name, case in cases.items()
    ]
