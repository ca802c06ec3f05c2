"""What a line says, whatever its numbers, times, ids and hosts are; and a quotation compared with what is printed."""

import difflib
import re
from dataclasses import dataclass

LEFT_OUT = "…"
# A line that resembles the one that was quoted is taken for its successor.
ALIKE = 0.6
BLANKED = [
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{8}-…"), "ID"),
    (re.compile(r"\b\w+@[\w.-]+"), "WHO"),
    (re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{7,64}\b\+?"), "N"),
    (re.compile(r"\d{8}T\d{6}Z|\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d+)?)?( (UTC|\+00))?( \([^)]* \w+\))?"), "TIME"),
    (re.compile(r"(/[\w.-]+)+/"), "…/"),
    (re.compile(r"\d(?:[\d,.]*\d)?( (ms|s|m|h|d|B|kB|MB|GB)\b)?"), "N"),
    (re.compile(r"N( N)+"), "N"),
    (re.compile(r"(N:)+N"), "N"),
    (re.compile(r"\b(warning|failure)s?\b"), r"\1s"),
    (re.compile(r"\s+"), " "),
]


@dataclass(frozen=True)
class Compared:
    """The quotation with the numbers of this run, and the lines that are not printed any more."""

    text: str
    gone: tuple[str, ...]


def shape(line: str) -> str:
    for what, instead in BLANKED:
        line = what.sub(instead, line)
    return line.strip()


def compared(quoted: str, printed: str) -> Compared:
    """
    Each quoted line is looked for after the one before it; a line with nothing but … stands for any number of lines.

    Of a line that is gone the one that resembles it most takes the place, if there is one.
    """
    said, place, lines, gone = printed.splitlines(), 0, [], []
    shapes = [shape(line) for line in said]
    for line in quoted.splitlines():
        if line.strip() in ("", LEFT_OUT):
            lines.append(line)
            continue
        indent = line[: len(line) - len(line.lstrip())]
        if (wanted := shape(line)) in shapes[place:]:
            found = shapes.index(wanted, place)
        else:
            gone.append(line.strip())
            found = _closest(wanted, shapes, place)
        if found is not None:
            lines.append(indent + said[found].strip())
            place = found + 1
    return Compared("\n".join(lines), tuple(gone))


def _closest(wanted, shapes, place) -> int | None:
    alike = difflib.get_close_matches(wanted, shapes[place:], n=1, cutoff=ALIKE)
    return shapes.index(alike[0], place) if alike else None
