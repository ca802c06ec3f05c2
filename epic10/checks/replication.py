"""Replication: standbys, slots and subscribers that read what the server writes."""

from collections.abc import Iterable

from epic10.postgres.catalog import array
from epic10.terminal.units import amount

from . import Fact, Find, violations

# A standby or the reader of a slot that is further behind than this is a finding.
FAR_BEHIND = 64 * 2**20

SLOTS = """
    SELECT slot_name, active, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)
      FROM pg_replication_slots WHERE restart_lsn IS NOT NULL AND NOT pg_is_in_recovery()
     ORDER BY slot_name"""

STANDBYS = """
    SELECT coalesce(nullif(application_name, ''), 'pid ' || pid::text),
           pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(replay_lsn, flush_lsn, sent_lsn))
      FROM pg_stat_replication WHERE NOT pg_is_in_recovery()
     ORDER BY 1"""

# Logical replication matches columns by name, so the other side has to know what the
# switch renames.
REPLICATED = """
    SELECT pg_catalog.format('publication %s sends %s', pubname, tablename)
      FROM pg_publication_tables WHERE schemaname = ANY (current_schemas(false)) AND tablename = ANY ({tables})
    UNION ALL
    SELECT pg_catalog.format('a subscription writes to %s', srrelid::regclass)
      FROM pg_subscription_rel WHERE srrelid = ANY (
           SELECT to_regclass(pg_catalog.quote_ident(name))::oid FROM pg_catalog.unnest({tables}) AS name)
    ORDER BY 1"""


def no_slot_left_behind() -> Find:
    def find(db):
        for name, active, behind in db.rows(SLOTS):
            if not active:
                yield f"slot {name} has no reader and keeps {amount(behind)} of WAL"
            elif behind > FAR_BEHIND:
                yield f"the reader of slot {name} is {amount(behind)} behind"

    return find


def standbys_keep_up() -> Find:
    def find(db):
        for name, behind in db.rows(STANDBYS):
            line = f"{name} is {amount(behind or 0)} behind"
            yield line if (behind or 0) > FAR_BEHIND else Fact(line)

    return find


def not_replicated(tables: Iterable[str]) -> Find:
    """No table is published to, or subscribed from, another database by logical replication."""
    return violations(REPLICATED.format(tables=array(tables)))
