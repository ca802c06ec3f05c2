"""
Output that never stops the work: a closed terminal, a pipe that nobody reads, a full disk.

A command's output is for the people who watch it; its work is for the database. As
soon as output cannot be written it is dropped, and the work goes on until the
database is in a consistent state. The record of the run has all of the output.
"""

import contextlib
import os
import select
import stat
import sys
from collections.abc import Iterator

from epic10.terminal.next_command import NamingStream, naming

# A pipe that is ready for writing takes at least this many bytes (pipe(7), PIPE_BUF).
PIECE = 4096
# Seconds to wait for a reader that is stuck. After that nothing more is written to it.
PATIENCE = 5.0


class Lasting:
    """A command whose work goes on to its end, whatever happens to its output."""

    def execute(self, *args, **options):
        with _lasting(self, options):
            return super().execute(*args, **options)


class Stream(NamingStream):
    """A text stream that drops what it cannot write. In all else it is the original stream."""

    def __init__(self, stream, database):
        super().__init__(stream, database)
        self._patience, self.error = PATIENCE, None
        self._descriptor = _that_may_block(stream)

    def write(self, text):
        self._try(self._pass_on if self._descriptor is not None else self._stream.write, naming(text, self.database))
        return len(text)

    def flush(self):
        self._try(self._stream.flush)

    def _try(self, action, *arguments):
        if self.error:
            return
        try:
            action(*arguments)
        # A closed stream is a ValueError.
        except (OSError, ValueError) as error:
            self.error = error
            _into_nothing(self._stream)

    def _pass_on(self, text):
        """Write piece by piece, each when the stream is ready: a blocking one would hold up the work and its locks."""
        self._stream.flush()
        data = text.encode(self._stream.encoding, "replace" if self._stream.errors == "strict" else self._stream.errors)
        while data:
            _, ready, _ = select.select([], [self._descriptor], [], self._patience)
            if not ready:
                self._patience = 0.0
                return
            data = data[os.write(self._descriptor, data[:PIECE]) :]
        self._patience = PATIENCE


@contextlib.contextmanager
def _lasting(command, options) -> Iterator[None]:
    outer, database = (sys.stdout, sys.stderr), options.get("database")
    sys.stdout, sys.stderr = (_wrapped(stream, database) for stream in outer)
    for name in ("stdout", "stderr"):
        if options.get(name):
            options[name] = _wrapped(options[name], database)
        # It is not put back at the end: Django writes the error of a failed command there afterwards.
        wrapper = getattr(command, name)
        wrapper._out = _wrapped(wrapper._out, database)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        sys.stdout, sys.stderr = outer


def _wrapped(stream, database):
    return stream if stream is None or isinstance(stream, Stream) else Stream(stream, database)


def _that_may_block(stream) -> int | None:
    """The descriptor of a terminal, a pipe or a socket."""
    try:
        descriptor = stream.fileno()
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError, AttributeError):
        return None
    may_block = stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode)
    return descriptor if may_block and getattr(stream, "encoding", None) else None


def _into_nothing(stream):
    """Otherwise Python tries to write what is left in the buffer at exit, and the process fails."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nothing, stream.fileno())
        finally:
            os.close(nothing)
