"""
Checks of the server and of the connection to it.

The release cannot run on an old server, a standby, a read-only server, or through a
pooler that gives the next statement to another session, so each is checked for before
the first change. The scripts also check for what SQL can see of it.
"""

from epic10.checks import BEFORE, Check, Database, violations
from epic10.postgres.catalog import literal
from epic10.postgres.server import BY_TRANSACTION, CONNECT, ONE_SESSION, POOLER, Unfit, pooling

TOO_OLD = """\
SELECT pg_catalog.format('PostgreSQL %s', pg_catalog.current_setting('server_version'))
 WHERE pg_catalog.current_setting('server_version_num')::int < {}"""

IN_RECOVERY = "SELECT 'it is in recovery, as a standby is' WHERE pg_is_in_recovery()"

# Not transaction_read_only, because a check is asked in a read-only transaction.
READ_ONLY = """\
SELECT pg_catalog.format('default_transaction_read_only is on, by %s', source)
  FROM pg_settings WHERE name = 'default_transaction_read_only' AND setting = 'on' AND NOT pg_is_in_recovery()"""


def insist_on(checks: list[Check], connection):
    """Raise Unfit for the first check that does not hold."""
    for check in checks:
        # Outside a transaction, during which a pooler would stay with one session.
        if found := list(check.find(Database(connection))):
            raise Unfit(check.title, "; ".join(found), check.hint)


def is_fit(major: int) -> list[Check]:
    """Conditions that a server, and the connection to it, must meet for the release."""
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
            hint="ALTER DATABASE ... SET default_transaction_read_only = off; or of the role, or of the server, "
            "whichever set it.",
        ),
        Check("server.direct", ONE_SESSION, _is_ours_alone, when=BEFORE, hint=CONNECT),
    ]


def _is_ours_alone(db):
    if pooling(db.connection) == BY_TRANSACTION:
        yield POOLER
