-- Epic 10, undone: exactly the schema of before, from wherever migration.sql or
-- "manage.py migrate ndas" stopped, finished included.
--
-- Written from ndas/migrations/0002_epic_10_customer_feedback.py by
--   python manage.py epic10_scripts
-- Do not edit it: change the migration, then write it anew.
--
-- WARNING     What only Epic 10 can hold goes with its columns: types, approvals, rejection
--             reasons, non-USmax flags, expiration dates. Take a snapshot first.
-- Run         Stop the new application, then
--             psql -X -v ON_ERROR_STOP=1 -f rollback.sql DATABASE
--             and start the previous one. Safe to run twice, and where Epic 10 never was.
-- Duration    Seconds. The previous application can start as soon as "switch" is undone.
-- Keeps       Every old label as it was: INACTIVE apart from CANCELLED, SUB, TEAMING, NULL.
--             Rows the new application wrote have the nearest old label. Objects that were
--             there before Epic 10 stay.

DO $epic10$ BEGIN RAISE NOTICE '% at %', 'Rollback started', clock_timestamp(); END $epic10$;

DO $epic10$
BEGIN
  IF NOT pg_try_advisory_lock(1162889539, 10) THEN
    RAISE EXCEPTION 'Somebody else is migrating this database.' USING HINT = 'Wait, then run this script again.';
  END IF;
END
$epic10$;

SET statement_timeout = 0;
DO $epic10$
BEGIN
  PERFORM set_config(name, value, false) FROM (VALUES
    ('lock_timeout', '5s'),
    ('idle_in_transaction_session_timeout', '0'),
    ('idle_session_timeout', '0'),
    ('transaction_timeout', '0'),
    ('client_connection_check_interval', '500ms'),
    ('row_security', 'off'),
    ('default_transaction_isolation', 'read committed'),
    ('default_transaction_deferrable', 'off'),
    ('client_encoding', 'UTF8'),
    ('datestyle', 'ISO, MDY'),
    ('standard_conforming_strings', 'on'),
    ('quote_all_identifiers', 'off'),
    ('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'))
  ) AS wanted (name, value) WHERE current_setting(name, true) IS NOT NULL;
END
$epic10$;

-- What the role may not do it is told before anything is changed.
DO $epic10$
DECLARE
  findings text;
  remedies text;
BEGIN
  SELECT string_agg(finding, '; '), string_agg(DISTINCT remedy, ' ') INTO findings, remedies FROM (
WITH wanted (kind, name, privilege) AS (VALUES
    ('table', 'ndas', 'SELECT'),
    ('table', 'nda_status_history', 'SELECT'),
    ('table', 'documents', 'SELECT'),
    ('table', 'audit_log', 'SELECT'),
    ('table', 'contacts', 'SELECT'),
    ('table', 'agency_groups', 'SELECT'),
    ('table', 'subagencies', 'SELECT'),
    ('table', 'agency_group_grants', 'SELECT'),
    ('table', 'subagency_grants', 'SELECT'),
    ('type', 'NdaType', 'owner'),
    ('table', 'ndas', 'owner'),
    ('table', 'contacts', 'REFERENCES'),
    ('table', 'contacts', 'UPDATE'),
    ('type', 'NdaStatus_epic10', 'owner'),
    ('table', 'nda_status_history', 'owner'),
    ('type', 'UsMaxPosition_epic10', 'owner'),
    ('function', 'zz_epic10_sync_ndas', 'owner'),
    ('function', 'zz_epic10_sync_nda_status_history', 'owner'),
    ('type', 'NdaStatus', 'owner'),
    ('type', 'NdaStatus_legacy', 'owner'),
    ('type', 'UsMaxPosition', 'owner'),
    ('type', 'UsMaxPosition_legacy', 'owner'),
    ('table', 'django_migrations', 'SELECT'),
    ('table', 'django_migrations', 'INSERT'),
    ('table', 'django_migrations', 'UPDATE'),
    ('table', 'django_migrations', 'DELETE'),
    ('table', 'epic10_created_object', 'SELECT'),
    ('table', 'epic10_created_object', 'INSERT'),
    ('table', 'epic10_created_object', 'UPDATE'),
    ('table', 'epic10_created_object', 'DELETE'),
    ('table', 'epic10_phase_run', 'SELECT'),
    ('table', 'epic10_phase_run', 'INSERT'),
    ('table', 'epic10_phase_run', 'UPDATE'),
    ('table', 'epic10_phase_run', 'DELETE'),
    ('table', 'epic10_row_count', 'SELECT'),
    ('table', 'epic10_row_count', 'INSERT'),
    ('table', 'epic10_row_count', 'UPDATE'),
    ('table', 'epic10_row_count', 'DELETE'),
    ('table', 'epic10_saved_report', 'SELECT'),
    ('table', 'epic10_saved_report', 'INSERT'),
    ('table', 'epic10_saved_report', 'UPDATE'),
    ('table', 'epic10_saved_report', 'DELETE'),
    ('table', 'epic10_snapshot', 'SELECT'),
    ('table', 'epic10_snapshot', 'INSERT'),
    ('table', 'epic10_snapshot', 'UPDATE'),
    ('table', 'epic10_snapshot', 'DELETE'),
    ('table', 'epic10_run_record', 'SELECT'),
    ('table', 'epic10_run_record', 'INSERT'),
    ('table', 'epic10_run_record', 'UPDATE'),
    ('table', 'epic10_run_record', 'DELETE')
), object AS (
  SELECT kind, name, privilege, c.oid, relowner AS owner, relnamespace AS namespace
    FROM wanted JOIN pg_class c ON c.oid = to_regclass(quote_ident(name)) WHERE kind = 'table'
  UNION ALL
  SELECT kind, name, privilege, t.oid, typowner, typnamespace
    FROM wanted JOIN pg_type t ON t.oid = to_regtype(quote_ident(name)) WHERE kind = 'type'
  UNION ALL
  SELECT kind, name, privilege, p.oid, proowner, pronamespace
    FROM wanted JOIN pg_proc p ON p.oid = to_regprocedure(quote_ident(name) || '()') WHERE kind = 'function'
), somebody_elses AS (
  SELECT kind, name, owner FROM object WHERE privilege = 'owner' AND NOT pg_has_role(owner, 'USAGE')
), denied AS (  -- and would be, even as a member of those owners
  SELECT name, string_agg(privilege, ', ' ORDER BY privilege) AS privileges FROM object
   WHERE privilege <> 'owner' AND NOT has_table_privilege(oid, privilege)
     AND NOT EXISTS (SELECT FROM somebody_elses s WHERE has_table_privilege(s.owner, object.oid, privilege))
   GROUP BY name
), out_of_sight AS (
  SELECT name, nspname, has_schema_privilege(n.oid, 'USAGE') AS usable
    FROM wanted JOIN pg_class ON relname = name AND relkind IN ('r', 'p') JOIN pg_namespace n ON n.oid = relnamespace
   WHERE kind = 'table' AND privilege = 'owner' AND nspname !~ '^pg_' AND to_regclass(quote_ident(name)) IS NULL
)
SELECT format('%s %s: owner %s', kind, string_agg(quote_ident(name), ', ' ORDER BY name), owner::regrole) AS finding,
       CASE WHEN pg_has_role(owner, 'MEMBER') THEN format('ALTER ROLE %I SET role = %s;', current_user, owner::regrole)
            ELSE format('GRANT %s TO %I;', owner::regrole, current_user) END AS remedy
  FROM somebody_elses GROUP BY kind, owner
UNION
SELECT format('no %s on %s', privileges, string_agg(quote_ident(name), ', ' ORDER BY name)),
       format('GRANT %s ON %s TO %I;', privileges, string_agg(quote_ident(name), ', ' ORDER BY name), current_user)
  FROM denied GROUP BY privileges
UNION
SELECT format('rows of %s hidden by row security', string_agg(DISTINCT quote_ident(name), ', ')),
       format('ALTER ROLE %I BYPASSRLS;', current_user)
  FROM object WHERE kind = 'table' AND row_security_active(oid) HAVING count(*) > 0
UNION
SELECT format('no CREATE in schema %I', current_schema()),
       format('GRANT CREATE ON SCHEMA %I TO %I;', current_schema(), current_user)
 WHERE NOT has_schema_privilege(current_schema(), 'CREATE')
   AND NOT EXISTS (SELECT FROM somebody_elses WHERE has_schema_privilege(owner, current_schema(), 'CREATE'))
UNION
SELECT format('table %s in schema %I, while search_path puts new objects into %I',
              string_agg(quote_ident(name), ', ' ORDER BY name), nspname, current_schema()),
       format('ALTER ROLE %I SET search_path = %I;', current_user, nspname)
  FROM object JOIN pg_namespace n ON n.oid = namespace AND nspname <> current_schema()
 WHERE kind = 'table' AND privilege = 'owner' GROUP BY nspname
UNION
SELECT format(CASE WHEN usable THEN 'table %s in schema %I, which is not in search_path'
                   ELSE 'table %s in schema %I, with no USAGE on it' END,
              string_agg(quote_ident(name), ', ' ORDER BY name), nspname),
       format(CASE WHEN usable THEN 'ALTER ROLE %2$I SET search_path = %1$I;'
                   ELSE 'GRANT USAGE, CREATE ON SCHEMA %1$I TO %2$I;' END, nspname, current_user)
  FROM out_of_sight GROUP BY nspname, usable
 ORDER BY finding
  ) AS missing;
  IF findings IS NOT NULL THEN
    RAISE EXCEPTION 'The role % may not do what the release does. What stands in its way: %.',
      quote_ident(current_user), findings USING HINT = remedies;
  END IF;
END
$epic10$;

-- Where Epic 10 remembers what it did, so that a rollback drops nothing else.
SET client_min_messages = warning;
CREATE TABLE IF NOT EXISTS epic10_created_object (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT epic10_created_object_kind_name_key UNIQUE (kind, name)
);
CREATE TABLE IF NOT EXISTS epic10_phase_run (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    phase text NOT NULL,
    direction text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    rows bigint NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS epic10_row_count (
    table_name text PRIMARY KEY,
    rows bigint NOT NULL,
    counted_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS epic10_saved_report (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    command text NOT NULL,
    verdict text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    body jsonb NOT NULL
);
CREATE TABLE IF NOT EXISTS epic10_snapshot (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    directory text NOT NULL,
    taken_at timestamptz NOT NULL,
    bytes bigint NOT NULL,
    manifest jsonb NOT NULL,
    verified_at timestamptz
);
CREATE TABLE IF NOT EXISTS epic10_run_record (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    command text NOT NULL,
    verdict text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL UNIQUE,
    body jsonb NOT NULL
);
RESET client_min_messages;

DO $epic10$
DECLARE
  later text;
BEGIN
  IF to_regclass('"django_migrations"') IS NOT NULL THEN
    SELECT string_agg(name, ', ') INTO later FROM django_migrations
     WHERE app = 'ndas' AND name > '0002_epic_10_customer_feedback';
    IF later IS NOT NULL THEN
      RAISE EXCEPTION 'Later migrations of ndas are in place: %.', later
        USING HINT = 'python manage.py migrate ndas 0001_initial';
    END IF;
  END IF;
END
$epic10$;

-- ============================================================
-- switch, undone
-- ============================================================
SELECT true AS go_on \gset
\if :go_on
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'switch backwards began', clock_timestamp(); END $epic10$;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = 'interrupted' WHERE finished_at IS NULL;
INSERT INTO epic10_phase_run (phase, direction) VALUES ('switch', 'backwards');
BEGIN;
DO $epic10$
BEGIN
  FOR attempt IN 1..60 LOOP
    BEGIN
      SET LOCAL lock_timeout = '3s';
      LOCK TABLE "ndas" IN SHARE UPDATE EXCLUSIVE MODE;
      LOCK TABLE "nda_status_history" IN SHARE UPDATE EXCLUSIVE MODE;
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      RAISE NOTICE '%', 'switch waits for its locks on ndas, nda_status_history. Trying again.';
    END;
    PERFORM pg_sleep(least(0.1 * 2 ^ (attempt - 1), 5.0) * (0.5 + random()));
  END LOOP;
  RAISE EXCEPTION '%', 'switch could not get its locks on ndas, nda_status_history.' USING HINT = 'Find who is in the way with SELECT * FROM pg_locks; then run this script again.';
END
$epic10$;
DO $epic10$
BEGIN
  FOR attempt IN 1..60 LOOP
    BEGIN
      SET LOCAL lock_timeout = '100ms';
      LOCK TABLE "ndas" IN ACCESS EXCLUSIVE MODE;
      LOCK TABLE "nda_status_history" IN ACCESS EXCLUSIVE MODE;
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      RAISE NOTICE '%', 'switch waits for its locks on ndas, nda_status_history. Trying again.';
    END;
    PERFORM pg_sleep(least(0.1 * 2 ^ (attempt - 1), 5.0) * (0.5 + random()));
  END LOOP;
  RAISE EXCEPTION '%', 'switch could not get its locks on ndas, nda_status_history.' USING HINT = 'Find who is in the way with SELECT * FROM pg_locks; then run this script again.';
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"') AND attname = 'status_legacy' AND NOT attisdropped) THEN
  ALTER TABLE "nda_status_history" RENAME COLUMN "status" TO "status_epic10";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"nda_status_history"') AND contype = 'n' AND conname = 'nda_status_history_status_not_null') THEN
    ALTER TABLE "nda_status_history" RENAME CONSTRAINT "nda_status_history_status_not_null" TO "nda_status_history_status_epic10_not_null";
  END IF;
  ALTER TABLE "nda_status_history" RENAME COLUMN "status_legacy" TO "status";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"nda_status_history"') AND contype = 'n' AND conname = 'nda_status_history_status_legacy_not_null') THEN
    ALTER TABLE "nda_status_history" RENAME CONSTRAINT "nda_status_history_status_legacy_not_null" TO "nda_status_history_status_not_null";
  END IF;
  CREATE OR REPLACE FUNCTION zz_epic10_sync_nda_status_history() RETURNS trigger AS $$
BEGIN
NEW.status_epic10 := CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END;
RETURN NEW;
END $$ LANGUAGE plpgsql;
DROP TRIGGER IF EXISTS zz_epic10_sync_nda_status_history_insert ON "nda_status_history";
DROP TRIGGER IF EXISTS zz_epic10_sync_nda_status_history_update ON "nda_status_history";
CREATE TRIGGER zz_epic10_sync_nda_status_history_insert BEFORE INSERT ON "nda_status_history" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_nda_status_history();
CREATE TRIGGER zz_epic10_sync_nda_status_history_update BEFORE UPDATE ON "nda_status_history" FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION zz_epic10_sync_nda_status_history();
COMMENT ON FUNCTION zz_epic10_sync_nda_status_history() IS 'Epic 10: keeps old and new columns in step. 8bde6cda0e1ab37fcb71d8861763d9b7acdfb418';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"') AND attname = 'status_legacy' AND NOT attisdropped) THEN
  ALTER INDEX IF EXISTS "ndas_status_idx" RENAME TO "ndas_status_epic10_idx";
  ALTER INDEX IF EXISTS "ndas_status_legacy_idx" RENAME TO "ndas_status_idx";
  ALTER TABLE "ndas" RENAME COLUMN "status" TO "status_epic10";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"') AND contype = 'n' AND conname = 'ndas_status_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_status_not_null" TO "ndas_status_epic10_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "status_legacy" TO "status";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"') AND contype = 'n' AND conname = 'ndas_status_legacy_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_status_legacy_not_null" TO "ndas_status_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "usmax_position" TO "usmax_position_epic10";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"') AND contype = 'n' AND conname = 'ndas_usmax_position_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_usmax_position_not_null" TO "ndas_usmax_position_epic10_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "usmax_position_legacy" TO "usmax_position";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"') AND contype = 'n' AND conname = 'ndas_usmax_position_legacy_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_usmax_position_legacy_not_null" TO "ndas_usmax_position_not_null";
  END IF;
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas() RETURNS trigger AS $$
BEGIN
NEW.status_epic10 := CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END;
NEW.usmax_position_epic10 := coalesce(CASE NEW.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE NEW.usmax_position::text END, 'PRIME');
IF NEW.expiration_date IS NULL OR (TG_OP = 'UPDATE' AND NEW.expiration_date = CASE WHEN OLD.fully_executed_date >= '0001-01-01' AND OLD.fully_executed_date < '9999-01-01' THEN OLD.fully_executed_date + interval '1 year' END) THEN
  NEW.expiration_date := CASE WHEN NEW.fully_executed_date >= '0001-01-01' AND NEW.fully_executed_date < '9999-01-01' THEN NEW.fully_executed_date + interval '1 year' END;
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
DROP TRIGGER IF EXISTS zz_epic10_sync_ndas_insert ON "ndas";
DROP TRIGGER IF EXISTS zz_epic10_sync_ndas_update ON "ndas";
CREATE TRIGGER zz_epic10_sync_ndas_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas();
CREATE TRIGGER zz_epic10_sync_ndas_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.usmax_position IS DISTINCT FROM NEW.usmax_position OR OLD.fully_executed_date IS DISTINCT FROM NEW.fully_executed_date) EXECUTE FUNCTION zz_epic10_sync_ndas();
COMMENT ON FUNCTION zz_epic10_sync_ndas() IS 'Epic 10: keeps old and new columns in step. 7b83411b30b802d8c499b38329071cc323c3e0bd';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF to_regtype('"UsMaxPosition_legacy"') IS NOT NULL THEN
  ALTER TYPE "UsMaxPosition" RENAME TO "UsMaxPosition_epic10";
  ALTER TYPE "UsMaxPosition_legacy" RENAME TO "UsMaxPosition";
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF to_regtype('"NdaStatus_legacy"') IS NOT NULL THEN
  ALTER TYPE "NdaStatus" RENAME TO "NdaStatus_epic10";
  ALTER TYPE "NdaStatus_legacy" RENAME TO "NdaStatus";
  END IF;
END
$epic10$;
COMMIT;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = ''
 WHERE phase = 'switch' AND direction = 'backwards' AND finished_at IS NULL;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'switch backwards done', clock_timestamp(); END $epic10$;
\endif

-- ============================================================
-- enforce, undone
-- ============================================================
SELECT true AS go_on \gset
\if :go_on
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'enforce backwards began', clock_timestamp(); END $epic10$;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = 'interrupted' WHERE finished_at IS NULL;
INSERT INTO epic10_phase_run (phase, direction) VALUES ('enforce', 'backwards');
BEGIN;
DO $epic10$
BEGIN
  FOR attempt IN 1..60 LOOP
    BEGIN
      SET LOCAL lock_timeout = '3s';
      LOCK TABLE "ndas" IN SHARE UPDATE EXCLUSIVE MODE;
      LOCK TABLE "nda_status_history" IN SHARE UPDATE EXCLUSIVE MODE;
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      RAISE NOTICE '%', 'enforce waits for its locks on ndas, nda_status_history. Trying again.';
    END;
    PERFORM pg_sleep(least(0.1 * 2 ^ (attempt - 1), 5.0) * (0.5 + random()));
  END LOOP;
  RAISE EXCEPTION '%', 'enforce could not get its locks on ndas, nda_status_history.' USING HINT = 'Find who is in the way with SELECT * FROM pg_locks; then run this script again.';
END
$epic10$;
DO $epic10$
BEGIN
  FOR attempt IN 1..60 LOOP
    BEGIN
      SET LOCAL lock_timeout = '100ms';
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      RAISE NOTICE '%', 'enforce waits for its locks on ndas, nda_status_history. Trying again.';
    END;
    PERFORM pg_sleep(least(0.1 * 2 ^ (attempt - 1), 5.0) * (0.5 + random()));
  END LOOP;
  RAISE EXCEPTION '%', 'enforce could not get its locks on ndas, nda_status_history.' USING HINT = 'Find who is in the way with SELECT * FROM pg_locks; then run this script again.';
END
$epic10$;
COMMIT;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = ''
 WHERE phase = 'enforce' AND direction = 'backwards' AND finished_at IS NULL;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'enforce backwards done', clock_timestamp(); END $epic10$;
\endif

-- ============================================================
-- index, undone
-- ============================================================
SELECT true AS go_on \gset
\if :go_on
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'index backwards began', clock_timestamp(); END $epic10$;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = 'interrupted' WHERE finished_at IS NULL;
INSERT INTO epic10_phase_run (phase, direction) VALUES ('index', 'backwards');
SELECT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'ndas_status_epic10_idx') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
DROP INDEX CONCURRENTLY IF EXISTS "ndas_status_epic10_idx";
SET lock_timeout = '5s';
\endif
DELETE FROM epic10_created_object WHERE kind = 'index' AND name = 'ndas_status_epic10_idx';
SELECT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'idx_ndas_expiration_date') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
DROP INDEX CONCURRENTLY IF EXISTS "idx_ndas_expiration_date";
SET lock_timeout = '5s';
\endif
DELETE FROM epic10_created_object WHERE kind = 'index' AND name = 'idx_ndas_expiration_date';
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = ''
 WHERE phase = 'index' AND direction = 'backwards' AND finished_at IS NULL;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'index backwards done', clock_timestamp(); END $epic10$;
\endif

-- ============================================================
-- backfill, undone
-- ============================================================
SELECT true AS go_on \gset
\if :go_on
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'backfill backwards began', clock_timestamp(); END $epic10$;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = 'interrupted' WHERE finished_at IS NULL;
INSERT INTO epic10_phase_run (phase, direction) VALUES ('backfill', 'backwards');
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = ''
 WHERE phase = 'backfill' AND direction = 'backwards' AND finished_at IS NULL;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'backfill backwards done', clock_timestamp(); END $epic10$;
\endif

-- ============================================================
-- expand, undone
-- ============================================================
SELECT true AS go_on \gset
\if :go_on
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'expand backwards began', clock_timestamp(); END $epic10$;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = 'interrupted' WHERE finished_at IS NULL;
INSERT INTO epic10_phase_run (phase, direction) VALUES ('expand', 'backwards');
BEGIN;
DO $epic10$
BEGIN
  FOR attempt IN 1..60 LOOP
    BEGIN
      SET LOCAL lock_timeout = '3s';
      LOCK TABLE "contacts" IN SHARE UPDATE EXCLUSIVE MODE;
      LOCK TABLE "ndas" IN SHARE UPDATE EXCLUSIVE MODE;
      LOCK TABLE "nda_status_history" IN SHARE UPDATE EXCLUSIVE MODE;
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      RAISE NOTICE '%', 'expand waits for its locks on contacts, ndas, nda_status_history. Trying again.';
    END;
    PERFORM pg_sleep(least(0.1 * 2 ^ (attempt - 1), 5.0) * (0.5 + random()));
  END LOOP;
  RAISE EXCEPTION '%', 'expand could not get its locks on contacts, ndas, nda_status_history.' USING HINT = 'Find who is in the way with SELECT * FROM pg_locks; then run this script again.';
END
$epic10$;
DO $epic10$
BEGIN
  FOR attempt IN 1..60 LOOP
    BEGIN
      SET LOCAL lock_timeout = '100ms';
      LOCK TABLE "contacts" IN SHARE ROW EXCLUSIVE MODE;
      LOCK TABLE "ndas" IN ACCESS EXCLUSIVE MODE;
      LOCK TABLE "nda_status_history" IN ACCESS EXCLUSIVE MODE;
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      RAISE NOTICE '%', 'expand waits for its locks on contacts, ndas, nda_status_history. Trying again.';
    END;
    PERFORM pg_sleep(least(0.1 * 2 ^ (attempt - 1), 5.0) * (0.5 + random()));
  END LOOP;
  RAISE EXCEPTION '%', 'expand could not get its locks on contacts, ndas, nda_status_history.' USING HINT = 'Find who is in the way with SELECT * FROM pg_locks; then run this script again.';
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_sync_nda_status_history') THEN
    DROP FUNCTION IF EXISTS zz_epic10_sync_nda_status_history() CASCADE;
    DELETE FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_sync_nda_status_history';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_sync_ndas') THEN
    DROP FUNCTION IF EXISTS zz_epic10_sync_ndas() CASCADE;
    DELETE FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_sync_ndas';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.usmax_position_epic10') THEN
    ALTER TABLE "ndas" DROP COLUMN IF EXISTS "usmax_position_epic10";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.usmax_position_epic10';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'UsMaxPosition_epic10') THEN
    DROP TYPE IF EXISTS "UsMaxPosition_epic10";
    DELETE FROM epic10_created_object WHERE kind = 'type' AND name = 'UsMaxPosition_epic10';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'nda_status_history.status_epic10') THEN
    ALTER TABLE "nda_status_history" DROP COLUMN IF EXISTS "status_epic10";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'nda_status_history.status_epic10';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.status_epic10') THEN
    ALTER TABLE "ndas" DROP COLUMN IF EXISTS "status_epic10";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.status_epic10';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'NdaStatus_epic10') THEN
    DROP TYPE IF EXISTS "NdaStatus_epic10";
    DELETE FROM epic10_created_object WHERE kind = 'type' AND name = 'NdaStatus_epic10';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'constraint' AND name = 'ndas.ndas_approved_by_id_fkey') THEN
    ALTER TABLE "ndas" DROP CONSTRAINT IF EXISTS "ndas_approved_by_id_fkey";
    DELETE FROM epic10_created_object WHERE kind = 'constraint' AND name = 'ndas.ndas_approved_by_id_fkey';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.rejection_reason') THEN
    ALTER TABLE "ndas" DROP COLUMN IF EXISTS "rejection_reason";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.rejection_reason';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_at') THEN
    ALTER TABLE "ndas" DROP COLUMN IF EXISTS "approved_at";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_at';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id') THEN
    ALTER TABLE "ndas" DROP COLUMN IF EXISTS "approved_by_id";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date') THEN
    ALTER TABLE "ndas" DROP COLUMN IF EXISTS "expiration_date";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax') THEN
    ALTER TABLE "ndas" DROP COLUMN IF EXISTS "is_non_usmax";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type') THEN
    ALTER TABLE "ndas" DROP COLUMN IF EXISTS "nda_type";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'NdaType') THEN
    DROP TYPE IF EXISTS "NdaType";
    DELETE FROM epic10_created_object WHERE kind = 'type' AND name = 'NdaType';
  END IF;
END
$epic10$;
COMMIT;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = ''
 WHERE phase = 'expand' AND direction = 'backwards' AND finished_at IS NULL;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'expand backwards done', clock_timestamp(); END $epic10$;
\endif

DO $epic10$
BEGIN
  IF to_regclass('"django_migrations"') IS NOT NULL THEN
    DELETE FROM django_migrations WHERE app = 'ndas' AND name = '0002_epic_10_customer_feedback';
  END IF;
END
$epic10$;

DO $epic10$ BEGIN PERFORM pg_advisory_unlock(1162889539, 10); END $epic10$;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'Rollback completed', clock_timestamp(); END $epic10$;
