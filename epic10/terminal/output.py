"""
Output that never stops the work: a closed terminal, a pipe that nobody reads, a full disk.

What a command says is for whoever looks; what it does is for the database. As soon
as something cannot be written it is left out, and the work goes on to a state that
is right. The record of the run has all of it.
"""

import contextlib
import os
import select
import stat
import sys
from collections.abc import Iterator

# As much as a pipe takes at once when it takes anything at all (pipe(7), PIPE_BUF).
PIECE = 4096
# Seconds that a reader has to go on; who has not used them gets no more of them.
PATIENCE = 5.0


class Lasting:
    """Of a command whose work goes on to its end, whatever becomes of what it says."""

    def execute(self, *args, **options):
        with _lasting(self, options):
            return super().execute(*args, **options)


class Stream:
    """A text stream that swallows what it cannot pass on. Everything else is the stream's own."""

    def __init__(self, stream):
        self._stream, self._patience, self.error = stream, PATIENCE, None
        self._descriptor = _that_may_block(stream)

    def write(self, text):
        self._try(self._pass_on if self._descriptor is not None else self._stream.write, text)
        return len(text)

    def flush(self):
        self._try(self._stream.flush)

    def __getattr__(self, name):
        return getattr(self._stream, name)

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
        """Piece by piece, each when it can be taken: a write that blocks would hold up the work, and its locks."""
        self._stream.flush()
        data = text.encode(self._stream.encoding, "replace")
        while data:
            _, ready, _ = select.select([], [self._descriptor], [], self._patience)
            if not ready:
                self._patience = 0.0
                return
            data = data[os.write(self._descriptor, data[:PIECE]) :]
        self._patience = PATIENCE


@contextlib.contextmanager
def _lasting(command, options) -> Iterator[None]:
    outer = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(_wrapped, outer)
    for name in ("stdout", "stderr"):
        if options.get(name):
            options[name] = _wrapped(options[name])
        # For good: what it has to say of its failure, Django writes there afterwards.
        wrapper = getattr(command, name)
        wrapper._out = _wrapped(wrapper._out)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        sys.stdout, sys.stderr = outer


def _wrapped(stream):
    return stream if stream is None or isinstance(stream, Stream) else Stream(stream)


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
    """What is still in its buffer would be tried again on the way out, and fail the process."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nothing, stream.fileno())
        finally:
            os.close(nothing)
