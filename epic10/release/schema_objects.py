"""The objects of a schema, as pg_dump writes each of them, before and after."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import ndiff

from epic10.checks import Fact
from epic10.postgres import view_schemas
from epic10.release.plan import Plan

# pg_dump takes line breaks out of a name, and begins every object with these lines.
HEADER = re.compile(r"^--\n-- Name: (.*); Type: ([A-Z ]+); Schema: (.*?); Owner: .*\n--\n", re.MULTILINE)
# What it writes where the next object needs it otherwise, or at the end, belongs to none.
NO_PART = re.compile(r"^(SET default_\w+ = .*;|-- .*|--|\\.*|\s*)$")
WHOSE = re.compile(r"\b(OWNER )?TO [^;]+;")
# Of these the name begins with that of their table.
OF_A_TABLE = ("CONSTRAINT", "CHECK CONSTRAINT", "FK CONSTRAINT", "TRIGGER", "DEFAULT", "RULE", "POLICY", "ROW SECURITY")
# Of these it begins with what they are about.
ABOUT = ("ACL", "COMMENT", "SEQUENCE OWNED BY")
BOOKS = ("epic10_", "django_")
TRIGGERS = "zz_epic10_"
SUCH_AS = 5
NEW, GONE, OTHER = "is new", "is gone", "is worded differently"


@dataclass(frozen=True)
class Entry:
    kind: str
    name: str
    schema: str

    def __str__(self):
        what = "privileges" if self.kind == "ACL" else self.kind.lower().replace("fk ", "foreign key ")
        about = " of" if self.kind == "ACL" else ""
        return f"{what}{about} {self.name if self.schema in ('public', '-') else f'{self.schema}.{self.name}'}"

    @property
    def is_of_the_books(self) -> bool:
        return any(word.startswith(BOOKS) for word in self._words)

    def is_of(self, tables, text: str) -> bool:
        """Is it one of the tables, or part of one?"""
        if self.kind == "INDEX":
            return any(re.search(rf'\bON (ONLY )?(\S+\.)?"?{re.escape(table)}"? ', text) for table in tables)
        return any(word in tables for word in self._words)

    @property
    def _words(self) -> list[str]:
        """The words of its name, which may include the name of its table."""
        words = self.name.replace('"', "").split(" ")
        if self.kind in OF_A_TABLE:
            return words[:1]
        if self.kind in ABOUT:
            return [part for word in words for part in word.split(".")]
        return [self.name]


@dataclass(frozen=True)
class Change:
    """``said`` is what has happened to the entry; ``lines`` differ: "- " was there before, "+ " is there now."""

    entry: Entry
    said: str
    text: str
    lines: tuple[str, ...] = ()

    def __str__(self):
        return f"{self.entry} {self.said}{': ' if self.lines else ''}{' '.join(self.lines)}"


def entries(dump: str) -> dict[Entry, str]:
    """The text of each object in a dump, without the ledger and Django's own tables."""
    parts = HEADER.split(dump)
    found = defaultdict(list)
    for name, kind, schema, text in zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True):
        entry = Entry(kind, name, schema)
        if not entry.is_of_the_books:
            found[entry].append(_without_what_follows(text))
    return {entry: "\n".join(sorted(texts)) for entry, texts in found.items()}


def changes(before: str, after: str) -> Iterator[Change]:
    """The differences, object by object, regardless of order."""
    old, new = entries(before), entries(after)
    for entry in old.keys() - new.keys():
        yield Change(entry, GONE, old[entry])
    for entry in new.keys() - old.keys():
        yield Change(entry, NEW, new[entry])
    for entry in old.keys() & new.keys():
        if old[entry] != new[entry]:
            yield Change(entry, OTHER, old[entry] + new[entry], tuple(_other_lines(old[entry], new[entry])))


def findings(before: str, after: str, release: Plan) -> Iterator[str]:
    """A finding for each change that concerns the release, and one Fact about all the others."""
    found = sorted(changes(before, after), key=str)
    yield from (str(change) for change in found if concerns(change, release))
    if others := [str(change) for change in found if not concerns(change, release)]:
        more = f" and {len(others) - SUCH_AS} more" if len(others) > SUCH_AS else ""
        yield Fact(f"beside the register: {'; '.join(others[:SUCH_AS])}{more}")


def concerns(change: Change, release: Plan) -> bool:
    """
    Does the change concern the release?

    It does if the object is part of a table of the register or could have been left
    behind by the release, or if it is gone or changed and refers to the register, as
    a view does. New objects that somebody else has created do not.
    """
    tables, entry = release.tables(), change.entry
    if entry.is_of(tables, change.text) or _is_made_by(release, entry):
        return True
    about = "|".join(map(re.escape, [*tables, *_types(release)]))
    return change.said != NEW and re.search(rf"\b({about})\b", WHOSE.sub("", change.text)) is not None


def _other_lines(before, after):
    # A comma belongs to the list of columns, not to the column.
    old, new = ([re.sub(r"\s+", " ", line).strip(" ,") for line in text.splitlines()] for text in (before, after))
    return [line for line in ndiff(old, new) if line[0] in "+-"] or ["- " + before, "+ " + after]


def _is_made_by(release, entry):
    if entry.kind == "TYPE":
        return entry.name in _types(release)
    if entry.kind == "SCHEMA":
        return entry.name in view_schemas.all_of_them()
    return entry.kind == "FUNCTION" and entry.name.startswith(TRIGGERS)


def _types(release) -> set[str]:
    names = {need.name for need in release.needs() if need.kind == "type"}
    return names | {f"{name}_legacy" for name in names}


def _without_what_follows(text):
    lines = text.splitlines()
    while lines and NO_PART.match(lines[-1]):
        lines.pop()
    return "\n".join(lines).strip()
