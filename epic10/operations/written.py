"""What the applications write of a table: the columns and labels of a trial, and the statements it sends."""

import json
from dataclasses import dataclass

from epic10.operations.columns.convert import Beside
from epic10.operations.columns.relabel import Shadow
from epic10.operations.label_refusals import can_be_refused
from epic10.postgres.catalog import array, literal, table_oid

# Whose writes. Prepared, the new one writes the columns beside the old ones.
OLD, NEW_PREPARED, NEW = "the old application", "the new application, prepared", "the new application"

# What is to be tried, in a setting of the session: it is put together before the locks, where nobody waits for it.
# The columns that an application names have the same names after the phase as before it.
#
# A copy of a row needs keys of its own: numbers from where no sequence gets to, so that there is no gap; and what is
# a reference as well stays what it is. So does a column that changes places: it has another type afterwards.
PREPARE = """\
DO $epic10$
BEGIN
  PERFORM pg_catalog.set_config('epic10.trials', (
WITH tables (writer, relation, skipped, moved, labels, most) AS (VALUES
{tables}
), written AS (
SELECT writer, relation, relation::regclass::text AS table_name, labels, most, statements.*
  FROM tables, LATERAL (
    WITH columns AS (
      SELECT attnum, pg_catalog.quote_ident(attname) AS name, attname <> ALL (skipped) AS is_named,
             is_key AND NOT is_reference AND attname <> ALL (moved) AS is_anew, is_primary, attidentity,
             pg_catalog.format_type(atttypid, NULL) AS type_name,
             CASE WHEN atttypmod > 4 THEN atttypmod - 4 ELSE 36 END AS longest
        FROM pg_attribute, LATERAL (
          SELECT count(*) > 0 AS is_key, coalesce(pg_catalog.bool_or(indisprimary), false) AS is_primary,
                 EXISTS (
                   SELECT FROM pg_constraint WHERE conrelid = attrelid AND contype = 'f' AND attnum = ANY (conkey)
                 ) AS is_reference
            FROM pg_index WHERE indrelid = attrelid AND indisunique AND attnum = ANY (indkey)) AS uses
       WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ), first AS (
      SELECT pg_catalog.format('ctid = (SELECT ctid FROM %s ORDER BY %s LIMIT 1)', relation::regclass,
        coalesce(pg_catalog.string_agg(name, ', ' ORDER BY attnum) FILTER (WHERE is_primary), 'ctid')) AS row
        FROM columns
    )
    SELECT first.row AS first_row,
      pg_catalog.format('INSERT INTO %1$s (%2$s) SELECT %3$s FROM %1$s WHERE %4$s', relation::regclass,
        pg_catalog.string_agg(name, ', ' ORDER BY attnum) FILTER (WHERE attidentity <> 'a'),
        pg_catalog.string_agg(CASE WHEN NOT is_anew THEN name
          WHEN type_name IN ('text', 'character varying')
            THEN pg_catalog.quote_literal(pg_catalog.left(pg_catalog.gen_random_uuid()::text, longest))
          WHEN type_name = 'uuid' THEN 'pg_catalog.gen_random_uuid()'
          WHEN type_name = 'smallint' THEN '32760'
          WHEN type_name IN ('integer', 'bigint', 'numeric') THEN '2147483640'
          ELSE name END, ', ' ORDER BY attnum) FILTER (WHERE attidentity <> 'a'), first.row) AS inserted,
      pg_catalog.format('UPDATE %s SET %s WHERE %s', relation::regclass,
        pg_catalog.string_agg(pg_catalog.format('%s = %1$s', name), ', ' ORDER BY attnum)
          FILTER (WHERE attidentity <> 'a' AND NOT is_primary), first.row) AS updated
      FROM columns, first WHERE is_named GROUP BY first.row) AS statements
 WHERE relation IS NOT NULL
)
SELECT pg_catalog.jsonb_build_object(
  'writes', coalesce((
    SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(written) ORDER BY writer, relation) FROM written), '[]'::jsonb),
  -- PostgreSQL looks into a function in SQL when it is made, and not again before it is called. Whoever may
  -- create anything could make one, and keep the release from going on: only those of the owner's are tried.
  'functions', coalesce((
    SELECT pg_catalog.jsonb_agg(DISTINCT p.oid) FROM pg_proc p JOIN pg_class c ON c.oid IN (SELECT relation FROM tables)
     WHERE prolang = (SELECT oid FROM pg_language WHERE lanname = 'sql') AND prokind <> 'a'
       AND pronamespace <> 'pg_catalog'::regnamespace::oid
       AND pg_catalog.pg_has_role(proowner, relowner, 'MEMBER')
       AND (reltype = prorettype OR reltype = ANY (proargtypes)
         OR prosrc ~* pg_catalog.concat('\\m', relname, '\\M'))), '[]'::jsonb))::text
  ), false);
END
$epic10$"""

# For one table. Each label is taken by a row of its own, in one statement: one by one they take half as long as all
# the rest of a switch. One by one where there are too few rows, or where one of them refuses its label. What type a
# column has is known only after the change.
LABELLED = """\
WITH labelled AS (
  SELECT pg_catalog.quote_ident(attname) AS name, pg_catalog.format_type(atttypid, atttypmod) AS its_type,
         of_column.labels, position
    FROM ROWS FROM (pg_catalog.jsonb_to_recordset(written.labels) AS (column_name text, labels text[]))
      WITH ORDINALITY AS of_column (column_name, labels, position)
    JOIN pg_attribute ON attrelid = written.relation AND attname = column_name AND NOT attisdropped
)
SELECT pg_catalog.array_cat(
    ARRAY(SELECT pg_catalog.format('UPDATE %1$s AS tried SET %2$s '
        'FROM (SELECT ctid AS place, row_number() OVER () AS place_number FROM %1$s LIMIT %3$s) AS picked '
        'WHERE tried.ctid = place', written.table_name,
      pg_catalog.string_agg(pg_catalog.format('%s = (%L::%s[])[least(place_number, %s)]', name, labels::text, its_type,
        pg_catalog.cardinality(labels)), ', '), written.most) FROM labelled HAVING count(*) > 0),
    ARRAY(SELECT pg_catalog.format('UPDATE %s SET %s = %L WHERE %s', written.table_name, name, label, written.first_row)
            FROM labelled, pg_catalog.unnest(labels) WITH ORDINALITY AS its (label, label_number)
           ORDER BY position, label_number)) AS of_labels
  INTO trial"""


@dataclass(frozen=True)
class Written:
    """
    What the applications write of one table.

    ``added`` are the columns that only the new one knows, ``moved`` those that change places.
    """

    table: str
    shadows: tuple[Shadow, ...]
    added: tuple[str, ...]
    moved: tuple[Beside, ...]

    def values(self, by: str, *, writer: int, with_labels: bool) -> str:
        """A row of VALUES; the same number of labels for each of the applications."""
        skipped = {
            OLD: self._unknown_to_the_old_one(),
            NEW_PREPARED: self._old_ones(),
            NEW: array(self._between()),
        }[by]
        labels = [
            {
                "column_name": shadow.target if by == NEW_PREPARED else shadow.column,
                "labels": [old if by == OLD else new for old, new in _pairs(shadow)],
            }
            for shadow in self.shadows
            if with_labels
        ]
        most = max((len(of_column["labels"]) for of_column in labels), default=0)
        tried = f"{literal(json.dumps(labels))}::jsonb"
        if labels:
            # What depends on the new column before the switch depends on it afterwards, by its other name.
            names = [name for shadow in self.shadows for name in (shadow.column, shadow.target)]
            tried = f"CASE WHEN {can_be_refused(self.table, names)} THEN {tried} ELSE '[]'::jsonb END"
        moved = array([name for column in self.moved for name in (column.column, column.target)])
        return f"    ({writer}, {table_oid(self.table)},\n     {skipped},\n     {moved},\n     {tried}, {most})"

    def _between(self) -> list[str]:
        """The columns that have no name of their own: nobody writes them by it."""
        return [name for column in self.moved for name in (column.target, column.legacy)]

    def _old_ones(self) -> str:
        """Those that have one of ours beside them in this database."""
        columns, targets = (array([getattr(it, name) for it in self.moved]) for name in ("column", "target"))
        return (
            f"ARRAY(SELECT theirs FROM ROWS FROM (pg_catalog.unnest({columns}),\n"
            f"             pg_catalog.unnest({targets})) AS pair (theirs, ours)\n"
            f"             JOIN pg_attribute ON attname::text = ours\n"
            f"            WHERE attrelid = {table_oid(self.table)} AND NOT attisdropped)"
        )

    def _unknown_to_the_old_one(self) -> str:
        """What somebody has added before the release is not the release's, and may have to be written."""
        if not self.added:
            return array(self._between())
        return (
            f"ARRAY(SELECT pg_catalog.unnest({array(self._between())}) UNION ALL\n"
            f"           SELECT added FROM pg_catalog.unnest({array(self.added)}) AS added\n"
            f"             JOIN epic10_created_object ON kind = 'column'\n"
            f"              AND name = pg_catalog.concat({literal(self.table)}, '.', added))"
        )


def preparing(writes: list[tuple[Written, str]], *, with_labels: bool) -> str:
    """A statement that puts together what these applications write, one after the other."""
    rows = [table.values(by, writer=number, with_labels=with_labels) for number, (table, by) in enumerate(writes, 1)]
    return PREPARE.format(tables=",\n".join(rows))


def _pairs(shadow: Shadow) -> list[tuple[str, str]]:
    """Labels of the old application and of the new one that belong together: each label of either is in one."""
    relabel = shadow.relabel
    up = [(label, relabel.becomes(label)) for label in relabel.legacy]
    reached = {new for _, new in up}
    return up + [(relabel.goes_back_to(label), label) for label in relabel.labels if label not in reached]
