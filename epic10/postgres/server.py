"""The server at the other end of a connection: PostgreSQL itself, or a pooler and its pooling mode."""

from contextlib import closing

from django.core.management import CommandError

DIRECT, BY_SESSION, BY_TRANSACTION = "direct", "by session", "by transaction"
# How often two sessions are asked for their backend. An idle pooler gives both the
# same one at the first look; a busy one moves them about.
LOOKS = 10

# What is expected of it, what was found instead, and what to type.
ONE_SESSION = "no pooler gives our statements to different sessions"
POOLER = "a pooler in transaction or statement mode"
CONNECT = "Connect to PostgreSQL itself, or through a pool with pool_mode = session."


class Unfit(CommandError):
    """This server, or the way to it, cannot carry the release. Nothing was changed."""

    def __init__(self, expected: str, found: str, hint: str):
        super().__init__(f"Expected that {expected}; found: {found}.\nHINT: {hint}")


def insist_on_one_session(connection):
    """Raise Unfit where two statements may come to two sessions: no lock of a session's would hold anything."""
    if pooling(connection) == BY_TRANSACTION:
        raise Unfit(ONE_SESSION, POOLER, CONNECT)


def pooling(connection) -> str:
    """
    DIRECT; or a pooler that keeps a session together, BY_SESSION; or one that does not, BY_TRANSACTION.

    A pooler makes up the process number it tells its clients. Whether it keeps
    them apart shows when two of them, outside a transaction, are answered by one
    backend, or one of them by two.
    """
    if backend(connection) == connection.connection.info.backend_pid:
        return DIRECT
    with closing(connection.copy()) as one, closing(connection.copy()) as other:
        pairs = [(backend(one), backend(other)) for _ in range(LOOKS)]
    first, second = (set(backends) for backends in zip(*pairs, strict=True))
    return BY_TRANSACTION if first & second or len(first | second) > 2 else BY_SESSION


def backend(connection) -> int:
    """The process that answers; behind a pooler not the one that the connection was told of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]
