"""A trial of what the applications write, in the very transaction that changes the tables, before it commits."""

from textwrap import indent

from django.db.migrations.operations import RunSQL

from epic10.operations.ownership import before_the_locks
from epic10.operations.release_operation import ReleaseOperation
from epic10.operations.written import LABELLED, NEW_PREPARED, OLD, Written, preparing
from epic10.postgres.catalog import literal
from epic10.postgres.locks import TIMEOUT
from epic10.postgres.session import OUR_WARNING

# No write of a trial stays: each is taken back by an exception of its own, which is EP010. One that was refused
# before the change proves nothing about it, so what was refused is remembered in a setting of the session.
TRIAL = """\
DO $epic10$
DECLARE
  trials jsonb := pg_catalog.current_setting('epic10.trials')::jsonb;
  written record;
  trial record;
  statements text[];
  number int;
  attempt text;
  refused text := {refused_before};
  place text;
  rows int;
  began timestamptz;
BEGIN
  -- No trigger would fire as for the application, not even the release's own.
  IF pg_catalog.current_setting('session_replication_role') = 'replica' THEN
    RETURN;
  END IF;
  FOR written IN SELECT * FROM pg_catalog.jsonb_to_recordset(trials -> 'writes'::text) AS (
    relation oid, table_name text, first_row text, inserted text, updated text, labels jsonb, most int) LOOP
    statements := ARRAY[written.inserted, written.updated];
    IF pg_catalog.jsonb_array_length(written.labels) > 0 THEN
      {labelled};
      statements := pg_catalog.array_cat(statements, trial.of_labels);
    END IF;
    FOR number IN 1 .. pg_catalog.cardinality(statements) LOOP
      attempt := pg_catalog.format('[%s %s]', written.relation, number);
      CONTINUE WHEN pg_catalog.strpos(refused, attempt) > 0 OR statements[number] IS NULL;
      began := pg_catalog.clock_timestamp();
      BEGIN
        EXECUTE statements[number];
        GET DIAGNOSTICS rows = ROW_COUNT;
        SET CONSTRAINTS ALL IMMEDIATE;
        RAISE EXCEPTION USING ERRCODE = 'EP010';
      EXCEPTION
        WHEN SQLSTATE 'EP010' THEN {when_taken};
{when_refused}
      END;
    END LOOP;
  END LOOP;
  FOR trial IN SELECT p.oid::regprocedure AS name, pg_catalog.pg_get_functiondef(p.oid) AS definition
                 FROM pg_catalog.jsonb_array_elements_text(trials -> 'functions'::text) AS known (function)
                 JOIN pg_proc p ON p.oid = known.function::oid LOOP
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
{at_the_end}\
END
$epic10$"""

# Nobody is to wait for the row of a trial, and a trial for nobody: what is in use is not tried.
# Of each label a row has been taken: there is no need to try them one by one.
ENOUGH = "EXIT WHEN number = 3 AND rows = written.most"
# A trigger of theirs may take its time; under the locks everybody would wait for it.
TOO_SLOW = """\
IF pg_catalog.clock_timestamp() - began > '{longest}'::interval THEN
          refused := pg_catalog.concat(refused, attempt);
          IF number <= 3 THEN
            RAISE WARNING '%', pg_catalog.format(
              '%s of %s takes longer than {longest}, and is not tried under the locks.',
              CASE number WHEN 1 THEN 'An INSERT' WHEN 2 THEN 'An UPDATE' ELSE 'An UPDATE of the labels' END,
              written.table_name)
              USING ERRCODE = '{ours}', HINT = pg_catalog.format({hint}, written.table_name);
          END IF;
        END IF"""
SLOW_HINT = "A trigger that is not of the release takes its time, for the applications too: \\d+ %s in psql."
LONGEST = "1 s"
REMEMBER = "WHEN OTHERS THEN refused := pg_catalog.concat(refused, attempt);"
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


class RememberWrites(ReleaseOperation, RunSQL):
    """Before a phase: which of the writes that it will try are refused as it is, and prove nothing about it."""

    def __init__(self, tables: list[Written]):
        super().__init__(sql=remembering(tables, OLD), reverse_sql=RunSQL.noop)

    def describe(self):
        return "Try what the application writes, before the change"


class TryWrites(ReleaseOperation, RunSQL):
    """
    An INSERT and an UPDATE as the applications send them; none of them stays.

    The release never leaves a table that the application cannot write: what was taken
    before, and is refused at the end of a phase, takes the phase back. The row is the
    first of the table; in an empty one nothing is tried. Going there the row takes each
    label, too. Not going back: a trigger that lets only some labels follow each other
    knows the old ones better than the new ones, and a way back is not to be refused for
    that. ``by`` says whose writes; in a phase the ``last`` ones try
    when it goes there, and the first when it goes back.
    """

    def __init__(self, tables: list[Written], *, is_last: bool, by: tuple[str, ...] = (OLD,)):
        self.is_last = is_last
        if is_last:
            # Going back, the new application ends with its phase.
            # What a trial locks it gives back.
            back = [one for who in by if who != NEW_PREPARED for one in remembering(tables, who, with_labels=False)]
            super().__init__(sql=insisting(tables, by), reverse_sql=[before_the_locks(block) for block in back])
        else:
            super().__init__(sql=RunSQL.noop, reverse_sql=insisting(tables, by, with_labels=False))

    def describe(self):
        return f"Try what the applications write, {'after' if self.is_last else 'before'} the change"


def remembering(tables: list[Written], by: str, *, with_labels: bool = True) -> list[str]:
    too_slow = TOO_SLOW.format(longest=LONGEST, ours=OUR_WARNING, hint=literal(SLOW_HINT))
    prepare = preparing([(table, by) for table in tables], with_labels=with_labels)
    trial = _trial("''", too_slow, REMEMBER, REMEMBER, REMEMBERED, at_first=BRIEFLY.format(timeout=TIMEOUT))
    return [prepare, trial]


def insisting(tables: list[Written], by: tuple[str, ...], *, with_labels: bool = True) -> list[str]:
    prepare = preparing([(table, who) for who in by for table in tables], with_labels=with_labels)
    refused, broken = INSIST.format(hint=literal(HINT)), BROKEN.format(hint=literal(TO_MEND))
    return [before_the_locks(prepare), _trial(KNOWN, ENOUGH, refused, broken, "", at_first=FORGET)]


def _trial(refused_before, when_taken, when_refused, when_broken, at_the_end, *, at_first):
    text = TRIAL.format(
        labelled=indent(LABELLED, " " * 6).lstrip(),
        refused_before=refused_before,
        when_taken=when_taken,
        when_refused=indent(when_refused.strip("\n"), " " * 8),
        when_broken=indent(when_broken.strip("\n"), " " * 6),
        at_the_end=at_the_end,
    )
    return text.replace("BEGIN\n", f"BEGIN\n{at_first}", 1)
