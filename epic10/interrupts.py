"""What happens when somebody presses Ctrl-C, closes the terminal, or kills the process with a signal it can hear?"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError

EXIT_STATUS = 130  # What a shell reports for Ctrl-C.
HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def told(message: str) -> Iterator[None]:
    """All of them interrupt like Ctrl-C, so that everything is cleaned up; then the operator reads ``message``."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in HEARD}
    try:
        yield
    except KeyboardInterrupt as error:
        raise CommandError(f"Interrupted. {message}", returncode=EXIT_STATUS) from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
