"""A deadline: past it the work is interrupted as by Ctrl-C, and the statement on the server is canceled."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError
from django.db import Error

from epic10.terminal.refusal import Refusal
from epic10.terminal.units import seconds as spelled


class TookTooLong(Refusal):
    """The deadline has passed, and the work was interrupted."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TookTooLong when the block is not done in time. In the main thread only, because it uses SIGALRM."""
    is_up = False

    def ring(number, frame):
        nonlocal is_up
        is_up = True
        # psycopg cancels the running statement for this exception, and for no other.
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except (KeyboardInterrupt, CommandError, Error) as error:
        if is_up:
            raise TookTooLong(f"It took longer than {spelled(seconds)}.") from error
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
