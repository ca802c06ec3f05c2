"""
The protocol between a client and the server, interrupted at a chosen moment.

A proxy on a unix socket. It numbers what the client asks, over all of its
connections in the order it asks, BEGIN and COMMIT among it, and does something
to client or server before, while or after one of these is answered. It knows
nothing of who the client is: Django and psql are cut in the same way.
"""

import contextlib
import os
import selectors
import signal
import socket
import struct
from dataclasses import dataclass, field
from pathlib import Path

PORT = 5432
BEFORE, WHILE, AFTER = "before", "while", "after"
KILL_CLIENT = "client killed"
KILL_BACKEND = "backend terminated"
CUT = "connection cut"
REFUSE = "statement refused"

WAYS = [
    *((KILL_CLIENT, when) for when in (BEFORE, WHILE, AFTER)),
    *((KILL_BACKEND, when) for when in (BEFORE, WHILE, AFTER)),
    *((CUT, when) for when in (BEFORE, WHILE, AFTER)),
    (REFUSE, BEFORE),
]

ENCRYPTION = {80877103, 80877104}  # SSLRequest, GSSENCRequest: answered with No
REFUSAL = b"DO $$ BEGIN RAISE query_canceled USING MESSAGE = 'refused by the walk'; END $$\0"
LONGEST_SILENCE = 120  # seconds


class Stuck(Exception):
    """The client neither asks nor ends."""


@dataclass(frozen=True)
class Interruption:
    """``way``, done ``when`` the client's request ``number`` is there, counted from 1."""

    number: int
    way: str
    when: str

    def __str__(self):
        return f"{self.way} {self.when} {self.number}"


@dataclass
class Session:
    """A connection of the client, and ours to the server for it."""

    client: socket.socket
    server: socket.socket
    asked: bytes = b""  # not a whole message yet
    answered: bytes = b""
    held: bytes = b""  # what the client is to be told
    request: list = field(default_factory=list)  # messages that are not a whole request yet
    has_begun: bool = False
    backend: int = 0
    owed: int = 1  # answers; the first is to the greeting
    when_answered: object = None

    def close(self):
        self.client.close()
        self.server.close()

    @property
    def is_open(self):
        return self.client.fileno() >= 0


class Wire:
    """The proxy. ``requests`` is what the client of the last run has asked, as text."""

    def __init__(self, directory: Path, server, admin):
        self.directory, self.server, self.admin = directory, server, admin
        self.requests, self.sessions = [], []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(directory / f".s.PGSQL.{PORT}"))
        self.listener.listen()

    def run(self, pid: int, is_alive: int, interruption: Interruption | None):
        """Carry everything until the client is gone, which is when the file ``is_alive`` ends."""
        self.pid, self.interruption, self.requests = pid, interruption, []
        with selectors.DefaultSelector() as self.selector:
            self.selector.register(self.listener, selectors.EVENT_READ, self._accept)
            self.selector.register(is_alive, selectors.EVENT_READ, None)
            try:
                while self._carry():
                    pass
            finally:
                for session in self.sessions:
                    session.close()
                self.sessions = []

    def _carry(self):
        ready = self.selector.select(LONGEST_SILENCE)
        if not ready:
            os.kill(self.pid, signal.SIGKILL)
            last = " ".join(self.requests[-1].split())[:100] if self.requests else "it began"
            raise Stuck(f"For {LONGEST_SILENCE} s nothing happened after: {last}")
        for key, _ in ready:
            if key.data is None:
                return False
            key.data()
        return True

    def _accept(self):
        session = Session(self.listener.accept()[0], self._connected())
        self.sessions.append(session)
        self.selector.register(session.client, selectors.EVENT_READ, lambda: self._pump(session, self._from_client))
        self.selector.register(session.server, selectors.EVENT_READ, lambda: self._pump(session, self._from_server))

    def _connected(self):
        family, address = self.server
        connection = socket.socket(family)
        connection.connect(address)
        return connection

    def _pump(self, session, carry):
        # A socket that was closed within this round may still be among those that are ready.
        if session.is_open:
            with contextlib.suppress(ConnectionError):
                if carry(session):
                    return
            self._close(session)

    def _close(self, session):
        if session.is_open:
            self.selector.unregister(session.client)
            self.selector.unregister(session.server)
            session.close()

    def _from_client(self, session):
        data = session.client.recv(65536)
        session.asked += data
        while session.is_open and (message := self._next_asked(session)):
            self._asked(session, message)
        return data

    def _next_asked(self, session):
        header = 0 if not session.has_begun else 1  # the greeting has no type
        if len(session.asked) < header + 4:
            return b""
        length = header + struct.unpack("!i", session.asked[header : header + 4])[0]
        if len(session.asked) < length:
            return b""
        message, session.asked = session.asked[:length], session.asked[length:]
        return message

    def _asked(self, session, message):
        if not session.has_begun:
            if struct.unpack("!i", message[4:8])[0] in ENCRYPTION:
                session.client.sendall(b"N")
                return
            session.has_begun = True
            session.server.sendall(message)
        elif message[:1] in b"pX":  # a password; the end
            session.server.sendall(message)
        else:
            session.request.append(message)
            if message[:1] in b"QS":
                whole, session.request = session.request, []
                self._requested(session, whole)

    def _requested(self, session, messages):
        self.requests.append(_text(messages))
        wanted = self.interruption
        if not wanted or wanted.number != len(self.requests):
            self._forward(session, messages)
        elif wanted.way == REFUSE:
            self._forward(session, [b"Q" + struct.pack("!i", 4 + len(REFUSAL)) + REFUSAL])
        elif wanted.when == BEFORE:
            self._interrupt(session)
        else:
            self._forward(session, messages)
            if wanted.when == WHILE:
                self._interrupt(session)
            else:
                session.when_answered = self._interrupt

    def _forward(self, session, messages):
        session.owed += 1
        session.server.sendall(b"".join(messages))

    def _from_server(self, session):
        data = session.server.recv(65536)
        session.answered += data
        while message := self._next_answered(session):
            self._note(session, message)
            session.held += message
        if session.when_answered and session.owed:
            return data
        if session.when_answered:
            act, session.when_answered = session.when_answered, None
            act(session)
        if session.is_open and session.held:
            session.client.sendall(session.held)
            session.held = b""
        return data

    def _next_answered(self, session):
        if len(session.answered) < 5:
            return b""
        length = 1 + struct.unpack("!i", session.answered[1:5])[0]
        if len(session.answered) < length:
            return b""
        message, session.answered = session.answered[:length], session.answered[length:]
        return message

    def _note(self, session, message):
        if message[:1] == b"K":
            session.backend = struct.unpack("!i", message[5:9])[0]
        elif message[:1] == b"Z":
            session.owed -= 1

    def _interrupt(self, session):
        way = self.interruption.way
        if way == KILL_CLIENT:
            os.kill(self.pid, signal.SIGKILL)
        elif way == KILL_BACKEND:
            # The server tells the client by itself, at its next request.
            self.admin.execute("SELECT pg_terminate_backend(%s, 5000)", [session.backend])
        else:
            self._close(session)


def address(info):
    """Where psycopg found the server: what a socket wants to know."""
    if info.host.startswith("/"):
        return socket.AF_UNIX, f"{info.host}/.s.PGSQL.{info.port}"
    return socket.AF_INET6 if ":" in info.hostaddr else socket.AF_INET, (info.hostaddr, info.port)


def _text(messages):
    """The statement of a simple query, or of the Parse that begins an extended one."""
    first = messages[0]
    body = first[5:] if first[:1] == b"Q" else first[5:].partition(b"\0")[2]
    return body.partition(b"\0")[0].decode(errors="replace")
