"""
Checks of the server and of the connection to it.

An old server, a standby, a server that only reads, a pooler that gives the next
statement to another session: none of them can carry the release, so each is
looked for before the first change. What SQL can see is refused by the scripts too.
"""

from epic10.checks import BEFORE, Check, Database, violations
from epic10.postgres.catalog import literal
from epic10.postgres.server import BY_TRANSACTION, CONNECT, ONE_SESSION, POOLER, Unfit, pooling

TOO_OLD = """\
SELECT pg_catalog.format('PostgreSQL %s', pg_catalog.current_setting('server_version'))
 WHERE pg_catalog.current_setting('server_version_num')::int < {}"""

IN_RECOVERY = "SELECT 'it is in recovery, as a standby is' WHERE pg_is_in_recovery()"

# Not transaction_read_only: a check is asked in a transaction that only reads.
READ_ONLY = """\
SELECT pg_catalog.format('default_transaction_read_only is on, by %s', source)
  FROM pg_settings WHERE name = 'default_transaction_read_only' AND setting = 'on' AND NOT pg_is_in_recovery()"""


def insist_on(checks: list[Check], connection):
    """Raise Unfit for the first check that does not hold."""
    for check in checks:
        # Without a transaction around it: a pooler would keep to one session for its time.
        if found := list(check.find(Database(connection))):
            raise Unfit(check.title, "; ".join(found), check.hint)


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
        Check("server.direct", ONE_SESSION, _is_ours_alone, when=BEFORE, hint=CONNECT),
    ]


def _is_ours_alone(db):
    if pooling(db.connection) == BY_TRANSACTION:
        yield POOLER
