"""What the clients of one kind do: operations by both applications on the same NDAs, in turn."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from ndas.release.applications import APPLICATIONS
from ndas.release.vocabulary import OLD
from tests.clients.expected import Nda, first

WRITES = ("create", "move", "put", "swap", "place", "rename")
READS = ("by_status", "one_of", "by_cast", "any_of", "statuses", "history", "one", "whole")
MOST = 60  # NDAs, of which some can still go somewhere


@dataclass
class Operation:
    """``wrong(value)`` says what is wrong with an answer, and ``acknowledged()`` remembers a write."""

    name: str
    arguments: list
    nda: Nda | None = None
    acknowledged: Callable[[], None] | None = None
    wrong: Callable[[object], str | None] = lambda value: None


class Work:
    """
    ``is_undone`` before the release and after its way back.

    ``only_plain`` while the release parks or puts back what the old schema cannot hold: then the old
    application keeps off such NDAs, because the fate of one depends on which of the two was first.
    """

    def __init__(self, name: str, ndas: list[Nda]):
        self.name, self.ndas, self.retired = name, ndas, []
        self.chance = random.Random(name)
        self.guard = threading.Lock()
        self.rounds, self.made = {}, 0
        self.is_undone, self.only_plain = True, False

    def draw(self, application: str) -> Operation:
        """The next one, its NDA busy; each comes up once in a round."""
        with self.guard:
            names = self.rounds.setdefault(application, [])
            if not names:
                names += self.chance.sample(WRITES + READS, len(WRITES + READS))
            name = names.pop()
            if name in READS:
                return self._read(name, application)
            nda = name != "create" and self._free(self._open_to(application, moves=name in ("move", "put", "swap")))
            return getattr(self, f"_{name}")(nda, application) if nda else self._create(application)

    def done(self, operation: Operation, is_acknowledged: bool):
        with self.guard:
            if operation.acknowledged and is_acknowledged:
                operation.acknowledged()
            elif operation.acknowledged:
                # Whether it was written is unknown, and so nothing is expected of it any more.
                self.ndas = [nda for nda in self.ndas if nda is not operation.nda]
        if operation.nda:
            operation.nda.busy.release()

    def _open_to(self, application, *, moves) -> list[Nda]:
        ways = APPLICATIONS[application].moves
        return [
            nda
            for nda in self.ndas
            if (nda.is_plain() or not self.only_plain) and (ways[nda.status.of(application)] or not moves)
        ]

    def _free(self, ndas) -> Nda | None:
        for nda in self.chance.sample(ndas, len(ndas)):
            if nda.busy.acquire(blocking=False):
                return nda
        return None

    def _read(self, name, application) -> Operation:
        known = APPLICATIONS[application]
        statuses, positions = list(known.moves), [position for position in known.positions if position]
        if name in ("history", "one", "whole"):
            nda = self._free(self.ndas)
            if name == "history":
                return Operation(name, [nda.id], nda, wrong=lambda found: _foreign(found, statuses))
            expected = [nda.status.of(application), nda.usmax_position.of(application)]
            return Operation(name, [nda.id], nda, wrong=lambda found: _another(found, expected, nda))
        if name == "statuses":
            return Operation(name, [], wrong=lambda found: _foreign(found, statuses))
        arguments = {
            "by_status": [self.chance.choice(statuses)],
            "by_cast": [self.chance.choice(statuses)],
            "any_of": [self.chance.sample(statuses, 2)],
            "one_of": [self.chance.sample(statuses, 2), self.chance.sample(positions, 2)],
        }
        return Operation(name, arguments[name])

    def _create(self, application) -> Operation:
        if len(self.ndas) >= MOST:
            self.retired.append(self.chance.choice([nda for nda in self.ndas if not nda.busy.locked()]))
            self.ndas.remove(self.retired[-1])
        self.made += 1
        key, position = f"{self.name} {self.made}", self.chance.choice(APPLICATIONS[application].positions)
        nda = Nda(
            key, f"{key} Inc.", first("status", application, "CREATED"), first("usmax_position", application, position)
        )
        record = f"{key}/{application}/created"

        def acknowledged():
            nda.history[record] = first("status", application, "CREATED")
            self.ndas.append(nda)

        nda.busy.acquire()
        return Operation("create", [key, nda.name, position, record], nda, acknowledged)

    def _move(self, nda, application) -> Operation:
        label = self._next(nda, application)
        self.made += 1
        record = f"{nda.id}/{application}/{self.made}"

        def acknowledged():
            nda.history[record] = first("status", application, label)
            self._write(nda, application, status=label)

        return Operation("move", [nda.id, label, record], nda, acknowledged)

    def _put(self, nda, application) -> Operation:
        label, position = self._next(nda, application), nda.usmax_position.of(application)
        return Operation("put", [nda.id, label, position], nda, lambda: self._write(nda, application, status=label))

    def _swap(self, nda, application) -> Operation:
        before, label = nda.status.of(application), self._next(nda, application)
        return Operation("swap", [nda.id, before, label], nda, lambda: self._write(nda, application, status=label))

    def _place(self, nda, application) -> Operation:
        now = nda.usmax_position.of(application)
        position = self.chance.choice([other for other in APPLICATIONS[application].positions if other != now])
        return Operation(
            "place", [nda.id, position], nda, lambda: self._write(nda, application, usmax_position=position)
        )

    def _rename(self, nda, application) -> Operation:
        self.made += 1
        name = f"Renamed {self.made} Inc."
        return Operation("rename", [nda.id, name], nda, lambda: self._write(nda, application, name=name))

    def _next(self, nda, application) -> str:
        return self.chance.choice(list(APPLICATIONS[application].moves[nda.status.of(application)]))

    def _write(self, nda, application, **values):
        nda.write(application, is_undone=self.is_undone and application == OLD, **values)


def _foreign(found, statuses):
    if others := sorted(set(found) - set(statuses)):
        return f"reads {', '.join(others)}"


def _another(found, expected, nda):
    if found != expected:
        return f"reads {found} of {nda.id}, and not {expected}"
