"""A display number for a smoke test: one that no NDA has, so that the sequence keeps its own."""

import secrets

# Positive, as a constraint may ask for, and where no register gets to.
LARGEST, SPARE = 2**31 - 1, 10**6

TAKES_NONE = """
    SELECT EXISTS (SELECT FROM pg_attribute
                    WHERE attrelid = to_regclass('ndas')::oid AND attname = 'display_id' AND attidentity = 'a')"""


def spare_number(connection) -> int | None:
    """None where the column takes no number of anybody's (GENERATED ALWAYS AS IDENTITY): then there will be a gap."""
    with connection.cursor() as cursor:
        cursor.execute(TAKES_NONE)
        [takes_none] = cursor.fetchone()
    return None if takes_none else LARGEST - secrets.randbelow(SPARE)
