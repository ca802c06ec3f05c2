"""A trial of what the applications write, in the very transaction that changes the tables, before it commits."""

import json
from dataclasses import dataclass
from textwrap import indent

from django.db.migrations.operations import RunSQL

from epic10.operations.columns.convert import Beside
from epic10.operations.columns.relabel import Shadow
from epic10.operations.label_refusals import can_be_refused
from epic10.operations.ownership import before_the_locks
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import array, literal, table_oid
from epic10.postgres.locks import TIMEOUT

# Whose writes. Prepared, the new one writes the columns beside the old ones.
OLD, NEW_PREPARED, NEW = "the old application", "the new application, prepared", "the new application"

# No write of a trial stays: each is taken back by an exception of its own, which is EP010. One that was refused
# before the change proves nothing about it, so what was refused is remembered in a setting of the session.
TRIAL = """\
DO $epic10$
DECLARE
  written record;
  trial record;
  number int;
  attempt text;
  statement text;
  refused text := {refused_before};
  place text;
  rows int;
BEGIN
  -- No trigger would fire as for the application, not even the release's own.
  IF pg_catalog.current_setting('session_replication_role') = 'replica' THEN
    RETURN;
  END IF;
  FOR written IN SELECT relation, relation::regclass AS table_name, skipped, labels, most FROM (VALUES
{tables}
  ) AS tables (relation, skipped, labels, most) WHERE relation IS NOT NULL ORDER BY relation LOOP
    {statements};
    FOR number IN 1 .. 3 + pg_catalog.cardinality(trial.one_by_one) LOOP
      attempt := pg_catalog.format('[%s %s]', written.relation, number);
      CONTINUE WHEN pg_catalog.strpos(refused, attempt) > 0;
      statement := CASE number WHEN 1 THEN trial.inserted WHEN 2 THEN trial.updated WHEN 3 THEN trial.at_once
        ELSE trial.one_by_one[number - 3] END;
      CONTINUE WHEN statement IS NULL;
      BEGIN
        EXECUTE statement;
        GET DIAGNOSTICS rows = ROW_COUNT;
        SET CONSTRAINTS ALL IMMEDIATE;
        RAISE EXCEPTION USING ERRCODE = 'EP010';
      EXCEPTION
        WHEN SQLSTATE 'EP010' THEN {when_taken};
{when_refused}
      END;
    END LOOP;
    -- PostgreSQL looks into a function in SQL when it is made, and not again before it is called. Whoever may
    -- create anything could make one, and keep the release from going on: only those of the owner's are tried.
    FOR trial IN SELECT p.oid::regprocedure AS name, pg_catalog.pg_get_functiondef(p.oid) AS definition
                   FROM pg_proc p JOIN pg_class c ON c.oid = written.relation
                  WHERE prolang = (SELECT oid FROM pg_language WHERE lanname = 'sql') AND prokind <> 'a'
                    AND pronamespace <> 'pg_catalog'::regnamespace::oid
                    AND pg_catalog.pg_has_role(proowner, relowner, 'MEMBER')
                    AND (reltype = prorettype OR reltype = ANY (proargtypes)
                      OR prosrc ~* pg_catalog.concat('\\m', relname, '\\M')) LOOP
      attempt := pg_catalog.format('[%s]', trial.name);
      CONTINUE WHEN pg_catalog.strpos(refused, attempt) > 0;
      BEGIN
        SET LOCAL check_function_bodies = on;
        EXECUTE trial.definition;
        RAISE EXCEPTION USING ERRCODE = 'EP010';
      EXCEPTION
        WHEN SQLSTATE 'EP010' THEN NULL;
{when_broken}
      END;
    END LOOP;
  END LOOP;
{at_the_end}\
END
$epic10$"""

# Nobody is to wait for the row of a trial, and a trial for nobody: what is in use is not tried.
# Of each label a row has been taken: there is no need to try them one by one.
ENOUGH = "EXIT WHEN number = 3 AND rows = written.most"
REMEMBER = """\
        WHEN OTHERS THEN refused := pg_catalog.concat(refused, attempt);"""
BRIEFLY = "  SET LOCAL lock_timeout = '{timeout}';\n"
REMEMBERED = "  PERFORM pg_catalog.set_config('epic10.refused', refused, false);\n"
KNOWN = "coalesce(pg_catalog.current_setting('epic10.refused', true), '')"

# PL/pgSQL keeps what type a column had when a function first ran in this session. What is kept is of no use any more.
FORGET = "  DISCARD PLANS;\n"
INSIST = r"""
        WHEN lock_not_available OR deadlock_detected OR serialization_failure THEN RAISE;
        WHEN OTHERS THEN
          -- Which label it is, and whether it was refused before, is known of the first row only.
          CONTINUE WHEN number = 3;
          GET STACKED DIAGNOSTICS place = PG_EXCEPTION_CONTEXT;
          place := (pg_catalog.regexp_match(place, '^PL/pgSQL\W?\w+ (\S+\([^)\n]*\)) ', 'n'))[1];
          -- The release's own trigger, of a label that it does not know: those are asked for next, and counted.
          CONTINUE WHEN place ~ '^([^.]+\.)?zz_epic10_sync_';
          RAISE EXCEPTION '%', pg_catalog.format('%s of %s is refused after this change%s: %s',
            CASE number WHEN 1 THEN 'An INSERT' ELSE 'An UPDATE' END, written.table_name,
            ' by ' || place, SQLERRM)
            USING HINT = pg_catalog.format({hint}, written.table_name);"""
BROKEN = """
        WHEN lock_not_available OR deadlock_detected OR serialization_failure THEN RAISE;
        WHEN OTHERS THEN
          RAISE EXCEPTION '%', pg_catalog.format('Function %s could not be called after this change: %s', trial.name,
            SQLERRM) USING HINT = pg_catalog.format({hint}, trial.name);"""
TO_MEND = (
    "Make it in PL/pgSQL, or let it name a type of its own instead of the row of the table, and no old labels; or DROP "
    "FUNCTION %s; for the night. Nothing is changed by this phase. Then run the same command again."
)
HINT = (
    "A trigger, rule, policy or constraint that is not of the release refuses it: \\d+ %s in psql lists them. "
    "Nothing is changed by this phase. Set that right, or drop it for the night; then run the same command again."
)

# Each label is taken by a row of its own, in one statement: one by one they take half as long as all the rest of
# a switch. One by one where there are too few rows, or where one of them refuses its label.
#
# The columns that an application names. A copy of a row needs keys of its own: numbers from where no
# sequence gets to, so that there is no gap; and what is a reference as well stays what it is.
STATEMENTS = """\
WITH columns AS (
  SELECT attnum, attname, pg_catalog.quote_ident(attname) AS name, attname <> ALL (written.skipped) AS is_named,
         is_key AND NOT is_reference AS is_anew, is_primary, attidentity,
         pg_catalog.format_type(atttypid, NULL) AS type_name, pg_catalog.format_type(atttypid, atttypmod) AS its_type,
         CASE WHEN atttypmod > 4 THEN atttypmod - 4 ELSE 36 END AS most
    FROM pg_attribute, LATERAL (
      SELECT count(*) > 0 AS is_key, coalesce(pg_catalog.bool_or(indisprimary), false) AS is_primary,
             EXISTS (SELECT FROM pg_constraint WHERE conrelid = attrelid AND contype = 'f' AND attnum = ANY (conkey))
               AS is_reference
        FROM pg_index WHERE indrelid = attrelid AND indisunique AND attnum = ANY (indkey)) AS uses
   WHERE attrelid = written.relation AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
), first AS (
  SELECT pg_catalog.format('ctid = (SELECT ctid FROM %s ORDER BY %s LIMIT 1)', written.table_name,
    coalesce(pg_catalog.string_agg(name, ', ' ORDER BY attnum) FILTER (WHERE is_primary), 'ctid')) AS row FROM columns
), labelled AS (
  SELECT name, its_type, labels, position
    FROM ROWS FROM (pg_catalog.jsonb_to_recordset(written.labels) AS (column_name text, labels text[]))
      WITH ORDINALITY AS of_column (column_name, labels, position) JOIN columns ON attname = column_name
)
SELECT (
  SELECT pg_catalog.format('UPDATE %1$s AS tried SET %2$s '
      'FROM (SELECT ctid AS place, row_number() OVER () AS place_number FROM %1$s LIMIT %3$s) AS picked '
      'WHERE tried.ctid = place', written.table_name,
    pg_catalog.string_agg(pg_catalog.format('%s = (%L::%s[])[least(place_number, %s)]', name, labels::text, its_type,
      pg_catalog.cardinality(labels)), ', '), written.most) FROM labelled HAVING count(*) > 0) AS at_once,
  ARRAY(SELECT pg_catalog.format('UPDATE %s SET %s = %L WHERE %s', written.table_name, name, label, first.row)
          FROM labelled, pg_catalog.unnest(labels) WITH ORDINALITY AS its (label, label_number)
         ORDER BY position, label_number) AS one_by_one,
  pg_catalog.format('INSERT INTO %1$s (%2$s) SELECT %3$s FROM %1$s WHERE %4$s', written.table_name,
    pg_catalog.string_agg(name, ', ' ORDER BY attnum) FILTER (WHERE attidentity <> 'a'),
    pg_catalog.string_agg(CASE WHEN NOT is_anew THEN name
      WHEN type_name IN ('text', 'character varying')
        THEN pg_catalog.quote_literal(pg_catalog.left(pg_catalog.gen_random_uuid()::text, most))
      WHEN type_name = 'uuid' THEN 'pg_catalog.gen_random_uuid()'
      WHEN type_name = 'smallint' THEN '32760'
      WHEN type_name IN ('integer', 'bigint', 'numeric') THEN '2147483640'
      ELSE name END, ', ' ORDER BY attnum) FILTER (WHERE attidentity <> 'a'), first.row) AS inserted,
  pg_catalog.format('UPDATE %s SET %s WHERE %s', written.table_name,
    pg_catalog.string_agg(pg_catalog.format('%s = %1$s', name), ', ' ORDER BY attnum)
      FILTER (WHERE attidentity <> 'a' AND NOT is_primary), first.row) AS updated
  INTO trial FROM columns, first WHERE is_named GROUP BY first.row"""


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

    def values(self, by: str, *, with_labels: bool) -> str:
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
        names = [of_column["column_name"] for of_column in labels]
        tried = f"{literal(json.dumps(labels))}::jsonb"
        if labels:
            tried = f"CASE WHEN {can_be_refused(self.table, names)} THEN {tried} ELSE '[]'::jsonb END"
        return f"    ({table_oid(self.table)},\n     {skipped},\n     {tried}, {most})"

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


class RememberWrites(ReleaseOperation, RunSQL):
    """Before a phase: which of the writes that it will try are refused as it is, and prove nothing about it."""

    def __init__(self, tables: list[Written]):
        super().__init__(sql=[remembering(values(tables, by=OLD))], reverse_sql=RunSQL.noop)

    def describe(self):
        return "Try what the application writes, before the change"


class TryWrites(ReleaseOperation, RunSQL):
    """
    An INSERT and an UPDATE as the application sends them; none of them stays.

    The release never leaves a table that the application cannot write: what was taken
    before, and is refused at the end of a phase, takes the phase back. The row is the
    first of the table; in an empty one nothing is tried. Going there the row takes each
    label, too. Not going back: a trigger that lets only some labels follow each other
    knows the old ones better than the new ones, and a way back is not to be refused for
    that. ``by`` says whose writes; in a phase the ``last`` ones try
    when it goes there, and the first when it goes back.
    """

    def __init__(self, tables: list[Written], *, is_last: bool, by: str = OLD):
        self.is_last = is_last
        back = values(tables, by=by, with_labels=False)
        if is_last:
            # Going back, the new application ends with its phase.
            # What a trial locks it gives back.
            remember = RunSQL.noop if by == NEW_PREPARED else [before_the_locks(remembering(back))]
            super().__init__(sql=[insisting(values(tables, by=by))], reverse_sql=remember)
        else:
            super().__init__(sql=RunSQL.noop, reverse_sql=[insisting(back)])

    def describe(self):
        return f"Try what the application writes, {'after' if self.is_last else 'before'} the change"


def values(tables: list[Written], *, by: str, with_labels: bool = True) -> str:
    return ",\n".join(table.values(by, with_labels=with_labels) for table in tables)


def remembering(tables: str) -> str:
    text = _trial(tables, "''", "NULL", REMEMBER, REMEMBER, REMEMBERED)
    return text.replace("BEGIN\n", f"BEGIN\n{BRIEFLY.format(timeout=TIMEOUT)}", 1)


def insisting(tables: str) -> str:
    text = _trial(tables, KNOWN, ENOUGH, INSIST.format(hint=literal(HINT)), BROKEN.format(hint=literal(TO_MEND)), "")
    return text.replace("BEGIN\n", f"BEGIN\n{FORGET}", 1)


def _trial(tables, refused_before, when_taken, when_refused, when_broken, at_the_end):
    return TRIAL.format(
        tables=tables,
        statements=indent(STATEMENTS, " " * 4).lstrip(),
        refused_before=refused_before,
        when_taken=when_taken,
        when_refused=when_refused.lstrip("\n"),
        when_broken=when_broken.lstrip("\n"),
        at_the_end=at_the_end,
    )


def _pairs(shadow: Shadow) -> list[tuple[str, str]]:
    """Labels of the old application and of the new one that belong together: each label of either is in one."""
    relabel = shadow.relabel
    up = [(label, relabel.becomes(label)) for label in relabel.legacy]
    reached = {new for _, new in up}
    return up + [(relabel.goes_back_to(label), label) for label in relabel.labels if label not in reached]
