"""The display of long work on a terminal."""

import logging
from contextlib import contextmanager

from django.core.management.base import DjangoHelpFormatter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from epic10.terminal.progress import logger


class Help(DjangoHelpFormatter):
    """Django's --help. Examples, which begin on a line of their own, keep their line breaks."""

    def _fill_text(self, text, width, indent):
        return text if text.startswith("\n") else super()._fill_text(text, width, indent)


class Lines(logging.Handler):
    """Plain lines, for logs and pipes."""

    def __init__(self, stream):
        super().__init__(logging.INFO)
        self.stream = stream

    def emit(self, record):
        self.stream.write(record.getMessage())
        self.stream.flush()


class Canvas:
    """Django ends whatever is written with a newline; a bar must stay on its line to be drawn again."""

    def __init__(self, stream):
        self.stream = stream

    def write(self, text):
        self.stream.write(text, ending="")

    def __getattr__(self, name):
        return getattr(self.stream, name)


class Bars(logging.Handler):
    """A bar for the work in progress, with all other messages as lines above it."""

    def __init__(self, stream):
        super().__init__(logging.DEBUG)
        self.tasks = {}
        self.bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(file=Canvas(stream)),
        )

    def emit(self, record):
        progress = getattr(record, "progress", None)
        if getattr(record, "is_over", False):
            self._forget(*self.tasks)
        if progress and progress.done < progress.total:
            self._draw(progress)
            return
        if progress:
            self._forget(progress.what)
        if record.levelno >= logging.INFO:
            self.bars.console.print(record.getMessage(), markup=False, highlight=False, soft_wrap=True)

    def _forget(self, *whats):
        for what in set(whats) & set(self.tasks):
            self.bars.remove_task(self.tasks.pop(what))
            self.bars.refresh()

    def _draw(self, progress):
        rate = f"{progress.rate:,.0f} {progress.unit}/s"
        if progress.what not in self.tasks:
            self.tasks[progress.what] = self.bars.add_task(progress.what, total=progress.total, rate=rate)
        self.bars.update(self.tasks[progress.what], completed=progress.done, rate=rate)


@contextmanager
def shown(stream, *, quiet=False):
    """Show the release's log on ``stream``: bars on a terminal, lines elsewhere."""
    # Inside a longer command, which shows it on its own stream already.
    if quiet or any(isinstance(handler, Lines | Bars) for handler in logger.handlers):
        yield
        return
    is_terminal = stream.isatty()
    handler = Bars(stream) if is_terminal else Lines(stream)
    level = logger.level
    # Somebody else may have asked for a more detailed level.
    logger.setLevel(min(level or handler.level, handler.level))
    logger.addHandler(handler)
    try:
        if is_terminal:
            with handler.bars:
                yield
        else:
            yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
