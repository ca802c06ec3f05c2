"""
Interruptions: Ctrl-C, SIGTERM, a closed terminal.

Ctrl-C and SIGTERM mean the same: the work is broken off and cleaned up. A second one
ends the process at once, and leaves the cleaning up to the next command. A closed
terminal (SIGHUP) is not an interruption. It only means that nobody is watching any
more, and half-finished work that nobody watches is the worst state of all.
"""

import contextlib
import os
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management import CommandError

EXIT_STATUS = 130  # What a shell reports for Ctrl-C.
BREAK_OFF = (signal.SIGINT, signal.SIGTERM)
OUTPUT, ERRORS = 1, 2
SHOW_CURSOR = "\x1b[?25h"  # A bar hides it.

STOPPING = "\nStopping, and cleaning up. Ctrl-C once more ends it at once.\n"
AT_ONCE = (
    "\nInterrupted twice, and ended at once, without cleaning up. What is committed stays.\n"
    "HINT: python manage.py epic10_status says where the database stands; the next command clears up.\n"
)


# Programs that are running for this process.
_children: set[subprocess.Popen] = set()


@contextmanager
def ended_with_us(child: subprocess.Popen) -> Iterator[None]:
    """If the process ends at once, so does this program."""
    _children.add(child)
    try:
        yield
    finally:
        _children.discard(child)


class BreakOff:
    """The handler of one command: the first signal interrupts it, the second ends it."""

    def __init__(self):
        self.is_stopping = False

    def __call__(self, number, frame):
        if self.is_stopping:
            _end_at_once()
        self.is_stopping = True
        if os.isatty(ERRORS):
            _tell(ERRORS, STOPPING)
        # psycopg cancels the running statement for this exception, and for no other.
        raise KeyboardInterrupt


@contextmanager
def handled(*, ends_with_terminal: bool = False) -> Iterator[None]:
    """SIGTERM interrupts like Ctrl-C; SIGHUP is ignored, also by the programs that are started meanwhile."""
    # Handlers can only be set in the main thread; another handler than the default is somebody's choice.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    outer = signal.getsignal(signal.SIGINT)
    # A command inside a longer one is stopped together with it.
    break_off = outer if isinstance(outer, BreakOff) else BreakOff()
    closed_terminal = break_off if ends_with_terminal else signal.SIG_IGN
    wanted = dict.fromkeys(BREAK_OFF, break_off) | {signal.SIGHUP: closed_terminal}
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def interruptible(message: str | Callable[[], str], **options) -> Iterator[None]:
    """The same, and after an interruption the operator reads ``message``, or what it then returns."""
    with handled(**options):
        try:
            yield
        except Exception as error:
            if isinstance(error, CommandError) or not is_interruption(error):
                raise
            raise interrupted(message) from error
        except KeyboardInterrupt as error:
            raise interrupted(message) from error


def interrupted(message: str | Callable[[], str]) -> CommandError:
    return CommandError(f"Interrupted. {message() if callable(message) else message}", returncode=EXIT_STATUS)


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


def _end_at_once():
    for child in _children:
        child.terminate()
    if os.isatty(OUTPUT):
        _tell(OUTPUT, SHOW_CURSOR)
    _tell(ERRORS, AT_ONCE)
    os._exit(EXIT_STATUS)


def _tell(descriptor, text):
    """Past Python's own streams, which the signal may have interrupted; and never waiting for a reader."""
    with contextlib.suppress(OSError):
        if select.select([], [descriptor], [], 0)[1]:
            os.write(descriptor, text.encode())
