"""The databases that a walk starts from."""

import contextlib
import io

from django.core.management import call_command

from tests.databases import database
from tests.walk import rendering

NDAS = 30
BATCH = 10

# What the old schema cannot hold, so that something is parked on the way back.
BY_THE_NEW_APPLICATION = """
UPDATE ndas SET status = 'PENDING_APPROVAL'
 WHERE id IN (SELECT id FROM ndas WHERE status = 'CREATED' ORDER BY id LIMIT 2);
UPDATE ndas SET nda_type = 'CONSULTANT', is_non_usmax = true WHERE id IN (SELECT id FROM ndas ORDER BY id LIMIT 3);
UPDATE ndas SET approved_by_id = created_by_id, approved_at = '2026-01-02 03:04:05.678',
       rejection_reason = 'Purpose is too wide' WHERE id IN (SELECT id FROM ndas ORDER BY id DESC LIMIT 2);
UPDATE ndas SET status = 'EXPIRED', expiration_date = '2024-02-29'
 WHERE id IN (SELECT id FROM ndas WHERE status = 'FULLY_EXECUTED' ORDER BY id LIMIT 2);
UPDATE nda_status_history SET status = 'PENDING_APPROVAL'
 WHERE id = (SELECT min(id) FROM nda_status_history WHERE status = 'CREATED')"""

# One of those is changed before the release comes back.
BY_THE_OLD_APPLICATION = "UPDATE ndas SET company_name = 'Other LLC' WHERE id = (SELECT min(id) FROM ndas)"


@contextlib.contextmanager
def made(using="default"):
    """
    The names of two databases to copy from, on the server of ``using``; gone afterwards.

    ``legacy``: before Epic 10, for the second time, with what was parked by then.
    ``lived_in``: with Epic 10, and with what only Epic 10 can hold.
    """
    with database(using=using) as legacy:
        with rendering.shared():
            _live_through(legacy)
        with database(legacy.name, using=using) as lived_in:
            lived_in.close()
            with rendering.shared():
                legacy.migrate("0001")
            legacy.execute(BY_THE_OLD_APPLICATION)
            legacy.close()
            yield {"legacy": legacy.name, "lived_in": lived_in.name}


def _live_through(legacy):
    legacy.migrate("0001")
    call_command("epic10_seed", rows=NDAS, database=legacy.alias, stdout=io.StringIO())
    legacy.migrate("0002")
    legacy.execute(BY_THE_NEW_APPLICATION)
    legacy.close()
