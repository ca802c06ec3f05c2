"""A trial of the definitions that the release sends, where an event trigger of others may refuse them."""

from django.db.migrations.operations import RunSQL

from epic10.operations.release_operation import ReleaseOperation

# On objects of its own, and all of it taken back by an exception of its own, which is EP010.
TRY = """\
DO $epic10$
DECLARE
  theirs text := (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(evtname), ', ' ORDER BY evtname)
                    FROM pg_event_trigger WHERE evtenabled IN ('O', 'A'));
  place text;
BEGIN
  IF theirs IS NULL THEN
    RETURN;
  END IF;
  CREATE TYPE epic10_trial_label AS ENUM ('ONE');
  CREATE TABLE epic10_trial (label epic10_trial_label, number bigint);
  CREATE FUNCTION epic10_trial() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER epic10_trial BEFORE UPDATE ON epic10_trial FOR EACH ROW EXECUTE FUNCTION epic10_trial();
  ALTER TABLE epic10_trial RENAME label TO label_legacy;
  ALTER TYPE epic10_trial_label RENAME TO epic10_trial_legacy;
  COMMENT ON COLUMN epic10_trial.number IS 'A trial.';
  DROP FUNCTION epic10_trial() CASCADE;
  ALTER TABLE epic10_trial DROP label_legacy;
  DROP TYPE epic10_trial_legacy;
  RAISE EXCEPTION USING ERRCODE = 'EP010';
EXCEPTION
  WHEN SQLSTATE 'EP010' THEN NULL;
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS place = PG_EXCEPTION_CONTEXT;
    RAISE EXCEPTION '%', pg_catalog.format('An event trigger refuses what the release defines or drops: %s%s', SQLERRM,
        ' in ' || (pg_catalog.regexp_match(place, '^PL/pgSQL\\W?\\w+ (\\S+\\([^)\\n]*\\)) ', 'n'))[1])
      USING HINT = pg_catalog.format('Those there are: %s. Have their owner, a superuser, do ALTER EVENT TRIGGER ... '
        'DISABLE; then run the same command again, and ENABLE it afterwards.', theirs);
END
$epic10$"""


class TryDdl(ReleaseOperation, RunSQL):
    """Before the first change: nothing of it stays."""

    def __init__(self):
        super().__init__(sql=[TRY], reverse_sql=RunSQL.noop)

    def describe(self):
        return "Try what an event trigger may refuse"
