"""What the documents tell an operator to type, in the order in which they say it, and what they promise."""

import re
from dataclasses import dataclass, replace

from django.conf import settings

from tests.documents.shape import compared, shape

DOCS = settings.BASE_DIR / "docs"
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
# A line of a code block that begins with a prompt, and what is printed under it.
PROMPT = re.compile(r"^( {4,})\$ (.+)\n((?:\1(?!\$ ).*\n|\n(?=\1(?!\$ )))*)", re.MULTILINE)
ROW = re.compile(r"^\|(.+)\|$", re.MULTILINE)
STEP = re.compile(r"^- \[ \] .*(?:\n  .*)*", re.MULTILINE)
COMMAND = re.compile(r"`(python manage\.py (?!COMMAND|help)[^`]+)`")
QUOTED = re.compile(r"`([^`]+)`")
SQL = re.compile(r"```sql\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Typed:
    """A line as it is printed; ``printed`` is the output under it, ``sees`` what the row of a table promises."""

    line: str
    heading: str
    printed: str = ""
    sees: tuple[str, ...] = ()

    def broken_promises(self, said: str) -> list[str]:
        """What is not in the output, whatever its numbers are: words of the row, lines of the block."""
        shown = shape(said)
        return [words for words in self.sees if shape(words) not in shown] + list(compared(self.printed, said).gone)


def section(page: str, heading: str) -> str:
    """The text under a heading, up to the next of its level."""
    parts = HEADING.split((DOCS / page).read_text())
    return dict(zip(parts[1::2], parts[2::2], strict=True))[heading]


def blocks(page: str, heading: str) -> list[Typed]:
    """Every line after a prompt."""
    return [Typed(found[2], heading, found[3].rstrip()) for found in PROMPT.finditer(section(page, heading))]


def rows(page: str, heading: str) -> list[Typed]:
    """Every command of the rows of a table."""
    typed = []
    for found in ROW.finditer(section(page, heading)):
        *before, last = found[1].split("|")
        typed += [Typed(line, heading, sees=tuple(QUOTED.findall(last))) for line in COMMAND.findall("|".join(before))]
    return typed


def steps(page: str, heading: str) -> list[Typed]:
    """Every command of a list of boxes to tick; what is printed under one in a block of its own is not among them."""
    return [Typed(line, heading) for found in STEP.findall(section(page, heading)) for line in COMMAND.findall(found)]


def sql(page: str, heading: str) -> str:
    return "\n".join(SQL.findall(section(page, heading)))


def everything(page: str, heading: str) -> list[Typed]:
    """All that is typed under the heading: a command of a row or a box is printed with its output in a block below."""
    shown = {block.line: block.printed for block in blocks(page, heading)}
    listed = rows(page, heading) + steps(page, heading)
    there = {typed.line for typed in listed}
    return [replace(typed, printed=shown.get(typed.line, "")) for typed in listed] + [
        block for block in blocks(page, heading) if block.line not in there
    ]
