"""What was typed and printed, put into the blocks that quote it."""

import re
from dataclasses import dataclass

from tests.documents import marks
from tests.documents.shape import compared
from tests.guide.documents import PROMPT, Typed
from tests.guide.people import Ended

# How many there are depends on the machine; and so does whether a look of the watch finds a page slow.
PROGRESS = re.compile(
    r"^\S.*: \d+%.*$|^About .* left of the whole run\.$|^\d\d:\d\d:\d\d (fine|suspected).*"
    r"|^CommandError: Something is wrong: .*|^HINT: docs/monitoring\.md .*"
)
# A check that passed or was left out, with what it has found.
OK = re.compile(r"^(OK|SKIPPED) +\S+ ")
# What Django says of every migration, and of every app.
DJANGOS = re.compile(
    r"^(Operations to perform:|Running migrations:|  (Apply all|Target specific) migration|  (Applying|Rendering) )"
)
DETAIL = re.compile(r"^ {8}")


@dataclass(frozen=True)
class Gone:
    """A line that is quoted, and is not printed any more."""

    page: str
    command: str
    line: str

    def __str__(self):
        return f"{self.page}: {self.command}\n    does not print any more: {self.line}"


def quote(part: str, played: list[tuple[Typed, Ended]]) -> list[Gone]:
    """Renew every block of the part: each command in it shows what it has printed now, as far as it was quoted."""
    gone: list[Gone] = []
    for name, page in {(block.name, block.page) for block in marks.blocks(part) if block.name == part}:
        marks.replace(page, name, lambda body, page=page: _renewed(body, page, played, gone))
    return gone


def _renewed(body, page, played, gone):
    def renewed(found):
        indent, line, printed = found.groups()
        ended = _ended(line, printed, played)
        if ended is None:
            gone.append(Gone(page.name, line, "anything: it was not typed"))
            return found.group()
        now = compared(printed, ended.said)
        gone.extend(Gone(page.name, line, one) for one in now.gone)
        return f"{indent}$ {line}\n{now.text.rstrip()}\n"

    return PROMPT.sub(renewed, body.rstrip() + "\n")


def _ended(line, printed, played) -> Ended | None:
    """Of the first time that this block was typed; else of the last time that its line was."""
    same = [(typed, ended) for typed, ended in played if typed.line == line]
    here = [ended for typed, ended in same if typed.printed == printed.rstrip()]
    return here[0] if here else next((ended for _, ended in reversed(same)), None)


def whole(played: list[tuple[Typed, Ended]]) -> str:
    """As a code block everything that was printed, but what told() leaves out."""
    lines = []
    for typed, ended in played:
        lines += ["", f"    $ {typed.line}", *(f"    {line}".rstrip() for line in told(ended.said))]
    return "\n".join(lines).lstrip("\n")


def told(said: str) -> list[str]:
    lines, is_left_out = [], False
    for line in said.splitlines():
        if PROGRESS.match(line) or DJANGOS.match(line):
            continue
        is_left_out = bool(OK.match(line)) or (is_left_out and bool(DETAIL.match(line)))
        if not is_left_out:
            lines.append(line)
    return lines
