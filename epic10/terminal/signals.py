"""
Interruptions: Ctrl-C, SIGTERM, a closed terminal.

Ctrl-C and SIGTERM mean the same: the work is broken off and cleaned up. A closed
terminal (SIGHUP) is not an interruption. It only means that nobody is watching any
more, and half-finished work that nobody watches is the worst state of all.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError

EXIT_STATUS = 130  # What a shell reports for Ctrl-C.
BREAK_OFF = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def handled(closed_terminal=signal.SIG_IGN) -> Iterator[None]:
    """SIGTERM interrupts like Ctrl-C; SIGHUP is ignored, also by the programs that are started meanwhile."""
    # Handlers can only be set in the main thread; another handler than the default is somebody's choice.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wanted = dict.fromkeys(BREAK_OFF, signal.default_int_handler) | {signal.SIGHUP: closed_terminal}
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def interruptible(message: str, **options) -> Iterator[None]:
    """The same, and after an interruption the operator reads ``message``."""
    with handled(**options):
        try:
            yield
        except Exception as error:
            if isinstance(error, CommandError) or not is_interruption(error):
                raise
            raise interrupted(message) from error
        except KeyboardInterrupt as error:
            raise interrupted(message) from error


def interrupted(message: str) -> CommandError:
    return CommandError(f"Interrupted. {message}", returncode=EXIT_STATUS)


def is_interruption(error: BaseException | None) -> bool:
    """
    Is the exception an interruption, or the result of one?

    In the middle of a commit Django puts an error of its own in its place ("can't
    change 'autocommit' now"). A command that has failed says by its status.
    """
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        if isinstance(error, CommandError):
            return error.returncode == EXIT_STATUS
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return False
