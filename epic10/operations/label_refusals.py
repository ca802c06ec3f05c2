"""What of others can refuse a label that its type knows: it runs, or is computed, when the column is written."""

from collections.abc import Iterable

from epic10.operations.backfill.direct import is_alone
from epic10.postgres.catalog import array, table_oid

# Of checks and policies any, as they may read the whole row; of keys and indexes those of the columns, and of the row.
CAN_BE_REFUSED = """\
(NOT ({is_alone})
      OR EXISTS (SELECT FROM pg_constraint WHERE conrelid = {oid} AND contype IN ('c', 'x'))
      OR EXISTS (SELECT FROM pg_policy WHERE polrelid = {oid})
      OR EXISTS (SELECT FROM pg_inherits WHERE {oid} IN (inhrelid, inhparent))
      OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = {oid} AND attgenerated <> '')
      OR EXISTS (
        SELECT FROM pg_attribute JOIN pg_type t ON t.oid = atttypid WHERE attrelid = {oid} AND attname = ANY ({columns})
           AND (typtype <> 'e'
             OR EXISTS (SELECT FROM pg_constraint
                         WHERE contype = 'f' AND (conrelid = attrelid AND attnum = ANY (conkey)
                                               OR confrelid = attrelid AND attnum = ANY (confkey)))
             OR EXISTS (SELECT FROM pg_index
                          JOIN pg_depend ON classid = 'pg_class'::regclass::oid AND objid = indexrelid
                         WHERE indrelid = attrelid AND refobjid = attrelid
                           AND (refobjsubid = attnum OR pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
                           AND (indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL)))))"""


def can_be_refused(table: str, columns: Iterable[str]) -> str:
    """A condition on the catalog; where it does not hold, a label is as good as any other."""
    return CAN_BE_REFUSED.format(is_alone=is_alone(table), oid=table_oid(table), columns=array(list(columns)))
