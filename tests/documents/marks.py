"""The blocks of a page that the command writes: between two comments, and nothing else of the page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

ROOT = settings.BASE_DIR
BEGIN = "<!-- written by python -m tests.documents: {} -->"
END = "<!-- end of {} -->"
BLOCK = re.compile(
    r"^<!-- written by python -m tests\.documents: (?P<name>[^\n]+?) -->\n\n(?P<body>.*?)\n*<!-- end of (?P=name) -->$",
    re.DOTALL | re.MULTILINE,
)
ANY_MARK = re.compile(r"<!-- (?:written by python -m tests\.documents: |end of )")


@dataclass(frozen=True)
class Block:
    page: Path
    name: str
    body: str

    @property
    def part(self) -> str:
        """Of the command: a part may write blocks of several kinds, such as ``night: seconds``."""
        return self.name.partition(":")[0]


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]


def blocks(part: str = "") -> Iterator[Block]:
    """All that are marked, or those of a part."""
    for page in pages():
        for found in BLOCK.finditer(page.read_text()):
            block = Block(page, found["name"], found["body"])
            if part in ("", block.part):
                yield block


def fill(page: Path, name: str, body: str):
    """Every block of that name on the page; raise ValueError if it has none."""
    page.write_text(filled(page.read_text(), name, body))


def filled(text: str, name: str, body: str) -> str:
    if name not in {found["name"] for found in BLOCK.finditer(text)}:
        raise ValueError(f"No block is marked {BEGIN.format(name)} … {END.format(name)}")
    return BLOCK.sub(lambda found: marked(name, body) if found["name"] == name else found.group(), text)


def replace(page: Path, name: str, how):
    """Put ``how(body)`` in the place of the body of each block of that name on the page."""
    text = page.read_text()
    page.write_text(
        BLOCK.sub(lambda found: marked(name, how(found["body"])) if found["name"] == name else found.group(), text)
    )


def marked(name: str, body: str) -> str:
    return "\n".join([BEGIN.format(name), "", body.rstrip(), "", END.format(name)])
