"""What stands between us and the tables.

An old server, a standby, a server that only reads, a pooler that gives the next
statement to another session: none of them can carry the release, so each is
looked for before the first change. What SQL can see is refused by the scripts too.
"""

from contextlib import closing

from django.core.management import CommandError

from epic10.checks import BEFORE, Check, Database, violations
from epic10.postgres.catalog import literal

DIRECT, BY_SESSION, BY_TRANSACTION = "direct", "by session", "by transaction"
# How often two sessions are asked for their backend. An idle pooler gives both the
# same one at the first look; a busy one moves them about.
LOOKS = 10

TOO_OLD = """\
SELECT pg_catalog.format('PostgreSQL %s', pg_catalog.current_setting('server_version'))
 WHERE pg_catalog.current_setting('server_version_num')::int < {}"""

IN_RECOVERY = "SELECT 'it is in recovery, as a standby is' WHERE pg_is_in_recovery()"

# Not transaction_read_only: a check is asked in a transaction that only reads.
READ_ONLY = """\
SELECT pg_catalog.format('default_transaction_read_only is on, by %s', source)
  FROM pg_settings WHERE name = 'default_transaction_read_only' AND setting = 'on' AND NOT pg_is_in_recovery()"""


class Unfit(CommandError):
    """This server, or the way to it, cannot carry the release. Nothing was changed."""


def insist_on(checks: list[Check], connection):
    """Raise Unfit for the first check that does not hold."""
    for check in checks:
        # Without a transaction around it: a pooler would keep to one session for its time.
        if found := list(check.find(Database(connection))):
            raise Unfit(f"Expected that {check.title}; found: {'; '.join(found)}.\nHINT: {check.hint}")


def is_fit(major: int) -> list[Check]:
    """What must be true of a server, and of the way to it, that is to carry the release."""
    return [
        Check(
            "server.version",
            f"the server is PostgreSQL {major} or newer",
            violations(TOO_OLD.format(literal(major * 10000))),
            when=BEFORE,
            hint="Upgrade the server first.",
        ),
        Check(
            "server.primary",
            "the server takes writes",
            violations(IN_RECOVERY),
            when=BEFORE,
            hint="Connect to its primary.",
        ),
        Check(
            "server.writes",
            "sessions may write unless they say otherwise",
            violations(READ_ONLY),
            when=BEFORE,
            hint="ALTER DATABASE … SET default_transaction_read_only = off; or of the role, or of the server, "
            "whichever set it.",
        ),
        KEEPS_SESSIONS,
    ]


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


def _is_ours_alone(db):
    if pooling(db.connection) == BY_TRANSACTION:
        yield "a pooler in transaction or statement mode"


def backend(connection) -> int:
    """The process that answers; behind a pooler not the one that the connection was told of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


KEEPS_SESSIONS = Check(
    "server.direct",
    "no pooler gives our statements to different sessions",
    _is_ours_alone,
    when=BEFORE,
    hint="Connect to PostgreSQL itself, or through a pool with pool_mode = session.",
)
