"""Registers to be asked before the release: ``register`` is a module's own, ``asked`` asks it one check."""

import contextlib

import pytest
from django.db import transaction

from epic10 import checks
from epic10.deploy.precheck import Limits, questions
from epic10.release import plan
from tests.databases import database


@pytest.fixture(scope="module")
def register(django_db_blocker, legacy_template):
    """A register before Epic 10 with 300 NDAs; what a test does to it in ``undone`` is undone."""
    with django_db_blocker.unblock(), database(legacy_template) as scratch:
        yield scratch


@pytest.fixture
def undone(register, django_db_blocker):
    """A transaction for what a test breaks, with its statements run, rolled back at the end."""

    @contextlib.contextmanager
    def undone(script):
        with transaction.atomic(using=register.alias):
            register.execute(script)
            yield
            transaction.set_rollback(True, using=register.alias)

    with django_db_blocker.unblock():
        yield undone


def asked(database, id, limits=None):
    """What the precheck answers to one of its questions."""
    for check in questions(plan.load(), database.connection, limits or Limits()):
        if check.id == id:
            return checks.ask(check, checks.Database(database.connection))
    raise AssertionError(f"The precheck does not ask {id}.")
