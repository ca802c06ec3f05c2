"""What the register has to hold for each NDA that a client was told is written: a label in either vocabulary."""

import threading
from dataclasses import dataclass, field
from typing import NamedTuple

from ndas.release.vocabulary import NEW, OLD, VOCABULARIES


class Labels(NamedTuple):
    """In the vocabulary of the old application and in that of the new one."""

    old: str | None
    new: str

    def of(self, application):
        return self.old if application == OLD else self.new


@dataclass
class Nda:
    """Whoever works on it, or compares it, holds ``busy``."""

    id: str
    name: str
    status: Labels
    usmax_position: Labels
    history: dict[str, Labels] = field(default_factory=dict)
    busy: threading.Lock = field(default_factory=threading.Lock)

    def write(self, application, *, is_undone=False, **values):
        """``is_undone``: before the release or after its way back, when a change by the old application is the last."""
        self.name = values.get("name", self.name)
        for column in VOCABULARIES:
            labels = getattr(self, column)
            if column in values:
                labels = written(column, application, values[column], labels)
            setattr(self, column, first(column, OLD, labels.old) if is_undone else labels)

    def is_plain(self) -> bool:
        """The old application's labels say all that there is to say."""
        return all(getattr(self, column) == first(column, OLD, getattr(self, column).old) for column in VOCABULARIES)


def first(column, application, label) -> Labels:
    """Of a row that an application has made."""
    known = VOCABULARIES[column]
    if application == NEW:
        return Labels(known.down.get(label, label), label)
    return Labels(label, known.up.get(label, label))


def written(column, application, label, before: Labels) -> Labels:
    """After an UPDATE. The other application's label stays as long as it belongs to this one."""
    if label == before.of(application):
        return before
    after = first(column, application, label)
    if application == NEW and first(column, OLD, before.old).new == label:
        return Labels(before.old, label)
    return after
