"""What does the server have to know about a session that migrates?"""

from contextlib import contextmanager

# No limit meant for web requests may cut the work short; lock_timeout is ours to set.
# The server looks for its client twice a second, so that after a kill -9 no
# statement goes on without anybody. Row security must raise, not hide rows.
SETTINGS = {
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "client_connection_check_interval": "500ms",
    "row_security": "off",
}


@contextmanager
def unhurried(connection):
    """The session's settings for the time of the work, and its own again afterwards."""
    _execute(connection, "; ".join(f"SET {name} = '{value}'" for name, value in SETTINGS.items()))
    try:
        yield
    finally:
        if connection.connection and not connection.connection.closed and not connection.in_atomic_block:
            _execute(connection, "; ".join(f"RESET {name}" for name in SETTINGS))


def _execute(connection, statements):
    with connection.cursor() as cursor:
        cursor.execute(statements)
