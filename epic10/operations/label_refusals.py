"""What of others can refuse a label that its type knows: it runs, or is computed, when the column is written."""

from collections.abc import Iterable

from epic10.operations.backfill.direct import is_alone
from epic10.postgres.catalog import array, table_oid

# Of checks and policies any, as they may read the whole row; of keys and indexes those of the columns, and of the row.
# What pg_class says of all of them first, and each column's own dependents by their index.
CAN_BE_REFUSED = """\
(NOT ({is_alone})
      OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = {oid})
      OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = {oid})
      OR EXISTS (SELECT FROM pg_index WHERE indrelid = {oid} AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
      OR EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = {oid} AND attname = ANY ({columns})
           AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
      OR EXISTS (
        SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = {oid}
           AND refobjsubid = ANY (ARRAY(
             SELECT attnum::int FROM pg_attribute WHERE attrelid = {oid} AND attname = ANY ({columns})))
           AND CASE classid
             WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
             WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
             WHEN 'pg_class'::regclass::oid THEN (
               SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
             END))"""


def can_be_refused(table: str, columns: Iterable[str]) -> str:
    """A condition on the catalog; where it does not hold, a label is as good as any other."""
    return CAN_BE_REFUSED.format(is_alone=is_alone(table), oid=table_oid(table), columns=array(list(columns)))
