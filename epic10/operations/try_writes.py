"""A trial of what the applications write, in the very transaction that changes the tables, before it commits."""

from dataclasses import dataclass
from textwrap import indent

from django.db.migrations.operations import RunSQL

from epic10.operations.columns.relabel import Shadow
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import array, literal, quoted, table_oid

# No write of a trial stays: each is taken back by an exception of its own, which is EP010. One that was refused
# before the change proves nothing about it, so what was refused is remembered until the end of the transaction.
TRIAL = """\
DO $epic10$
DECLARE
  trial record;
  statement text;
  refused text := {refused_before};
  place text;
BEGIN
  FOR trial IN SELECT relation, relation::regclass AS table_name, skipped, assignment,
                      pg_catalog.format('[%s %s]', relation, number) AS name,
                      CASE number WHEN 1 THEN 'An INSERT' ELSE 'An UPDATE' END AS kind FROM (VALUES
{tables}
  ) AS written (relation, skipped, labels),
    LATERAL ROWS FROM (pg_catalog.unnest(labels)) WITH ORDINALITY AS trials (assignment, number)
   WHERE relation IS NOT NULL ORDER BY relation, number LOOP
    CONTINUE WHEN pg_catalog.strpos(refused, trial.name) > 0;
    statement := ({statement});
    CONTINUE WHEN statement IS NULL;
    BEGIN
      EXECUTE statement;
      SET CONSTRAINTS ALL IMMEDIATE;
      RAISE EXCEPTION USING ERRCODE = 'EP010';
    EXCEPTION
      WHEN SQLSTATE 'EP010' THEN NULL;
      WHEN lock_not_available OR deadlock_detected OR serialization_failure THEN RAISE;
      WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS place = PG_EXCEPTION_CONTEXT;
        {when_refused}
    END;
  END LOOP;
{at_the_end}\
END
$epic10$"""

REMEMBER = "refused := pg_catalog.concat(refused, trial.name);"
REMEMBERED = "  PERFORM pg_catalog.set_config('epic10.refused', refused, true);\n"
KNOWN = "coalesce(pg_catalog.current_setting('epic10.refused', true), '')"

# PL/pgSQL keeps what type a column had when a function first ran in this session. What is kept is of no use any more.
FORGET = "  DISCARD PLANS;\n"
INSIST = r"""RAISE EXCEPTION '%', pg_catalog.format('%s of %s is refused after this change%s: %s',
          trial.kind, trial.table_name,
          ' by ' || (pg_catalog.regexp_match(place, '^PL/pgSQL\W?\w+ (\S+\([^)\n]*\)) ', 'n'))[1], SQLERRM)
          USING HINT = pg_catalog.format({hint}, trial.table_name);"""
HINT = (
    "A trigger, rule, policy or constraint that is not of the release refuses it: \\d+ %s in psql lists them. "
    "Nothing is changed by this phase. Set that right, or drop it for the night; then run the same command again."
)

# The columns that an application names. A copy of a row needs keys of its own: numbers from where no
# sequence gets to, so that there is no gap; and what is a reference as well stays what it is.
STATEMENT = """\
WITH columns AS (
  SELECT attnum, pg_catalog.quote_ident(attname) AS name, is_key AND NOT is_reference AS is_anew, is_primary,
         attidentity, pg_catalog.format_type(atttypid, NULL) AS type_name,
         CASE WHEN atttypmod > 4 THEN atttypmod - 4 ELSE 36 END AS most
    FROM pg_attribute, LATERAL (
      SELECT count(*) > 0 AS is_key, coalesce(pg_catalog.bool_or(indisprimary), false) AS is_primary,
             EXISTS (SELECT FROM pg_constraint WHERE conrelid = attrelid AND contype = 'f' AND attnum = ANY (conkey))
               AS is_reference
        FROM pg_index WHERE indrelid = attrelid AND indisunique AND attnum = ANY (indkey)) AS uses
   WHERE attrelid = trial.relation AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
     AND attname <> ALL (trial.skipped)
)
SELECT CASE trial.kind
  WHEN 'An INSERT' THEN pg_catalog.format('INSERT INTO %s (%s) SELECT %s FROM %1$s LIMIT 1', trial.table_name,
    pg_catalog.string_agg(name, ', ' ORDER BY attnum) FILTER (WHERE attidentity <> 'a'),
    pg_catalog.string_agg(CASE WHEN NOT is_anew THEN name
      WHEN type_name IN ('text', 'character varying')
        THEN pg_catalog.quote_literal(pg_catalog.left(pg_catalog.gen_random_uuid()::text, most))
      WHEN type_name = 'uuid' THEN 'pg_catalog.gen_random_uuid()'
      WHEN type_name = 'smallint' THEN '32760'
      WHEN type_name IN ('integer', 'bigint', 'numeric') THEN '2147483640'
      ELSE name END, ', ' ORDER BY attnum) FILTER (WHERE attidentity <> 'a'))
  WHEN 'An UPDATE' THEN pg_catalog.format('UPDATE %s SET %s WHERE ctid = (SELECT ctid FROM %1$s LIMIT 1)',
    trial.table_name, coalesce(trial.assignment,
      pg_catalog.string_agg(pg_catalog.format('%s = %1$s', name), ', ' ORDER BY attnum)
        FILTER (WHERE attidentity <> 'a' AND NOT is_primary)))
  END FROM columns"""


@dataclass(frozen=True)
class Written:
    """
    What the applications write of one table.

    ``added`` are the columns that only the new one knows, ``between`` those that neither does.
    """

    table: str
    shadows: tuple[Shadow, ...]
    added: tuple[str, ...]
    between: tuple[str, ...]

    def values(self, is_new: bool, *, with_labels: bool) -> str:
        """A row of VALUES; the same number of labels for the old application and for the new one."""
        skipped = self.between if is_new else self.between + self.added
        labels = [
            f"{quoted(shadow.column)} = {literal(new if is_new else old)}"
            for shadow in self.shadows
            for old, new in _pairs(shadow)
            if with_labels
        ]
        # The first two are an INSERT of a whole row, and an UPDATE of one.
        return f"    ({table_oid(self.table)},\n     {array(skipped)},\n     {array([None, None, *labels])})"


class TryWrites(ReleaseOperation, RunSQL):
    """
    An INSERT and an UPDATE as the application sends them; none of them stays.

    The release never leaves a table that the application cannot write: of two of
    these, at the beginning and at the end of a phase, the second one, going either
    way, refuses what was taken before. The row is the first of the table; in an
    empty one nothing is tried. Going there the row takes each label, too. Not going
    back: a trigger that lets only some labels follow each other knows the old ones
    better than the new ones, and a way back is not to be refused for that.
    ``is_new`` says whose writes, and ``is_last`` which of the two it is.
    """

    def __init__(self, tables: list[Written], *, is_last: bool, is_new: bool):
        self.is_last = is_last
        there, back = (
            ",\n".join(table.values(is_new, with_labels=is_forwards) for table in tables)
            for is_forwards in (True, False)
        )
        if is_last:
            super().__init__(sql=[insisting(there)], reverse_sql=[remembering(back)])
        else:
            super().__init__(sql=[remembering(there)], reverse_sql=[insisting(back)])

    def describe(self):
        return f"Try what the applications write, {'after' if self.is_last else 'before'} the change"


def remembering(tables: str) -> str:
    return _trial(tables, "''", REMEMBER, REMEMBERED)


def insisting(tables: str) -> str:
    return _trial(tables, KNOWN, INSIST.format(hint=literal(HINT)), "").replace("BEGIN\n", f"BEGIN\n{FORGET}", 1)


def _trial(tables, refused_before, when_refused, at_the_end):
    return TRIAL.format(
        tables=tables,
        statement=indent(STATEMENT, " " * 6).lstrip(),
        refused_before=refused_before,
        when_refused=when_refused,
        at_the_end=at_the_end,
    )


def _pairs(shadow: Shadow) -> list[tuple[str, str]]:
    """Labels of the old application and of the new one that belong together: each label of either is in one."""
    relabel = shadow.relabel
    up = [(label, relabel.becomes(label)) for label in relabel.legacy]
    reached = {new for _, new in up}
    return up + [(relabel.goes_back_to(label), label) for label in relabel.labels if label not in reached]
