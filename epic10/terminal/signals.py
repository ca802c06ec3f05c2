"""
Interruptions: Ctrl-C, SIGTERM, a closed terminal.

Ctrl-C and SIGTERM are one thing: what is under way is broken off and cleaned up. A
closed terminal is none. It says that nobody looks any more, not that the work is
unwanted, and half of it is the worst of all states to be left alone with.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError

EXIT_STATUS = 130  # What a shell reports for Ctrl-C.
BREAK_OFF = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def heard(closed_terminal=signal.SIG_IGN) -> Iterator[None]:
    """SIGTERM interrupts like Ctrl-C, and SIGHUP does nothing, to the programs that are started meanwhile neither."""
    # Handlers belong to the main thread; another one is somebody's who has thought of his own.
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
def told(message: str, **options) -> Iterator[None]:
    """The same, and after an interruption the operator reads ``message``."""
    with heard(**options):
        try:
            yield
        except Exception as error:
            if isinstance(error, CommandError) or not is_one(error):
                raise
            raise CommandError(f"Interrupted. {message}", returncode=EXIT_STATUS) from error
        except KeyboardInterrupt as error:
            raise CommandError(f"Interrupted. {message}", returncode=EXIT_STATUS) from error


def is_one(error: BaseException | None) -> bool:
    """
    Is it an interruption, or what has come of one?

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
