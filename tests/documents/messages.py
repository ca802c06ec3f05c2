"""Whether what a page quotes can be said by the code: most of its words stand there, three in a row."""

import re
from collections.abc import Iterator
from functools import cache

from django.conf import settings

PACKAGES = ("config", "epic10", "ndas", "outbox", "manage.py")
# Where another text begins: placeholders of all kinds, ends of sentences and lines.
ENDS = re.compile(r"%(?:\(\w+\))?[sdr]|\{[^{}\n\"]*\}|[.:;,()\n\0…\"`]|\d")
MARKUP = re.compile(r"<[^>]*>|\{[{%].*?[}%]\}", re.DOTALL)
# One text on several lines.
CONTINUED = re.compile(r'"\s*\n\s*f?"')
IN_A_ROW = 3
WORD = re.compile(r"[^\W\d_][\w'-]*")


def share_said(quoted: str) -> float:
    """How many of the words stand in the code as they stand here, with two others; 1 if there are none."""
    known, words, found = 0, 0, said()
    for piece in _pieces(quoted):
        words += len(piece)
        places = {at + step for at, some in enumerate(_in_a_row(piece)) if some in found for step in range(len(some))}
        known += len(places)
    return known / words if words else 1.0


@cache
def said() -> set[tuple[str, ...]]:
    """All that stand in a row in a text of the code; of a piece that is shorter, the piece."""
    return {some for text in _texts() for piece in _pieces(text) for some in _in_a_row(piece)}


def _in_a_row(piece) -> list[tuple[str, ...]]:
    return [tuple(piece[at : at + IN_A_ROW]) for at in range(max(1, len(piece) - IN_A_ROW + 1))]


def _pieces(text) -> Iterator[list[str]]:
    for part in ENDS.split(text):
        if words := WORD.findall(part.lower()):
            yield words


def _texts() -> Iterator[str]:
    for package in PACKAGES:
        place = settings.BASE_DIR / package
        for path in [place] if place.is_file() else place.rglob("*.py"):
            yield CONTINUED.sub("", path.read_text())
        for path in place.rglob("*.html"):
            yield MARKUP.sub("\0", path.read_text())
