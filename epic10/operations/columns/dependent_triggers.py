"""Triggers of others on a column that is switched, which have to follow it.

A trigger for UPDATE OF a column fires when a statement names that column. The new
application names the new one, so the trigger is recreated for both columns as soon as
that may write, and on the way back for the old one alone. It is bound to the columns,
not to their names: the switch changes nothing of it.
"""

from django.db.migrations.operations import RunSQL

from epic10.checks import BEFORE, Check, violations
from epic10.operations import privileges
from epic10.operations.columns.relabel import Rule, shadows
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import array, literal, quoted, table_oid

# Read before it is replaced: OR REPLACE would enable a disabled trigger. A
# constraint trigger cannot be replaced; it and its comment are made anew.
LISTEN = """\
DO $epic10$
DECLARE
  theirs record;
  listening text;
BEGIN
  FOR theirs IN
    SELECT t.oid, tgname, tgenabled, tgconstraint <> 0::oid
        AS is_constraint, pg_catalog.pg_get_triggerdef(t.oid) AS definition,
           (SELECT description FROM pg_description
             WHERE objoid = t.oid AND classoid = 'pg_trigger'::regclass::oid AND objsubid = 0) AS comment,
           ARRAY(SELECT attname::text FROM pg_catalog.unnest(tgattr::int2[]) WITH ORDINALITY AS listed (number, place)
                   JOIN pg_attribute ON attrelid = tgrelid AND attnum = number ORDER BY place) AS columns
      FROM pg_trigger t WHERE tgrelid = {table} AND NOT tgisinternal AND pg_catalog.cardinality(tgattr::int2[]) > 0
       AND {which}
  LOOP
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY place) INTO listening FROM (
{wanted}
    ) AS wanted (name, place);
    CONTINUE WHEN NOT theirs.columns && {moved};
    theirs.definition := regexp_replace(
      theirs.definition, ' UPDATE OF .*?( OR | ON )', ' UPDATE OF ' || listening || '\\1');
    IF theirs.is_constraint THEN
      EXECUTE pg_catalog.format('DROP TRIGGER %I ON {quoted_table}', theirs.tgname);
    ELSE
      theirs.definition := pg_catalog.replace(theirs.definition, 'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER');
    END IF;
    EXECUTE theirs.definition;
    EXECUTE pg_catalog.format('COMMENT ON TRIGGER %I ON {quoted_table} IS %L', theirs.tgname, theirs.comment);
    EXECUTE pg_catalog.format('ALTER TABLE {quoted_table} %s TRIGGER %I', CASE theirs.tgenabled WHEN 'O' THEN 'ENABLE'
      WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, theirs.tgname);
  END LOOP;
END
$epic10$"""

# In the order that they were named in; the new one just before the old one.
TO_BOTH = """\
      SELECT name, min(place) FROM (
        SELECT name, place FROM pg_catalog.unnest(theirs.columns) WITH ORDINALITY AS listed (name, place)
        UNION ALL
        SELECT new, place - 0.5 FROM pg_catalog.unnest(theirs.columns) WITH ORDINALITY AS listed (name, place)
          JOIN ROWS FROM (pg_catalog.unnest({new}), pg_catalog.unnest({old})) AS pair (new, old) ON old = name
      ) AS listed GROUP BY name"""
TO_THE_OLD = """\
      SELECT coalesce(old, name), min(place) FROM pg_catalog.unnest(theirs.columns) WITH ORDINALITY
          AS listed (name, place)
        LEFT JOIN ROWS FROM (pg_catalog.unnest({new}), pg_catalog.unnest({old})) AS pair (new, old) ON new = name
       GROUP BY 1"""


class TellTriggers(ReleaseOperation, RunSQL):
    """
    Let triggers UPDATE OF the switched columns listen to both columns, from enforce on.

    To replace a trigger keeps only writers waiting. A constraint trigger has to be
    dropped, which waits for readers, too: it follows at the switch.
    """

    def __init__(self, table: str, rules: list[Rule]):
        self.table, self.columns = table, [shadow.column for shadow in shadows(rules)]
        targets = [shadow.target for shadow in shadows(rules)]
        names = {"new": array(targets), "old": array(self.columns)}
        super().__init__(
            sql=[self._listen(TO_BOTH.format(**names), self.columns, which="tgconstraint = 0::oid")],
            reverse_sql=[self._listen(TO_THE_OLD.format(**names), targets)],
        )

    def needs(self, app_label, state):
        return [*privileges.table(self.table), *privileges.triggers(self.table, self.columns)]

    def describe(self):
        return f"Let triggers of others hear of both {' and '.join(self.columns)} of {self.table}"

    def _listen(self, wanted, moved, which="true"):
        return LISTEN.format(
            table=table_oid(self.table), quoted_table=quoted(self.table), wanted=wanted, moved=array(moved), which=which
        )


class SwitchTriggers(TellTriggers):
    """The same for all of them, in the transaction of the switch; the way back of enforce undoes it."""

    def __init__(self, table: str, rules: list[Rule]):
        super().__init__(table, rules)
        legacy = [shadow.legacy for shadow in shadows(rules)]
        wanted = TO_BOTH.format(new=array(self.columns), old=array(legacy))
        RunSQL.__init__(self, sql=[self._listen(wanted, legacy)], reverse_sql=RunSQL.noop)


def no_rule_follows(table: str, column: str) -> Check:
    """A rule sees the values of the statement, not those that a trigger has changed."""
    return Check(
        f"rules.{table}.{column}",
        f"no rule for INSERT or UPDATE on {table} reads {column}",
        violations(
            f"SELECT DISTINCT pg_catalog.format('%s does', rulename)\n"
            f"  FROM pg_rewrite JOIN pg_depend ON classid = 'pg_rewrite'::regclass::oid AND objid = pg_rewrite.oid\n"
            f"  JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid\n"
            f" WHERE ev_class = {table_oid(table)} AND ev_type IN ('2', '3') "
            f"AND refclassid = 'pg_class'::regclass::oid\n"
            f"   AND refobjid = ev_class AND attname = {literal(column)}"
        ),
        when=BEFORE,
        hint=f"Make a trigger of it, which sees both columns; then DROP RULE ... ON {quoted(table)};",
    )
