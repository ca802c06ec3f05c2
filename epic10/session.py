"""What does the server have to know about a session that migrates?"""

from contextlib import contextmanager, suppress

from django.db import Error

# No limit meant for web requests may cut the work short. lock_timeout is for what
# only reads; whatever takes a strong lock sets a shorter one for itself.
# The server looks for its client twice a second, so that after a kill -9 no
# statement goes on without anybody. Row security must raise, not hide rows.
SETTINGS = {
    "statement_timeout": "0",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "0",
    "client_connection_check_interval": "500ms",
    "row_security": "off",
}


@contextmanager
def unhurried(connection):
    """The session's settings for the time of the work, and its own again afterwards."""
    execute(connection, "; ".join(f"SET {name} = '{value}'" for name, value in SETTINGS.items()))
    try:
        yield
    finally:
        # On a connection that is gone there is nothing to reset.
        with suppress(Error):
            execute(connection, "; ".join(f"RESET {name}" for name in SETTINGS))


def execute(connection, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
