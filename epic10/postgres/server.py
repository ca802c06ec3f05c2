"""The server at the other end of a connection: PostgreSQL itself, or a pooler and its pooling mode."""

from contextlib import closing

from epic10.postgres.errors import NotVisible
from epic10.postgres.session import fetch
from epic10.terminal.refusal import Refusal

DIRECT, BY_SESSION, BY_TRANSACTION = "direct", "by session", "by transaction"
# How often two sessions are asked for their backend. An idle pooler gives both the
# same one at the first try; a busy one moves them about.
LOOKS = 10

# What is expected, what was found instead, and what to do.
ONE_SESSION = "no pooler gives our statements to different sessions"
POOLER = "a pooler in transaction or statement mode"
CONNECT = "Connect to PostgreSQL itself, or through a pool with pool_mode = session."


class Unfit(Refusal):
    """This server, or the connection to it, is not fit for the release. Nothing was changed."""

    def __init__(self, expected: str, found: str, hint: str):
        super().__init__(f"Expected that {expected}; found: {found}.\nHINT: {hint}")


def insist_on_one_session(connection):
    """Raise Unfit if two statements may go to two sessions: then a session-level lock protects nothing."""
    if pooling(connection) == BY_TRANSACTION:
        raise Unfit(ONE_SESSION, POOLER, CONNECT)


def insist_on_this_machine(connection):
    """Raise NotVisible where the address says that the server's files and processes are not of this machine."""
    info = connection.connection.info
    if not (info.host.startswith("/") or info.hostaddr in ("127.0.0.1", "::1")):
        raise NotVisible("the server is on another machine")


def pooling(connection) -> str:
    """
    DIRECT, or a pooler in session mode (BY_SESSION), or in transaction or statement mode (BY_TRANSACTION).

    A pooler makes up the process id that it tells its clients. It is not in session
    mode if two clients outside a transaction are served by one backend, or one client
    by two.
    """
    if backend(connection) == connection.connection.info.backend_pid:
        return DIRECT
    with closing(connection.copy()) as one, closing(connection.copy()) as other:
        pairs = [(backend(one), backend(other)) for _ in range(LOOKS)]
    first, second = (set(backends) for backends in zip(*pairs, strict=True))
    return BY_TRANSACTION if first & second or len(first | second) > 2 else BY_SESSION


def backend(connection) -> int:
    """The pid of the backend that answers; behind a pooler not the one that the connection was told."""
    [[pid]] = fetch(connection, "SELECT pg_backend_pid()")
    return pid
