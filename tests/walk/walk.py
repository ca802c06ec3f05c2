"""A walk: the release interrupted at every statement, compared at its end with an undisturbed one."""

import contextlib
import itertools
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from django.db import connections
from psycopg import sql

from tests.walk import commands, digest
from tests.walk.commands import Migrate, Psql
from tests.walk.wire import CUT, KILL_BACKEND, REFUSE, WAYS, Interruption, Stuck, Wire, address

THERE, BACK = Migrate(("ndas",)), Migrate(("ndas", "0001"))
THERE_BY_PSQL, BACK_BY_PSQL = Psql("migration.sql"), Psql("rollback.sql")

# The command, the opposite one, and the database it starts from.
WALKS = {
    "migrate ndas": (THERE, BACK, "legacy"),
    "migrate ndas 0001": (BACK, THERE, "lived_in"),
    "migration.sql": (THERE_BY_PSQL, BACK_BY_PSQL, "legacy"),
    "rollback.sql": (BACK_BY_PSQL, THERE_BY_PSQL, "lived_in"),
}
CLIENT_SURVIVES = (CUT, KILL_BACKEND, REFUSE)
LONG_ENOUGH = 180  # seconds, until the server has noticed that a client is gone


@dataclass(frozen=True)
class Expected:
    """
    What undisturbed runs end with.

    The opposite command, after an interruption, either finds that nothing has
    happened yet or undoes it all: no third outcome is right.
    """

    requests: tuple[str, ...]
    same: digest.Digest
    opposite: tuple[digest.Digest, ...]


@dataclass(frozen=True)
class Finding:
    """What one interruption did; ``wrong`` is empty when all was as it should be."""

    walk: str
    point: Interruption
    request: str
    wrong: tuple[str, ...] = ()
    state: int = 0
    seconds: float = 0.0
    was_reached: bool = True


@dataclass
class Walker:
    """One process that walks, with a wire of its own."""

    templates: dict[str, str]
    using: str = "default"
    every: bool = False
    verdicts: dict = field(default_factory=dict)
    names: Iterator[int] = field(default_factory=itertools.count)

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        connection = connections[self.using]
        connection.ensure_connection()
        self.parameters = connection.get_connection_params() | {"cursor_factory": None, "context": None}
        server = address(connection.connection.info)
        connection.close()
        self.admin = self.stack.enter_context(self.connected("postgres"))
        # Copying files is several times faster, unless it has to wait for a disk.
        [fsync] = self.admin.execute("SHOW fsync").fetchone()
        self.strategy = sql.SQL("FILE_COPY" if fsync == "off" else "WAL_LOG")
        directory = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="walk-"))
        self.wire = Wire(Path(directory), server, self.admin)
        return self

    def __exit__(self, *error):
        self.stack.close()

    def connected(self, name):
        known = {key: self.parameters.get(key) for key in ("host", "port", "user", "password")}
        return psycopg.connect(dbname=name, autocommit=True, **{key: value for key, value in known.items() if value})

    def expected(self, walk: str) -> Expected:
        command, opposite, start = WALKS[walk]
        with self.copy(self.templates[start]) as there, self.copy(self.templates[start]) as nowhere:
            self._must(command, there)
            requests = tuple(self.wire.requests)
            same = self.look(there, digest.outcome)
            self._must(opposite, there)
            self._must(opposite, nowhere)
            return Expected(requests, same, tuple(self.look(name, digest.outcome) for name in (there, nowhere)))

    def walk(self, walk: str, expected: Expected, point: Interruption) -> Finding:
        began = time.monotonic()
        try:
            state, asked, wrong = self._interrupted(walk, expected, point)
        except Stuck as stuck:
            return Finding(walk, point, "", (str(stuck),))
        was_reached = len(asked) >= point.number
        request = " ".join(asked[point.number - 1].split())[:100] if was_reached else ""
        return Finding(walk, point, request, wrong, state, time.monotonic() - began, was_reached)

    def _interrupted(self, walk, expected, point):
        """The state it was left in, what had been asked by then, and what was wrong after that."""
        command, _, start = WALKS[walk]
        with self.copy(self.templates[start]) as name:
            ending = commands.run(command, self.using, name, self.wire, point)
            asked = self.wire.requests
            self._left_alone(name)
            state = self.look(name, digest.state)
            if self.every or (walk, state) not in self.verdicts:
                self.verdicts[walk, state] = tuple(self._goes_on(walk, expected, name))
            return state, asked, (*_complaints(ending, point), *self.verdicts[walk, state])

    def _goes_on(self, walk, expected, name):
        command, opposite, _ = WALKS[walk]
        with self.copy(name) as other:
            yield from self._compare(command, name, (expected.same,))
            yield from self._compare(opposite, other, expected.opposite)

    def _compare(self, command, name, allowed):
        ending = commands.run(command, self.using, name, self.wire)
        if ending.status != commands.DONE:
            yield f"{command} afterwards: status {ending.status}, {ending.said.strip()}"
            return
        found = self.look(name, digest.outcome)
        if found not in allowed:
            yield f"{command} afterwards: {'; '.join(found.differences(allowed[0]))}"

    def _must(self, command, name):
        ending = commands.run(command, self.using, name, self.wire)
        assert ending.status == commands.DONE, f"{command} fails undisturbed: {ending}"

    def look(self, name, how):
        with self.connected(name) as connection:
            return how(connection)

    @contextlib.contextmanager
    def copy(self, template):
        name = f"walk_{os.getpid()}_{next(self.names)}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}")
        self.admin.execute(create.format(sql.Identifier(name), sql.Identifier(template), self.strategy))
        try:
            yield name
        finally:
            self.admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _left_alone(self, name):
        """Wait until nobody is at work there any more."""
        deadline = time.monotonic() + LONG_ENOUGH
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        while self.admin.execute(others, [name]).fetchone() != (0,):
            assert time.monotonic() < deadline, "a backend outlives its client"
            time.sleep(0.005)


def points(expected: Expected) -> list[Interruption]:
    return [Interruption(number, *way) for number in range(1, len(expected.requests) + 1) for way in WAYS]


def _complaints(ending, point):
    """A client that survives must say what happened, in a message and not in a traceback."""
    if ending.status == commands.TRACEBACK:
        yield f"traceback: {ending.said.strip().splitlines()[-1]}"
    elif point.way in CLIENT_SURVIVES and ending.status > 0 and not ending.said.strip():
        yield f"status {ending.status} without a word"
