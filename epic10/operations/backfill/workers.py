"""Workers: several connections that share one piece of work."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import connections

from epic10.postgres.session import unhurried

_wanted: ContextVar[int | None] = ContextVar("workers", default=None)


class Stopped(Exception):
    """Another worker has failed, or the operator has interrupted the work."""


@contextmanager
def limited(number: int | None) -> Iterator[None]:
    """Set the number of workers for the block; None means the one in the settings."""
    token = _wanted.set(number)
    try:
        yield
    finally:
        _wanted.reset(token)


def number_of_workers() -> int:
    return _wanted.get() or getattr(settings, "EPIC10_WORKERS", 1)


def beside_this_one() -> int:
    """How many connections they take besides the one that waits for them."""
    return number_of_workers() if number_of_workers() > 1 else 0


def side_by_side(alias: str, parts: list, work: Callable):
    """
    Call ``work(connection, part, nap)`` for each part, each on a connection of its own.

    ``nap(seconds)`` is time.sleep for them; it raises Stopped as soon as one part
    has failed, so that no batch is begun any more. The first failure is raised
    when all have come to an end.
    """
    stop = threading.Event()

    def nap(seconds):
        if stop.wait(seconds):
            raise Stopped

    def one(part):
        # A thread has connections of its own by the same name.
        connection = connections[alias]
        try:
            with unhurried(connection):
                work(connection, part, nap)
        except BaseException:
            stop.set()
            raise
        finally:
            connection.close()

    with ThreadPoolExecutor(len(parts), thread_name_prefix="epic10") as pool:
        running = [pool.submit(one, part) for part in parts]
        try:
            failures = [failure for future in running if (failure := future.exception())]
        except KeyboardInterrupt:
            stop.set()
            raise
    _raise_the_first(failures)


def _raise_the_first(failures: list[BaseException]):
    """Raise the first failure; workers that were Stopped because of it do not count."""
    for failure in failures:
        if not isinstance(failure, Stopped):
            raise failure
