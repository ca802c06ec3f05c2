"""The application's errors are counted, and the application never notices."""

import logging
import socket

import pytest
from django.test import Client
from django.urls import path

from config import urls
from epic10.ledger.models import ErrorCount
from epic10.monitoring import error_log
from tests.migration.disturbances import LONG_ENOUGH
from tests.servers.server import alias

SILENT = "postgresql://jo:secret@127.0.0.1:{}/ndas"


@pytest.fixture
def counter(legacy_database, settings, monkeypatch):
    settings.EPIC10_COUNT_ERRORS = True
    monkeypatch.setattr(error_log, "DEFAULT_DB_ALIAS", legacy_database.alias)
    monkeypatch.setattr(error_log, "SECONDS_BETWEEN_WRITES", LONG_ENOUGH)
    monkeypatch.setattr(error_log, "LAST_WORD", LONG_ENOUGH)
    counter = error_log.ErrorCounter()
    yield counter
    counter.write_now()


def log(counter, error, logger="django.request"):
    counter.handle(logging.LogRecord(logger, logging.ERROR, "", 0, "Oh %s", ("no",), (type(error), error, None)))


def counted(database):
    return dict(ErrorCount.objects.using(database.alias).values_list("kind", "count"))


def fails(request):
    raise RuntimeError("Not today, jo@example.org.")


urlpatterns = [path("fails", fails), *urls.urlpatterns]


@pytest.mark.urls(__name__)
def test_a_page_that_fails_is_counted_by_the_handler_of_the_settings(counter, legacy_database):
    [configured] = [handler for handler in logging.getLogger().handlers if isinstance(handler, error_log.ErrorCounter)]
    assert Client(raise_request_exception=False).get("/fails", secure=True).status_code == 500
    configured.write_now()
    kept = ErrorCount.objects.using(legacy_database.alias).get()
    assert (kept.kind, kept.message, kept.count) == ("RuntimeError", "Not today, …@…", 1)


def test_many_are_counted_and_few_are_written(counter, legacy_database, monkeypatch):
    writes, add = [], error_log.add
    monkeypatch.setattr(error_log, "add", lambda counts: (writes.append(counts), add(counts)))
    for _ in range(2000):
        log(counter, KeyError("x"))
    counter.write_now()
    assert counted(legacy_database) == {"KeyError": 2000}
    # At once what was there, and the rest when it is asked for.
    assert len(writes) <= 2


def test_a_database_that_is_gone_costs_nothing_and_loses_nothing(counter, legacy_database, monkeypatch, capsys):
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, alias("silent", SILENT.format(silent.getsockname()[1])):
        monkeypatch.setattr(error_log, "DEFAULT_DB_ALIAS", "silent")
        log(counter, KeyError("x"))
        call, _ = silent.accept()
        # The writer waits for an answer that does not come; who logs does not.
        for _ in range(100):
            log(counter, KeyError("x"))
        call.close()
        silent.close()
        counter.write_now()
    monkeypatch.setattr(error_log, "DEFAULT_DB_ALIAS", legacy_database.alias)
    log(counter, KeyError("x"))
    counter.write_now()
    assert counted(legacy_database) == {"KeyError": 102}
    assert capsys.readouterr() == ("", "")


def test_kinds_without_end_are_counted_together(counter, legacy_database):
    with counter.lock:  # The writer waits, or it would take some away in between.
        for number in range(error_log.MOST_KINDS + 10):
            counter._count(logging.LogRecord(f"kind.{number}", logging.ERROR, "", 0, "Oh", (), None))
    counter.write_now()
    assert len(counted(legacy_database)) == error_log.MOST_KINDS + 1
    assert counted(legacy_database)[error_log.THE_REST] == 10


def test_whoever_knocks_with_a_forged_host_is_no_error(counter, legacy_database):
    log(counter, ValueError("x"), logger="django.security.DisallowedHost")
    log(counter, ValueError("x"))
    counter.write_now()
    assert counted(legacy_database) == {"ValueError": 1}


@pytest.mark.parametrize(
    ("error", "described"),
    [
        (ValueError("Key (email)=(jo.doe@example.org)\nDETAIL: more"), ("ValueError", "Key (email)=(…@…)")),
        (OSError("postgresql://jo:secret@db/ndas"), ("OSError", "postgresql://…@db/ndas")),
        (ValueError("x" * 300), ("ValueError", "x" * 200)),
        (None, ("quiet", "Oh no")),
    ],
)
def test_nobody_is_named(error, described):
    info = (type(error), error, None) if error else None
    record = logging.LogRecord("quiet", logging.ERROR, "", 0, "Oh %s", ("no",), info)
    assert error_log.described(record) == described
