-- Epic 10, customer feedback: every schema and data change. Stories 10.1 to 10.6.
--
-- Written from ndas/migrations/0002_epic_10_customer_feedback.py by
--   python manage.py epic10_scripts
-- Do not edit it: change the migration and write it again.
--
-- Purpose     New labels for NDA status and USmax position; NDA type, expiration date,
--             approval fields and non-USmax flag; on a database in use.
-- Run         psql -X -v ON_ERROR_STOP=1 -f migration.sql DATABASE
--             as the owner of the tables, on the primary, directly or through a pooler that
--             keeps sessions together (pool_mode = session). Not with --single-transaction:
--             indexes are built CONCURRENTLY and batches commit one by one. None of it is
--             visible until the last phase commits, which is one transaction.
--             References to rows that do not exist stop it before the first change; with
--             -v orphans=set-null they read NULL, and are listed in epic10_orphan.
-- Standbys    The backfill waits while one is more than 64 MB behind; for another limit, or 0
--             for none: PGOPTIONS='-c epic10.max_lag=...' (MB).
-- Twice       Safe: what is done is skipped. It goes on where an earlier run of it, or of
--             "manage.py migrate ndas", stopped.
-- Duration    About 1 s for 10,000 NDAs with their histories (measured at 50,000). No lock
--             that blocks anybody is held for longer than some milliseconds.
-- Validation  Before: PostgreSQL 15 or newer, every label in use has a mapping, the names of
--             the new objects are free; checked below, before the first change.
--             After: checked at the end, and by verify.sql and "manage.py epic10_validate".
-- Rollback    rollback.sql brings back exactly the schema before, and every row's old labels.

-- Whatever a .psqlrc says.
\set AUTOCOMMIT on
\set ON_ERROR_ROLLBACK off
\set ON_ERROR_STOP on

DO $epic10$
DECLARE
  wanted record;
  broken text;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('the server is PostgreSQL 15 or newer',
     'Upgrade the server first.',
     true,
$check$SELECT pg_catalog.format('PostgreSQL %s', pg_catalog.current_setting('server_version'))
 WHERE pg_catalog.current_setting('server_version_num')::int < 150000$check$),
    ('the server takes writes',
     'Connect to its primary.',
     true,
$check$SELECT 'it is in recovery, as a standby is' WHERE pg_is_in_recovery()$check$),
    ('sessions may write unless they say otherwise',
     'ALTER DATABASE ... SET default_transaction_read_only = off; or of the role, or of the server, whichever set it.',
     true,
$check$SELECT pg_catalog.format('default_transaction_read_only is on, by %s', source)
  FROM pg_settings WHERE name = 'default_transaction_read_only' AND setting = 'on' AND NOT pg_is_in_recovery()$check$)
  ) AS checks (title, hint, only_if, query) WHERE only_if LOOP
    EXECUTE 'SELECT pg_catalog.string_agg(finding, ''; '') FROM (' || wanted.query || ') AS findings (finding)'
        INTO broken;
    IF broken IS NOT NULL THEN
      RAISE EXCEPTION 'Expected that %; found: %.', wanted.title, broken USING HINT = wanted.hint;
    END IF;
  END LOOP;
END
$epic10$;

DO $epic10$ BEGIN RAISE NOTICE '% at %', 'Migration started', clock_timestamp(); END $epic10$;

-- After epic10_finalize there is no way back, and nothing left to do.
DO $epic10$
BEGIN
  IF to_regclass('"epic10_finalization"')::oid IS NOT NULL THEN
    RAISE EXCEPTION 'Epic 10 is finalized in this database.' USING HINT = 'python manage.py epic10_validate';
  END IF;
END
$epic10$;

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
  PERFORM pg_catalog.set_config(name, value, false) FROM (VALUES
    ('lock_timeout', '5s'),
    ('idle_in_transaction_session_timeout', '0'),
    ('idle_session_timeout', '0'),
    ('transaction_timeout', '0'),
    ('client_connection_check_interval', '500ms'),
    ('row_security', 'off'),
    ('jit', 'off'),
    ('default_transaction_isolation', 'read committed'),
    ('default_transaction_deferrable', 'off'),
    ('client_encoding', 'UTF8'),
    ('datestyle', 'ISO, MDY'),
    ('timezone', 'UTC'),
    ('standard_conforming_strings', 'on'),
    ('quote_all_identifiers', 'off'),
    ('synchronous_commit', coalesce(nullif(pg_catalog.current_setting('synchronous_commit'), 'off'), 'on'))
  ) AS wanted (name, value) WHERE pg_catalog.current_setting(name, true) IS NOT NULL;
END
$epic10$;
DO $epic10$
BEGIN
  PERFORM pg_catalog.set_config('search_path', pg_catalog.string_agg(part, ',' ORDER BY number), false)
  FROM pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog.current_setting('search_path'), ','))
    WITH ORDINALITY AS path (part, number)
 WHERE pg_catalog.btrim(part, ' "') <> ALL (ARRAY['epic9', 'epic9_qualified', 'epic10', 'epic10_qualified']::text[])
HAVING count(*) > 0;
  IF NOT FOUND THEN
    RAISE EXCEPTION '%', 'search_path of this session names views, and not the tables of the register.' USING HINT = 'Put the schema of the tables behind it: ALTER ROLE ... SET search_path = ..., public; or leave it out of the address of the database.';
  END IF;
END
$epic10$;

-- Missing privileges are reported before anything is changed.
DO $epic10$
DECLARE
  findings text;
  remedies text;
BEGIN
  SELECT pg_catalog.string_agg(finding, '; '), pg_catalog.string_agg(DISTINCT remedy, ' ')
      INTO findings, remedies FROM (
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
    ('schema', 'epic9', 'owner'),
    ('schema', 'epic9_qualified', 'owner'),
    ('schema', 'epic10', 'owner'),
    ('type', 'epic10.UsMaxPosition', 'owner'),
    ('type of column', 'ndas', 'usmax_position'),
    ('table', 'ndas', 'owner'),
    ('type', 'NdaType', 'owner'),
    ('type', 'epic10.NdaType', 'owner'),
    ('type of column', 'ndas', 'nda_type'),
    ('type', 'epic10.NdaStatus', 'owner'),
    ('type of column', 'ndas', 'status'),
    ('type of column', 'nda_status_history', 'status'),
    ('table', 'nda_status_history', 'owner'),
    ('table', 'contacts', 'REFERENCES'),
    ('table', 'contacts', 'UPDATE'),
    ('function', 'zz_epic10_sync_ndas', 'owner'),
    ('function', 'zz_epic10_sync_nda_status_history', 'owner'),
    ('function', 'zz_epic10_sync_ndas_nda_type', 'owner'),
    ('function', 'zz_epic10_sync_ndas_expiration_date', 'owner'),
    ('function', 'zz_epic10_sync_ndas_is_non_usmax', 'owner'),
    ('function', 'zz_epic10_sync_ndas_approved_by_id', 'owner'),
    ('function', 'zz_epic10_backfill_ndas', 'owner'),
    ('function', 'zz_epic10_backfill_nda_status_history', 'owner'),
    ('function', 'zz_epic10_park_ndas', 'owner'),
    ('function', 'zz_epic10_park_nda_status_history', 'owner'),
    ('triggers of column', 'ndas', 'status'),
    ('triggers of column', 'ndas', 'usmax_position'),
    ('triggers of column', 'nda_status_history', 'status'),
    ('schema', 'epic10_qualified', 'owner'),
    ('type', 'UsMaxPosition', 'owner'),
    ('type', 'UsMaxPosition_legacy', 'owner'),
    ('type', 'NdaType_legacy', 'owner'),
    ('type', 'NdaStatus', 'owner'),
    ('type', 'NdaStatus_legacy', 'owner'),
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
    ('table', 'epic10_run_record', 'DELETE'),
    ('table', 'epic10_rollback', 'SELECT'),
    ('table', 'epic10_rollback', 'INSERT'),
    ('table', 'epic10_rollback', 'UPDATE'),
    ('table', 'epic10_rollback', 'DELETE'),
    ('table', 'epic10_archive', 'SELECT'),
    ('table', 'epic10_archive', 'INSERT'),
    ('table', 'epic10_archive', 'UPDATE'),
    ('table', 'epic10_archive', 'DELETE'),
    ('table', 'epic10_orphan', 'SELECT'),
    ('table', 'epic10_orphan', 'INSERT'),
    ('table', 'epic10_orphan', 'UPDATE'),
    ('table', 'epic10_orphan', 'DELETE'),
    ('table', 'epic10_original', 'SELECT'),
    ('table', 'epic10_original', 'INSERT'),
    ('table', 'epic10_original', 'UPDATE'),
    ('table', 'epic10_original', 'DELETE'),
    ('function', 'epic10_append_only', 'owner')
), object AS (
  SELECT kind, name, privilege, c.oid, relowner AS owner, relnamespace AS namespace
    FROM wanted JOIN pg_class c ON c.oid = to_regclass(pg_catalog.quote_ident(name))::oid WHERE kind = 'table'
  UNION ALL
  SELECT kind, name, privilege, t.oid, typowner, typnamespace
    FROM wanted JOIN pg_type t ON t.oid = coalesce((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace
           WHERE nspname = 'epic10' AND 'epic10.' || typname::text = name),
         to_regtype(pg_catalog.quote_ident(name))::oid) WHERE kind = 'type'
  UNION ALL
  SELECT kind, name, privilege, p.oid, proowner, pronamespace
    FROM wanted JOIN pg_proc p ON p.oid = to_regprocedure(pg_catalog.quote_ident(name) || '()')::oid
        WHERE kind = 'function'
), somebody_elses AS (
  SELECT kind, name, owner FROM object WHERE privilege = 'owner' AND NOT pg_catalog.pg_has_role(owner, 'USAGE')
), denied AS (  -- and would be, even as a member of those owners
  SELECT name, pg_catalog.string_agg(privilege, ', ' ORDER BY privilege) AS privileges FROM object
   WHERE privilege <> 'owner' AND NOT pg_catalog.has_table_privilege(oid, privilege)
     AND NOT EXISTS (SELECT FROM somebody_elses s WHERE pg_catalog.has_table_privilege(s.owner, object.oid, privilege))
   GROUP BY name
), out_of_sight AS (
  SELECT name, nspname, pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS usable
    FROM wanted JOIN pg_class ON relname = name AND relkind IN ('r', 'p') JOIN pg_namespace n ON n.oid = relnamespace
   WHERE kind = 'table' AND privilege = 'owner' AND NOT pg_catalog.starts_with(nspname, 'pg_')
       AND to_regclass(pg_catalog.quote_ident(name)) IS NULL
), called AS (  -- by triggers UPDATE OF a column that changes places: they are made anew
  SELECT DISTINCT tgfoid AS oid, pronamespace, tgname
    FROM wanted JOIN pg_trigger ON tgrelid = to_regclass(pg_catalog.quote_ident(name))::oid AND NOT tgisinternal
    JOIN pg_attribute ON attrelid = tgrelid AND attnum = ANY (tgattr) AND attname::text = privilege
    JOIN pg_proc p ON p.oid = tgfoid
   WHERE kind = 'triggers of column'
)
SELECT pg_catalog.format('%s %s: owner %s', kind, pg_catalog.string_agg(pg_catalog.quote_ident(name), ', '
    ORDER BY name), owner::regrole) AS finding,
       CASE WHEN pg_catalog.pg_has_role(owner, 'MEMBER')
           THEN pg_catalog.format('ALTER ROLE %I SET role = %s;', current_user, owner::regrole)
            ELSE pg_catalog.format('GRANT %s TO %I;', owner::regrole, current_user) END AS remedy
  FROM somebody_elses GROUP BY kind, owner
UNION
SELECT pg_catalog.format('no %s on %s', privileges, pg_catalog.string_agg(pg_catalog.quote_ident(name), ', '
    ORDER BY name)),
       pg_catalog.format('GRANT %s ON %s TO %I;', privileges,
           pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name), current_user)
  FROM denied GROUP BY privileges
UNION
SELECT pg_catalog.format('no EXECUTE on function %s of trigger %s', oid::regprocedure,
           pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)),
       pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %I;', oid::regprocedure, current_user)
  FROM called WHERE NOT pg_catalog.has_function_privilege(oid, 'EXECUTE')
   AND NOT EXISTS (SELECT FROM somebody_elses s WHERE pg_catalog.has_function_privilege(s.owner, called.oid, 'EXECUTE'))
 GROUP BY oid
UNION
SELECT pg_catalog.format('no USAGE on schema %s, of the function of trigger %s', pronamespace::regnamespace,
           pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)),
       pg_catalog.format('GRANT USAGE ON SCHEMA %s TO %I;', pronamespace::regnamespace, current_user)
  FROM called WHERE NOT pg_catalog.has_schema_privilege(pronamespace, 'USAGE')
   AND NOT EXISTS (SELECT FROM somebody_elses s WHERE pg_catalog.has_schema_privilege(s.owner, pronamespace, 'USAGE'))
 GROUP BY pronamespace
UNION
SELECT pg_catalog.format('rows of %s hidden by row security', pg_catalog.string_agg(DISTINCT
    pg_catalog.quote_ident(name), ', ')),
       pg_catalog.format('ALTER ROLE %I BYPASSRLS;', current_user)
  FROM object WHERE kind = 'table' AND row_security_active(oid) HAVING count(*) > 0
UNION
SELECT pg_catalog.format('no CREATE in schema %I', current_schema()),
       pg_catalog.format('GRANT CREATE ON SCHEMA %I TO %I;', current_schema(), current_user)
 WHERE NOT pg_catalog.has_schema_privilege(current_schema(), 'CREATE')
   AND NOT EXISTS (SELECT FROM somebody_elses WHERE pg_catalog.has_schema_privilege(owner, current_schema(), 'CREATE'))
UNION
SELECT pg_catalog.format('no CREATE in schema %s of type %s', namespace::regnamespace,
           pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name)),
       pg_catalog.format('GRANT CREATE ON SCHEMA %s TO %I;', namespace::regnamespace, current_user)
  FROM object WHERE kind = 'type' AND privilege = 'owner'
   AND namespace <> (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
   AND NOT pg_catalog.has_schema_privilege(namespace, 'CREATE')
   AND NOT EXISTS (SELECT FROM somebody_elses s WHERE pg_catalog.has_schema_privilege(s.owner, namespace, 'CREATE'))
 GROUP BY namespace
UNION
SELECT pg_catalog.format('no CREATE on database %I, for schema %s', pg_catalog.current_database(),
           pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name)),
       pg_catalog.format('GRANT CREATE ON DATABASE %I TO %I;', pg_catalog.current_database(), current_user)
  FROM wanted WHERE kind = 'schema' AND to_regnamespace(pg_catalog.quote_ident(name)) IS NULL
   AND NOT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
   AND NOT EXISTS (SELECT FROM somebody_elses s
                    WHERE pg_catalog.has_database_privilege(s.owner, pg_catalog.current_database(), 'CREATE'))
HAVING count(*) > 0
UNION
SELECT pg_catalog.format('type %I of %s in schema %s, where search_path does not find it', typname,
           pg_catalog.string_agg(pg_catalog.format('%s.%I', name, privilege), ', ' ORDER BY name, privilege),
           typnamespace::regnamespace),
       CASE WHEN to_regtype(pg_catalog.quote_ident(typname)) IS NULL
           THEN pg_catalog.format('ALTER ROLE %I SET search_path = %s, %s;', current_user,
                    pg_catalog.current_setting('search_path'), typnamespace::regnamespace)
           ELSE pg_catalog.format('ALTER TYPE %I RENAME TO %I;', typname, typname::text || '_before_epic10') END
  FROM wanted JOIN pg_attribute ON attrelid = to_regclass(pg_catalog.quote_ident(name))::oid
   AND attname::text = privilege
  JOIN pg_type t ON t.oid = atttypid AND typtype = 'e'
 WHERE kind = 'type of column' AND NOT pg_catalog.pg_type_is_visible(t.oid) GROUP BY typname, typnamespace
UNION
SELECT pg_catalog.format('table %s in schema %I, while search_path puts new objects into %I',
              pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name), nspname, current_schema()),
       pg_catalog.format('ALTER ROLE %I SET search_path = %I;', current_user, nspname)
  FROM object JOIN pg_namespace n ON n.oid = namespace AND nspname <> current_schema()
 WHERE kind = 'table' AND privilege = 'owner' GROUP BY nspname
UNION
SELECT pg_catalog.format(CASE WHEN usable THEN 'table %s in schema %I, which is not in search_path'
                   ELSE 'table %s in schema %I, with no USAGE on it' END,
              pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name), nspname),
       pg_catalog.format(CASE WHEN usable THEN 'ALTER ROLE %2$I SET search_path = %1$I;'
                   ELSE 'GRANT USAGE, CREATE ON SCHEMA %1$I TO %2$I;' END, nspname, current_user)
  FROM out_of_sight GROUP BY nspname, usable
 ORDER BY finding
  ) AS missing;
  IF findings IS NOT NULL THEN
    RAISE EXCEPTION 'The role % may not do what the release does. What stands in its way: %.',
      pg_catalog.concat('"', pg_catalog.replace(current_user, '"', '""'), '"'), findings USING HINT = remedies;
  END IF;
END
$epic10$;

-- The ledger records what Epic 10 did, so that a rollback drops nothing else.
SET client_min_messages = warning;
CREATE TABLE IF NOT EXISTS "epic10_created_object" (
    "id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    "kind" text NOT NULL,
    "name" text NOT NULL,
    "created_at" timestamp with time zone DEFAULT (now()) NOT NULL,
    CONSTRAINT "epic10_created_object_kind_name_key" UNIQUE ("kind", "name")
);
CREATE TABLE IF NOT EXISTS "epic10_phase_run" (
    "id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    "phase" text NOT NULL,
    "direction" text NOT NULL,
    "started_at" timestamp with time zone DEFAULT (clock_timestamp()) NOT NULL,
    "finished_at" timestamp with time zone NULL,
    "rows" bigint DEFAULT 0 NOT NULL,
    "error" text DEFAULT '' NOT NULL
);
CREATE TABLE IF NOT EXISTS "epic10_row_count" (
    "table_name" text NOT NULL PRIMARY KEY,
    "rows" bigint NOT NULL,
    "counted_at" timestamp with time zone DEFAULT (now()) NOT NULL
);
CREATE TABLE IF NOT EXISTS "epic10_saved_report" (
    "id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    "command" text NOT NULL,
    "verdict" text NOT NULL,
    "made_at" timestamp with time zone DEFAULT (now()) NOT NULL,
    "body" jsonb NOT NULL
);
CREATE TABLE IF NOT EXISTS "epic10_snapshot" (
    "id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    "name" text NOT NULL UNIQUE,
    "directory" text NOT NULL,
    "taken_at" timestamp with time zone NOT NULL,
    "bytes" bigint NOT NULL,
    "manifest" jsonb NOT NULL,
    "verified_at" timestamp with time zone NULL
);
CREATE TABLE IF NOT EXISTS "epic10_run_record" (
    "id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    "command" text NOT NULL,
    "verdict" text NOT NULL,
    "started_at" timestamp with time zone NOT NULL,
    "finished_at" timestamp with time zone NOT NULL,
    "previous" text NOT NULL,
    "hash" text NOT NULL UNIQUE,
    "body" jsonb NOT NULL
);
CREATE TABLE IF NOT EXISTS epic10_run_record_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    number bigint NOT NULL,
    hash text NOT NULL,
    run text NOT NULL
);
CREATE TABLE IF NOT EXISTS "epic10_rollback" (
    "id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    "began_at" timestamp with time zone DEFAULT (clock_timestamp()) NOT NULL,
    "parked_at" timestamp with time zone NULL
);
CREATE TABLE IF NOT EXISTS "epic10_archive" (
    "id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    "rollback_id" bigint NOT NULL,
    "table_name" text NOT NULL,
    "row_id" text NOT NULL,
    "event" text NOT NULL,
    "content" jsonb NOT NULL,
    "found" jsonb NULL,
    "fingerprint" bigint NOT NULL,
    "at" timestamp with time zone DEFAULT (clock_timestamp()) NOT NULL,
    CONSTRAINT "epic10_archive_once" UNIQUE ("rollback_id", "table_name", "row_id", "event")
);
CREATE TABLE IF NOT EXISTS "epic10_orphan" (
    "id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    "table_name" text NOT NULL,
    "column_name" text NOT NULL,
    "row_id" text NOT NULL,
    "value" text NOT NULL,
    "found_at" timestamp with time zone DEFAULT (now()) NOT NULL,
    CONSTRAINT "epic10_orphan_once" UNIQUE ("table_name", "column_name", "row_id", "value")
);
CREATE TABLE IF NOT EXISTS "epic10_original" (
    "id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    "table_name" text NOT NULL,
    "row_id" text NOT NULL,
    "labels" jsonb NOT NULL,
    "at" timestamp with time zone DEFAULT (now()) NOT NULL,
    CONSTRAINT "epic10_original_once" UNIQUE ("table_name", "row_id", "labels")
);
DO $epic10$
BEGIN
  CREATE OR REPLACE FUNCTION epic10_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only.', TG_TABLE_NAME
    USING HINT = 'What it holds is somebody''s work: nothing in it is changed or deleted.';
END $$;
  REVOKE ALL ON FUNCTION epic10_append_only() FROM PUBLIC;
END
$epic10$;
CREATE OR REPLACE TRIGGER epic10_rollback_append_only
    BEFORE DELETE OR TRUNCATE ON epic10_rollback
    FOR EACH STATEMENT EXECUTE FUNCTION epic10_append_only();
CREATE OR REPLACE TRIGGER epic10_archive_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON epic10_archive
    FOR EACH STATEMENT EXECUTE FUNCTION epic10_append_only();
CREATE OR REPLACE TRIGGER epic10_orphan_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON epic10_orphan
    FOR EACH STATEMENT EXECUTE FUNCTION epic10_append_only();
CREATE OR REPLACE TRIGGER epic10_original_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON epic10_original
    FOR EACH STATEMENT EXECUTE FUNCTION epic10_append_only();
CREATE OR REPLACE TRIGGER epic10_run_record_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON epic10_run_record
    FOR EACH STATEMENT EXECUTE FUNCTION epic10_append_only();
CREATE INDEX IF NOT EXISTS "epic10_archive_row" ON "epic10_archive" ("table_name", "row_id", "id");
RESET client_min_messages;

\if :{?orphans}
SELECT pg_catalog.set_config('epic10.orphans', :'orphans', false) AS orphans \gset
\endif

-- ============================================================
-- expand: Add everything the new code needs; break nothing the old code uses.
-- ============================================================
SELECT NOT ((to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL))) AS go_on \gset
\if :go_on
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'expand forwards began', clock_timestamp(); END $epic10$;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = 'interrupted' WHERE finished_at IS NULL;
INSERT INTO epic10_phase_run (phase, direction) VALUES ('expand', 'forwards');
DO $epic10$
DECLARE
  wanted record;
  broken text;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('the server is PostgreSQL 15 or newer',
     'Upgrade the server first.',
     true,
$check$SELECT pg_catalog.format('PostgreSQL %s', pg_catalog.current_setting('server_version'))
 WHERE pg_catalog.current_setting('server_version_num')::int < 150000$check$),
    ('the server takes writes',
     'Connect to its primary.',
     true,
$check$SELECT 'it is in recovery, as a standby is' WHERE pg_is_in_recovery()$check$),
    ('sessions may write unless they say otherwise',
     'ALTER DATABASE ... SET default_transaction_read_only = off; or of the role, or of the server, whichever set it.',
     true,
$check$SELECT pg_catalog.format('default_transaction_read_only is on, by %s', source)
  FROM pg_settings WHERE name = 'default_transaction_read_only' AND setting = 'on' AND NOT pg_is_in_recovery()$check$)
  ) AS checks (title, hint, only_if, query) WHERE only_if LOOP
    EXECUTE 'SELECT pg_catalog.string_agg(finding, ''; '') FROM (' || wanted.query || ') AS findings (finding)'
        INTO broken;
    IF broken IS NOT NULL THEN
      RAISE EXCEPTION 'Expected that %; found: %.', wanted.title, broken USING HINT = wanted.hint;
    END IF;
  END LOOP;
END
$epic10$;
DO $epic10$
DECLARE
  wanted record;
  broken text;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('the keys of ndas, nda_status_history, contacts are text',
     'The release is not made for other keys. ALTER TABLE ... ALTER COLUMN id TYPE text, and the columns that refer to it, is possible, and a matter for the application.',
     true,
$check$SELECT pg_catalog.format('%s.id is %s', relation::regclass, pg_catalog.format_type(atttypid, NULL))
  FROM pg_catalog.unnest(ARRAY(SELECT to_regclass(pg_catalog.quote_ident(name))::oid FROM pg_catalog.unnest(ARRAY['ndas', 'nda_status_history', 'contacts']::text[]) AS name)) AS relation
  JOIN pg_attribute ON attrelid = relation
 WHERE attname = 'id' AND pg_catalog.format_type(atttypid, NULL) NOT IN ('text', 'character varying')$check$)
  ) AS checks (title, hint, only_if, query) WHERE only_if LOOP
    EXECUTE 'SELECT pg_catalog.string_agg(finding, ''; '') FROM (' || wanted.query || ') AS findings (finding)'
        INTO broken;
    IF broken IS NOT NULL THEN
      RAISE EXCEPTION 'Expected that %; found: %.', wanted.title, broken USING HINT = wanted.hint;
    END IF;
  END LOOP;
END
$epic10$;
DO $epic10$
DECLARE
  wanted record;
  broken text;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('the schema name epic9 is free',
     'ALTER SCHEMA "epic9" RENAME TO ...',
     true,
$check$SELECT 'epic9 is there already'
 WHERE to_regnamespace('"epic9"') IS NOT NULL
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9')$check$),
    ('the schema name epic9_qualified is free',
     'ALTER SCHEMA "epic9_qualified" RENAME TO ...',
     true,
$check$SELECT 'epic9_qualified is there already'
 WHERE to_regnamespace('"epic9_qualified"') IS NOT NULL
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9_qualified')$check$),
    ('the schema name epic10 is free',
     'ALTER SCHEMA "epic10" RENAME TO ...',
     true,
$check$SELECT 'epic10 is there already'
 WHERE to_regnamespace('"epic10"') IS NOT NULL
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10')$check$),
    ('the name epic10.UsMaxPosition is free, or names the enum the release wants',
     'Rename it out of the way: ALTER TYPE "epic10"."UsMaxPosition" RENAME TO "epic10.UsMaxPosition_before_epic10".',
     true,
$check$SELECT pg_catalog.format('type %s is there already with the labels %s, expected %s', 'epic10.UsMaxPosition', pg_catalog.array_to_string((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition')), ', '), 'PRIME, SUB_CONTRACTOR, OTHER')
 WHERE (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition') IS NOT NULL AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.UsMaxPosition')
   AND ((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition')) OPERATOR(pg_catalog.=) ARRAY['PRIME', 'SUB_CONTRACTOR', 'OTHER']::text[]) IS NOT TRUE$check$),
    ('the type name UsMaxPosition_legacy is free',
     'ALTER TYPE "UsMaxPosition_legacy" RENAME TO ...',
     true,
$check$SELECT 'UsMaxPosition_legacy is there already'
 WHERE to_regtype('"UsMaxPosition_legacy"')::oid IS NOT NULL
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.UsMaxPosition')$check$),
    ('nothing but columns that the release replaces is of the type UsMaxPosition',
     'They would stay with the old labels, and could not be compared with the new ones. Text can. ALTER TABLE ... DROP CONSTRAINT a foreign key; ALTER TABLE ... ALTER COLUMN ... TYPE text, or text[]; CREATE FUNCTION ... with text for the type and ::text behind the column, and DROP the old one; DROP an operator, a cast, a domain or a range.',
     true,
$check$WITH enum AS (
  SELECT pg_catalog.unnest(ARRAY[oid, typarray]) AS oid FROM pg_type WHERE oid = to_regtype('"UsMaxPosition"')::oid AND typtype = 'e'
), trusted AS (  -- Whoever may create anything could make functions of the type, and keep the release from beginning.
  SELECT r.oid FROM pg_roles r JOIN pg_type t ON t.oid = to_regtype('"UsMaxPosition"')::oid
   WHERE rolsuper OR pg_catalog.pg_has_role(r.oid, typowner, 'MEMBER')
), ours AS (  -- What the release has made for those who work through its views.
  SELECT oid FROM pg_namespace WHERE nspname::text = ANY (ARRAY['epic9', 'epic9_qualified', 'epic10', 'epic10_qualified']::text[])
), moved (relation, name) AS (VALUES
    (to_regclass('"ndas"')::oid, 'usmax_position')
)
SELECT pg_catalog.format('foreign key %I of %s', conname, conrelid::regclass) AS use
  FROM pg_constraint WHERE contype = 'f' AND EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)
       AND atttypid IN (SELECT oid FROM enum))
UNION ALL
SELECT CASE relkind WHEN 'c' THEN pg_catalog.format('type %s', attrelid::regclass)
         ELSE pg_catalog.format('column %I of %s', attname, attrelid::regclass) END
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
 WHERE atttypid IN (SELECT oid FROM enum) AND relkind IN ('r', 'p', 'f', 'c') AND NOT attisdropped
   AND relpersistence <> 't'  -- Some session's own, and gone with it.
   AND NOT EXISTS (SELECT FROM moved WHERE relation = attrelid AND name = attname::text)
   -- Parents and children are told of by a check of their own.
   AND NOT EXISTS (SELECT FROM pg_inherits JOIN moved ON relation IN (inhrelid, inhparent)
                    WHERE attrelid IN (inhrelid, inhparent) AND attrelid <> relation)
UNION ALL
SELECT pg_catalog.format('domain %s', oid::regtype) FROM pg_type
 WHERE typbasetype IN (SELECT oid FROM enum) AND typnamespace NOT IN (SELECT oid FROM ours)
UNION ALL
SELECT pg_catalog.format('range %s', rngtypid::regtype) FROM pg_range WHERE rngsubtype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('function %s', p.oid::regprocedure) FROM pg_proc p
 WHERE EXISTS (SELECT FROM enum WHERE oid = prorettype OR oid = ANY (proargtypes) OR oid = ANY (proallargtypes))
   AND proowner IN (SELECT oid FROM trusted) AND pronamespace NOT IN (SELECT oid FROM ours)
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass::oid AND objid = p.oid AND deptype = 'i')
UNION ALL
SELECT pg_catalog.format('operator %s', oid::regoperator) FROM pg_operator
 WHERE oprowner IN (SELECT oid FROM trusted) AND (oprleft IN (SELECT oid FROM enum)
    OR oprright IN (SELECT oid FROM enum) OR oprresult IN (SELECT oid FROM enum))
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = oprcode::oid AND pronamespace IN (SELECT oid FROM ours))
UNION ALL
SELECT pg_catalog.format('operator class %I', opcname) FROM pg_opclass WHERE opcintype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('cast (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_cast
 WHERE castmethod <> 'i'
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = castfunc AND pronamespace IN (SELECT oid FROM ours))
   AND (castsource IN (SELECT oid FROM enum) OR casttarget IN (SELECT oid FROM enum))
ORDER BY 1$check$),
    ('ndas.usmax_position is a column of labels, an enum or text',
     'Make it one: ALTER TABLE "ndas" ALTER COLUMN "usmax_position" TYPE text;',
     true,
$check$SELECT pg_catalog.format('%s is %s%s', 'ndas.usmax_position',
              CASE WHEN attgenerated <> '' THEN 'generated ' END,
              coalesce(pg_catalog.format_type(atttypid, atttypmod), 'missing'))
  FROM (VALUES (to_regclass('"ndas"')::oid, 'usmax_position')) AS wanted (relation, name)
  LEFT JOIN pg_attribute ON attrelid = relation AND attname = name AND NOT attisdropped
  LEFT JOIN pg_type ON pg_type.oid = atttypid
 WHERE typcategory IS NULL OR typcategory NOT IN ('E', 'S') OR attgenerated <> ''$check$),
    ('the default of ndas.usmax_position becomes PRIME or is missing',
     'ALTER TABLE "ndas" ALTER COLUMN "usmax_position" SET DEFAULT ''PRIME'';',
     true,
$check$SELECT pg_catalog.format('the default is %s', pg_get_expr(adbin, adrelid))
  FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position'
   AND coalesce(CASE substring(pg_get_expr(adbin, adrelid) FROM '^''(.*)''::')::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE substring(pg_get_expr(adbin, adrelid) FROM '^''(.*)''::')::text END, 'PRIME') IS DISTINCT FROM 'PRIME'
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.usmax_position')$check$),
    ('every label in ndas.usmax_position has a place in Epic 10',
     'Map the label in ndas/migrations/0002_epic_10_customer_feedback.py, or change these rows.',
     EXISTS (SELECT FROM pg_attribute
      WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position' AND NOT attisdropped
        AND (NOT EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid)
          OR EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid AND enumlabel::text <> ALL (ARRAY['OTHER', 'PRIME', 'SUB', 'SUB_CONTRACTOR', 'TEAMING']::text[]))
          OR false)),
$check$SELECT pg_catalog.format('%s rows have %s', rows, coalesce('the label ' || "usmax_position"::text, 'no label'))
  FROM (SELECT "usmax_position", count(*) AS rows FROM "ndas" GROUP BY 1) AS labels WHERE "usmax_position"::text <> ALL (ARRAY['OTHER', 'PRIME', 'SUB', 'SUB_CONTRACTOR', 'TEAMING']::text[])
 ORDER BY "usmax_position"$check$),
    ('no rule for INSERT or UPDATE on ndas reads usmax_position',
     'Make a trigger of it, which sees both columns; then DROP RULE ... ON "ndas";',
     true,
$check$SELECT DISTINCT pg_catalog.format('%s does', rulename)
  FROM pg_rewrite JOIN pg_depend ON classid = 'pg_rewrite'::regclass::oid AND objid = pg_rewrite.oid
  JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
 WHERE ev_class = to_regclass('"ndas"')::oid AND ev_type IN ('2', '3') AND refclassid = 'pg_class'::regclass::oid
   AND refobjid = ev_class AND attname = 'usmax_position'$check$),
    ('the column name ndas.usmax_position_epic10 is free',
     'ALTER TABLE "ndas" RENAME COLUMN "usmax_position_epic10" TO ...',
     true,
$check$SELECT 'ndas.usmax_position_epic10 is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.usmax_position_epic10')$check$),
    ('the column name ndas.usmax_position_legacy is free',
     'ALTER TABLE "ndas" RENAME COLUMN "usmax_position_legacy" TO ...',
     true,
$check$SELECT 'ndas.usmax_position_legacy is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_legacy' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.usmax_position_epic10')$check$),
    ('the name NdaType is free, or names an enum',
     'Rename it out of the way: ALTER TYPE "NdaType" RENAME TO "NdaType_before_epic10".',
     true,
$check$SELECT pg_catalog.format('%s is no enum', typname) FROM pg_type
 WHERE pg_type.oid = to_regtype('"NdaType"')::oid AND typtype <> 'e'$check$),
    ('the type name epic10.NdaType is free',
     'ALTER TYPE "epic10"."NdaType" RENAME TO ...',
     true,
$check$SELECT 'epic10.NdaType is there already'
 WHERE (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaType') IS NOT NULL
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaType')$check$),
    ('the type name NdaType_legacy is free',
     'ALTER TYPE "NdaType_legacy" RENAME TO ...',
     true,
$check$SELECT 'NdaType_legacy is there already'
 WHERE to_regtype('"NdaType_legacy"')::oid IS NOT NULL
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaType')$check$),
    ('nothing but columns that the release replaces is of the type NdaType',
     'They would stay with the old labels, and could not be compared with the new ones. Text can. ALTER TABLE ... DROP CONSTRAINT a foreign key; ALTER TABLE ... ALTER COLUMN ... TYPE text, or text[]; CREATE FUNCTION ... with text for the type and ::text behind the column, and DROP the old one; DROP an operator, a cast, a domain or a range.',
     (((to_regtype('"NdaType"')::oid IS NOT NULL AND ((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"NdaType"')::oid) OPERATOR(pg_catalog.=) ARRAY['MUTUAL', 'CONSULTANT']::text[]) IS NOT TRUE AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'NdaType')) OR ((SELECT pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type' AND NOT attisdropped) <> '"NdaType" not null default ''MUTUAL''::"NdaType"' AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type'))) OR EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaType')),
$check$WITH enum AS (
  SELECT pg_catalog.unnest(ARRAY[oid, typarray]) AS oid FROM pg_type WHERE oid = to_regtype('"NdaType"')::oid AND typtype = 'e'
), trusted AS (  -- Whoever may create anything could make functions of the type, and keep the release from beginning.
  SELECT r.oid FROM pg_roles r JOIN pg_type t ON t.oid = to_regtype('"NdaType"')::oid
   WHERE rolsuper OR pg_catalog.pg_has_role(r.oid, typowner, 'MEMBER')
), ours AS (  -- What the release has made for those who work through its views.
  SELECT oid FROM pg_namespace WHERE nspname::text = ANY (ARRAY['epic9', 'epic9_qualified', 'epic10', 'epic10_qualified']::text[])
), moved (relation, name) AS (VALUES
    (to_regclass('"ndas"')::oid, 'nda_type')
)
SELECT pg_catalog.format('foreign key %I of %s', conname, conrelid::regclass) AS use
  FROM pg_constraint WHERE contype = 'f' AND EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)
       AND atttypid IN (SELECT oid FROM enum))
UNION ALL
SELECT CASE relkind WHEN 'c' THEN pg_catalog.format('type %s', attrelid::regclass)
         ELSE pg_catalog.format('column %I of %s', attname, attrelid::regclass) END
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
 WHERE atttypid IN (SELECT oid FROM enum) AND relkind IN ('r', 'p', 'f', 'c') AND NOT attisdropped
   AND relpersistence <> 't'  -- Some session's own, and gone with it.
   AND NOT EXISTS (SELECT FROM moved WHERE relation = attrelid AND name = attname::text)
   -- Parents and children are told of by a check of their own.
   AND NOT EXISTS (SELECT FROM pg_inherits JOIN moved ON relation IN (inhrelid, inhparent)
                    WHERE attrelid IN (inhrelid, inhparent) AND attrelid <> relation)
UNION ALL
SELECT pg_catalog.format('domain %s', oid::regtype) FROM pg_type
 WHERE typbasetype IN (SELECT oid FROM enum) AND typnamespace NOT IN (SELECT oid FROM ours)
UNION ALL
SELECT pg_catalog.format('range %s', rngtypid::regtype) FROM pg_range WHERE rngsubtype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('function %s', p.oid::regprocedure) FROM pg_proc p
 WHERE EXISTS (SELECT FROM enum WHERE oid = prorettype OR oid = ANY (proargtypes) OR oid = ANY (proallargtypes))
   AND proowner IN (SELECT oid FROM trusted) AND pronamespace NOT IN (SELECT oid FROM ours)
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass::oid AND objid = p.oid AND deptype = 'i')
UNION ALL
SELECT pg_catalog.format('operator %s', oid::regoperator) FROM pg_operator
 WHERE oprowner IN (SELECT oid FROM trusted) AND (oprleft IN (SELECT oid FROM enum)
    OR oprright IN (SELECT oid FROM enum) OR oprresult IN (SELECT oid FROM enum))
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = oprcode::oid AND pronamespace IN (SELECT oid FROM ours))
UNION ALL
SELECT pg_catalog.format('operator class %I', opcname) FROM pg_opclass WHERE opcintype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('cast (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_cast
 WHERE castmethod <> 'i'
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = castfunc AND pronamespace IN (SELECT oid FROM ours))
   AND (castsource IN (SELECT oid FROM enum) OR casttarget IN (SELECT oid FROM enum))
ORDER BY 1$check$),
    ('ndas.nda_type is a column of labels, an enum or text',
     'Make it one: ALTER TABLE "ndas" ALTER COLUMN "nda_type" TYPE text;',
     true,
$check$SELECT pg_catalog.format('%s is %s%s', 'ndas.nda_type',
              CASE WHEN attgenerated <> '' THEN 'generated ' END,
              coalesce(pg_catalog.format_type(atttypid, atttypmod), 'missing'))
  FROM (VALUES (to_regclass('"ndas"')::oid, 'nda_type')) AS wanted (relation, name)
  JOIN pg_attribute ON attrelid = relation AND attname = name AND NOT attisdropped
  LEFT JOIN pg_type ON pg_type.oid = atttypid
 WHERE typcategory IS NULL OR typcategory NOT IN ('E', 'S') OR attgenerated <> ''$check$),
    ('the default of ndas.nda_type becomes MUTUAL or is missing',
     'ALTER TABLE "ndas" ALTER COLUMN "nda_type" SET DEFAULT ''MUTUAL'';',
     true,
$check$SELECT pg_catalog.format('the default is %s', pg_get_expr(adbin, adrelid))
  FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type'
   AND coalesce(CASE WHEN substring(pg_get_expr(adbin, adrelid) FROM '^''(.*)''::')::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE substring(pg_get_expr(adbin, adrelid) FROM '^''(.*)''::')::text END, 'MUTUAL') IS DISTINCT FROM 'MUTUAL'
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type')$check$),
    ('the column name ndas.nda_type_epic10 is free',
     'ALTER TABLE "ndas" RENAME COLUMN "nda_type_epic10" TO ...',
     true,
$check$SELECT 'ndas.nda_type_epic10 is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10')$check$),
    ('the column name ndas.nda_type_legacy is free',
     'ALTER TABLE "ndas" RENAME COLUMN "nda_type_legacy" TO ...',
     true,
$check$SELECT 'ndas.nda_type_legacy is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_legacy' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10')$check$),
    ('the name epic10.NdaStatus is free, or names the enum the release wants',
     'Rename it out of the way: ALTER TYPE "epic10"."NdaStatus" RENAME TO "epic10.NdaStatus_before_epic10".',
     true,
$check$SELECT pg_catalog.format('type %s is there already with the labels %s, expected %s', 'epic10.NdaStatus', pg_catalog.array_to_string((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus')), ', '), 'CREATED, PENDING_APPROVAL, SENT_PENDING_SIGNATURE, IN_REVISION, FULLY_EXECUTED, INACTIVE_CANCELED, EXPIRED')
 WHERE (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus') IS NOT NULL AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaStatus')
   AND ((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus')) OPERATOR(pg_catalog.=) ARRAY['CREATED', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE', 'IN_REVISION', 'FULLY_EXECUTED', 'INACTIVE_CANCELED', 'EXPIRED']::text[]) IS NOT TRUE$check$),
    ('the type name NdaStatus_legacy is free',
     'ALTER TYPE "NdaStatus_legacy" RENAME TO ...',
     true,
$check$SELECT 'NdaStatus_legacy is there already'
 WHERE to_regtype('"NdaStatus_legacy"')::oid IS NOT NULL
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaStatus')$check$),
    ('nothing but columns that the release replaces is of the type NdaStatus',
     'They would stay with the old labels, and could not be compared with the new ones. Text can. ALTER TABLE ... DROP CONSTRAINT a foreign key; ALTER TABLE ... ALTER COLUMN ... TYPE text, or text[]; CREATE FUNCTION ... with text for the type and ::text behind the column, and DROP the old one; DROP an operator, a cast, a domain or a range.',
     true,
$check$WITH enum AS (
  SELECT pg_catalog.unnest(ARRAY[oid, typarray]) AS oid FROM pg_type WHERE oid = to_regtype('"NdaStatus"')::oid AND typtype = 'e'
), trusted AS (  -- Whoever may create anything could make functions of the type, and keep the release from beginning.
  SELECT r.oid FROM pg_roles r JOIN pg_type t ON t.oid = to_regtype('"NdaStatus"')::oid
   WHERE rolsuper OR pg_catalog.pg_has_role(r.oid, typowner, 'MEMBER')
), ours AS (  -- What the release has made for those who work through its views.
  SELECT oid FROM pg_namespace WHERE nspname::text = ANY (ARRAY['epic9', 'epic9_qualified', 'epic10', 'epic10_qualified']::text[])
), moved (relation, name) AS (VALUES
    (to_regclass('"ndas"')::oid, 'status'),
    (to_regclass('"nda_status_history"')::oid, 'status')
)
SELECT pg_catalog.format('foreign key %I of %s', conname, conrelid::regclass) AS use
  FROM pg_constraint WHERE contype = 'f' AND EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)
       AND atttypid IN (SELECT oid FROM enum))
UNION ALL
SELECT CASE relkind WHEN 'c' THEN pg_catalog.format('type %s', attrelid::regclass)
         ELSE pg_catalog.format('column %I of %s', attname, attrelid::regclass) END
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
 WHERE atttypid IN (SELECT oid FROM enum) AND relkind IN ('r', 'p', 'f', 'c') AND NOT attisdropped
   AND relpersistence <> 't'  -- Some session's own, and gone with it.
   AND NOT EXISTS (SELECT FROM moved WHERE relation = attrelid AND name = attname::text)
   -- Parents and children are told of by a check of their own.
   AND NOT EXISTS (SELECT FROM pg_inherits JOIN moved ON relation IN (inhrelid, inhparent)
                    WHERE attrelid IN (inhrelid, inhparent) AND attrelid <> relation)
UNION ALL
SELECT pg_catalog.format('domain %s', oid::regtype) FROM pg_type
 WHERE typbasetype IN (SELECT oid FROM enum) AND typnamespace NOT IN (SELECT oid FROM ours)
UNION ALL
SELECT pg_catalog.format('range %s', rngtypid::regtype) FROM pg_range WHERE rngsubtype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('function %s', p.oid::regprocedure) FROM pg_proc p
 WHERE EXISTS (SELECT FROM enum WHERE oid = prorettype OR oid = ANY (proargtypes) OR oid = ANY (proallargtypes))
   AND proowner IN (SELECT oid FROM trusted) AND pronamespace NOT IN (SELECT oid FROM ours)
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass::oid AND objid = p.oid AND deptype = 'i')
UNION ALL
SELECT pg_catalog.format('operator %s', oid::regoperator) FROM pg_operator
 WHERE oprowner IN (SELECT oid FROM trusted) AND (oprleft IN (SELECT oid FROM enum)
    OR oprright IN (SELECT oid FROM enum) OR oprresult IN (SELECT oid FROM enum))
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = oprcode::oid AND pronamespace IN (SELECT oid FROM ours))
UNION ALL
SELECT pg_catalog.format('operator class %I', opcname) FROM pg_opclass WHERE opcintype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('cast (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_cast
 WHERE castmethod <> 'i'
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = castfunc AND pronamespace IN (SELECT oid FROM ours))
   AND (castsource IN (SELECT oid FROM enum) OR casttarget IN (SELECT oid FROM enum))
ORDER BY 1$check$),
    ('ndas.status is a column of labels, an enum or text',
     'Make it one: ALTER TABLE "ndas" ALTER COLUMN "status" TYPE text;',
     true,
$check$SELECT pg_catalog.format('%s is %s%s', 'ndas.status',
              CASE WHEN attgenerated <> '' THEN 'generated ' END,
              coalesce(pg_catalog.format_type(atttypid, atttypmod), 'missing'))
  FROM (VALUES (to_regclass('"ndas"')::oid, 'status')) AS wanted (relation, name)
  LEFT JOIN pg_attribute ON attrelid = relation AND attname = name AND NOT attisdropped
  LEFT JOIN pg_type ON pg_type.oid = atttypid
 WHERE typcategory IS NULL OR typcategory NOT IN ('E', 'S') OR attgenerated <> ''$check$),
    ('the default of ndas.status becomes CREATED or is missing',
     'ALTER TABLE "ndas" ALTER COLUMN "status" SET DEFAULT ''CREATED'';',
     true,
$check$SELECT pg_catalog.format('the default is %s', pg_get_expr(adbin, adrelid))
  FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status'
   AND CASE substring(pg_get_expr(adbin, adrelid) FROM '^''(.*)''::')::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE substring(pg_get_expr(adbin, adrelid) FROM '^''(.*)''::')::text END IS DISTINCT FROM 'CREATED'
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.status')$check$),
    ('every label in ndas.status has a place in Epic 10',
     'Map the label in ndas/migrations/0002_epic_10_customer_feedback.py, or change these rows.',
     EXISTS (SELECT FROM pg_attribute
      WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status' AND NOT attisdropped
        AND (NOT EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid)
          OR EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid AND enumlabel::text <> ALL (ARRAY['CANCELLED', 'CREATED', 'EMAILED', 'EXPIRED', 'FULLY_EXECUTED', 'INACTIVE', 'INACTIVE_CANCELED', 'IN_REVISION', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE']::text[]))
          OR NOT attnotnull OR EXISTS (SELECT FROM pg_constraint
            WHERE conrelid = attrelid AND contype = 'n' AND attnum = ANY (conkey) AND NOT convalidated))),
$check$SELECT pg_catalog.format('%s rows have %s', rows, coalesce('the label ' || "status"::text, 'no label'))
  FROM (SELECT "status", count(*) AS rows FROM "ndas" GROUP BY 1) AS labels WHERE "status"::text <> ALL (ARRAY['CANCELLED', 'CREATED', 'EMAILED', 'EXPIRED', 'FULLY_EXECUTED', 'INACTIVE', 'INACTIVE_CANCELED', 'IN_REVISION', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE']::text[]) OR "status" IS NULL
 ORDER BY "status"$check$),
    ('no rule for INSERT or UPDATE on ndas reads status',
     'Make a trigger of it, which sees both columns; then DROP RULE ... ON "ndas";',
     true,
$check$SELECT DISTINCT pg_catalog.format('%s does', rulename)
  FROM pg_rewrite JOIN pg_depend ON classid = 'pg_rewrite'::regclass::oid AND objid = pg_rewrite.oid
  JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
 WHERE ev_class = to_regclass('"ndas"')::oid AND ev_type IN ('2', '3') AND refclassid = 'pg_class'::regclass::oid
   AND refobjid = ev_class AND attname = 'status'$check$),
    ('the column name ndas.status_epic10 is free',
     'ALTER TABLE "ndas" RENAME COLUMN "status_epic10" TO ...',
     true,
$check$SELECT 'ndas.status_epic10 is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.status_epic10')$check$),
    ('the column name ndas.status_legacy is free',
     'ALTER TABLE "ndas" RENAME COLUMN "status_legacy" TO ...',
     true,
$check$SELECT 'ndas.status_legacy is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_legacy' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.status_epic10')$check$),
    ('nda_status_history.status is a column of labels, an enum or text',
     'Make it one: ALTER TABLE "nda_status_history" ALTER COLUMN "status" TYPE text;',
     true,
$check$SELECT pg_catalog.format('%s is %s%s', 'nda_status_history.status',
              CASE WHEN attgenerated <> '' THEN 'generated ' END,
              coalesce(pg_catalog.format_type(atttypid, atttypmod), 'missing'))
  FROM (VALUES (to_regclass('"nda_status_history"')::oid, 'status')) AS wanted (relation, name)
  LEFT JOIN pg_attribute ON attrelid = relation AND attname = name AND NOT attisdropped
  LEFT JOIN pg_type ON pg_type.oid = atttypid
 WHERE typcategory IS NULL OR typcategory NOT IN ('E', 'S') OR attgenerated <> ''$check$),
    ('the default of nda_status_history.status becomes none or is missing',
     'ALTER TABLE "nda_status_history" ALTER COLUMN "status" DROP DEFAULT;',
     true,
$check$SELECT pg_catalog.format('the default is %s', pg_get_expr(adbin, adrelid))
  FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
 WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status'
   AND CASE substring(pg_get_expr(adbin, adrelid) FROM '^''(.*)''::')::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE substring(pg_get_expr(adbin, adrelid) FROM '^''(.*)''::')::text END IS DISTINCT FROM NULL
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'nda_status_history.status')$check$),
    ('every label in nda_status_history.status has a place in Epic 10',
     'Map the label in ndas/migrations/0002_epic_10_customer_feedback.py, or change these rows.',
     EXISTS (SELECT FROM pg_attribute
      WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status' AND NOT attisdropped
        AND (NOT EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid)
          OR EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid AND enumlabel::text <> ALL (ARRAY['CANCELLED', 'CREATED', 'EMAILED', 'EXPIRED', 'FULLY_EXECUTED', 'INACTIVE', 'INACTIVE_CANCELED', 'IN_REVISION', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE']::text[]))
          OR NOT attnotnull OR EXISTS (SELECT FROM pg_constraint
            WHERE conrelid = attrelid AND contype = 'n' AND attnum = ANY (conkey) AND NOT convalidated))),
$check$SELECT pg_catalog.format('%s rows have %s', rows, coalesce('the label ' || "status"::text, 'no label'))
  FROM (SELECT "status", count(*) AS rows FROM "nda_status_history" GROUP BY 1) AS labels WHERE "status"::text <> ALL (ARRAY['CANCELLED', 'CREATED', 'EMAILED', 'EXPIRED', 'FULLY_EXECUTED', 'INACTIVE', 'INACTIVE_CANCELED', 'IN_REVISION', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE']::text[]) OR "status" IS NULL
 ORDER BY "status"$check$),
    ('no rule for INSERT or UPDATE on nda_status_history reads status',
     'Make a trigger of it, which sees both columns; then DROP RULE ... ON "nda_status_history";',
     true,
$check$SELECT DISTINCT pg_catalog.format('%s does', rulename)
  FROM pg_rewrite JOIN pg_depend ON classid = 'pg_rewrite'::regclass::oid AND objid = pg_rewrite.oid
  JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
 WHERE ev_class = to_regclass('"nda_status_history"')::oid AND ev_type IN ('2', '3') AND refclassid = 'pg_class'::regclass::oid
   AND refobjid = ev_class AND attname = 'status'$check$),
    ('the column name nda_status_history.status_epic10 is free',
     'ALTER TABLE "nda_status_history" RENAME COLUMN "status_epic10" TO ...',
     true,
$check$SELECT 'nda_status_history.status_epic10 is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'nda_status_history.status_epic10')$check$),
    ('the column name nda_status_history.status_legacy is free',
     'ALTER TABLE "nda_status_history" RENAME COLUMN "status_legacy" TO ...',
     true,
$check$SELECT 'nda_status_history.status_legacy is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_legacy' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'nda_status_history.status_epic10')$check$),
    ('ndas.expiration_date is absent, or is timestamp without time zone or date with no default',
     'Convert or rename it: ALTER TABLE "ndas" RENAME COLUMN "expiration_date" TO "expiration_date_before_epic10".',
     true,
$check$SELECT pg_catalog.format('%s is %s%s', 'ndas.expiration_date', CASE WHEN attgenerated <> '' THEN 'generated ' END,
              pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''))
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date'
   AND NOT attisdropped AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date')
   AND (attgenerated <> '' OR pg_catalog.format_type(atttypid, NULL) NOT IN ('timestamp without time zone', 'date')
        OR pg_get_expr(adbin, adrelid) <> '')$check$),
    ('the column name ndas.expiration_date_epic10 is free',
     'ALTER TABLE "ndas" RENAME COLUMN "expiration_date_epic10" TO ...',
     true,
$check$SELECT 'ndas.expiration_date_epic10 is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date_epic10' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10')$check$),
    ('the column name ndas.expiration_date_legacy is free',
     'ALTER TABLE "ndas" RENAME COLUMN "expiration_date_legacy" TO ...',
     true,
$check$SELECT 'ndas.expiration_date_legacy is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date_legacy' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10')$check$),
    ('ndas.is_non_usmax is absent, or is boolean with default false or none',
     'Convert or rename it: ALTER TABLE "ndas" RENAME COLUMN "is_non_usmax" TO "is_non_usmax_before_epic10".',
     true,
$check$SELECT pg_catalog.format('%s is %s%s', 'ndas.is_non_usmax', CASE WHEN attgenerated <> '' THEN 'generated ' END,
              pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''))
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax'
   AND NOT attisdropped AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax')
   AND (attgenerated <> '' OR pg_catalog.format_type(atttypid, NULL) NOT IN ('boolean')
        OR pg_get_expr(adbin, adrelid) <> 'false')$check$),
    ('the column name ndas.is_non_usmax_epic10 is free',
     'ALTER TABLE "ndas" RENAME COLUMN "is_non_usmax_epic10" TO ...',
     true,
$check$SELECT 'ndas.is_non_usmax_epic10 is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax_epic10' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10')$check$),
    ('the column name ndas.is_non_usmax_legacy is free',
     'ALTER TABLE "ndas" RENAME COLUMN "is_non_usmax_legacy" TO ...',
     true,
$check$SELECT 'ndas.is_non_usmax_legacy is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax_legacy' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10')$check$),
    ('ndas.approved_by_id is absent, or is text or character varying with no default',
     'Convert or rename it: ALTER TABLE "ndas" RENAME COLUMN "approved_by_id" TO "approved_by_id_before_epic10".',
     true,
$check$SELECT pg_catalog.format('%s is %s%s', 'ndas.approved_by_id', CASE WHEN attgenerated <> '' THEN 'generated ' END,
              pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''))
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id'
   AND NOT attisdropped AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id')
   AND (attgenerated <> '' OR pg_catalog.format_type(atttypid, NULL) NOT IN ('text', 'character varying')
        OR pg_get_expr(adbin, adrelid) <> '')$check$),
    ('the column name ndas.approved_by_id_epic10 is free',
     'ALTER TABLE "ndas" RENAME COLUMN "approved_by_id_epic10" TO ...',
     true,
$check$SELECT 'ndas.approved_by_id_epic10 is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id_epic10' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10')$check$),
    ('the column name ndas.approved_by_id_legacy is free',
     'ALTER TABLE "ndas" RENAME COLUMN "approved_by_id_legacy" TO ...',
     true,
$check$SELECT 'ndas.approved_by_id_legacy is there already'
 WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id_legacy' AND NOT attisdropped)
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10')$check$),
    ('what references anything from ndas.approved_by_id, or is called ndas_approved_by_id_fkey, references contacts from there',
     'ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_approved_by_id_fkey" TO ..., or drop it.',
     true,
$check$SELECT pg_catalog.format('%s is %s', conname, pg_catalog.pg_get_constraintdef(oid))
  FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid
   AND (conname = 'ndas_approved_by_id_fkey' OR contype = 'f' AND (SELECT attnum FROM pg_attribute WHERE attrelid = conrelid AND attname = 'approved_by_id'
    AND NOT attisdropped) = ANY (conkey))
   AND NOT (contype = 'f' AND confrelid = to_regclass('"contacts"')::oid AND conkey OPERATOR(pg_catalog.=) ARRAY[(SELECT attnum FROM pg_attribute WHERE attrelid = conrelid AND attname = 'approved_by_id'
    AND NOT attisdropped)]
            AND pg_catalog.pg_get_constraintdef(oid) LIKE '% REFERENCES %(id)%')$check$),
    ('every ndas.approved_by_id points at a row of contacts',
     'Correct these rows, or let them read NULL, which is written down and undone on the way back: python manage.py migrate ndas --orphans set-null, or psql -v orphans=set-null',
     EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id' AND NOT attisdropped) AND (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10') OR pg_catalog.current_setting('epic10.orphans', true) = 'set-null') IS NOT true,
$check$SELECT pg_catalog.format('%s rows point at nobody, the first of them %s', count(*),
              pg_catalog.array_to_string((pg_catalog.array_agg(id ORDER BY id))[:10], ', '))
  FROM "ndas" WHERE "approved_by_id" IS NOT NULL
   AND NOT EXISTS (SELECT FROM "contacts" parent WHERE parent.id = "approved_by_id")
HAVING count(*) > 0$check$),
    ('the constraint name ndas_approved_by_id_epic10_fkey is free',
     'ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_approved_by_id_epic10_fkey" TO ...',
     true,
$check$SELECT 'ndas_approved_by_id_epic10_fkey is there already'
 WHERE EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_epic10_fkey')
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'constraint' AND name = 'ndas.ndas_approved_by_id_epic10_fkey')$check$),
    ('the constraint name ndas_approved_by_id_legacy_fkey is free',
     'ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_approved_by_id_legacy_fkey" TO ...',
     true,
$check$SELECT 'ndas_approved_by_id_legacy_fkey is there already'
 WHERE EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_legacy_fkey')
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'constraint' AND name = 'ndas.ndas_approved_by_id_epic10_fkey')$check$),
    ('ndas.approved_at is absent, or is what the release wants',
     'Convert or rename it: ALTER TABLE "ndas" RENAME COLUMN "approved_at" TO "approved_at_before_epic10".',
     true,
$check$SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.approved_at', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), 'timestamp(3) without time zone')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_at'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> 'timestamp(3) without time zone'
 AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_at')$check$),
    ('ndas.rejection_reason is absent, or is what the release wants',
     'Convert or rename it: ALTER TABLE "ndas" RENAME COLUMN "rejection_reason" TO "rejection_reason_before_epic10".',
     true,
$check$SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.rejection_reason', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), 'text')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'rejection_reason'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> 'text'
 AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.rejection_reason')$check$),
    ('the index name ndas_status_epic10_idx is free, or names a valid index on ndas (status_epic10)',
     'ALTER INDEX "ndas_status_epic10_idx" RENAME TO ..., or DROP INDEX CONCURRENTLY "ndas_status_epic10_idx";',
     true,
$check$SELECT pg_catalog.format('index %s on %s is %s%s', 'ndas_status_epic10_idx', indrelid::regclass, regexp_replace(substring(pg_catalog.pg_get_indexdef(indexrelid) FROM ' (USING .*)$'), ' WITH \([^)]*\)$', ''),
              CASE WHEN NOT indisvalid THEN ' and invalid' ELSE '' END)
  FROM pg_index WHERE indexrelid = to_regclass('"ndas_status_epic10_idx"')::oid
   AND (indrelid IS DISTINCT FROM to_regclass('"ndas"')::oid OR regexp_replace(substring(pg_catalog.pg_get_indexdef(indexrelid) FROM ' (USING .*)$'), ' WITH \([^)]*\)$', '') <> 'USING btree (status_epic10)' OR NOT indisvalid) AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'ndas_status_epic10_idx')$check$),
    ('the index name idx_ndas_expiration_date is free, or names an index on ndas (expiration_date)',
     'ALTER INDEX "idx_ndas_expiration_date" RENAME TO ..., or DROP INDEX CONCURRENTLY "idx_ndas_expiration_date";',
     true,
$check$SELECT pg_catalog.format('index %s on %s is %s%s', 'idx_ndas_expiration_date', indrelid::regclass, regexp_replace(substring(pg_catalog.pg_get_indexdef(indexrelid) FROM ' (USING .*)$'), ' WITH \([^)]*\)$', ''),
              CASE WHEN NOT indisvalid THEN ' and invalid' ELSE '' END)
  FROM pg_index WHERE indexrelid = to_regclass('"idx_ndas_expiration_date"')::oid
   AND (indrelid IS DISTINCT FROM to_regclass('"ndas"')::oid OR regexp_replace(substring(pg_catalog.pg_get_indexdef(indexrelid) FROM ' (USING .*)$'), ' WITH \([^)]*\)$', '') <> 'USING btree (expiration_date)') AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'idx_ndas_expiration_date')$check$),
    ('the index name idx_ndas_expiration_date_epic10_idx is free',
     'ALTER INDEX "idx_ndas_expiration_date_epic10_idx" RENAME TO ...',
     true,
$check$SELECT 'idx_ndas_expiration_date_epic10_idx is there already'
 WHERE to_regclass('"idx_ndas_expiration_date_epic10_idx"')::oid IS NOT NULL
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'idx_ndas_expiration_date_epic10_idx')$check$),
    ('the index name idx_ndas_expiration_date_legacy_idx is free',
     'ALTER INDEX "idx_ndas_expiration_date_legacy_idx" RENAME TO ...',
     true,
$check$SELECT 'idx_ndas_expiration_date_legacy_idx is there already'
 WHERE to_regclass('"idx_ndas_expiration_date_legacy_idx"')::oid IS NOT NULL
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'idx_ndas_expiration_date_epic10_idx')$check$),
    ('ndas is one table',
     'Move its rows into an ordinary table by the name of ndas for the release.',
     true,
$check$SELECT pg_catalog.format('it is partitioned by %s', pg_get_partkeydef(oid)) FROM pg_class WHERE oid = to_regclass('"ndas"')::oid
    AND relkind = 'p'$check$),
    ('no column is of the row type of ndas',
     'ALTER TABLE of_the_column ALTER COLUMN it TYPE jsonb USING pg_catalog.to_jsonb(it);',
     true,
$check$WITH row_type AS (
  SELECT typ.oid FROM pg_type typ JOIN pg_class c ON typ.oid = reltype OR typelem = reltype WHERE c.oid = to_regclass('"ndas"')::oid
)
SELECT pg_catalog.format('column %s.%I is', attrelid::regclass, attname) AS finding
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
 WHERE atttypid IN (SELECT oid FROM row_type) AND relkind IN ('r', 'p', 'f', 'c') AND NOT attisdropped
UNION ALL
SELECT pg_catalog.format('domain %s is', oid::regtype) FROM pg_type WHERE typbasetype IN (SELECT oid FROM row_type)$check$),
    ('ndas inherits from no table, and no table inherits from it',
     'ALTER TABLE the_child NO INHERIT the_parent; or, of a partition, ALTER TABLE the_parent DETACH PARTITION the_child; rows of the child that have to be among those of the parent go there first.',
     true,
$check$SELECT pg_catalog.format('%s inherits from %s', inhrelid::regclass, inhparent::regclass) AS finding
  FROM pg_inherits JOIN pg_class parent ON parent.oid = inhparent
 WHERE to_regclass('"ndas"')::oid IN (inhrelid, inhparent) AND (relkind <> 'p' OR inhrelid = to_regclass('"ndas"')::oid)$check$),
    ('no BEFORE trigger of others on ndas has the last word on a row',
     'They fire in the order of their names. ALTER TRIGGER it ON "ndas" RENAME TO a name that sorts before "zz_epic10_".',
     true,
$check$SELECT pg_catalog.format('trigger %I fires after those of the release', tgname) AS finding
  FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid JOIN pg_language l ON l.oid = prolang
 WHERE tgrelid = to_regclass('"ndas"')::oid AND NOT tgisinternal AND tgenabled <> 'D'
   AND tgtype::int & 3 = 3 AND tgtype::int & 20 <> 0
   AND tgname > 'zz_epic10_sync' AND NOT pg_catalog.starts_with(tgname, 'zz_epic10_')
   AND NOT (lanname = 'plpgsql' AND prosrc !~* E'\\mnew\\M(\\s*\\.\\s*(\\w+|\\"[^\\"]+\\"))?\\s*(\\[[^]]*\\]\\s*)?:?=|\\minto\\M[^;]*\\mnew\\M|\\mexecute\\M|\\mreturn\\M\\s*(?!\\s*new\\s*;)')$check$),
    ('ndas.fully_executed_date is timestamp without time zone, timestamp with time zone or date',
     'ALTER TABLE "ndas" ALTER COLUMN "fully_executed_date" TYPE timestamp(3) USING "fully_executed_date"::timestamp;',
     true,
$check$SELECT pg_catalog.format('it is %s', pg_catalog.format_type(atttypid, atttypmod)) FROM pg_attribute
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'fully_executed_date' AND NOT attisdropped
   AND pg_catalog.format_type(atttypid, NULL) <> ALL (ARRAY['timestamp without time zone', 'timestamp with time zone', 'date'])$check$),
    ('nda_status_history is one table',
     'Move its rows into an ordinary table by the name of nda_status_history for the release.',
     true,
$check$SELECT pg_catalog.format('it is partitioned by %s', pg_get_partkeydef(oid)) FROM pg_class WHERE oid = to_regclass('"nda_status_history"')::oid
    AND relkind = 'p'$check$),
    ('no column is of the row type of nda_status_history',
     'ALTER TABLE of_the_column ALTER COLUMN it TYPE jsonb USING pg_catalog.to_jsonb(it);',
     true,
$check$WITH row_type AS (
  SELECT typ.oid FROM pg_type typ JOIN pg_class c ON typ.oid = reltype OR typelem = reltype WHERE c.oid = to_regclass('"nda_status_history"')::oid
)
SELECT pg_catalog.format('column %s.%I is', attrelid::regclass, attname) AS finding
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
 WHERE atttypid IN (SELECT oid FROM row_type) AND relkind IN ('r', 'p', 'f', 'c') AND NOT attisdropped
UNION ALL
SELECT pg_catalog.format('domain %s is', oid::regtype) FROM pg_type WHERE typbasetype IN (SELECT oid FROM row_type)$check$),
    ('nda_status_history inherits from no table, and no table inherits from it',
     'ALTER TABLE the_child NO INHERIT the_parent; or, of a partition, ALTER TABLE the_parent DETACH PARTITION the_child; rows of the child that have to be among those of the parent go there first.',
     true,
$check$SELECT pg_catalog.format('%s inherits from %s', inhrelid::regclass, inhparent::regclass) AS finding
  FROM pg_inherits JOIN pg_class parent ON parent.oid = inhparent
 WHERE to_regclass('"nda_status_history"')::oid IN (inhrelid, inhparent) AND (relkind <> 'p' OR inhrelid = to_regclass('"nda_status_history"')::oid)$check$),
    ('no BEFORE trigger of others on nda_status_history has the last word on a row',
     'They fire in the order of their names. ALTER TRIGGER it ON "nda_status_history" RENAME TO a name that sorts before "zz_epic10_".',
     true,
$check$SELECT pg_catalog.format('trigger %I fires after those of the release', tgname) AS finding
  FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid JOIN pg_language l ON l.oid = prolang
 WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND NOT tgisinternal AND tgenabled <> 'D'
   AND tgtype::int & 3 = 3 AND tgtype::int & 20 <> 0
   AND tgname > 'zz_epic10_sync' AND NOT pg_catalog.starts_with(tgname, 'zz_epic10_')
   AND NOT (lanname = 'plpgsql' AND prosrc !~* E'\\mnew\\M(\\s*\\.\\s*(\\w+|\\"[^\\"]+\\"))?\\s*(\\[[^]]*\\]\\s*)?:?=|\\minto\\M[^;]*\\mnew\\M|\\mexecute\\M|\\mreturn\\M\\s*(?!\\s*new\\s*;)')$check$),
    ('the schema name epic10_qualified is free',
     'ALTER SCHEMA "epic10_qualified" RENAME TO ...',
     true,
$check$SELECT 'epic10_qualified is there already'
 WHERE to_regnamespace('"epic10_qualified"') IS NOT NULL
   AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10_qualified')$check$)
  ) AS checks (title, hint, only_if, query) WHERE only_if LOOP
    EXECUTE 'SELECT pg_catalog.string_agg(finding, ''; '') FROM (' || wanted.query || ') AS findings (finding)'
        INTO broken;
    IF broken IS NOT NULL THEN
      RAISE EXCEPTION 'Expected that %; found: %.', wanted.title, broken USING HINT = wanted.hint;
    END IF;
  END LOOP;
END
$epic10$;
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
        ' in ' || (pg_catalog.regexp_match(place, '^PL/pgSQL\W?\w+ (\S+\([^)\n]*\)) ', 'n'))[1])
      USING HINT = pg_catalog.format('Those there are: %s. Have their owner, a superuser, do ALTER EVENT TRIGGER ... '
        'DISABLE; then run the same command again, and ENABLE it afterwards.', theirs);
END
$epic10$;
DELETE FROM epic10_row_count WHERE table_name = ANY (ARRAY['ndas', 'nda_status_history', 'documents', 'audit_log']::text[])
   AND NOT EXISTS (SELECT FROM epic10_created_object);
INSERT INTO epic10_row_count (table_name, rows)
SELECT 'ndas', (SELECT count(*) FROM "ndas")
 WHERE NOT EXISTS (SELECT FROM epic10_row_count WHERE table_name = 'ndas');
INSERT INTO epic10_row_count (table_name, rows)
SELECT 'nda_status_history', (SELECT count(*) FROM "nda_status_history")
 WHERE NOT EXISTS (SELECT FROM epic10_row_count WHERE table_name = 'nda_status_history');
INSERT INTO epic10_row_count (table_name, rows)
SELECT 'documents', (SELECT count(*) FROM "documents")
 WHERE NOT EXISTS (SELECT FROM epic10_row_count WHERE table_name = 'documents');
INSERT INTO epic10_row_count (table_name, rows)
SELECT 'audit_log', (SELECT count(*) FROM "audit_log")
 WHERE NOT EXISTS (SELECT FROM epic10_row_count WHERE table_name = 'audit_log');
DELETE FROM epic10_row_count WHERE table_name = ANY (ARRAY['contacts', 'agency_groups', 'subagencies', 'agency_group_grants', 'subagency_grants']::text[])
   AND NOT EXISTS (SELECT FROM epic10_created_object);
INSERT INTO epic10_row_count (table_name, rows)
SELECT 'contacts', (SELECT count(*) FROM "contacts")
 WHERE NOT EXISTS (SELECT FROM epic10_row_count WHERE table_name = 'contacts');
INSERT INTO epic10_row_count (table_name, rows)
SELECT 'agency_groups', (SELECT count(*) FROM "agency_groups")
 WHERE NOT EXISTS (SELECT FROM epic10_row_count WHERE table_name = 'agency_groups');
INSERT INTO epic10_row_count (table_name, rows)
SELECT 'subagencies', (SELECT count(*) FROM "subagencies")
 WHERE NOT EXISTS (SELECT FROM epic10_row_count WHERE table_name = 'subagencies');
INSERT INTO epic10_row_count (table_name, rows)
SELECT 'agency_group_grants', (SELECT count(*) FROM "agency_group_grants")
 WHERE NOT EXISTS (SELECT FROM epic10_row_count WHERE table_name = 'agency_group_grants');
INSERT INTO epic10_row_count (table_name, rows)
SELECT 'subagency_grants', (SELECT count(*) FROM "subagency_grants")
 WHERE NOT EXISTS (SELECT FROM epic10_row_count WHERE table_name = 'subagency_grants');
SELECT pg_catalog.set_config('epic10.ndas_status', (
  SELECT CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END
    FROM (SELECT "status", count(*) AS rows FROM "ndas"
      TABLESAMPLE pg_catalog.system (least(100::float8, 100000::float8 / greatest((pg_catalog.pg_relation_size(to_regclass('"ndas"')::oid) / pg_catalog.current_setting('block_size')::bigint), 1::bigint)::float8)::real) REPEATABLE (0) GROUP BY 1) AS labels
   GROUP BY 1 ORDER BY sum(rows) DESC, 1 LIMIT 1), false);
SELECT pg_catalog.set_config('epic10.ndas_usmax_position', (
  SELECT coalesce(CASE usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE usmax_position::text END, 'PRIME')
    FROM (SELECT "usmax_position", count(*) AS rows FROM "ndas"
      TABLESAMPLE pg_catalog.system (least(100::float8, 100000::float8 / greatest((pg_catalog.pg_relation_size(to_regclass('"ndas"')::oid) / pg_catalog.current_setting('block_size')::bigint), 1::bigint)::float8)::real) REPEATABLE (0) GROUP BY 1) AS labels
   GROUP BY 1 ORDER BY sum(rows) DESC, 1 LIMIT 1), false);
SELECT pg_catalog.set_config('epic10.nda_status_history_status', (
  SELECT CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END
    FROM (SELECT "status", count(*) AS rows FROM "nda_status_history"
      TABLESAMPLE pg_catalog.system (least(100::float8, 100000::float8 / greatest((pg_catalog.pg_relation_size(to_regclass('"nda_status_history"')::oid) / pg_catalog.current_setting('block_size')::bigint), 1::bigint)::float8)::real) REPEATABLE (0) GROUP BY 1) AS labels
   GROUP BY 1 ORDER BY sum(rows) DESC, 1 LIMIT 1), false);
-- 10.1, 10.3, 10.4: What the application writes is tried before the change, and taken back.
DO $epic10$
BEGIN
  PERFORM pg_catalog.set_config('epic10.trials', (
WITH tables (writer, relation, skipped, moved, labels, most) AS (VALUES
    (1, to_regclass('"ndas"')::oid,
     ARRAY(SELECT pg_catalog.unnest(ARRAY['status_epic10', 'status_legacy', 'usmax_position_epic10', 'usmax_position_legacy', 'nda_type_epic10', 'nda_type_legacy', 'expiration_date_epic10', 'expiration_date_legacy', 'is_non_usmax_epic10', 'is_non_usmax_legacy', 'approved_by_id_epic10', 'approved_by_id_legacy']::text[]) UNION ALL
           SELECT added FROM pg_catalog.unnest(ARRAY['nda_type', 'expiration_date', 'is_non_usmax', 'approved_by_id', 'approved_at', 'rejection_reason']::text[]) AS added
             JOIN epic10_created_object ON kind = 'column'
              AND name = pg_catalog.concat('ndas', '.', added)),
     ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10', 'nda_type', 'nda_type_epic10', 'expiration_date', 'expiration_date_epic10', 'is_non_usmax', 'is_non_usmax_epic10', 'approved_by_id', 'approved_by_id_epic10']::text[],
     CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
   AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"ndas"')::oid))
      OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"ndas"')::oid)
      OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"ndas"')::oid)
      OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"ndas"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
      OR EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])
           AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
      OR EXISTS (
        SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"ndas"')::oid
           AND refobjsubid = ANY (ARRAY(
             SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])))
           AND CASE classid
             WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
             WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
             WHEN 'pg_class'::regclass::oid THEN (
               SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
             END)) THEN '[{"column_name": "status", "labels": ["CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED", "CREATED", "FULLY_EXECUTED"]}, {"column_name": "usmax_position", "labels": ["PRIME", "SUB", "TEAMING", "OTHER"]}]'::jsonb ELSE '[]'::jsonb END, 8),
    (2, to_regclass('"nda_status_history"')::oid,
     ARRAY['status_epic10', 'status_legacy']::text[],
     ARRAY['status', 'status_epic10']::text[],
     CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
   AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"nda_status_history"')::oid))
      OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"nda_status_history"')::oid)
      OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"nda_status_history"')::oid)
      OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"nda_status_history"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
      OR EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])
           AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
      OR EXISTS (
        SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"nda_status_history"')::oid
           AND refobjsubid = ANY (ARRAY(
             SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])))
           AND CASE classid
             WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
             WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
             WHEN 'pg_class'::regclass::oid THEN (
               SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
             END)) THEN '[{"column_name": "status", "labels": ["CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED", "CREATED", "FULLY_EXECUTED"]}]'::jsonb ELSE '[]'::jsonb END, 8)
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
         OR prosrc ~* pg_catalog.concat('\m', relname, '\M'))), '[]'::jsonb))::text
  ), false);
END
$epic10$;
DO $epic10$
DECLARE
  trials jsonb := pg_catalog.current_setting('epic10.trials')::jsonb;
  written record;
  trial record;
  statements text[];
  number int;
  attempt text;
  refused text := '';
  place text;
  rows int;
  began timestamptz;
BEGIN
  SET LOCAL lock_timeout = '100ms';
  -- No trigger would fire as for the application, not even the release's own.
  IF pg_catalog.current_setting('session_replication_role') = 'replica' THEN
    RETURN;
  END IF;
  FOR written IN SELECT * FROM pg_catalog.jsonb_to_recordset(trials -> 'writes'::text) AS (
    relation oid, table_name text, first_row text, inserted text, updated text, labels jsonb, most int) LOOP
    statements := ARRAY[written.inserted, written.updated];
    IF pg_catalog.jsonb_array_length(written.labels) > 0 THEN
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
        INTO trial;
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
        WHEN SQLSTATE 'EP010' THEN IF pg_catalog.clock_timestamp() - began > '1 s'::interval THEN
          refused := pg_catalog.concat(refused, attempt);
          IF number <= 3 THEN
            RAISE WARNING '%', pg_catalog.format(
              '%s of %s takes longer than 1 s, and is not tried under the locks.',
              CASE number WHEN 1 THEN 'An INSERT' WHEN 2 THEN 'An UPDATE' ELSE 'An UPDATE of the labels' END,
              written.table_name)
              USING ERRCODE = 'EP011', HINT = pg_catalog.format(E'A trigger that is not of the release takes its time, for the applications too: \\d+ %s in psql.', written.table_name);
          END IF;
        END IF;
        WHEN OTHERS THEN refused := pg_catalog.concat(refused, attempt);
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
      WHEN OTHERS THEN refused := pg_catalog.concat(refused, attempt);
    END;
  END LOOP;
  PERFORM pg_catalog.set_config('epic10.refused', refused, false);
END
$epic10$;
SELECT NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas')) AS go_on \gset
\if :go_on
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
INSERT INTO epic10_created_object (kind, name) SELECT 'schema', 'epic9'
 WHERE NOT (to_regnamespace('"epic9"') IS NOT NULL) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'schema', 'epic9_qualified'
 WHERE NOT (to_regnamespace('"epic9_qualified"') IS NOT NULL) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'schema', 'epic10'
 WHERE NOT (to_regnamespace('"epic10"') IS NOT NULL) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'type', 'epic10.UsMaxPosition'
 WHERE NOT ((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition') IS NOT NULL) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'column', 'ndas.usmax_position_epic10'
 WHERE NOT (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped)) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'type', 'epic10.NdaType'
 WHERE NOT (NOT ((to_regtype('"NdaType"')::oid IS NOT NULL AND ((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"NdaType"')::oid) OPERATOR(pg_catalog.=) ARRAY['MUTUAL', 'CONSULTANT']::text[]) IS NOT TRUE AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'NdaType')) OR ((SELECT pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type' AND NOT attisdropped) <> '"NdaType" not null default ''MUTUAL''::"NdaType"' AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type')))) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'type', 'NdaType'
 WHERE NOT (to_regtype('"NdaType"')::oid IS NOT NULL OR EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaType')) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'column', 'ndas.nda_type'
 WHERE NOT (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type' AND NOT attisdropped)) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'column', 'ndas.nda_type_epic10'
 WHERE NOT (NOT (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type' AND NOT attisdropped) AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type') AND NOT (NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaType')))) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'type', 'epic10.NdaStatus'
 WHERE NOT ((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus') IS NOT NULL) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'column', 'ndas.status_epic10'
 WHERE NOT (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped)) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'column', 'nda_status_history.status_epic10'
 WHERE NOT (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped)) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'column', 'ndas.expiration_date'
 WHERE NOT (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date' AND NOT attisdropped)) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'column', 'ndas.expiration_date_epic10'
 WHERE NOT (NOT (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date' AND NOT attisdropped) AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date') AND NOT ((SELECT pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date' AND NOT attisdropped) = 'timestamp(3) without time zone' AND false))) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'column', 'ndas.is_non_usmax'
 WHERE NOT (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax' AND NOT attisdropped)) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'column', 'ndas.is_non_usmax_epic10'
 WHERE NOT (NOT (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax' AND NOT attisdropped) AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax') AND NOT ((SELECT pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax' AND NOT attisdropped) = 'boolean not null default false' AND true))) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'column', 'ndas.approved_by_id'
 WHERE NOT (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id' AND NOT attisdropped)) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'column', 'ndas.approved_by_id_epic10'
 WHERE NOT (NOT (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id' AND NOT attisdropped) AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id') AND NOT ((SELECT pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id' AND NOT attisdropped) = 'text' AND EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_fkey' AND pg_catalog.pg_get_constraintdef(oid) = 'FOREIGN KEY (approved_by_id) REFERENCES contacts(id) ON DELETE SET NULL')))) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'constraint', 'ndas.ndas_approved_by_id_fkey'
 WHERE NOT (EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_fkey') OR NOT (NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10'))) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'constraint', 'ndas.ndas_approved_by_id_epic10_fkey'
 WHERE NOT (EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_epic10_fkey') OR NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10'))) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'column', 'ndas.approved_at'
 WHERE NOT (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_at' AND NOT attisdropped)) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'column', 'ndas.rejection_reason'
 WHERE NOT (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'rejection_reason' AND NOT attisdropped)) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'trigger', 'zz_epic10_sync_ndas'
 WHERE NOT (to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'trigger', 'zz_epic10_sync_nda_status_history'
 WHERE NOT (to_regprocedure('zz_epic10_sync_nda_status_history()') IS NOT NULL) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'trigger', 'zz_epic10_sync_ndas_nda_type'
 WHERE NOT (NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10')) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'trigger', 'zz_epic10_sync_ndas_expiration_date'
 WHERE NOT (NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10')) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'trigger', 'zz_epic10_sync_ndas_is_non_usmax'
 WHERE NOT (NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10')) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'trigger', 'zz_epic10_sync_ndas_approved_by_id'
 WHERE NOT (NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10')) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'trigger', 'zz_epic10_backfill_ndas'
 WHERE NOT (to_regprocedure('zz_epic10_backfill_ndas()') IS NOT NULL) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'trigger', 'zz_epic10_backfill_nda_status_history'
 WHERE NOT (to_regprocedure('zz_epic10_backfill_nda_status_history()') IS NOT NULL) ON CONFLICT DO NOTHING;
DO $epic10$
BEGIN
  FOR attempt IN 1..60 LOOP
    BEGIN
      SET LOCAL lock_timeout = '100ms';
      DO $epic10_views$
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9') AND NOT (to_regnamespace('"epic9"') IS NOT NULL) THEN
        CREATE SCHEMA "epic9";
        COMMENT ON SCHEMA "epic9" IS 'Epic 10: the register for the old application. Dropped by epic10_finalize.';
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      DECLARE
        made record;
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9') AND to_regclass('"epic9"."ndas"') IS NULL THEN
          FOR made IN
            WITH register AS (
              SELECT number, c.oid AS relation, relname, nspname, relowner, relacl,
                     relrowsecurity OR NOT EXISTS (
                       SELECT FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL AND NOT attisdropped) AS invoker
                FROM pg_catalog.unnest(ARRAY['ndas', 'nda_status_history', 'documents', 'audit_log', 'contacts', 'agency_groups', 'subagencies', 'agency_group_grants', 'subagency_grants']::text[]) WITH ORDINALITY AS wanted (name, number)
                JOIN pg_class c ON c.oid = to_regclass(pg_catalog.quote_ident(name))::oid
                JOIN pg_namespace n ON n.oid = relnamespace
            ), moved (table_name, old, new, value) AS (VALUES
              ('ndas', 'status', 'status_epic10', NULL::text),
              ('ndas', 'usmax_position', 'usmax_position_epic10', '(CASE WHEN false THEN '''' END)::%s'::text),
              ('ndas', 'nda_type', 'nda_type_epic10', '(CASE WHEN false THEN '''' END)::%s'::text),
              ('ndas', 'expiration_date', 'expiration_date_epic10', NULL::text),
              ('ndas', 'is_non_usmax', 'is_non_usmax_epic10', '(CASE WHEN false THEN '''' END)::%s'::text),
              ('ndas', 'approved_by_id', 'approved_by_id_epic10', NULL::text),
              ('nda_status_history', 'status', 'status_epic10', NULL::text)
            ), shown AS (
              SELECT number, relation, relname, nspname, relowner, invoker, attnum, attname, atthasdef, value,
                     attname::text AS name, pg_catalog.format_type(atttypid, atttypmod) AS type_name,
                     pg_catalog.col_description(relation, attnum) AS comment, attacl AS acl
                FROM register JOIN pg_attribute AS it ON attrelid = relation AND attnum > 0 AND NOT attisdropped
                LEFT JOIN moved ON table_name = relname::text AND old = attname::text
               WHERE NOT EXISTS (SELECT FROM epic10_created_object
                                  WHERE kind = 'column' AND name = pg_catalog.concat(relname, '.', attname))
            ), to_whom AS (
              SELECT number, relname, nspname, name, attname, privilege_type AS privilege,
                     CASE WHEN grantee = 0::oid THEN 'PUBLIC'
                       ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) END AS who,
                     CASE WHEN pg_catalog.bool_or(is_grantable) THEN ' WITH GRANT OPTION' ELSE '' END AS further
                FROM (SELECT number, relname, nspname, relowner, NULL AS name, NULL::name AS attname, relacl AS acl
                        FROM register
                       UNION ALL SELECT number, relname, nspname, relowner, name, attname, acl FROM shown) AS granted,
                     aclexplode(acl)
               WHERE grantee <> relowner AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
               GROUP BY number, relname, nspname, name, attname, privilege_type, grantee
            ), owned AS (  -- By whom the tables are owned, where the role may say so.
              SELECT number, relname, pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(relowner)) AS who FROM register
               WHERE relowner = (SELECT relowner FROM register ORDER BY number LIMIT 1)
                 AND relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
                 AND pg_catalog.pg_has_role(relowner, 'MEMBER')
                 AND pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
            )
            SELECT 1 AS step, number, pg_catalog.format(
                     'CREATE VIEW "epic9".%1$I WITH (security_invoker = %2$s) AS SELECT %3$s FROM %4$I.%1$I',
                     relname, invoker,
                     pg_catalog.string_agg(pg_catalog.format('%I AS %I', attname, name), ', ' ORDER BY attnum),
                     nspname) AS statement
              FROM shown GROUP BY number, relname, nspname, invoker
            UNION ALL
            SELECT 2, number, pg_catalog.format('ALTER VIEW "epic9".%I ALTER COLUMN %I SET DEFAULT %s', relname, name,
                                                pg_catalog.format(value, type_name))
              FROM shown WHERE value IS NOT NULL AND NOT atthasdef
            UNION ALL
            SELECT 3, number, pg_catalog.format('COMMENT ON VIEW "epic9".%I IS %L', relname, comment)
              FROM register, pg_catalog.obj_description(relation, 'pg_class') AS comment WHERE comment IS NOT NULL
            UNION ALL
            SELECT 3, number, pg_catalog.format('COMMENT ON COLUMN "epic9".%I.%I IS %L', relname, name, comment)
              FROM shown WHERE comment IS NOT NULL
            UNION ALL
            SELECT DISTINCT 4, 0, pg_catalog.format('ALTER SCHEMA "epic9" OWNER TO %s', who) FROM owned
            UNION ALL
            SELECT 5, number, pg_catalog.format('ALTER VIEW "epic9".%I OWNER TO %s', relname, who) FROM owned
            UNION ALL
            SELECT DISTINCT 6, 0, pg_catalog.format('GRANT USAGE ON SCHEMA "epic9" TO %s', who) FROM to_whom
            UNION ALL
            SELECT 7, number, pg_catalog.format('GRANT %s%s ON "epic9".%I TO %s%s', privilege,
                     CASE WHEN name IS NULL THEN '' ELSE pg_catalog.format(' (%I)', name) END, relname, who, further)
              FROM to_whom
            UNION ALL  -- The column that comes has them from its name only at the switch.
            SELECT 8, number, pg_catalog.format('GRANT %s (%I) ON %I.%I TO %s%s', privilege, attname, nspname, relname, who,
                                                further)
              FROM to_whom WHERE name <> attname::text
             ORDER BY step, number, statement
          LOOP
            EXECUTE made.statement;
          END LOOP;
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9_qualified') AND NOT (to_regnamespace('"epic9_qualified"') IS NOT NULL) THEN
        CREATE SCHEMA "epic9_qualified";
        COMMENT ON SCHEMA "epic9_qualified" IS 'Epic 10: the register for the old application. Dropped by epic10_finalize.';
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      DECLARE
        made record;
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9_qualified') AND to_regclass('"epic9_qualified"."ndas"') IS NULL THEN
          FOR made IN
            WITH register AS (
              SELECT number, c.oid AS relation, relname, nspname, relowner, relacl,
                     relrowsecurity OR NOT EXISTS (
                       SELECT FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL AND NOT attisdropped) AS invoker
                FROM pg_catalog.unnest(ARRAY['ndas', 'nda_status_history', 'documents', 'audit_log', 'contacts', 'agency_groups', 'subagencies', 'agency_group_grants', 'subagency_grants']::text[]) WITH ORDINALITY AS wanted (name, number)
                JOIN pg_class c ON c.oid = to_regclass(pg_catalog.quote_ident(name))::oid
                JOIN pg_namespace n ON n.oid = relnamespace
            ), moved (table_name, old, new, value) AS (VALUES
              ('ndas', 'status', 'status_epic10', NULL::text),
              ('ndas', 'usmax_position', 'usmax_position_epic10', '(CASE WHEN false THEN '''' END)::%s'::text),
              ('ndas', 'nda_type', 'nda_type_epic10', '(CASE WHEN false THEN '''' END)::%s'::text),
              ('ndas', 'expiration_date', 'expiration_date_epic10', NULL::text),
              ('ndas', 'is_non_usmax', 'is_non_usmax_epic10', '(CASE WHEN false THEN '''' END)::%s'::text),
              ('ndas', 'approved_by_id', 'approved_by_id_epic10', NULL::text),
              ('nda_status_history', 'status', 'status_epic10', NULL::text)
            ), shown AS (
              SELECT number, relation, relname, nspname, relowner, invoker, attnum, attname, atthasdef, value,
                     attname::text AS name, pg_catalog.format_type(atttypid, atttypmod) AS type_name,
                     pg_catalog.col_description(relation, attnum) AS comment, attacl AS acl
                FROM register JOIN pg_attribute AS it ON attrelid = relation AND attnum > 0 AND NOT attisdropped
                LEFT JOIN moved ON table_name = relname::text AND old = attname::text
               WHERE NOT EXISTS (SELECT FROM epic10_created_object
                                  WHERE kind = 'column' AND name = pg_catalog.concat(relname, '.', attname))
            ), to_whom AS (
              SELECT number, relname, nspname, name, attname, privilege_type AS privilege,
                     CASE WHEN grantee = 0::oid THEN 'PUBLIC'
                       ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) END AS who,
                     CASE WHEN pg_catalog.bool_or(is_grantable) THEN ' WITH GRANT OPTION' ELSE '' END AS further
                FROM (SELECT number, relname, nspname, relowner, NULL AS name, NULL::name AS attname, relacl AS acl
                        FROM register
                       UNION ALL SELECT number, relname, nspname, relowner, name, attname, acl FROM shown) AS granted,
                     aclexplode(acl)
               WHERE grantee <> relowner AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
               GROUP BY number, relname, nspname, name, attname, privilege_type, grantee
            ), owned AS (  -- By whom the tables are owned, where the role may say so.
              SELECT number, relname, pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(relowner)) AS who FROM register
               WHERE relowner = (SELECT relowner FROM register ORDER BY number LIMIT 1)
                 AND relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
                 AND pg_catalog.pg_has_role(relowner, 'MEMBER')
                 AND pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
            )
            SELECT 1 AS step, number, pg_catalog.format(
                     'CREATE VIEW "epic9_qualified".%1$I WITH (security_invoker = %2$s) AS SELECT %3$s FROM %4$I.%1$I',
                     relname, invoker,
                     pg_catalog.string_agg(pg_catalog.format('%I AS %I', attname, name), ', ' ORDER BY attnum),
                     nspname) AS statement
              FROM shown GROUP BY number, relname, nspname, invoker
            UNION ALL
            SELECT 2, number, pg_catalog.format('ALTER VIEW "epic9_qualified".%I ALTER COLUMN %I SET DEFAULT %s', relname, name,
                                                pg_catalog.format(value, type_name))
              FROM shown WHERE value IS NOT NULL AND NOT atthasdef
            UNION ALL
            SELECT 3, number, pg_catalog.format('COMMENT ON VIEW "epic9_qualified".%I IS %L', relname, comment)
              FROM register, pg_catalog.obj_description(relation, 'pg_class') AS comment WHERE comment IS NOT NULL
            UNION ALL
            SELECT 3, number, pg_catalog.format('COMMENT ON COLUMN "epic9_qualified".%I.%I IS %L', relname, name, comment)
              FROM shown WHERE comment IS NOT NULL
            UNION ALL
            SELECT DISTINCT 4, 0, pg_catalog.format('ALTER SCHEMA "epic9_qualified" OWNER TO %s', who) FROM owned
            UNION ALL
            SELECT 5, number, pg_catalog.format('ALTER VIEW "epic9_qualified".%I OWNER TO %s', relname, who) FROM owned
            UNION ALL
            SELECT DISTINCT 6, 0, pg_catalog.format('GRANT USAGE ON SCHEMA "epic9_qualified" TO %s', who) FROM to_whom
            UNION ALL
            SELECT 7, number, pg_catalog.format('GRANT %s%s ON "epic9_qualified".%I TO %s%s', privilege,
                     CASE WHEN name IS NULL THEN '' ELSE pg_catalog.format(' (%I)', name) END, relname, who, further)
              FROM to_whom
            UNION ALL  -- The column that comes has them from its name only at the switch.
            SELECT 8, number, pg_catalog.format('GRANT %s (%I) ON %I.%I TO %s%s', privilege, attname, nspname, relname, who,
                                                further)
              FROM to_whom WHERE name <> attname::text
             ORDER BY step, number, statement
          LOOP
            EXECUTE made.statement;
          END LOOP;
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      DECLARE
        base record;
        made record;
        place text;
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9_qualified') AND to_regtype('"epic9_qualified"."NdaStatus"') IS NULL THEN
          SELECT t.oid, t.oid::regtype AS name, nspname INTO base
            FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
            JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
           WHERE attrelid = to_regclass('"ndas"')::oid AND attname::text = ANY (ARRAY['status']::text[]) AND NOT attisdropped AND typtype = 'e'
           ORDER BY attname::text = 'status' DESC LIMIT 1;
          IF FOUND THEN
            EXECUTE pg_catalog.format('CREATE TYPE "epic9_qualified"."NdaStatus" AS ENUM (%s)', (
              SELECT pg_catalog.string_agg(pg_catalog.quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
                FROM pg_enum WHERE enumtypid = base.oid));
            EXECUTE pg_catalog.format('CREATE FUNCTION "epic9_qualified".plain("epic9_qualified"."NdaStatus") RETURNS %1$s LANGUAGE sql STABLE STRICT '
              'PARALLEL SAFE RETURN $1::text::%1$s', base.name);
            EXECUTE pg_catalog.format('CREATE FUNCTION "epic9_qualified".named(%s) RETURNS "epic9_qualified"."NdaStatus" LANGUAGE sql STABLE STRICT '
              'PARALLEL SAFE RETURN $1::text::"epic9_qualified"."NdaStatus"', base.name);
            EXECUTE pg_catalog.format('CREATE CAST ("epic9_qualified"."NdaStatus" AS %s) WITH FUNCTION "epic9_qualified".plain("epic9_qualified"."NdaStatus") AS IMPLICIT',
              base.name);
            EXECUTE pg_catalog.format('CREATE CAST (%1$s AS "epic9_qualified"."NdaStatus") WITH FUNCTION "epic9_qualified".named(%1$s)', base.name);
            FOR made IN SELECT * FROM (VALUES ('eq', '=', ', RESTRICT = pg_catalog.positionsel'), ('ne', '<>', ''),
              ('lt', '<', ''), ('le', '<=', ''), ('gt', '>', ''), ('ge', '>=', '')
            ) AS operators (function, operator, further) LOOP
              EXECUTE pg_catalog.format('CREATE FUNCTION "epic9_qualified".%I(anyenum, "epic9_qualified"."NdaStatus") RETURNS boolean LANGUAGE sql STABLE '
                'STRICT PARALLEL SAFE AS %L', made.function,
                pg_catalog.format('SELECT $1 OPERATOR(pg_catalog.%s) %I.plain($2)', made.operator, 'epic9_qualified'));
              FOREACH place IN ARRAY ARRAY['epic9_qualified', base.nspname] LOOP
                EXECUTE pg_catalog.format('CREATE OPERATOR %I.%s (LEFTARG = anyenum, RIGHTARG = "epic9_qualified"."NdaStatus", '
                  'FUNCTION = "epic9_qualified".%I%s)', place, made.operator, made.function, made.further);
              END LOOP;
            END LOOP;
          END IF;
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      DECLARE
        base record;
        made record;
        place text;
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9_qualified') AND to_regtype('"epic9_qualified"."UsMaxPosition"') IS NULL THEN
          SELECT t.oid, t.oid::regtype AS name, nspname INTO base
            FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
            JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
           WHERE attrelid = to_regclass('"ndas"')::oid AND attname::text = ANY (ARRAY['usmax_position']::text[]) AND NOT attisdropped AND typtype = 'e'
           ORDER BY attname::text = 'usmax_position' DESC LIMIT 1;
          IF FOUND THEN
            EXECUTE pg_catalog.format('CREATE TYPE "epic9_qualified"."UsMaxPosition" AS ENUM (%s)', (
              SELECT pg_catalog.string_agg(pg_catalog.quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
                FROM pg_enum WHERE enumtypid = base.oid));
            EXECUTE pg_catalog.format('CREATE FUNCTION "epic9_qualified".plain("epic9_qualified"."UsMaxPosition") RETURNS %1$s LANGUAGE sql STABLE STRICT '
              'PARALLEL SAFE RETURN $1::text::%1$s', base.name);
            EXECUTE pg_catalog.format('CREATE FUNCTION "epic9_qualified".named(%s) RETURNS "epic9_qualified"."UsMaxPosition" LANGUAGE sql STABLE STRICT '
              'PARALLEL SAFE RETURN $1::text::"epic9_qualified"."UsMaxPosition"', base.name);
            EXECUTE pg_catalog.format('CREATE CAST ("epic9_qualified"."UsMaxPosition" AS %s) WITH FUNCTION "epic9_qualified".plain("epic9_qualified"."UsMaxPosition") AS IMPLICIT',
              base.name);
            EXECUTE pg_catalog.format('CREATE CAST (%1$s AS "epic9_qualified"."UsMaxPosition") WITH FUNCTION "epic9_qualified".named(%1$s)', base.name);
            FOR made IN SELECT * FROM (VALUES ('eq', '=', ', RESTRICT = pg_catalog.positionsel'), ('ne', '<>', ''),
              ('lt', '<', ''), ('le', '<=', ''), ('gt', '>', ''), ('ge', '>=', '')
            ) AS operators (function, operator, further) LOOP
              EXECUTE pg_catalog.format('CREATE FUNCTION "epic9_qualified".%I(anyenum, "epic9_qualified"."UsMaxPosition") RETURNS boolean LANGUAGE sql STABLE '
                'STRICT PARALLEL SAFE AS %L', made.function,
                pg_catalog.format('SELECT $1 OPERATOR(pg_catalog.%s) %I.plain($2)', made.operator, 'epic9_qualified'));
              FOREACH place IN ARRAY ARRAY['epic9_qualified', base.nspname] LOOP
                EXECUTE pg_catalog.format('CREATE OPERATOR %I.%s (LEFTARG = anyenum, RIGHTARG = "epic9_qualified"."UsMaxPosition", '
                  'FUNCTION = "epic9_qualified".%I%s)', place, made.operator, made.function, made.further);
              END LOOP;
            END LOOP;
          END IF;
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10') AND NOT (to_regnamespace('"epic10"') IS NOT NULL) THEN
        CREATE SCHEMA "epic10";
        COMMENT ON SCHEMA "epic10" IS 'Epic 10: the register for the new application. Dropped by epic10_finalize.';
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      BEGIN
        PERFORM pg_catalog.set_config('epic10.trials', (
      WITH tables (writer, relation, skipped, moved, labels, most) AS (VALUES
          (1, to_regclass('"ndas"')::oid,
           ARRAY(SELECT pg_catalog.unnest(ARRAY['status_epic10', 'status_legacy', 'usmax_position_epic10', 'usmax_position_legacy', 'nda_type_epic10', 'nda_type_legacy', 'expiration_date_epic10', 'expiration_date_legacy', 'is_non_usmax_epic10', 'is_non_usmax_legacy', 'approved_by_id_epic10', 'approved_by_id_legacy']::text[]) UNION ALL
                 SELECT added FROM pg_catalog.unnest(ARRAY['nda_type', 'expiration_date', 'is_non_usmax', 'approved_by_id', 'approved_at', 'rejection_reason']::text[]) AS added
                   JOIN epic10_created_object ON kind = 'column'
                    AND name = pg_catalog.concat('ndas', '.', added)),
           ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10', 'nda_type', 'nda_type_epic10', 'expiration_date', 'expiration_date_epic10', 'is_non_usmax', 'is_non_usmax_epic10', 'approved_by_id', 'approved_by_id_epic10']::text[],
           CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
         AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
         AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"ndas"')::oid))
            OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"ndas"')::oid)
            OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"ndas"')::oid)
            OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"ndas"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
            OR EXISTS (
              SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])
                 AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
            OR EXISTS (
              SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"ndas"')::oid
                 AND refobjsubid = ANY (ARRAY(
                   SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])))
                 AND CASE classid
                   WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
                   WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
                   WHEN 'pg_class'::regclass::oid THEN (
                     SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
                   END)) THEN '[{"column_name": "status", "labels": ["CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED", "CREATED", "FULLY_EXECUTED"]}, {"column_name": "usmax_position", "labels": ["PRIME", "SUB", "TEAMING", "OTHER"]}]'::jsonb ELSE '[]'::jsonb END, 8),
          (2, to_regclass('"nda_status_history"')::oid,
           ARRAY['status_epic10', 'status_legacy']::text[],
           ARRAY['status', 'status_epic10']::text[],
           CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
         AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
         AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"nda_status_history"')::oid))
            OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"nda_status_history"')::oid)
            OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"nda_status_history"')::oid)
            OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"nda_status_history"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
            OR EXISTS (
              SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])
                 AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
            OR EXISTS (
              SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"nda_status_history"')::oid
                 AND refobjsubid = ANY (ARRAY(
                   SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])))
                 AND CASE classid
                   WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
                   WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
                   WHEN 'pg_class'::regclass::oid THEN (
                     SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
                   END)) THEN '[{"column_name": "status", "labels": ["CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED", "CREATED", "FULLY_EXECUTED"]}]'::jsonb ELSE '[]'::jsonb END, 8)
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
               OR prosrc ~* pg_catalog.concat('\m', relname, '\M'))), '[]'::jsonb))::text
        ), false);
      END
      $epic10_views$;
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
-- 10.1, 10.2, 10.3: Views for the old application, until it is gone; it works through them by its search_path.
-- 10.1, 10.2, 10.3: Where the new types wait for the switch.
-- 10.1: The new positions, in a column beside the old one; NULL becomes PRIME.
DO $epic10$
BEGIN
  IF NOT ((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition') IS NOT NULL) THEN
    CREATE TYPE "epic10"."UsMaxPosition" AS ENUM ('PRIME', 'SUB_CONTRACTOR', 'OTHER');
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  EXECUTE pg_catalog.format('ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "usmax_position_epic10" "epic10"."UsMaxPosition" DEFAULT %L NOT NULL', coalesce(nullif(pg_catalog.current_setting('epic10.ndas_usmax_position', true), ''), 'PRIME'));
  ALTER TABLE "ndas" ALTER COLUMN "usmax_position_epic10" DROP DEFAULT;
END
$epic10$;
-- 10.2: Every NDA is Mutual or Consultant. Existing rows read the default; no row is touched.
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaType') AND NOT ((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaType') IS NOT NULL) THEN
    CREATE TYPE "epic10"."NdaType" AS ENUM ('MUTUAL', 'CONSULTANT');
  ELSIF NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaType') OR to_regtype('"NdaType"')::oid IS NOT NULL) THEN
    EXECUTE pg_catalog.format('CREATE TYPE %I."NdaType" AS ENUM (''MUTUAL'', ''CONSULTANT'')', coalesce((SELECT nspname FROM pg_namespace n JOIN pg_type t ON typnamespace = n.oid WHERE t.oid = to_regtype('"NdaType"')::oid), (SELECT nspname FROM pg_attribute JOIN pg_type t ON t.oid = atttypid JOIN pg_namespace n ON n.oid = typnamespace
    WHERE attrelid = to_regclass('"ndas"')::oid AND typtype = 'e' AND NOT attisdropped AND nspname::text <> 'epic10' ORDER BY attnum LIMIT 1), current_schema()));
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10') THEN
    ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "nda_type_epic10" "epic10"."NdaType" DEFAULT 'MUTUAL' NOT NULL;
    ALTER TABLE "ndas" ALTER COLUMN "nda_type_epic10" DROP DEFAULT;
  ELSIF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaType') THEN
    ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "nda_type" "epic10"."NdaType" DEFAULT 'MUTUAL' NOT NULL;
  ELSE
    ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "nda_type" "NdaType" DEFAULT 'MUTUAL' NOT NULL;
  END IF;
END
$epic10$;
-- 10.3: The new status labels, in a column beside the old one, for NDAs and for their history.
DO $epic10$
BEGIN
  IF NOT ((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus') IS NOT NULL) THEN
    CREATE TYPE "epic10"."NdaStatus" AS ENUM ('CREATED', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE', 'IN_REVISION', 'FULLY_EXECUTED', 'INACTIVE_CANCELED', 'EXPIRED');
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  EXECUTE pg_catalog.format('ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "status_epic10" "epic10"."NdaStatus" DEFAULT %L NOT NULL', coalesce(nullif(pg_catalog.current_setting('epic10.ndas_status', true), ''), 'CREATED'));
  ALTER TABLE "ndas" ALTER COLUMN "status_epic10" DROP DEFAULT;
END
$epic10$;
DO $epic10$
BEGIN
  EXECUTE pg_catalog.format('ALTER TABLE "nda_status_history" ADD COLUMN IF NOT EXISTS "status_epic10" "epic10"."NdaStatus" DEFAULT %L NOT NULL', coalesce(nullif(pg_catalog.current_setting('epic10.nda_status_history_status', true), ''), 'CREATED'));
  ALTER TABLE "nda_status_history" ALTER COLUMN "status_epic10" DROP DEFAULT;
END
$epic10$;
-- 10.4: When a fully executed NDA ends. NULL: it does not, or it is not executed yet.
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10') THEN
    ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "expiration_date_epic10" timestamp(3) NULL;
    ALTER TABLE "ndas" ALTER COLUMN "expiration_date_epic10" DROP DEFAULT;
  ELSE
    ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "expiration_date" timestamp(3) NULL;
  END IF;
END
$epic10$;
-- 10.5: NDAs of partners, without USmax. Existing rows read false.
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10') THEN
    ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "is_non_usmax_epic10" boolean DEFAULT false NOT NULL;
    ALTER TABLE "ndas" ALTER COLUMN "is_non_usmax_epic10" DROP DEFAULT;
  ELSE
    ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "is_non_usmax" boolean DEFAULT false NOT NULL;
  END IF;
END
$epic10$;
-- 10.6: Who approved, when, and why it was rejected. A contact that is deleted leaves NULL.
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10') THEN
    ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "approved_by_id_epic10" text NULL;
    ALTER TABLE "ndas" ALTER COLUMN "approved_by_id_epic10" DROP DEFAULT;
  ELSE
    ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "approved_by_id" text NULL;
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_fkey') AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10') THEN
    ALTER TABLE "ndas" ADD CONSTRAINT "ndas_approved_by_id_fkey" FOREIGN KEY (approved_by_id) REFERENCES contacts(id) ON DELETE SET NULL NOT VALID;
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_epic10_fkey') AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10') THEN
    ALTER TABLE "ndas" ADD CONSTRAINT "ndas_approved_by_id_epic10_fkey" FOREIGN KEY (approved_by_id_epic10) REFERENCES contacts(id) ON DELETE SET NULL NOT VALID;
  END IF;
END
$epic10$;
ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "approved_at" timestamp(3) NULL;
ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "rejection_reason" text NULL;
-- 10.1, 10.3, 10.4: From here on whatever the running application writes is translated as it is written.
DO $epic10$
BEGIN
  IF NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas') THEN
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas() RETURNS trigger AS $$
BEGIN
NEW.status_epic10 := CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END;
NEW.usmax_position_epic10 := coalesce(CASE NEW.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE NEW.usmax_position::text END, 'PRIME');
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.expiration_date IS NULL
  ELSE (OLD.fully_executed_date IS DISTINCT FROM NEW.fully_executed_date) AND (NEW.expiration_date IS NULL OR NOT (OLD.expiration_date IS DISTINCT FROM NEW.expiration_date))
    OR (NEW.expiration_date IS NULL AND CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END IS NOT NULL AND NEW.status_epic10::text = 'FULLY_EXECUTED') END)
  AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = TG_RELID AND attname = 'expiration_date_epic10' AND NOT attisdropped) THEN
  NEW.expiration_date := CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END;
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas() FROM PUBLIC;
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_insert" ON "ndas";
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_update" ON "ndas";
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.status, OLD.usmax_position, OLD.fully_executed_date), ROW(NEW.status, NEW.usmax_position, NEW.fully_executed_date)))
  EXECUTE FUNCTION zz_epic10_sync_ndas();
ALTER TABLE "ndas" ENABLE ALWAYS TRIGGER zz_epic10_sync_ndas_insert;
COMMENT ON FUNCTION zz_epic10_sync_ndas() IS 'Epic 10: keeps old and new columns in step. 4a56b97287a69edb78bbe0aad19e37264a461e14';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_nda_status_history') THEN
  CREATE OR REPLACE FUNCTION zz_epic10_sync_nda_status_history() RETURNS trigger AS $$
BEGIN
NEW.status_epic10 := CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_nda_status_history() FROM PUBLIC;
DROP TRIGGER IF EXISTS "00_epic10_sync_nda_status_history_insert" ON "nda_status_history";
DROP TRIGGER IF EXISTS "00_epic10_sync_nda_status_history_update" ON "nda_status_history";
CREATE OR REPLACE TRIGGER zz_epic10_sync_nda_status_history_insert BEFORE INSERT ON "nda_status_history" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_nda_status_history();
CREATE OR REPLACE TRIGGER zz_epic10_sync_nda_status_history_update BEFORE UPDATE ON "nda_status_history" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.status), ROW(NEW.status)))
  EXECUTE FUNCTION zz_epic10_sync_nda_status_history();
ALTER TABLE "nda_status_history" ENABLE ALWAYS TRIGGER zz_epic10_sync_nda_status_history_insert;
COMMENT ON FUNCTION zz_epic10_sync_nda_status_history() IS 'Epic 10: keeps old and new columns in step. 230023ba9f22ae8c4b2f8b71533bfc184af21c76';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10') AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_nda_type') THEN
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas_nda_type() RETURNS trigger AS $$
BEGIN
NEW.nda_type_epic10 := coalesce(CASE WHEN NEW.nda_type::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE NEW.nda_type::text END, 'MUTUAL');
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas_nda_type() FROM PUBLIC;
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_nda_type_insert" ON "ndas";
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_nda_type_update" ON "ndas";
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_nda_type_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_nda_type();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_nda_type_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.nda_type), ROW(NEW.nda_type)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_nda_type();
ALTER TABLE "ndas" ENABLE ALWAYS TRIGGER zz_epic10_sync_ndas_nda_type_insert;
COMMENT ON FUNCTION zz_epic10_sync_ndas_nda_type() IS 'Epic 10: keeps old and new columns in step. 53ebc03acd5e6f011303eda94f71fdb6245c1534';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10') AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_expiration_date') THEN
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas_expiration_date() RETURNS trigger AS $$
BEGIN
NEW.expiration_date_epic10 := CASE WHEN NEW.expiration_date IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END
    ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', NEW.expiration_date::timestamp))) END;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas_expiration_date() FROM PUBLIC;
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_expiration_date_insert" ON "ndas";
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_expiration_date_update" ON "ndas";
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_expiration_date_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_expiration_date();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_expiration_date_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.expiration_date, OLD.fully_executed_date), ROW(NEW.expiration_date, NEW.fully_executed_date)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_expiration_date();
COMMENT ON FUNCTION zz_epic10_sync_ndas_expiration_date() IS 'Epic 10: keeps old and new columns in step. 94d753a71de05755feddff755df9904646cee807';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10') AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_is_non_usmax') THEN
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas_is_non_usmax() RETURNS trigger AS $$
BEGIN
NEW.is_non_usmax_epic10 := coalesce(NEW.is_non_usmax, false);
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas_is_non_usmax() FROM PUBLIC;
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_is_non_usmax_insert" ON "ndas";
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_is_non_usmax_update" ON "ndas";
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_is_non_usmax_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_is_non_usmax();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_is_non_usmax_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.is_non_usmax), ROW(NEW.is_non_usmax)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_is_non_usmax();
ALTER TABLE "ndas" ENABLE ALWAYS TRIGGER zz_epic10_sync_ndas_is_non_usmax_insert;
COMMENT ON FUNCTION zz_epic10_sync_ndas_is_non_usmax() IS 'Epic 10: keeps old and new columns in step. 1cbc789801de1bc0b732c4331f57ed751d7ce0c9';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10') AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_approved_by_id') THEN
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas_approved_by_id() RETURNS trigger AS $$
BEGIN
NEW.approved_by_id_epic10 := (SELECT contacts.id FROM contacts WHERE contacts.id = NEW.approved_by_id);
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas_approved_by_id() FROM PUBLIC;
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_approved_by_id_insert" ON "ndas";
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_approved_by_id_update" ON "ndas";
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_approved_by_id_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_approved_by_id();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_approved_by_id_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.approved_by_id), ROW(NEW.approved_by_id)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_approved_by_id();
COMMENT ON FUNCTION zz_epic10_sync_ndas_approved_by_id() IS 'Epic 10: keeps old and new columns in step. 6a9b149966b61b17c2252988db197277f3352ab8';
  END IF;
END
$epic10$;
-- 10.1 to 10.6: Whatever the release fills changes no other column, such as updated_at, by a trigger of others.
DO $epic10$
BEGIN
  EXECUTE pg_catalog.format($install$
CREATE OR REPLACE FUNCTION zz_epic10_backfill_ndas() RETURNS trigger AS $$
DECLARE
  written record := NEW;
BEGIN
  IF pg_catalog.pg_has_role((SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID), 'USAGE') THEN
    NEW := OLD;
    %s
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql$install$, (
    SELECT pg_catalog.string_agg(pg_catalog.format('NEW.%1$I := written.%1$I;', attname), ' ' ORDER BY attnum)
      FROM pg_attribute JOIN epic10_created_object ON kind = 'column' AND name = 'ndas' || '.' || attname::text
     WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped));
  REVOKE ALL ON FUNCTION zz_epic10_backfill_ndas() FROM PUBLIC;
  CREATE OR REPLACE TRIGGER zz_epic10_backfill_ndas BEFORE UPDATE ON "ndas" FOR EACH ROW
    WHEN (pg_catalog.current_setting('epic10.backfill', true) = 'ndas') EXECUTE FUNCTION zz_epic10_backfill_ndas();
END
$epic10$;
DO $epic10$
BEGIN
  EXECUTE pg_catalog.format($install$
CREATE OR REPLACE FUNCTION zz_epic10_backfill_nda_status_history() RETURNS trigger AS $$
DECLARE
  written record := NEW;
BEGIN
  IF pg_catalog.pg_has_role((SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID), 'USAGE') THEN
    NEW := OLD;
    %s
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql$install$, (
    SELECT pg_catalog.string_agg(pg_catalog.format('NEW.%1$I := written.%1$I;', attname), ' ' ORDER BY attnum)
      FROM pg_attribute JOIN epic10_created_object ON kind = 'column' AND name = 'nda_status_history' || '.' || attname::text
     WHERE attrelid = to_regclass('"nda_status_history"')::oid AND NOT attisdropped));
  REVOKE ALL ON FUNCTION zz_epic10_backfill_nda_status_history() FROM PUBLIC;
  CREATE OR REPLACE TRIGGER zz_epic10_backfill_nda_status_history BEFORE UPDATE ON "nda_status_history" FOR EACH ROW
    WHEN (pg_catalog.current_setting('epic10.backfill', true) = 'nda_status_history') EXECUTE FUNCTION zz_epic10_backfill_nda_status_history();
END
$epic10$;
-- 10.1 to 10.6: After a way back: what was put back and is changed by the old application is parked again.
DO $epic10$
BEGIN
  IF NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_park_ndas') THEN
  CREATE OR REPLACE FUNCTION zz_epic10_park_ndas() RETURNS trigger AS $$
DECLARE
  held jsonb := '{}';
  -- A transaction with one snapshot for all it does may have begun before the way back, and not see it.
  this_rollback bigint := greatest(TG_ARGV[0]::bigint, (SELECT max(id) FROM epic10_rollback));
  this_event text := CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'gone' END;
BEGIN
  IF TG_RELID IS DISTINCT FROM to_regclass('"ndas"')::oid THEN
    RAISE EXCEPTION 'zz_epic10_park_ndas works for the table ndas alone, not for %.', TG_RELID::regclass
      USING HINT = pg_catalog.format('DROP TRIGGER %I ON %s;', TG_NAME, TG_RELID::regclass);
  END IF;
  -- Any other row that looks as if it held something waits for the backfill.
  IF TG_ARGV[1]::bool OR EXISTS (SELECT FROM epic10_rollback WHERE parked_at IS NULL) OR (SELECT event = 'restored' AND rollback_id = (SELECT max(id) FROM epic10_rollback) FROM epic10_archive
         WHERE table_name = 'ndas' AND row_id = OLD.id ORDER BY id DESC LIMIT 1) THEN
    held := (CASE WHEN OLD.status_epic10::text IS NOT NULL AND OLD.status_epic10::text IS DISTINCT FROM CASE OLD.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE OLD.status::text END AND true THEN pg_catalog.jsonb_build_object('status', OLD.status_epic10) ELSE '{}' END
    || CASE WHEN OLD.usmax_position_epic10::text IS NOT NULL AND OLD.usmax_position_epic10::text IS DISTINCT FROM coalesce(CASE OLD.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE OLD.usmax_position::text END, 'PRIME') AND true THEN pg_catalog.jsonb_build_object('usmax_position', OLD.usmax_position_epic10) ELSE '{}' END
    || CASE WHEN OLD.expiration_date IS DISTINCT FROM (CASE WHEN (CASE WHEN pg_catalog.pg_typeof(OLD.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', OLD.fully_executed_date::timestamptz) ELSE OLD.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(OLD.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', OLD.fully_executed_date::timestamptz) ELSE OLD.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(OLD.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', OLD.fully_executed_date::timestamptz) ELSE OLD.fully_executed_date::timestamp END) + interval '1 year' END) AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date') THEN pg_catalog.jsonb_build_object('expiration_date', OLD.expiration_date) ELSE '{}' END
    || CASE WHEN OLD.nda_type::text IS NOT NULL AND OLD.nda_type::text IS DISTINCT FROM 'MUTUAL' AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type') THEN pg_catalog.jsonb_build_object('nda_type', OLD.nda_type) ELSE '{}' END
    || CASE WHEN OLD.is_non_usmax IS NOT NULL AND OLD.is_non_usmax IS DISTINCT FROM 'False' AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax') THEN pg_catalog.jsonb_build_object('is_non_usmax', OLD.is_non_usmax) ELSE '{}' END
    || CASE WHEN OLD.approved_by_id IS NOT NULL AND OLD.approved_by_id IS DISTINCT FROM NULL AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id') THEN pg_catalog.jsonb_build_object('approved_by_id', OLD.approved_by_id) ELSE '{}' END
    || CASE WHEN OLD.approved_at IS NOT NULL AND OLD.approved_at IS DISTINCT FROM NULL AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_at') THEN pg_catalog.jsonb_build_object('approved_at', OLD.approved_at) ELSE '{}' END
    || CASE WHEN OLD.rejection_reason IS NOT NULL AND OLD.rejection_reason IS DISTINCT FROM NULL AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.rejection_reason') THEN pg_catalog.jsonb_build_object('rejection_reason', OLD.rejection_reason) ELSE '{}' END);
  END IF;
  IF held <> '{}' THEN
    IF TG_OP = 'UPDATE' THEN
      NEW.status_epic10 := CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END;
      NEW.usmax_position_epic10 := coalesce(CASE NEW.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE NEW.usmax_position::text END, 'PRIME');
      IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date') THEN NEW.expiration_date := (CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END); END IF;
      IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type') THEN NEW.nda_type := 'MUTUAL'; END IF;
      IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax') THEN NEW.is_non_usmax := 'False'; END IF;
      IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id') THEN NEW.approved_by_id := NULL; END IF;
      IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_at') THEN NEW.approved_at := NULL; END IF;
      IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.rejection_reason') THEN NEW.rejection_reason := NULL; END IF;
    END IF;
    INSERT INTO epic10_archive (rollback_id, table_name, row_id, event, content, found, fingerprint)
    VALUES (this_rollback, 'ndas', OLD.id, this_event, held,
            CASE TG_OP WHEN 'UPDATE' THEN (SELECT pg_catalog.jsonb_object_agg(key, pg_catalog.to_jsonb(NEW) -> key) FROM jsonb_object_keys(held) AS key) END, pg_catalog.hash_record_extended(ROW(OLD.id, OLD.display_id, OLD.company_name, OLD.company_city, OLD.company_state, OLD.state_of_incorporation, OLD.agency_group_id, OLD.subagency_id, OLD.agency_office_name, OLD.abbreviated_name, OLD.authorized_purpose, OLD.effective_date, OLD.usmax_position::text, OLD.status::text, OLD.fully_executed_date, OLD.opportunity_poc_id, OLD.contracts_poc_id, OLD.relationship_poc_id, OLD.cloned_from_id, OLD.created_by_id, OLD.created_at, OLD.updated_at), 0)) ON CONFLICT DO NOTHING;
    IF NOT FOUND AND NOT EXISTS (
      SELECT FROM epic10_archive WHERE rollback_id = this_rollback AND table_name = 'ndas' AND row_id = OLD.id
         AND event = this_event AND content = held) THEN
      RAISE EXCEPTION '%', 'epic10_archive has other values of the row ' || OLD.id || ' of ndas than the row itself.'
        USING HINT = 'Neither is lost if a new count begins: INSERT INTO epic10_rollback (parked_at) VALUES (clock_timestamp()); then try again.';
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql SECURITY DEFINER;
REVOKE ALL ON FUNCTION zz_epic10_park_ndas() FROM PUBLIC;
-- Where there was no rollback nothing was put back, and there is nothing to watch over.
IF EXISTS (SELECT FROM epic10_rollback) THEN
  DROP TRIGGER IF EXISTS zz_epic10_park_ndas_update ON "ndas";
  DROP TRIGGER IF EXISTS zz_epic10_park_ndas_delete ON "ndas";
  EXECUTE pg_catalog.format('CREATE TRIGGER zz_epic10_park_ndas_update BEFORE update ON "ndas" FOR EACH ROW
    WHEN (pg_catalog.record_image_ne(ROW(OLD.id, OLD.display_id, OLD.company_name, OLD.company_city, OLD.company_state, OLD.state_of_incorporation, OLD.agency_group_id, OLD.subagency_id, OLD.agency_office_name, OLD.abbreviated_name, OLD.authorized_purpose, OLD.effective_date, OLD.usmax_position, OLD.status, OLD.fully_executed_date, OLD.opportunity_poc_id, OLD.contracts_poc_id, OLD.relationship_poc_id, OLD.cloned_from_id, OLD.created_by_id, OLD.created_at, OLD.updated_at), ROW(NEW.id, NEW.display_id, NEW.company_name, NEW.company_city, NEW.company_state, NEW.state_of_incorporation, NEW.agency_group_id, NEW.subagency_id, NEW.agency_office_name, NEW.abbreviated_name, NEW.authorized_purpose, NEW.effective_date, NEW.usmax_position, NEW.status, NEW.fully_executed_date, NEW.opportunity_poc_id, NEW.contracts_poc_id, NEW.relationship_poc_id, NEW.cloned_from_id, NEW.created_by_id, NEW.created_at, NEW.updated_at))
     AND (OLD.status_epic10::text IS NOT NULL AND OLD.status_epic10::text IS DISTINCT FROM CASE OLD.status::text WHEN ''EMAILED'' THEN ''SENT_PENDING_SIGNATURE'' WHEN ''INACTIVE'' THEN ''INACTIVE_CANCELED'' WHEN ''CANCELLED'' THEN ''INACTIVE_CANCELED'' ELSE OLD.status::text END
    OR OLD.usmax_position_epic10::text IS NOT NULL AND OLD.usmax_position_epic10::text IS DISTINCT FROM coalesce(CASE OLD.usmax_position::text WHEN ''SUB'' THEN ''SUB_CONTRACTOR'' WHEN ''TEAMING'' THEN ''OTHER'' ELSE OLD.usmax_position::text END, ''PRIME'')
    OR OLD.expiration_date IS DISTINCT FROM (CASE WHEN (CASE WHEN pg_catalog.pg_typeof(OLD.fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', OLD.fully_executed_date::timestamptz) ELSE OLD.fully_executed_date::timestamp END) >= ''0001-01-01'' AND (CASE WHEN pg_catalog.pg_typeof(OLD.fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', OLD.fully_executed_date::timestamptz) ELSE OLD.fully_executed_date::timestamp END) < ''9999-01-01'' THEN (CASE WHEN pg_catalog.pg_typeof(OLD.fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', OLD.fully_executed_date::timestamptz) ELSE OLD.fully_executed_date::timestamp END) + interval ''1 year'' END)
    OR OLD.nda_type::text IS NOT NULL AND OLD.nda_type::text IS DISTINCT FROM ''MUTUAL''
    OR OLD.is_non_usmax IS NOT NULL AND OLD.is_non_usmax IS DISTINCT FROM ''False''
    OR OLD.approved_by_id IS NOT NULL AND OLD.approved_by_id IS DISTINCT FROM NULL
    OR OLD.approved_at IS NOT NULL AND OLD.approved_at IS DISTINCT FROM NULL
    OR OLD.rejection_reason IS NOT NULL AND OLD.rejection_reason IS DISTINCT FROM NULL)) EXECUTE FUNCTION zz_epic10_park_ndas(%L, %L)', (SELECT max(id) FROM epic10_rollback), EXISTS (SELECT FROM epic10_rollback WHERE parked_at IS NULL));
  EXECUTE pg_catalog.format('CREATE TRIGGER zz_epic10_park_ndas_delete BEFORE delete ON "ndas" FOR EACH ROW
    WHEN (OLD.status_epic10::text IS NOT NULL AND OLD.status_epic10::text IS DISTINCT FROM CASE OLD.status::text WHEN ''EMAILED'' THEN ''SENT_PENDING_SIGNATURE'' WHEN ''INACTIVE'' THEN ''INACTIVE_CANCELED'' WHEN ''CANCELLED'' THEN ''INACTIVE_CANCELED'' ELSE OLD.status::text END
    OR OLD.usmax_position_epic10::text IS NOT NULL AND OLD.usmax_position_epic10::text IS DISTINCT FROM coalesce(CASE OLD.usmax_position::text WHEN ''SUB'' THEN ''SUB_CONTRACTOR'' WHEN ''TEAMING'' THEN ''OTHER'' ELSE OLD.usmax_position::text END, ''PRIME'')
    OR OLD.expiration_date IS DISTINCT FROM (CASE WHEN (CASE WHEN pg_catalog.pg_typeof(OLD.fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', OLD.fully_executed_date::timestamptz) ELSE OLD.fully_executed_date::timestamp END) >= ''0001-01-01'' AND (CASE WHEN pg_catalog.pg_typeof(OLD.fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', OLD.fully_executed_date::timestamptz) ELSE OLD.fully_executed_date::timestamp END) < ''9999-01-01'' THEN (CASE WHEN pg_catalog.pg_typeof(OLD.fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', OLD.fully_executed_date::timestamptz) ELSE OLD.fully_executed_date::timestamp END) + interval ''1 year'' END)
    OR OLD.nda_type::text IS NOT NULL AND OLD.nda_type::text IS DISTINCT FROM ''MUTUAL''
    OR OLD.is_non_usmax IS NOT NULL AND OLD.is_non_usmax IS DISTINCT FROM ''False''
    OR OLD.approved_by_id IS NOT NULL AND OLD.approved_by_id IS DISTINCT FROM NULL
    OR OLD.approved_at IS NOT NULL AND OLD.approved_at IS DISTINCT FROM NULL
    OR OLD.rejection_reason IS NOT NULL AND OLD.rejection_reason IS DISTINCT FROM NULL) EXECUTE FUNCTION zz_epic10_park_ndas(%L, %L)', (SELECT max(id) FROM epic10_rollback), EXISTS (SELECT FROM epic10_rollback WHERE parked_at IS NULL));
END IF;
EXECUTE pg_catalog.format('ALTER FUNCTION zz_epic10_park_ndas() SET search_path = %I, pg_temp', (
  SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass('"ndas"')::oid));
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_park_nda_status_history') THEN
  CREATE OR REPLACE FUNCTION zz_epic10_park_nda_status_history() RETURNS trigger AS $$
DECLARE
  held jsonb := '{}';
  -- A transaction with one snapshot for all it does may have begun before the way back, and not see it.
  this_rollback bigint := greatest(TG_ARGV[0]::bigint, (SELECT max(id) FROM epic10_rollback));
  this_event text := CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'gone' END;
BEGIN
  IF TG_RELID IS DISTINCT FROM to_regclass('"nda_status_history"')::oid THEN
    RAISE EXCEPTION 'zz_epic10_park_nda_status_history works for the table nda_status_history alone, not for %.', TG_RELID::regclass
      USING HINT = pg_catalog.format('DROP TRIGGER %I ON %s;', TG_NAME, TG_RELID::regclass);
  END IF;
  -- Any other row that looks as if it held something waits for the backfill.
  IF TG_ARGV[1]::bool OR EXISTS (SELECT FROM epic10_rollback WHERE parked_at IS NULL) OR (SELECT event = 'restored' AND rollback_id = (SELECT max(id) FROM epic10_rollback) FROM epic10_archive
         WHERE table_name = 'nda_status_history' AND row_id = OLD.id ORDER BY id DESC LIMIT 1) THEN
    held := (CASE WHEN OLD.status_epic10::text IS NOT NULL AND OLD.status_epic10::text IS DISTINCT FROM CASE OLD.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE OLD.status::text END AND true THEN pg_catalog.jsonb_build_object('status', OLD.status_epic10) ELSE '{}' END);
  END IF;
  IF held <> '{}' THEN
    IF TG_OP = 'UPDATE' THEN
      NEW.status_epic10 := CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END;
    END IF;
    INSERT INTO epic10_archive (rollback_id, table_name, row_id, event, content, found, fingerprint)
    VALUES (this_rollback, 'nda_status_history', OLD.id, this_event, held,
            CASE TG_OP WHEN 'UPDATE' THEN (SELECT pg_catalog.jsonb_object_agg(key, pg_catalog.to_jsonb(NEW) -> key) FROM jsonb_object_keys(held) AS key) END, pg_catalog.hash_record_extended(ROW(OLD.id, OLD.nda_id, OLD.status::text, OLD.changed_at, OLD.changed_by_id), 0)) ON CONFLICT DO NOTHING;
    IF NOT FOUND AND NOT EXISTS (
      SELECT FROM epic10_archive WHERE rollback_id = this_rollback AND table_name = 'nda_status_history' AND row_id = OLD.id
         AND event = this_event AND content = held) THEN
      RAISE EXCEPTION '%', 'epic10_archive has other values of the row ' || OLD.id || ' of nda_status_history than the row itself.'
        USING HINT = 'Neither is lost if a new count begins: INSERT INTO epic10_rollback (parked_at) VALUES (clock_timestamp()); then try again.';
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql SECURITY DEFINER;
REVOKE ALL ON FUNCTION zz_epic10_park_nda_status_history() FROM PUBLIC;
-- Where there was no rollback nothing was put back, and there is nothing to watch over.
IF EXISTS (SELECT FROM epic10_rollback) THEN
  DROP TRIGGER IF EXISTS zz_epic10_park_nda_status_history_update ON "nda_status_history";
  DROP TRIGGER IF EXISTS zz_epic10_park_nda_status_history_delete ON "nda_status_history";
  EXECUTE pg_catalog.format('CREATE TRIGGER zz_epic10_park_nda_status_history_update BEFORE update ON "nda_status_history" FOR EACH ROW
    WHEN (pg_catalog.record_image_ne(ROW(OLD.id, OLD.nda_id, OLD.status, OLD.changed_at, OLD.changed_by_id), ROW(NEW.id, NEW.nda_id, NEW.status, NEW.changed_at, NEW.changed_by_id))
     AND (OLD.status_epic10::text IS NOT NULL AND OLD.status_epic10::text IS DISTINCT FROM CASE OLD.status::text WHEN ''EMAILED'' THEN ''SENT_PENDING_SIGNATURE'' WHEN ''INACTIVE'' THEN ''INACTIVE_CANCELED'' WHEN ''CANCELLED'' THEN ''INACTIVE_CANCELED'' ELSE OLD.status::text END)) EXECUTE FUNCTION zz_epic10_park_nda_status_history(%L, %L)', (SELECT max(id) FROM epic10_rollback), EXISTS (SELECT FROM epic10_rollback WHERE parked_at IS NULL));
  EXECUTE pg_catalog.format('CREATE TRIGGER zz_epic10_park_nda_status_history_delete BEFORE delete ON "nda_status_history" FOR EACH ROW
    WHEN (OLD.status_epic10::text IS NOT NULL AND OLD.status_epic10::text IS DISTINCT FROM CASE OLD.status::text WHEN ''EMAILED'' THEN ''SENT_PENDING_SIGNATURE'' WHEN ''INACTIVE'' THEN ''INACTIVE_CANCELED'' WHEN ''CANCELLED'' THEN ''INACTIVE_CANCELED'' ELSE OLD.status::text END) EXECUTE FUNCTION zz_epic10_park_nda_status_history(%L, %L)', (SELECT max(id) FROM epic10_rollback), EXISTS (SELECT FROM epic10_rollback WHERE parked_at IS NULL));
END IF;
EXECUTE pg_catalog.format('ALTER FUNCTION zz_epic10_park_nda_status_history() SET search_path = %I, pg_temp', (
  SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass('"nda_status_history"')::oid));
  END IF;
END
$epic10$;
-- 10.1, 10.3, 10.4: It is tried again after the change: what was taken before and is refused now stops it.
DO $epic10$
DECLARE
  trials jsonb := pg_catalog.current_setting('epic10.trials')::jsonb;
  written record;
  trial record;
  statements text[];
  number int;
  attempt text;
  refused text := coalesce(pg_catalog.current_setting('epic10.refused', true), '');
  place text;
  rows int;
  began timestamptz;
BEGIN
  DISCARD PLANS;
  -- No trigger would fire as for the application, not even the release's own.
  IF pg_catalog.current_setting('session_replication_role') = 'replica' THEN
    RETURN;
  END IF;
  FOR written IN SELECT * FROM pg_catalog.jsonb_to_recordset(trials -> 'writes'::text) AS (
    relation oid, table_name text, first_row text, inserted text, updated text, labels jsonb, most int) LOOP
    statements := ARRAY[written.inserted, written.updated];
    IF pg_catalog.jsonb_array_length(written.labels) > 0 THEN
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
        INTO trial;
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
        WHEN SQLSTATE 'EP010' THEN EXIT WHEN number = 3 AND rows = written.most;
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
            USING HINT = pg_catalog.format(E'A trigger, rule, policy or constraint that is not of the release refuses it: \\d+ %s in psql lists them. Nothing is changed by this phase. Set that right, or drop it for the night; then run the same command again.', written.table_name);
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
      WHEN lock_not_available OR deadlock_detected OR serialization_failure THEN RAISE;
      WHEN OTHERS THEN
        RAISE EXCEPTION '%', pg_catalog.format('Function %s could not be called after this change: %s', trial.name,
          SQLERRM) USING HINT = pg_catalog.format('Make it in PL/pgSQL, or let it name a type of its own instead of the row of the table, and no old labels; or DROP FUNCTION %s; for the night. Nothing is changed by this phase. Then run the same command again.', trial.name);
    END;
  END LOOP;
END
$epic10$;
COMMIT;
\endif
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = ''
 WHERE phase = 'expand' AND direction = 'forwards' AND finished_at IS NULL;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'expand forwards done', clock_timestamp(); END $epic10$;
\endif

-- ============================================================
-- backfill: Give existing rows their new values, a thousand at a time.
-- ============================================================
SELECT NOT ((to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL))) AS go_on \gset
\if :go_on
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'backfill forwards began', clock_timestamp(); END $epic10$;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = 'interrupted' WHERE finished_at IS NULL;
INSERT INTO epic10_phase_run (phase, direction) VALUES ('backfill', 'forwards');
DO $epic10$
DECLARE
  wanted record;
  broken text;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('every label in ndas.usmax_position has a place in Epic 10',
     'Map the label in ndas/migrations/0002_epic_10_customer_feedback.py, or change these rows.',
     EXISTS (SELECT FROM pg_attribute
      WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position' AND NOT attisdropped
        AND (NOT EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid)
          OR EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid AND enumlabel::text <> ALL (ARRAY['OTHER', 'PRIME', 'SUB', 'SUB_CONTRACTOR', 'TEAMING']::text[]))
          OR false)),
$check$SELECT pg_catalog.format('%s rows have %s', rows, coalesce('the label ' || "usmax_position"::text, 'no label'))
  FROM (SELECT "usmax_position", count(*) AS rows FROM "ndas" GROUP BY 1) AS labels WHERE "usmax_position"::text <> ALL (ARRAY['OTHER', 'PRIME', 'SUB', 'SUB_CONTRACTOR', 'TEAMING']::text[])
 ORDER BY "usmax_position"$check$),
    ('every label in ndas.status has a place in Epic 10',
     'Map the label in ndas/migrations/0002_epic_10_customer_feedback.py, or change these rows.',
     EXISTS (SELECT FROM pg_attribute
      WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status' AND NOT attisdropped
        AND (NOT EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid)
          OR EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid AND enumlabel::text <> ALL (ARRAY['CANCELLED', 'CREATED', 'EMAILED', 'EXPIRED', 'FULLY_EXECUTED', 'INACTIVE', 'INACTIVE_CANCELED', 'IN_REVISION', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE']::text[]))
          OR NOT attnotnull OR EXISTS (SELECT FROM pg_constraint
            WHERE conrelid = attrelid AND contype = 'n' AND attnum = ANY (conkey) AND NOT convalidated))),
$check$SELECT pg_catalog.format('%s rows have %s', rows, coalesce('the label ' || "status"::text, 'no label'))
  FROM (SELECT "status", count(*) AS rows FROM "ndas" GROUP BY 1) AS labels WHERE "status"::text <> ALL (ARRAY['CANCELLED', 'CREATED', 'EMAILED', 'EXPIRED', 'FULLY_EXECUTED', 'INACTIVE', 'INACTIVE_CANCELED', 'IN_REVISION', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE']::text[]) OR "status" IS NULL
 ORDER BY "status"$check$),
    ('every label in nda_status_history.status has a place in Epic 10',
     'Map the label in ndas/migrations/0002_epic_10_customer_feedback.py, or change these rows.',
     EXISTS (SELECT FROM pg_attribute
      WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status' AND NOT attisdropped
        AND (NOT EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid)
          OR EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid AND enumlabel::text <> ALL (ARRAY['CANCELLED', 'CREATED', 'EMAILED', 'EXPIRED', 'FULLY_EXECUTED', 'INACTIVE', 'INACTIVE_CANCELED', 'IN_REVISION', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE']::text[]))
          OR NOT attnotnull OR EXISTS (SELECT FROM pg_constraint
            WHERE conrelid = attrelid AND contype = 'n' AND attnum = ANY (conkey) AND NOT convalidated))),
$check$SELECT pg_catalog.format('%s rows have %s', rows, coalesce('the label ' || "status"::text, 'no label'))
  FROM (SELECT "status", count(*) AS rows FROM "nda_status_history" GROUP BY 1) AS labels WHERE "status"::text <> ALL (ARRAY['CANCELLED', 'CREATED', 'EMAILED', 'EXPIRED', 'FULLY_EXECUTED', 'INACTIVE', 'INACTIVE_CANCELED', 'IN_REVISION', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE']::text[]) OR "status" IS NULL
 ORDER BY "status"$check$)
  ) AS checks (title, hint, only_if, query) WHERE only_if LOOP
    EXECUTE 'SELECT pg_catalog.string_agg(finding, ''; '') FROM (' || wanted.query || ') AS findings (finding)'
        INTO broken;
    IF broken IS NOT NULL THEN
      RAISE EXCEPTION 'Expected that %; found: %.', wanted.title, broken USING HINT = wanted.hint;
    END IF;
  END LOOP;
END
$epic10$;
-- 10.1 to 10.6: What an earlier way back has parked; going back, what the old schema cannot hold.
DO $epic10$
DECLARE
  last text;
  found_some bool;
  rows_changed bigint;
  migrated bigint := 0;
  batches int := 0;
  refused int := 0;
  complaint text;
  remedy text;
  max_lag bigint := coalesce(nullif(pg_catalog.current_setting('epic10.max_lag', true), ''), '64');
  standby record;
  waits int := 0;
  batch_size int := 1000;
  began timestamptz;
BEGIN
  IF NOT (EXISTS (SELECT FROM epic10_rollback WHERE parked_at IS NULL) AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped)) THEN
    RETURN;
  END IF;
  FOR pass IN 1..1 LOOP
    last := '';
    found_some := false;
    LOOP
      SET LOCAL lock_timeout = '100ms';
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off;
      SET LOCAL enable_sort = off;
      SET LOCAL synchronous_commit = off;
      PERFORM pg_catalog.set_config('epic10.backfill', CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN 'ndas' ELSE '' END, true);
      began := clock_timestamp();
      BEGIN
        WITH wanted AS MATERIALIZED (
          SELECT ARRAY(SELECT id FROM ndas
                        WHERE id > last AND (ndas.status_epic10::text IS NOT NULL AND ndas.status_epic10::text IS DISTINCT FROM CASE ndas.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE ndas.status::text END
            OR ndas.usmax_position_epic10::text IS NOT NULL AND ndas.usmax_position_epic10::text IS DISTINCT FROM coalesce(CASE ndas.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE ndas.usmax_position::text END, 'PRIME')
            OR ndas.expiration_date IS DISTINCT FROM (CASE WHEN (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) + interval '1 year' END)
            OR ndas.nda_type::text IS NOT NULL AND ndas.nda_type::text IS DISTINCT FROM 'MUTUAL'
            OR ndas.is_non_usmax IS NOT NULL AND ndas.is_non_usmax IS DISTINCT FROM 'False'
            OR ndas.approved_by_id IS NOT NULL AND ndas.approved_by_id IS DISTINCT FROM NULL
            OR ndas.approved_at IS NOT NULL AND ndas.approved_at IS DISTINCT FROM NULL
            OR ndas.rejection_reason IS NOT NULL AND ndas.rejection_reason IS DISTINCT FROM NULL)
                        ORDER BY id LIMIT batch_size) AS keys
        ), batch AS MATERIALIZED (
          SELECT id, (CASE WHEN ndas.status_epic10::text IS NOT NULL AND ndas.status_epic10::text IS DISTINCT FROM CASE ndas.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE ndas.status::text END AND true THEN pg_catalog.jsonb_build_object('status', ndas.status_epic10) ELSE '{}' END
            || CASE WHEN ndas.usmax_position_epic10::text IS NOT NULL AND ndas.usmax_position_epic10::text IS DISTINCT FROM coalesce(CASE ndas.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE ndas.usmax_position::text END, 'PRIME') AND true THEN pg_catalog.jsonb_build_object('usmax_position', ndas.usmax_position_epic10) ELSE '{}' END
            || CASE WHEN ndas.expiration_date IS DISTINCT FROM (CASE WHEN (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) + interval '1 year' END) AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date') THEN pg_catalog.jsonb_build_object('expiration_date', ndas.expiration_date) ELSE '{}' END
            || CASE WHEN ndas.nda_type::text IS NOT NULL AND ndas.nda_type::text IS DISTINCT FROM 'MUTUAL' AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type') THEN pg_catalog.jsonb_build_object('nda_type', ndas.nda_type) ELSE '{}' END
            || CASE WHEN ndas.is_non_usmax IS NOT NULL AND ndas.is_non_usmax IS DISTINCT FROM 'False' AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax') THEN pg_catalog.jsonb_build_object('is_non_usmax', ndas.is_non_usmax) ELSE '{}' END
            || CASE WHEN ndas.approved_by_id IS NOT NULL AND ndas.approved_by_id IS DISTINCT FROM NULL AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id') THEN pg_catalog.jsonb_build_object('approved_by_id', ndas.approved_by_id) ELSE '{}' END
            || CASE WHEN ndas.approved_at IS NOT NULL AND ndas.approved_at IS DISTINCT FROM NULL AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_at') THEN pg_catalog.jsonb_build_object('approved_at', ndas.approved_at) ELSE '{}' END
            || CASE WHEN ndas.rejection_reason IS NOT NULL AND ndas.rejection_reason IS DISTINCT FROM NULL AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.rejection_reason') THEN pg_catalog.jsonb_build_object('rejection_reason', ndas.rejection_reason) ELSE '{}' END) AS held, pg_catalog.hash_record_extended(ROW(ndas.id, ndas.display_id, ndas.company_name, ndas.company_city, ndas.company_state, ndas.state_of_incorporation, ndas.agency_group_id, ndas.subagency_id, ndas.agency_office_name, ndas.abbreviated_name, ndas.authorized_purpose, ndas.effective_date, ndas.usmax_position::text, ndas.status::text, ndas.fully_executed_date, ndas.opportunity_poc_id, ndas.contracts_poc_id, ndas.relationship_poc_id, ndas.cloned_from_id, ndas.created_by_id, ndas.created_at, ndas.updated_at), 0) AS fingerprint
            FROM ndas
           WHERE id = ANY ((SELECT keys FROM wanted)::text[]) AND (ndas.status_epic10::text IS NOT NULL AND ndas.status_epic10::text IS DISTINCT FROM CASE ndas.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE ndas.status::text END
            OR ndas.usmax_position_epic10::text IS NOT NULL AND ndas.usmax_position_epic10::text IS DISTINCT FROM coalesce(CASE ndas.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE ndas.usmax_position::text END, 'PRIME')
            OR ndas.expiration_date IS DISTINCT FROM (CASE WHEN (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) + interval '1 year' END)
            OR ndas.nda_type::text IS NOT NULL AND ndas.nda_type::text IS DISTINCT FROM 'MUTUAL'
            OR ndas.is_non_usmax IS NOT NULL AND ndas.is_non_usmax IS DISTINCT FROM 'False'
            OR ndas.approved_by_id IS NOT NULL AND ndas.approved_by_id IS DISTINCT FROM NULL
            OR ndas.approved_at IS NOT NULL AND ndas.approved_at IS DISTINCT FROM NULL
            OR ndas.rejection_reason IS NOT NULL AND ndas.rejection_reason IS DISTINCT FROM NULL)
           FOR SHARE
        ), parked AS (
          INSERT INTO epic10_archive (rollback_id, table_name, row_id, event, content, fingerprint)
          SELECT (SELECT max(id) FROM epic10_rollback), 'ndas', id, 'parked', held, fingerprint FROM batch WHERE held <> '{}'
          ON CONFLICT DO NOTHING
          RETURNING row_id
        ), otherwise AS (
          SELECT min(id) AS id FROM batch
           WHERE held <> '{}' AND id NOT IN (SELECT row_id FROM parked)
             AND NOT EXISTS (SELECT FROM epic10_archive
                              WHERE rollback_id = (SELECT max(id) FROM epic10_rollback) AND table_name = 'ndas' AND row_id = batch.id
                                AND event = 'parked' AND content = held AND fingerprint = batch.fingerprint)
        )
        SELECT (SELECT count(*) FROM parked), (SELECT keys[pg_catalog.cardinality(keys)] FROM wanted),
               'epic10_archive has other values of the row ' || id || ' of ndas than the row itself.',
               CASE WHEN id IS NOT NULL THEN 'Neither is lost if a new count begins: INSERT INTO epic10_rollback (parked_at) VALUES (clock_timestamp()); then python manage.py migrate ndas 0001.' END INTO rows_changed, last, complaint, remedy FROM otherwise;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        refused := refused + 1;
        IF refused > 60 THEN
          RAISE;
        END IF;
        RAISE NOTICE 'A batch waits for a row in use. Trying again.';
        PERFORM pg_sleep(0.5 + random());
        CONTINUE;
      END;
      EXIT WHEN last IS NULL;
      IF complaint IS NOT NULL THEN
        RAISE EXCEPTION '%', complaint USING HINT = remedy;
      END IF;
      UPDATE epic10_phase_run SET rows = rows + rows_changed WHERE phase = 'backfill' AND finished_at IS NULL;
      COMMIT;
      -- Whoever wants a row of a batch shall not wait for it longer than twice this time.
      batch_size := least(1000, greatest(50, batch_size::numeric * least(0.5
        / greatest(extract(epoch FROM clock_timestamp() - began), 0.001), 2)));
      found_some := true;
      migrated := migrated + rows_changed;
      batches := batches + 1;
      RAISE NOTICE 'Parked % NDAs (batch %) at %', migrated, batches, clock_timestamp();
      LOOP
        SELECT name, round(lag / 1000000.0, 1) AS behind INTO standby FROM (
        SELECT application_name AS name, state, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn) AS lag
            FROM pg_stat_replication
        ) AS standby WHERE max_lag > 0 AND lag > max_lag::numeric * 1000000.0 ORDER BY lag DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF waits % 10 = 0 THEN
          RAISE NOTICE 'The backfill waits: the standby % is % MB behind, and % MB is the most it may be.',
            standby.name, standby.behind, max_lag;
        END IF;
        waits := waits + 1;
        -- Within a transaction the list of standbys stays as it was.
        COMMIT;
        PERFORM pg_sleep(1);
      END LOOP;
    END LOOP;
    EXIT WHEN NOT found_some;
  END LOOP;
END
$epic10$;
DO $epic10$
DECLARE
  last text;
  found_some bool;
  rows_changed bigint;
  migrated bigint := 0;
  batches int := 0;
  refused int := 0;
  complaint text;
  remedy text;
  max_lag bigint := coalesce(nullif(pg_catalog.current_setting('epic10.max_lag', true), ''), '64');
  standby record;
  waits int := 0;
  batch_size int := 1000;
  began timestamptz;
BEGIN
  IF NOT (EXISTS (SELECT FROM epic10_rollback WHERE parked_at IS NULL) AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped)) THEN
    RETURN;
  END IF;
  FOR pass IN 1..1 LOOP
    last := '';
    found_some := false;
    LOOP
      SET LOCAL lock_timeout = '100ms';
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off;
      SET LOCAL enable_sort = off;
      SET LOCAL synchronous_commit = off;
      PERFORM pg_catalog.set_config('epic10.backfill', CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN 'nda_status_history' ELSE '' END, true);
      began := clock_timestamp();
      BEGIN
        WITH wanted AS MATERIALIZED (
          SELECT ARRAY(SELECT id FROM nda_status_history
                        WHERE id > last AND (nda_status_history.status_epic10::text IS NOT NULL AND nda_status_history.status_epic10::text IS DISTINCT FROM CASE nda_status_history.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE nda_status_history.status::text END)
                        ORDER BY id LIMIT batch_size) AS keys
        ), batch AS MATERIALIZED (
          SELECT id, (CASE WHEN nda_status_history.status_epic10::text IS NOT NULL AND nda_status_history.status_epic10::text IS DISTINCT FROM CASE nda_status_history.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE nda_status_history.status::text END AND true THEN pg_catalog.jsonb_build_object('status', nda_status_history.status_epic10) ELSE '{}' END) AS held, pg_catalog.hash_record_extended(ROW(nda_status_history.id, nda_status_history.nda_id, nda_status_history.status::text, nda_status_history.changed_at, nda_status_history.changed_by_id), 0) AS fingerprint
            FROM nda_status_history
           WHERE id = ANY ((SELECT keys FROM wanted)::text[]) AND (nda_status_history.status_epic10::text IS NOT NULL AND nda_status_history.status_epic10::text IS DISTINCT FROM CASE nda_status_history.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE nda_status_history.status::text END)
           FOR SHARE
        ), parked AS (
          INSERT INTO epic10_archive (rollback_id, table_name, row_id, event, content, fingerprint)
          SELECT (SELECT max(id) FROM epic10_rollback), 'nda_status_history', id, 'parked', held, fingerprint FROM batch WHERE held <> '{}'
          ON CONFLICT DO NOTHING
          RETURNING row_id
        ), otherwise AS (
          SELECT min(id) AS id FROM batch
           WHERE held <> '{}' AND id NOT IN (SELECT row_id FROM parked)
             AND NOT EXISTS (SELECT FROM epic10_archive
                              WHERE rollback_id = (SELECT max(id) FROM epic10_rollback) AND table_name = 'nda_status_history' AND row_id = batch.id
                                AND event = 'parked' AND content = held AND fingerprint = batch.fingerprint)
        )
        SELECT (SELECT count(*) FROM parked), (SELECT keys[pg_catalog.cardinality(keys)] FROM wanted),
               'epic10_archive has other values of the row ' || id || ' of nda_status_history than the row itself.',
               CASE WHEN id IS NOT NULL THEN 'Neither is lost if a new count begins: INSERT INTO epic10_rollback (parked_at) VALUES (clock_timestamp()); then python manage.py migrate ndas 0001.' END INTO rows_changed, last, complaint, remedy FROM otherwise;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        refused := refused + 1;
        IF refused > 60 THEN
          RAISE;
        END IF;
        RAISE NOTICE 'A batch waits for a row in use. Trying again.';
        PERFORM pg_sleep(0.5 + random());
        CONTINUE;
      END;
      EXIT WHEN last IS NULL;
      IF complaint IS NOT NULL THEN
        RAISE EXCEPTION '%', complaint USING HINT = remedy;
      END IF;
      UPDATE epic10_phase_run SET rows = rows + rows_changed WHERE phase = 'backfill' AND finished_at IS NULL;
      COMMIT;
      -- Whoever wants a row of a batch shall not wait for it longer than twice this time.
      batch_size := least(1000, greatest(50, batch_size::numeric * least(0.5
        / greatest(extract(epoch FROM clock_timestamp() - began), 0.001), 2)));
      found_some := true;
      migrated := migrated + rows_changed;
      batches := batches + 1;
      RAISE NOTICE 'Parked % history entries (batch %) at %', migrated, batches, clock_timestamp();
      LOOP
        SELECT name, round(lag / 1000000.0, 1) AS behind INTO standby FROM (
        SELECT application_name AS name, state, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn) AS lag
            FROM pg_stat_replication
        ) AS standby WHERE max_lag > 0 AND lag > max_lag::numeric * 1000000.0 ORDER BY lag DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF waits % 10 = 0 THEN
          RAISE NOTICE 'The backfill waits: the standby % is % MB behind, and % MB is the most it may be.',
            standby.name, standby.behind, max_lag;
        END IF;
        waits := waits + 1;
        -- Within a transaction the list of standbys stays as it was.
        COMMIT;
        PERFORM pg_sleep(1);
      END LOOP;
    END LOOP;
    EXIT WHEN NOT found_some;
  END LOOP;
END
$epic10$;
UPDATE epic10_rollback SET parked_at = clock_timestamp() WHERE parked_at IS NULL;
DO $epic10$
DECLARE
  last text;
  found_some bool;
  rows_changed bigint;
  migrated bigint := 0;
  batches int := 0;
  refused int := 0;
  complaint text;
  remedy text;
  max_lag bigint := coalesce(nullif(pg_catalog.current_setting('epic10.max_lag', true), ''), '64');
  standby record;
  waits int := 0;
  batch_size int := 1000;
  began timestamptz;
BEGIN
  IF NOT (true) THEN
    RETURN;
  END IF;
  FOR pass IN 1..4 LOOP
    last := '';
    found_some := false;
    LOOP
      SET LOCAL lock_timeout = '100ms';
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off;
      SET LOCAL enable_sort = off;
      SET LOCAL synchronous_commit = off;
      PERFORM pg_catalog.set_config('epic10.backfill', CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN 'ndas' ELSE '' END, true);
      began := clock_timestamp();
      BEGIN
        WITH wanted AS MATERIALIZED (
          SELECT ARRAY(SELECT row_id FROM epic10_archive archive
           WHERE table_name = 'ndas' AND event = 'parked' AND row_id > last
             AND id = (SELECT later.id FROM epic10_archive later
                     WHERE later.table_name = archive.table_name AND later.row_id = archive.row_id
                     ORDER BY later.id DESC LIMIT 1)
                        ORDER BY row_id LIMIT batch_size) AS keys
        ), locked AS MATERIALIZED (
          SELECT ctid AS place, id, (SELECT newest FROM epic10_archive AS newest
                   WHERE newest.table_name = 'ndas' AND newest.row_id = ndas.id
                   ORDER BY newest.id DESC LIMIT 1) AS parked, pg_catalog.hash_record_extended(ROW(ndas.id, ndas.display_id, ndas.company_name, ndas.company_city, ndas.company_state, ndas.state_of_incorporation, ndas.agency_group_id, ndas.subagency_id, ndas.agency_office_name, ndas.abbreviated_name, ndas.authorized_purpose, ndas.effective_date, ndas.usmax_position::text, ndas.status::text, ndas.fully_executed_date, ndas.opportunity_poc_id, ndas.contracts_poc_id, ndas.relationship_poc_id, ndas.cloned_from_id, ndas.created_by_id, ndas.created_at, ndas.updated_at), 0) AS now
            FROM ndas
           WHERE id = ANY ((SELECT keys FROM wanted)::text[])
           FOR NO KEY UPDATE
        ), here AS MATERIALIZED (
          SELECT place, parked, content, pg_catalog.jsonb_populate_record(NULL::ndas, CASE WHEN content ?| ARRAY['status', 'usmax_position'] THEN content - ARRAY['status', 'usmax_position'] || pg_catalog.jsonb_build_object('status_epic10', content -> 'status'::text, 'usmax_position_epic10', content -> 'usmax_position'::text) ELSE content END) AS held
            FROM (SELECT place, parked, (parked).content FROM locked WHERE now = (parked).fingerprint OFFSET 0) AS as_left
        ), restored AS (
          UPDATE ndas SET
            status_epic10 = CASE WHEN here.content ? 'status'::text THEN (here.held).status_epic10 ELSE (CASE ndas.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE ndas.status::text END)::"epic10"."NdaStatus" END,
            usmax_position_epic10 = CASE WHEN here.content ? 'usmax_position'::text THEN (here.held).usmax_position_epic10 ELSE (coalesce(CASE ndas.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE ndas.usmax_position::text END, 'PRIME'))::"epic10"."UsMaxPosition" END,
            expiration_date = CASE WHEN here.content ? 'expiration_date'::text THEN (here.held).expiration_date ELSE coalesce(ndas.expiration_date, (CASE WHEN (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) + interval '1 year' END)) END,
            nda_type = CASE WHEN here.content ? 'nda_type'::text THEN (here.held).nda_type ELSE ndas.nda_type END,
            is_non_usmax = CASE WHEN here.content ? 'is_non_usmax'::text THEN (here.held).is_non_usmax ELSE ndas.is_non_usmax END,
            approved_by_id = CASE WHEN here.content ? 'approved_by_id'::text THEN (SELECT id FROM contacts WHERE id = (here.held).approved_by_id) ELSE ndas.approved_by_id END,
            approved_at = CASE WHEN here.content ? 'approved_at'::text THEN (here.held).approved_at ELSE ndas.approved_at END,
            rejection_reason = CASE WHEN here.content ? 'rejection_reason'::text THEN (here.held).rejection_reason ELSE ndas.rejection_reason END
            FROM here WHERE ndas.ctid = here.place
          RETURNING ndas.id, here.parked, nullif(CASE WHEN here.content ? 'approved_by_id'::text AND ndas.approved_by_id IS NULL THEN pg_catalog.jsonb_build_object('approved_by_id', NULL) ELSE '{}' END, '{}') AS lost
        ), left_so AS (
          UPDATE ndas SET
            expiration_date = CASE WHEN EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date') THEN (CASE WHEN (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(ndas.fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', ndas.fully_executed_date::timestamptz) ELSE ndas.fully_executed_date::timestamp END) + interval '1 year' END) ELSE ndas.expiration_date END,
            nda_type = CASE WHEN EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type') THEN 'MUTUAL' ELSE ndas.nda_type END,
            is_non_usmax = CASE WHEN EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax') THEN 'False' ELSE ndas.is_non_usmax END,
            approved_by_id = CASE WHEN EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id') THEN NULL ELSE ndas.approved_by_id END,
            approved_at = CASE WHEN EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_at') THEN NULL ELSE ndas.approved_at END,
            rejection_reason = CASE WHEN EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.rejection_reason') THEN NULL ELSE ndas.rejection_reason END
            FROM locked WHERE ndas.ctid = locked.place AND now <> (parked).fingerprint
          RETURNING ndas.id, parked, (SELECT pg_catalog.jsonb_object_agg(key, pg_catalog.to_jsonb(ndas) -> key) FROM jsonb_object_keys((parked).content) AS key) AS reads
        ), events AS (
          SELECT id, 'restored' AS event, parked, lost AS reads FROM restored
          UNION ALL
          SELECT id, 'changed', parked, reads FROM left_so
          UNION ALL
          SELECT key, 'gone', (SELECT newest FROM epic10_archive AS newest
                   WHERE newest.table_name = 'ndas' AND newest.row_id = key
                   ORDER BY newest.id DESC LIMIT 1), NULL FROM pg_catalog.unnest((SELECT keys FROM wanted)::text[]) AS key
           WHERE (SELECT pg_catalog.cardinality(keys) FROM wanted) > (SELECT count(*) FROM locked)
             AND (SELECT id FROM ndas WHERE id = key LIMIT 1) IS NULL
        ), told AS (
          INSERT INTO epic10_archive (rollback_id, table_name, row_id, event, content, found, fingerprint)
          SELECT (SELECT max(id) FROM epic10_rollback), 'ndas', id, event, (parked).content, reads, (parked).fingerprint FROM events
          ON CONFLICT DO NOTHING
          RETURNING row_id
        ), otherwise AS (
          SELECT min(id) AS id FROM events WHERE id NOT IN (SELECT row_id FROM told)
        )
        SELECT (SELECT count(*) FROM restored), (SELECT keys[pg_catalog.cardinality(keys)] FROM wanted),
               'epic10_archive has other values of the row ' || id || ' of ndas than the row itself.',
               CASE WHEN id IS NOT NULL THEN 'Neither is lost if a new count begins: INSERT INTO epic10_rollback (parked_at) VALUES (clock_timestamp()); then python manage.py migrate ndas 0001, and python manage.py migrate ndas.' END INTO rows_changed, last, complaint, remedy FROM otherwise;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        refused := refused + 1;
        IF refused > 60 THEN
          RAISE;
        END IF;
        RAISE NOTICE 'A batch waits for a row in use. Trying again.';
        PERFORM pg_sleep(0.5 + random());
        CONTINUE;
      END;
      EXIT WHEN last IS NULL;
      IF complaint IS NOT NULL THEN
        RAISE EXCEPTION '%', complaint USING HINT = remedy;
      END IF;
      UPDATE epic10_phase_run SET rows = rows + rows_changed WHERE phase = 'backfill' AND finished_at IS NULL;
      COMMIT;
      -- Whoever wants a row of a batch shall not wait for it longer than twice this time.
      batch_size := least(1000, greatest(50, batch_size::numeric * least(0.5
        / greatest(extract(epoch FROM clock_timestamp() - began), 0.001), 2)));
      found_some := true;
      migrated := migrated + rows_changed;
      batches := batches + 1;
      RAISE NOTICE 'Restored % NDAs (batch %) at %', migrated, batches, clock_timestamp();
      LOOP
        SELECT name, round(lag / 1000000.0, 1) AS behind INTO standby FROM (
        SELECT application_name AS name, state, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn) AS lag
            FROM pg_stat_replication
        ) AS standby WHERE max_lag > 0 AND lag > max_lag::numeric * 1000000.0 ORDER BY lag DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF waits % 10 = 0 THEN
          RAISE NOTICE 'The backfill waits: the standby % is % MB behind, and % MB is the most it may be.',
            standby.name, standby.behind, max_lag;
        END IF;
        waits := waits + 1;
        -- Within a transaction the list of standbys stays as it was.
        COMMIT;
        PERFORM pg_sleep(1);
      END LOOP;
    END LOOP;
    EXIT WHEN NOT found_some;
  END LOOP;
END
$epic10$;
DO $epic10$
DECLARE
  last text;
  found_some bool;
  rows_changed bigint;
  migrated bigint := 0;
  batches int := 0;
  refused int := 0;
  complaint text;
  remedy text;
  max_lag bigint := coalesce(nullif(pg_catalog.current_setting('epic10.max_lag', true), ''), '64');
  standby record;
  waits int := 0;
  batch_size int := 1000;
  began timestamptz;
BEGIN
  IF NOT (true) THEN
    RETURN;
  END IF;
  FOR pass IN 1..4 LOOP
    last := '';
    found_some := false;
    LOOP
      SET LOCAL lock_timeout = '100ms';
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off;
      SET LOCAL enable_sort = off;
      SET LOCAL synchronous_commit = off;
      PERFORM pg_catalog.set_config('epic10.backfill', CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN 'nda_status_history' ELSE '' END, true);
      began := clock_timestamp();
      BEGIN
        WITH wanted AS MATERIALIZED (
          SELECT ARRAY(SELECT row_id FROM epic10_archive archive
           WHERE table_name = 'nda_status_history' AND event = 'parked' AND row_id > last
             AND id = (SELECT later.id FROM epic10_archive later
                     WHERE later.table_name = archive.table_name AND later.row_id = archive.row_id
                     ORDER BY later.id DESC LIMIT 1)
                        ORDER BY row_id LIMIT batch_size) AS keys
        ), locked AS MATERIALIZED (
          SELECT ctid AS place, id, (SELECT newest FROM epic10_archive AS newest
                   WHERE newest.table_name = 'nda_status_history' AND newest.row_id = nda_status_history.id
                   ORDER BY newest.id DESC LIMIT 1) AS parked, pg_catalog.hash_record_extended(ROW(nda_status_history.id, nda_status_history.nda_id, nda_status_history.status::text, nda_status_history.changed_at, nda_status_history.changed_by_id), 0) AS now
            FROM nda_status_history
           WHERE id = ANY ((SELECT keys FROM wanted)::text[])
           FOR NO KEY UPDATE
        ), here AS MATERIALIZED (
          SELECT place, parked, content, pg_catalog.jsonb_populate_record(NULL::nda_status_history, CASE WHEN content ?| ARRAY['status'] THEN content - ARRAY['status'] || pg_catalog.jsonb_build_object('status_epic10', content -> 'status'::text) ELSE content END) AS held
            FROM (SELECT place, parked, (parked).content FROM locked WHERE now = (parked).fingerprint OFFSET 0) AS as_left
        ), restored AS (
          UPDATE nda_status_history SET
            status_epic10 = CASE WHEN here.content ? 'status'::text THEN (here.held).status_epic10 ELSE (CASE nda_status_history.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE nda_status_history.status::text END)::"epic10"."NdaStatus" END
            FROM here WHERE nda_status_history.ctid = here.place
          RETURNING nda_status_history.id, here.parked, NULL::jsonb AS lost
        ), left_so AS (
          UPDATE nda_status_history SET
            id = nda_status_history.id
            FROM locked WHERE nda_status_history.ctid = locked.place AND now <> (parked).fingerprint
          RETURNING nda_status_history.id, parked, (SELECT pg_catalog.jsonb_object_agg(key, pg_catalog.to_jsonb(nda_status_history) -> key) FROM jsonb_object_keys((parked).content) AS key) AS reads
        ), events AS (
          SELECT id, 'restored' AS event, parked, lost AS reads FROM restored
          UNION ALL
          SELECT id, 'changed', parked, reads FROM left_so
          UNION ALL
          SELECT key, 'gone', (SELECT newest FROM epic10_archive AS newest
                   WHERE newest.table_name = 'nda_status_history' AND newest.row_id = key
                   ORDER BY newest.id DESC LIMIT 1), NULL FROM pg_catalog.unnest((SELECT keys FROM wanted)::text[]) AS key
           WHERE (SELECT pg_catalog.cardinality(keys) FROM wanted) > (SELECT count(*) FROM locked)
             AND (SELECT id FROM nda_status_history WHERE id = key LIMIT 1) IS NULL
        ), told AS (
          INSERT INTO epic10_archive (rollback_id, table_name, row_id, event, content, found, fingerprint)
          SELECT (SELECT max(id) FROM epic10_rollback), 'nda_status_history', id, event, (parked).content, reads, (parked).fingerprint FROM events
          ON CONFLICT DO NOTHING
          RETURNING row_id
        ), otherwise AS (
          SELECT min(id) AS id FROM events WHERE id NOT IN (SELECT row_id FROM told)
        )
        SELECT (SELECT count(*) FROM restored), (SELECT keys[pg_catalog.cardinality(keys)] FROM wanted),
               'epic10_archive has other values of the row ' || id || ' of nda_status_history than the row itself.',
               CASE WHEN id IS NOT NULL THEN 'Neither is lost if a new count begins: INSERT INTO epic10_rollback (parked_at) VALUES (clock_timestamp()); then python manage.py migrate ndas 0001, and python manage.py migrate ndas.' END INTO rows_changed, last, complaint, remedy FROM otherwise;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        refused := refused + 1;
        IF refused > 60 THEN
          RAISE;
        END IF;
        RAISE NOTICE 'A batch waits for a row in use. Trying again.';
        PERFORM pg_sleep(0.5 + random());
        CONTINUE;
      END;
      EXIT WHEN last IS NULL;
      IF complaint IS NOT NULL THEN
        RAISE EXCEPTION '%', complaint USING HINT = remedy;
      END IF;
      UPDATE epic10_phase_run SET rows = rows + rows_changed WHERE phase = 'backfill' AND finished_at IS NULL;
      COMMIT;
      -- Whoever wants a row of a batch shall not wait for it longer than twice this time.
      batch_size := least(1000, greatest(50, batch_size::numeric * least(0.5
        / greatest(extract(epoch FROM clock_timestamp() - began), 0.001), 2)));
      found_some := true;
      migrated := migrated + rows_changed;
      batches := batches + 1;
      RAISE NOTICE 'Restored % history entries (batch %) at %', migrated, batches, clock_timestamp();
      LOOP
        SELECT name, round(lag / 1000000.0, 1) AS behind INTO standby FROM (
        SELECT application_name AS name, state, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn) AS lag
            FROM pg_stat_replication
        ) AS standby WHERE max_lag > 0 AND lag > max_lag::numeric * 1000000.0 ORDER BY lag DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF waits % 10 = 0 THEN
          RAISE NOTICE 'The backfill waits: the standby % is % MB behind, and % MB is the most it may be.',
            standby.name, standby.behind, max_lag;
        END IF;
        waits := waits + 1;
        -- Within a transaction the list of standbys stays as it was.
        COMMIT;
        PERFORM pg_sleep(1);
      END LOOP;
    END LOOP;
    EXIT WHEN NOT found_some;
  END LOOP;
END
$epic10$;
-- 10.1, 10.3, 10.4: The NDAs that were there before.
DO $epic10$
DECLARE
  names text := (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_');
BEGIN
  IF names IS NOT NULL THEN
    RAISE NOTICE '%', pg_catalog.format('ndas: what the triggers %s change in other columns than the new ones is put back.', names);
  END IF;
END
$epic10$;
DO $epic10$
DECLARE
  last text;
  found_some bool;
  rows_changed bigint;
  migrated bigint := 0;
  batches int := 0;
  refused int := 0;
  complaint text;
  remedy text;
  max_lag bigint := coalesce(nullif(pg_catalog.current_setting('epic10.max_lag', true), ''), '64');
  standby record;
  waits int := 0;
  batch_size int := 1000;
  began timestamptz;
BEGIN
  IF NOT (true) THEN
    RETURN;
  END IF;
  FOR pass IN 1..4 LOOP
    last := '';
    found_some := false;
    LOOP
      SET LOCAL lock_timeout = '100ms';
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off;
      SET LOCAL enable_sort = off;
      SET LOCAL synchronous_commit = off;
      PERFORM pg_catalog.set_config('epic10.backfill', CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN 'ndas' ELSE '' END, true);
      began := clock_timestamp();
      BEGIN
        WITH wanted AS MATERIALIZED (
          SELECT ARRAY(SELECT id FROM ndas
                        WHERE id > last AND (((status_epic10::text IS DISTINCT FROM CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas') AND status::text IS NOT DISTINCT FROM CASE status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE status_epic10::text END))
            OR (usmax_position_epic10::text IS DISTINCT FROM coalesce(CASE usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE usmax_position::text END, 'PRIME')
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas') AND usmax_position::text IS NOT DISTINCT FROM CASE usmax_position_epic10::text WHEN 'SUB_CONTRACTOR' THEN 'SUB' ELSE usmax_position_epic10::text END))
            OR (expiration_date IS NULL AND CASE WHEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) + interval '1 year' END IS NOT NULL AND (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas') IS NOT true OR status_epic10::text = 'FULLY_EXECUTED') AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date_epic10' AND NOT attisdropped)))
           AND ((SELECT max(id) FROM epic10_rollback) IS NULL OR (SELECT event = 'restored' AND rollback_id = (SELECT max(id) FROM epic10_rollback) FROM epic10_archive
                 WHERE table_name = 'ndas' AND row_id = ndas.id ORDER BY id DESC LIMIT 1) IS NOT true))
                        ORDER BY id LIMIT batch_size) AS keys
        ), batch AS (
          SELECT ctid AS place, CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN pg_catalog.to_jsonb("ndas") END AS was FROM ndas
           WHERE id = ANY ((SELECT keys FROM wanted)::text[])
           FOR NO KEY UPDATE
        ), changed AS (
          UPDATE ndas SET
            status_epic10 = CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END::"epic10"."NdaStatus",
            usmax_position_epic10 = coalesce(CASE usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE usmax_position::text END, 'PRIME')::"epic10"."UsMaxPosition",
            expiration_date = coalesce(expiration_date, CASE WHEN NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date_epic10' AND NOT attisdropped) THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) + interval '1 year' END END)
            FROM batch WHERE ndas.ctid = batch.place
          RETURNING CASE WHEN was IS NOT NULL THEN nullif(pg_catalog.concat_ws(', ',
            CASE WHEN pg_catalog.to_jsonb("ndas") - ARRAY['status_epic10', 'usmax_position_epic10', 'expiration_date']::text[] <> was - ARRAY['status_epic10', 'usmax_position_epic10', 'expiration_date']::text[] THEN
              (SELECT pg_catalog.string_agg(key, ', ' ORDER BY key) FROM jsonb_each(was)
                WHERE key <> ALL (ARRAY['status_epic10', 'usmax_position_epic10', 'expiration_date']::text[]) AND value IS DISTINCT FROM pg_catalog.to_jsonb("ndas") -> key) END,
            CASE WHEN (status_epic10::text IS DISTINCT FROM CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas') AND status::text IS NOT DISTINCT FROM CASE status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE status_epic10::text END)) THEN 'status_epic10' END,
            CASE WHEN (usmax_position_epic10::text IS DISTINCT FROM coalesce(CASE usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE usmax_position::text END, 'PRIME')
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas') AND usmax_position::text IS NOT DISTINCT FROM CASE usmax_position_epic10::text WHEN 'SUB_CONTRACTOR' THEN 'SUB' ELSE usmax_position_epic10::text END)) THEN 'usmax_position_epic10' END,
            CASE WHEN CASE WHEN was ->> 'expiration_date'::text IS NULL THEN expiration_date IS DISTINCT FROM CASE WHEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) + interval '1 year' END
              ELSE pg_catalog.to_jsonb(expiration_date) IS DISTINCT FROM was -> 'expiration_date'::text END THEN 'expiration_date' END), '') END AS columns
        ), told AS (
          SELECT (SELECT count(*) FROM changed) AS rows, (SELECT keys[pg_catalog.cardinality(keys)] FROM wanted) AS last_id,
                 (SELECT pg_catalog.string_agg(DISTINCT columns, '; ') FROM changed) AS columns
        )
        SELECT rows, last_id,
        CASE WHEN columns IS NOT NULL THEN (SELECT 'A trigger on ndas changes what the backfill writes there, in the columns ' || columns || '. Triggers that can: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname),
            ', ' ORDER BY tgname) || '.'
           FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') END,
        CASE WHEN columns IS NOT NULL THEN (SELECT 'ALTER TABLE "ndas" ' || pg_catalog.string_agg('DISABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
                || '; then run the same command again. Afterwards: '
                || 'ALTER TABLE "ndas" ' || pg_catalog.string_agg('ENABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', '
                    ORDER BY tgname) || ';'
           FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') END INTO rows_changed, last, complaint, remedy FROM told;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        refused := refused + 1;
        IF refused > 60 THEN
          RAISE;
        END IF;
        RAISE NOTICE 'A batch waits for a row in use. Trying again.';
        PERFORM pg_sleep(0.5 + random());
        CONTINUE;
      END;
      EXIT WHEN last IS NULL;
      IF complaint IS NOT NULL THEN
        RAISE EXCEPTION '%', complaint USING HINT = remedy;
      END IF;
      UPDATE epic10_phase_run SET rows = rows + rows_changed WHERE phase = 'backfill' AND finished_at IS NULL;
      COMMIT;
      -- Whoever wants a row of a batch shall not wait for it longer than twice this time.
      batch_size := least(1000, greatest(50, batch_size::numeric * least(0.5
        / greatest(extract(epoch FROM clock_timestamp() - began), 0.001), 2)));
      found_some := true;
      migrated := migrated + rows_changed;
      batches := batches + 1;
      RAISE NOTICE 'Migrated % NDAs (batch %) at %', migrated, batches, clock_timestamp();
      LOOP
        SELECT name, round(lag / 1000000.0, 1) AS behind INTO standby FROM (
        SELECT application_name AS name, state, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn) AS lag
            FROM pg_stat_replication
        ) AS standby WHERE max_lag > 0 AND lag > max_lag::numeric * 1000000.0 ORDER BY lag DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF waits % 10 = 0 THEN
          RAISE NOTICE 'The backfill waits: the standby % is % MB behind, and % MB is the most it may be.',
            standby.name, standby.behind, max_lag;
        END IF;
        waits := waits + 1;
        -- Within a transaction the list of standbys stays as it was.
        COMMIT;
        PERFORM pg_sleep(1);
      END LOOP;
    END LOOP;
    EXIT WHEN NOT found_some;
  END LOOP;
END
$epic10$;
-- 10.3: The history entries that were there before.
DO $epic10$
DECLARE
  names text := (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_');
BEGIN
  IF names IS NOT NULL THEN
    RAISE NOTICE '%', pg_catalog.format('nda_status_history: what the triggers %s change in other columns than the new ones is put back.', names);
  END IF;
END
$epic10$;
DO $epic10$
DECLARE
  last text;
  found_some bool;
  rows_changed bigint;
  migrated bigint := 0;
  batches int := 0;
  refused int := 0;
  complaint text;
  remedy text;
  max_lag bigint := coalesce(nullif(pg_catalog.current_setting('epic10.max_lag', true), ''), '64');
  standby record;
  waits int := 0;
  batch_size int := 1000;
  began timestamptz;
BEGIN
  IF NOT (true) THEN
    RETURN;
  END IF;
  FOR pass IN 1..4 LOOP
    last := '';
    found_some := false;
    LOOP
      SET LOCAL lock_timeout = '100ms';
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off;
      SET LOCAL enable_sort = off;
      SET LOCAL synchronous_commit = off;
      PERFORM pg_catalog.set_config('epic10.backfill', CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN 'nda_status_history' ELSE '' END, true);
      began := clock_timestamp();
      BEGIN
        WITH wanted AS MATERIALIZED (
          SELECT ARRAY(SELECT id FROM nda_status_history
                        WHERE id > last AND (((status_epic10::text IS DISTINCT FROM CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_nda_status_history') AND status::text IS NOT DISTINCT FROM CASE status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE status_epic10::text END)))
           AND ((SELECT max(id) FROM epic10_rollback) IS NULL OR (SELECT event = 'restored' AND rollback_id = (SELECT max(id) FROM epic10_rollback) FROM epic10_archive
                 WHERE table_name = 'nda_status_history' AND row_id = nda_status_history.id ORDER BY id DESC LIMIT 1) IS NOT true))
                        ORDER BY id LIMIT batch_size) AS keys
        ), batch AS (
          SELECT ctid AS place, CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN pg_catalog.to_jsonb("nda_status_history") END AS was FROM nda_status_history
           WHERE id = ANY ((SELECT keys FROM wanted)::text[])
           FOR NO KEY UPDATE
        ), changed AS (
          UPDATE nda_status_history SET
            status_epic10 = CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END::"epic10"."NdaStatus"
            FROM batch WHERE nda_status_history.ctid = batch.place
          RETURNING CASE WHEN was IS NOT NULL THEN nullif(pg_catalog.concat_ws(', ',
            CASE WHEN pg_catalog.to_jsonb("nda_status_history") - ARRAY['status_epic10']::text[] <> was - ARRAY['status_epic10']::text[] THEN
              (SELECT pg_catalog.string_agg(key, ', ' ORDER BY key) FROM jsonb_each(was)
                WHERE key <> ALL (ARRAY['status_epic10']::text[]) AND value IS DISTINCT FROM pg_catalog.to_jsonb("nda_status_history") -> key) END,
            CASE WHEN (status_epic10::text IS DISTINCT FROM CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_nda_status_history') AND status::text IS NOT DISTINCT FROM CASE status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE status_epic10::text END)) THEN 'status_epic10' END), '') END AS columns
        ), told AS (
          SELECT (SELECT count(*) FROM changed) AS rows, (SELECT keys[pg_catalog.cardinality(keys)] FROM wanted) AS last_id,
                 (SELECT pg_catalog.string_agg(DISTINCT columns, '; ') FROM changed) AS columns
        )
        SELECT rows, last_id,
        CASE WHEN columns IS NOT NULL THEN (SELECT 'A trigger on nda_status_history changes what the backfill writes there, in the columns ' || columns || '. Triggers that can: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname),
            ', ' ORDER BY tgname) || '.'
           FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') END,
        CASE WHEN columns IS NOT NULL THEN (SELECT 'ALTER TABLE "nda_status_history" ' || pg_catalog.string_agg('DISABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
                || '; then run the same command again. Afterwards: '
                || 'ALTER TABLE "nda_status_history" ' || pg_catalog.string_agg('ENABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', '
                    ORDER BY tgname) || ';'
           FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') END INTO rows_changed, last, complaint, remedy FROM told;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        refused := refused + 1;
        IF refused > 60 THEN
          RAISE;
        END IF;
        RAISE NOTICE 'A batch waits for a row in use. Trying again.';
        PERFORM pg_sleep(0.5 + random());
        CONTINUE;
      END;
      EXIT WHEN last IS NULL;
      IF complaint IS NOT NULL THEN
        RAISE EXCEPTION '%', complaint USING HINT = remedy;
      END IF;
      UPDATE epic10_phase_run SET rows = rows + rows_changed WHERE phase = 'backfill' AND finished_at IS NULL;
      COMMIT;
      -- Whoever wants a row of a batch shall not wait for it longer than twice this time.
      batch_size := least(1000, greatest(50, batch_size::numeric * least(0.5
        / greatest(extract(epoch FROM clock_timestamp() - began), 0.001), 2)));
      found_some := true;
      migrated := migrated + rows_changed;
      batches := batches + 1;
      RAISE NOTICE 'Migrated % history entries (batch %) at %', migrated, batches, clock_timestamp();
      LOOP
        SELECT name, round(lag / 1000000.0, 1) AS behind INTO standby FROM (
        SELECT application_name AS name, state, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn) AS lag
            FROM pg_stat_replication
        ) AS standby WHERE max_lag > 0 AND lag > max_lag::numeric * 1000000.0 ORDER BY lag DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF waits % 10 = 0 THEN
          RAISE NOTICE 'The backfill waits: the standby % is % MB behind, and % MB is the most it may be.',
            standby.name, standby.behind, max_lag;
        END IF;
        waits := waits + 1;
        -- Within a transaction the list of standbys stays as it was.
        COMMIT;
        PERFORM pg_sleep(1);
      END LOOP;
    END LOOP;
    EXIT WHEN NOT found_some;
  END LOOP;
END
$epic10$;
-- 10.2, 10.4, 10.5, 10.6: Where somebody has added a column before: ours, beside it.
SELECT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10') AS go_on \gset
\if :go_on
DO $epic10$
DECLARE
  names text := (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_');
BEGIN
  IF names IS NOT NULL THEN
    RAISE NOTICE '%', pg_catalog.format('ndas: what the triggers %s change in other columns than the new ones is put back.', names);
  END IF;
END
$epic10$;
DO $epic10$
DECLARE
  last text;
  found_some bool;
  rows_changed bigint;
  migrated bigint := 0;
  batches int := 0;
  refused int := 0;
  complaint text;
  remedy text;
  max_lag bigint := coalesce(nullif(pg_catalog.current_setting('epic10.max_lag', true), ''), '64');
  standby record;
  waits int := 0;
  batch_size int := 1000;
  began timestamptz;
BEGIN
  IF NOT (true) THEN
    RETURN;
  END IF;
  FOR pass IN 1..4 LOOP
    last := '';
    found_some := false;
    LOOP
      SET LOCAL lock_timeout = '100ms';
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off;
      SET LOCAL enable_sort = off;
      SET LOCAL synchronous_commit = off;
      PERFORM pg_catalog.set_config('epic10.backfill', CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN 'ndas' ELSE '' END, true);
      began := clock_timestamp();
      BEGIN
        WITH wanted AS MATERIALIZED (
          SELECT ARRAY(SELECT id FROM ndas
                        WHERE id > last AND ((nda_type_epic10::text IS DISTINCT FROM coalesce(CASE WHEN nda_type::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE nda_type::text END, 'MUTUAL')
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_nda_type') AND nda_type::text IS NOT DISTINCT FROM nda_type_epic10::text)))
                        ORDER BY id LIMIT batch_size) AS keys
        ), batch AS (
          SELECT ctid AS place, CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN pg_catalog.to_jsonb("ndas") END AS was FROM ndas
           WHERE id = ANY ((SELECT keys FROM wanted)::text[])
           FOR NO KEY UPDATE
        ), changed AS (
          UPDATE ndas SET
            nda_type_epic10 = coalesce(CASE WHEN nda_type::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE nda_type::text END, 'MUTUAL')::"epic10"."NdaType"
            FROM batch WHERE ndas.ctid = batch.place
          RETURNING CASE WHEN was IS NOT NULL THEN nullif(pg_catalog.concat_ws(', ',
            CASE WHEN pg_catalog.to_jsonb("ndas") - ARRAY['nda_type_epic10']::text[] <> was - ARRAY['nda_type_epic10']::text[] THEN
              (SELECT pg_catalog.string_agg(key, ', ' ORDER BY key) FROM jsonb_each(was)
                WHERE key <> ALL (ARRAY['nda_type_epic10']::text[]) AND value IS DISTINCT FROM pg_catalog.to_jsonb("ndas") -> key) END,
            CASE WHEN (nda_type_epic10::text IS DISTINCT FROM coalesce(CASE WHEN nda_type::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE nda_type::text END, 'MUTUAL')
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_nda_type') AND nda_type::text IS NOT DISTINCT FROM nda_type_epic10::text)) THEN 'nda_type_epic10' END), '') END AS columns
        ), told AS (
          SELECT (SELECT count(*) FROM changed) AS rows, (SELECT keys[pg_catalog.cardinality(keys)] FROM wanted) AS last_id,
                 (SELECT pg_catalog.string_agg(DISTINCT columns, '; ') FROM changed) AS columns
        )
        SELECT rows, last_id,
        CASE WHEN columns IS NOT NULL THEN (SELECT 'A trigger on ndas changes what the backfill writes there, in the columns ' || columns || '. Triggers that can: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname),
            ', ' ORDER BY tgname) || '.'
           FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') END,
        CASE WHEN columns IS NOT NULL THEN (SELECT 'ALTER TABLE "ndas" ' || pg_catalog.string_agg('DISABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
                || '; then run the same command again. Afterwards: '
                || 'ALTER TABLE "ndas" ' || pg_catalog.string_agg('ENABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', '
                    ORDER BY tgname) || ';'
           FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') END INTO rows_changed, last, complaint, remedy FROM told;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        refused := refused + 1;
        IF refused > 60 THEN
          RAISE;
        END IF;
        RAISE NOTICE 'A batch waits for a row in use. Trying again.';
        PERFORM pg_sleep(0.5 + random());
        CONTINUE;
      END;
      EXIT WHEN last IS NULL;
      IF complaint IS NOT NULL THEN
        RAISE EXCEPTION '%', complaint USING HINT = remedy;
      END IF;
      UPDATE epic10_phase_run SET rows = rows + rows_changed WHERE phase = 'backfill' AND finished_at IS NULL;
      COMMIT;
      -- Whoever wants a row of a batch shall not wait for it longer than twice this time.
      batch_size := least(1000, greatest(50, batch_size::numeric * least(0.5
        / greatest(extract(epoch FROM clock_timestamp() - began), 0.001), 2)));
      found_some := true;
      migrated := migrated + rows_changed;
      batches := batches + 1;
      RAISE NOTICE 'Migrated % NDAs (batch %) at %', migrated, batches, clock_timestamp();
      LOOP
        SELECT name, round(lag / 1000000.0, 1) AS behind INTO standby FROM (
        SELECT application_name AS name, state, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn) AS lag
            FROM pg_stat_replication
        ) AS standby WHERE max_lag > 0 AND lag > max_lag::numeric * 1000000.0 ORDER BY lag DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF waits % 10 = 0 THEN
          RAISE NOTICE 'The backfill waits: the standby % is % MB behind, and % MB is the most it may be.',
            standby.name, standby.behind, max_lag;
        END IF;
        waits := waits + 1;
        -- Within a transaction the list of standbys stays as it was.
        COMMIT;
        PERFORM pg_sleep(1);
      END LOOP;
    END LOOP;
    EXIT WHEN NOT found_some;
  END LOOP;
END
$epic10$;
\endif
SELECT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10') AS go_on \gset
\if :go_on
DO $epic10$
DECLARE
  names text := (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_');
BEGIN
  IF names IS NOT NULL THEN
    RAISE NOTICE '%', pg_catalog.format('ndas: what the triggers %s change in other columns than the new ones is put back.', names);
  END IF;
END
$epic10$;
DO $epic10$
DECLARE
  last text;
  found_some bool;
  rows_changed bigint;
  migrated bigint := 0;
  batches int := 0;
  refused int := 0;
  complaint text;
  remedy text;
  max_lag bigint := coalesce(nullif(pg_catalog.current_setting('epic10.max_lag', true), ''), '64');
  standby record;
  waits int := 0;
  batch_size int := 1000;
  began timestamptz;
BEGIN
  IF NOT (true) THEN
    RETURN;
  END IF;
  FOR pass IN 1..4 LOOP
    last := '';
    found_some := false;
    LOOP
      SET LOCAL lock_timeout = '100ms';
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off;
      SET LOCAL enable_sort = off;
      SET LOCAL synchronous_commit = off;
      PERFORM pg_catalog.set_config('epic10.backfill', CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN 'ndas' ELSE '' END, true);
      began := clock_timestamp();
      BEGIN
        WITH wanted AS MATERIALIZED (
          SELECT ARRAY(SELECT id FROM ndas
                        WHERE id > last AND ((expiration_date_epic10 IS DISTINCT FROM CASE WHEN expiration_date IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) + interval '1 year' END
            ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', expiration_date::timestamp))) END
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_expiration_date') AND (expiration_date IS NULL OR pg_catalog.starts_with(coalesce(expiration_date_epic10::text, ''), expiration_date::text)))))
                        ORDER BY id LIMIT batch_size) AS keys
        ), batch AS (
          SELECT ctid AS place, CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN pg_catalog.to_jsonb("ndas") END AS was FROM ndas
           WHERE id = ANY ((SELECT keys FROM wanted)::text[])
           FOR NO KEY UPDATE
        ), changed AS (
          UPDATE ndas SET
            expiration_date_epic10 = CASE WHEN expiration_date IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) + interval '1 year' END
            ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', expiration_date::timestamp))) END
            FROM batch WHERE ndas.ctid = batch.place
          RETURNING CASE WHEN was IS NOT NULL THEN nullif(pg_catalog.concat_ws(', ',
            CASE WHEN pg_catalog.to_jsonb("ndas") - ARRAY['expiration_date_epic10']::text[] <> was - ARRAY['expiration_date_epic10']::text[] THEN
              (SELECT pg_catalog.string_agg(key, ', ' ORDER BY key) FROM jsonb_each(was)
                WHERE key <> ALL (ARRAY['expiration_date_epic10']::text[]) AND value IS DISTINCT FROM pg_catalog.to_jsonb("ndas") -> key) END,
            CASE WHEN (expiration_date_epic10 IS DISTINCT FROM CASE WHEN expiration_date IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
            THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) + interval '1 year' END
            ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', expiration_date::timestamp))) END
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_expiration_date') AND (expiration_date IS NULL OR pg_catalog.starts_with(coalesce(expiration_date_epic10::text, ''), expiration_date::text)))) THEN 'expiration_date_epic10' END), '') END AS columns
        ), told AS (
          SELECT (SELECT count(*) FROM changed) AS rows, (SELECT keys[pg_catalog.cardinality(keys)] FROM wanted) AS last_id,
                 (SELECT pg_catalog.string_agg(DISTINCT columns, '; ') FROM changed) AS columns
        )
        SELECT rows, last_id,
        CASE WHEN columns IS NOT NULL THEN (SELECT 'A trigger on ndas changes what the backfill writes there, in the columns ' || columns || '. Triggers that can: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname),
            ', ' ORDER BY tgname) || '.'
           FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') END,
        CASE WHEN columns IS NOT NULL THEN (SELECT 'ALTER TABLE "ndas" ' || pg_catalog.string_agg('DISABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
                || '; then run the same command again. Afterwards: '
                || 'ALTER TABLE "ndas" ' || pg_catalog.string_agg('ENABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', '
                    ORDER BY tgname) || ';'
           FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') END INTO rows_changed, last, complaint, remedy FROM told;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        refused := refused + 1;
        IF refused > 60 THEN
          RAISE;
        END IF;
        RAISE NOTICE 'A batch waits for a row in use. Trying again.';
        PERFORM pg_sleep(0.5 + random());
        CONTINUE;
      END;
      EXIT WHEN last IS NULL;
      IF complaint IS NOT NULL THEN
        RAISE EXCEPTION '%', complaint USING HINT = remedy;
      END IF;
      UPDATE epic10_phase_run SET rows = rows + rows_changed WHERE phase = 'backfill' AND finished_at IS NULL;
      COMMIT;
      -- Whoever wants a row of a batch shall not wait for it longer than twice this time.
      batch_size := least(1000, greatest(50, batch_size::numeric * least(0.5
        / greatest(extract(epoch FROM clock_timestamp() - began), 0.001), 2)));
      found_some := true;
      migrated := migrated + rows_changed;
      batches := batches + 1;
      RAISE NOTICE 'Migrated % NDAs (batch %) at %', migrated, batches, clock_timestamp();
      LOOP
        SELECT name, round(lag / 1000000.0, 1) AS behind INTO standby FROM (
        SELECT application_name AS name, state, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn) AS lag
            FROM pg_stat_replication
        ) AS standby WHERE max_lag > 0 AND lag > max_lag::numeric * 1000000.0 ORDER BY lag DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF waits % 10 = 0 THEN
          RAISE NOTICE 'The backfill waits: the standby % is % MB behind, and % MB is the most it may be.',
            standby.name, standby.behind, max_lag;
        END IF;
        waits := waits + 1;
        -- Within a transaction the list of standbys stays as it was.
        COMMIT;
        PERFORM pg_sleep(1);
      END LOOP;
    END LOOP;
    EXIT WHEN NOT found_some;
  END LOOP;
END
$epic10$;
\endif
SELECT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10') AS go_on \gset
\if :go_on
DO $epic10$
DECLARE
  names text := (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_');
BEGIN
  IF names IS NOT NULL THEN
    RAISE NOTICE '%', pg_catalog.format('ndas: what the triggers %s change in other columns than the new ones is put back.', names);
  END IF;
END
$epic10$;
DO $epic10$
DECLARE
  last text;
  found_some bool;
  rows_changed bigint;
  migrated bigint := 0;
  batches int := 0;
  refused int := 0;
  complaint text;
  remedy text;
  max_lag bigint := coalesce(nullif(pg_catalog.current_setting('epic10.max_lag', true), ''), '64');
  standby record;
  waits int := 0;
  batch_size int := 1000;
  began timestamptz;
BEGIN
  IF NOT (true) THEN
    RETURN;
  END IF;
  FOR pass IN 1..4 LOOP
    last := '';
    found_some := false;
    LOOP
      SET LOCAL lock_timeout = '100ms';
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off;
      SET LOCAL enable_sort = off;
      SET LOCAL synchronous_commit = off;
      PERFORM pg_catalog.set_config('epic10.backfill', CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN 'ndas' ELSE '' END, true);
      began := clock_timestamp();
      BEGIN
        WITH wanted AS MATERIALIZED (
          SELECT ARRAY(SELECT id FROM ndas
                        WHERE id > last AND ((is_non_usmax_epic10 IS DISTINCT FROM coalesce(is_non_usmax, false)
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_is_non_usmax') AND (is_non_usmax IS NULL OR pg_catalog.starts_with(coalesce(is_non_usmax_epic10::text, ''), is_non_usmax::text)))))
                        ORDER BY id LIMIT batch_size) AS keys
        ), batch AS (
          SELECT ctid AS place, CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN pg_catalog.to_jsonb("ndas") END AS was FROM ndas
           WHERE id = ANY ((SELECT keys FROM wanted)::text[])
           FOR NO KEY UPDATE
        ), changed AS (
          UPDATE ndas SET
            is_non_usmax_epic10 = coalesce(is_non_usmax, false)
            FROM batch WHERE ndas.ctid = batch.place
          RETURNING CASE WHEN was IS NOT NULL THEN nullif(pg_catalog.concat_ws(', ',
            CASE WHEN pg_catalog.to_jsonb("ndas") - ARRAY['is_non_usmax_epic10']::text[] <> was - ARRAY['is_non_usmax_epic10']::text[] THEN
              (SELECT pg_catalog.string_agg(key, ', ' ORDER BY key) FROM jsonb_each(was)
                WHERE key <> ALL (ARRAY['is_non_usmax_epic10']::text[]) AND value IS DISTINCT FROM pg_catalog.to_jsonb("ndas") -> key) END,
            CASE WHEN (is_non_usmax_epic10 IS DISTINCT FROM coalesce(is_non_usmax, false)
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_is_non_usmax') AND (is_non_usmax IS NULL OR pg_catalog.starts_with(coalesce(is_non_usmax_epic10::text, ''), is_non_usmax::text)))) THEN 'is_non_usmax_epic10' END), '') END AS columns
        ), told AS (
          SELECT (SELECT count(*) FROM changed) AS rows, (SELECT keys[pg_catalog.cardinality(keys)] FROM wanted) AS last_id,
                 (SELECT pg_catalog.string_agg(DISTINCT columns, '; ') FROM changed) AS columns
        )
        SELECT rows, last_id,
        CASE WHEN columns IS NOT NULL THEN (SELECT 'A trigger on ndas changes what the backfill writes there, in the columns ' || columns || '. Triggers that can: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname),
            ', ' ORDER BY tgname) || '.'
           FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') END,
        CASE WHEN columns IS NOT NULL THEN (SELECT 'ALTER TABLE "ndas" ' || pg_catalog.string_agg('DISABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
                || '; then run the same command again. Afterwards: '
                || 'ALTER TABLE "ndas" ' || pg_catalog.string_agg('ENABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', '
                    ORDER BY tgname) || ';'
           FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') END INTO rows_changed, last, complaint, remedy FROM told;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        refused := refused + 1;
        IF refused > 60 THEN
          RAISE;
        END IF;
        RAISE NOTICE 'A batch waits for a row in use. Trying again.';
        PERFORM pg_sleep(0.5 + random());
        CONTINUE;
      END;
      EXIT WHEN last IS NULL;
      IF complaint IS NOT NULL THEN
        RAISE EXCEPTION '%', complaint USING HINT = remedy;
      END IF;
      UPDATE epic10_phase_run SET rows = rows + rows_changed WHERE phase = 'backfill' AND finished_at IS NULL;
      COMMIT;
      -- Whoever wants a row of a batch shall not wait for it longer than twice this time.
      batch_size := least(1000, greatest(50, batch_size::numeric * least(0.5
        / greatest(extract(epoch FROM clock_timestamp() - began), 0.001), 2)));
      found_some := true;
      migrated := migrated + rows_changed;
      batches := batches + 1;
      RAISE NOTICE 'Migrated % NDAs (batch %) at %', migrated, batches, clock_timestamp();
      LOOP
        SELECT name, round(lag / 1000000.0, 1) AS behind INTO standby FROM (
        SELECT application_name AS name, state, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn) AS lag
            FROM pg_stat_replication
        ) AS standby WHERE max_lag > 0 AND lag > max_lag::numeric * 1000000.0 ORDER BY lag DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF waits % 10 = 0 THEN
          RAISE NOTICE 'The backfill waits: the standby % is % MB behind, and % MB is the most it may be.',
            standby.name, standby.behind, max_lag;
        END IF;
        waits := waits + 1;
        -- Within a transaction the list of standbys stays as it was.
        COMMIT;
        PERFORM pg_sleep(1);
      END LOOP;
    END LOOP;
    EXIT WHEN NOT found_some;
  END LOOP;
END
$epic10$;
\endif
SELECT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10') AS go_on \gset
\if :go_on
DO $epic10$
DECLARE
  names text := (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_');
BEGIN
  IF names IS NOT NULL THEN
    RAISE NOTICE '%', pg_catalog.format('ndas: what the triggers %s change in other columns than the new ones is put back.', names);
  END IF;
END
$epic10$;
DO $epic10$
DECLARE
  last text;
  found_some bool;
  rows_changed bigint;
  migrated bigint := 0;
  batches int := 0;
  refused int := 0;
  complaint text;
  remedy text;
  max_lag bigint := coalesce(nullif(pg_catalog.current_setting('epic10.max_lag', true), ''), '64');
  standby record;
  waits int := 0;
  batch_size int := 1000;
  began timestamptz;
BEGIN
  IF NOT (true) THEN
    RETURN;
  END IF;
  FOR pass IN 1..4 LOOP
    last := '';
    found_some := false;
    LOOP
      SET LOCAL lock_timeout = '100ms';
      SET LOCAL enable_seqscan = off;
      SET LOCAL enable_bitmapscan = off;
      SET LOCAL enable_sort = off;
      SET LOCAL synchronous_commit = off;
      PERFORM pg_catalog.set_config('epic10.backfill', CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN 'ndas' ELSE '' END, true);
      began := clock_timestamp();
      BEGIN
        WITH wanted AS MATERIALIZED (
          SELECT ARRAY(SELECT id FROM ndas
                        WHERE id > last AND ((approved_by_id_epic10 IS DISTINCT FROM (SELECT contacts.id FROM contacts WHERE contacts.id = approved_by_id)
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_approved_by_id') AND (approved_by_id IS NULL OR pg_catalog.starts_with(coalesce(approved_by_id_epic10::text, ''), approved_by_id::text)))))
                        ORDER BY id LIMIT batch_size) AS keys
        ), batch AS (
          SELECT ctid AS place, CASE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') THEN pg_catalog.to_jsonb("ndas") END AS was FROM ndas
           WHERE id = ANY ((SELECT keys FROM wanted)::text[])
           FOR NO KEY UPDATE
        ), changed AS (
          UPDATE ndas SET
            approved_by_id_epic10 = (SELECT contacts.id FROM contacts WHERE contacts.id = approved_by_id)
            FROM batch WHERE ndas.ctid = batch.place
          RETURNING CASE WHEN was IS NOT NULL THEN nullif(pg_catalog.concat_ws(', ',
            CASE WHEN pg_catalog.to_jsonb("ndas") - ARRAY['approved_by_id_epic10']::text[] <> was - ARRAY['approved_by_id_epic10']::text[] THEN
              (SELECT pg_catalog.string_agg(key, ', ' ORDER BY key) FROM jsonb_each(was)
                WHERE key <> ALL (ARRAY['approved_by_id_epic10']::text[]) AND value IS DISTINCT FROM pg_catalog.to_jsonb("ndas") -> key) END,
            CASE WHEN (approved_by_id_epic10 IS DISTINCT FROM (SELECT contacts.id FROM contacts WHERE contacts.id = approved_by_id)
            AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_approved_by_id') AND (approved_by_id IS NULL OR pg_catalog.starts_with(coalesce(approved_by_id_epic10::text, ''), approved_by_id::text)))) THEN 'approved_by_id_epic10' END), '') END AS columns
        ), told AS (
          SELECT (SELECT count(*) FROM changed) AS rows, (SELECT keys[pg_catalog.cardinality(keys)] FROM wanted) AS last_id,
                 (SELECT pg_catalog.string_agg(DISTINCT columns, '; ') FROM changed) AS columns
        )
        SELECT rows, last_id,
        CASE WHEN columns IS NOT NULL THEN (SELECT 'A trigger on ndas changes what the backfill writes there, in the columns ' || columns || '. Triggers that can: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname),
            ', ' ORDER BY tgname) || '.'
           FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') END,
        CASE WHEN columns IS NOT NULL THEN (SELECT 'ALTER TABLE "ndas" ' || pg_catalog.string_agg('DISABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
                || '; then run the same command again. Afterwards: '
                || 'ALTER TABLE "ndas" ' || pg_catalog.string_agg('ENABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', '
                    ORDER BY tgname) || ';'
           FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 19 = 19 AND tgenabled <> 'D'
           AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_') END INTO rows_changed, last, complaint, remedy FROM told;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        refused := refused + 1;
        IF refused > 60 THEN
          RAISE;
        END IF;
        RAISE NOTICE 'A batch waits for a row in use. Trying again.';
        PERFORM pg_sleep(0.5 + random());
        CONTINUE;
      END;
      EXIT WHEN last IS NULL;
      IF complaint IS NOT NULL THEN
        RAISE EXCEPTION '%', complaint USING HINT = remedy;
      END IF;
      UPDATE epic10_phase_run SET rows = rows + rows_changed WHERE phase = 'backfill' AND finished_at IS NULL;
      COMMIT;
      -- Whoever wants a row of a batch shall not wait for it longer than twice this time.
      batch_size := least(1000, greatest(50, batch_size::numeric * least(0.5
        / greatest(extract(epoch FROM clock_timestamp() - began), 0.001), 2)));
      found_some := true;
      migrated := migrated + rows_changed;
      batches := batches + 1;
      RAISE NOTICE 'Migrated % NDAs (batch %) at %', migrated, batches, clock_timestamp();
      LOOP
        SELECT name, round(lag / 1000000.0, 1) AS behind INTO standby FROM (
        SELECT application_name AS name, state, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn) AS lag
            FROM pg_stat_replication
        ) AS standby WHERE max_lag > 0 AND lag > max_lag::numeric * 1000000.0 ORDER BY lag DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF waits % 10 = 0 THEN
          RAISE NOTICE 'The backfill waits: the standby % is % MB behind, and % MB is the most it may be.',
            standby.name, standby.behind, max_lag;
        END IF;
        waits := waits + 1;
        -- Within a transaction the list of standbys stays as it was.
        COMMIT;
        PERFORM pg_sleep(1);
      END LOOP;
    END LOOP;
    EXIT WHEN NOT found_some;
  END LOOP;
END
$epic10$;
\endif
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = ''
 WHERE phase = 'backfill' AND direction = 'forwards' AND finished_at IS NULL;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'backfill forwards done', clock_timestamp(); END $epic10$;
\endif

-- ============================================================
-- index: Build the indexes without blocking writers.
-- ============================================================
SELECT NOT ((to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL))) AS go_on \gset
\if :go_on
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'index forwards began', clock_timestamp(); END $epic10$;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = 'interrupted' WHERE finished_at IS NULL;
INSERT INTO epic10_phase_run (phase, direction) VALUES ('index', 'forwards');
-- 10.3: The list looks by status: the new column needs what the old one has.
INSERT INTO epic10_created_object (kind, name) SELECT 'index', 'ndas_status_epic10_idx'
 WHERE NOT (to_regclass('"ndas_status_epic10_idx"')::oid IS NOT NULL) ON CONFLICT DO NOTHING;
SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('"ndas_status_epic10_idx"')::oid AND NOT indisvalid) AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'ndas_status_epic10_idx') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
DROP INDEX CONCURRENTLY IF EXISTS "ndas_status_epic10_idx";
SET lock_timeout = '5s';
\endif
SELECT NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('"ndas_status_epic10_idx"')::oid) AND true AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
CREATE INDEX CONCURRENTLY IF NOT EXISTS "ndas_status_epic10_idx" ON "ndas" ("status_epic10");
SET lock_timeout = '5s';
\endif
-- 10.4: The daily job and the list of what expires soon look by date.
SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('"idx_ndas_expiration_date"')::oid AND NOT indisvalid) AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
DROP INDEX CONCURRENTLY IF EXISTS "idx_ndas_expiration_date";
SET lock_timeout = '5s';
\endif
INSERT INTO epic10_created_object (kind, name) SELECT 'index', 'idx_ndas_expiration_date'
 WHERE NOT (to_regclass('"idx_ndas_expiration_date"')::oid IS NOT NULL OR NOT (NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10'))) ON CONFLICT DO NOTHING;
SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('"idx_ndas_expiration_date"')::oid AND NOT indisvalid) AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'idx_ndas_expiration_date') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
DROP INDEX CONCURRENTLY IF EXISTS "idx_ndas_expiration_date";
SET lock_timeout = '5s';
\endif
SELECT NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('"idx_ndas_expiration_date"')::oid) AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
CREATE INDEX CONCURRENTLY IF NOT EXISTS "idx_ndas_expiration_date" ON "ndas" ("expiration_date");
SET lock_timeout = '5s';
\endif
INSERT INTO epic10_created_object (kind, name) SELECT 'index', 'idx_ndas_expiration_date_epic10_idx'
 WHERE NOT (to_regclass('"idx_ndas_expiration_date_epic10_idx"')::oid IS NOT NULL OR NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10'))) ON CONFLICT DO NOTHING;
SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('"idx_ndas_expiration_date_epic10_idx"')::oid AND NOT indisvalid) AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'idx_ndas_expiration_date_epic10_idx') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
DROP INDEX CONCURRENTLY IF EXISTS "idx_ndas_expiration_date_epic10_idx";
SET lock_timeout = '5s';
\endif
SELECT NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('"idx_ndas_expiration_date_epic10_idx"')::oid) AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
CREATE INDEX CONCURRENTLY IF NOT EXISTS "idx_ndas_expiration_date_epic10_idx" ON "ndas" ("expiration_date_epic10");
SET lock_timeout = '5s';
\endif
-- 10.1 to 10.6: Indexes of others on a column that changes places: the new column needs what the old one has.
INSERT INTO epic10_created_object (kind, name) SELECT 'successor', 'ndas.' || name FROM (
WITH moved (column_name, successor, type_name, is_enum, has_index) AS (VALUES
  ('status', 'status_epic10', 'NdaStatus', true, true),
  ('usmax_position', 'usmax_position_epic10', 'UsMaxPosition', true, false),
  ('nda_type', 'nda_type_epic10', 'NdaType', true, false),
  ('expiration_date', 'expiration_date_epic10', '', false, true),
  ('is_non_usmax', 'is_non_usmax_epic10', '', false, false),
  ('approved_by_id', 'approved_by_id_epic10', '', false, false)
), moving AS (
  SELECT attnum, column_name, successor, has_index, pg_catalog.format_type(atttypid, atttypmod) AS type_now,
         is_enum AND pg_catalog.format_type(atttypid, atttypmod) = pg_catalog.quote_ident(type_name) AS is_enum
             FROM moved
    JOIN pg_attribute ON attrelid = to_regclass('"ndas"')::oid AND attname = column_name AND NOT attisdropped
     AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = successor AND NOT attisdropped)
), theirs AS (
  SELECT i.*, c.relname, c.reloptions, c.reltablespace, amname, pg_get_expr(indpred, indrelid) AS condition
    FROM pg_index i JOIN pg_class c ON c.oid = indexrelid JOIN pg_am a ON a.oid = relam
   WHERE indrelid = to_regclass('"ndas"')::oid AND indislive AND relname <> ALL (ARRAY['ndas_status_idx', 'idx_ndas_expiration_date']::text[]) AND relname::text !~ '_(epic10|legacy)$'
     AND EXISTS (SELECT FROM moving JOIN pg_depend ON refobjsubid = moving.attnum
                  WHERE classid = 'pg_class'::regclass::oid AND objid = indexrelid
                    AND refclassid = 'pg_class'::regclass::oid AND refobjid = indrelid)
), part AS (
  SELECT theirs.indexrelid, n, n <= indnkeyatts AS is_key, moving.column_name, has_index,
         CASE WHEN moving.attnum IS NOT NULL THEN pg_catalog.quote_ident(successor)
              ELSE pg_catalog.pg_get_indexdef(theirs.indexrelid, n, false) END AS written,
         indkey[n - 1] = 0 AS is_expression,
         CASE WHEN n > indnkeyatts THEN NULL WHEN moving.attnum IS NOT NULL AND opcdefault THEN ''
              ELSE pg_catalog.format(' %I.%I', opcnamespace::regnamespace::text, opcname) END AS operators, opcdefault,
         CASE WHEN n <= indnkeyatts AND moving.attnum IS NULL AND indcollation[n - 1] <> 0::oid
              THEN ' COLLATE ' || indcollation[n - 1]::regcollation::text ELSE '' END AS collated,
         coalesce('(' || pg_catalog.array_to_string(attoptions, ', ') || ')', '') AS options,
         CASE WHEN n > indnkeyatts OR NOT pg_indexam_has_property(relam, 'can_order') THEN ''
              WHEN indoption[n - 1]::int & 3 = 1 THEN ' DESC NULLS LAST' WHEN indoption[n - 1]::int & 3 = 3 THEN ' DESC'
              WHEN indoption[n - 1]::int & 3 = 2 THEN ' NULLS FIRST' ELSE '' END AS ordered
    FROM theirs JOIN pg_class index ON index.oid = theirs.indexrelid CROSS
        JOIN pg_catalog.generate_series(1, indnatts) AS n
    JOIN pg_attribute ON attrelid = theirs.indexrelid AND pg_attribute.attnum = n
    LEFT JOIN moving ON moving.attnum = indkey[n - 1] AND indkey[n - 1] <> 0
    LEFT JOIN pg_opclass ON pg_opclass.oid = indclass[n - 1] AND n <= indnkeyatts
), text AS (
  SELECT indexrelid, n, CASE WHEN is_expression THEN (SELECT pg_catalog.string_agg(CASE WHEN token[1] ~ '^[''"]' THEN token[1] ELSE regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(token[1], '\mstatus\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN 'status_epic10' ELSE 'status' END, 'g'), '\musmax_position\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN 'usmax_position_epic10' ELSE 'usmax_position' END, 'g'), '\mnda_type\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped) THEN 'nda_type_epic10' ELSE 'nda_type' END, 'g'), '\mexpiration_date\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date_epic10' AND NOT attisdropped) THEN 'expiration_date_epic10' ELSE 'expiration_date' END, 'g'), '\mis_non_usmax\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax_epic10' AND NOT attisdropped) THEN 'is_non_usmax_epic10' ELSE 'is_non_usmax' END, 'g'), '\mapproved_by_id\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id_epic10' AND NOT attisdropped) THEN 'approved_by_id_epic10' ELSE 'approved_by_id' END, 'g') END, '' ORDER BY place)
       FROM regexp_matches(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(part.written, '''CREATED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''CREATED''::"epic10"."NdaStatus"' ELSE '''CREATED''::"NdaStatus"' END), '''EMAILED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''EMAILED''::"NdaStatus"' END), '''IN_REVISION''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''IN_REVISION''::"epic10"."NdaStatus"' ELSE '''IN_REVISION''::"NdaStatus"' END), '''FULLY_EXECUTED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''FULLY_EXECUTED''::"epic10"."NdaStatus"' ELSE '''FULLY_EXECUTED''::"NdaStatus"' END), '''INACTIVE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE''::"NdaStatus"' END), '''CANCELLED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''CANCELLED''::"NdaStatus"' END), '''PENDING_APPROVAL''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''PENDING_APPROVAL''::"epic10"."NdaStatus"' ELSE '''PENDING_APPROVAL''::"NdaStatus"' END), '''SENT_PENDING_SIGNATURE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''SENT_PENDING_SIGNATURE''::"NdaStatus"' END), '''INACTIVE_CANCELED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE_CANCELED''::"NdaStatus"' END), '''EXPIRED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''EXPIRED''::"epic10"."NdaStatus"' ELSE '''EXPIRED''::"NdaStatus"' END), '''PRIME''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''PRIME''::"epic10"."UsMaxPosition"' ELSE '''PRIME''::"UsMaxPosition"' END), '''SUB''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''SUB_CONTRACTOR''::"epic10"."UsMaxPosition"' ELSE '''SUB''::"UsMaxPosition"' END), '''TEAMING''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''OTHER''::"epic10"."UsMaxPosition"' ELSE '''TEAMING''::"UsMaxPosition"' END), '''OTHER''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''OTHER''::"epic10"."UsMaxPosition"' ELSE '''OTHER''::"UsMaxPosition"' END), '''SUB_CONTRACTOR''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''SUB_CONTRACTOR''::"epic10"."UsMaxPosition"' ELSE '''SUB_CONTRACTOR''::"UsMaxPosition"' END), '''MUTUAL''::"NdaType"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped) THEN '''MUTUAL''::"epic10"."NdaType"' ELSE '''MUTUAL''::"NdaType"' END), '''CONSULTANT''::"NdaType"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped) THEN '''CONSULTANT''::"epic10"."NdaType"' ELSE '''CONSULTANT''::"NdaType"' END), '''(?:[^'']|'''')*''|"(?:[^"]|"")*"|[^''"]+', 'g') WITH ORDINALITY AS found (token, place)) ELSE part.written END AS written FROM part
  UNION ALL
  SELECT indexrelid, 0, (SELECT pg_catalog.string_agg(CASE WHEN token[1] ~ '^[''"]' THEN token[1] ELSE regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(token[1], '\mstatus\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN 'status_epic10' ELSE 'status' END, 'g'), '\musmax_position\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN 'usmax_position_epic10' ELSE 'usmax_position' END, 'g'), '\mnda_type\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped) THEN 'nda_type_epic10' ELSE 'nda_type' END, 'g'), '\mexpiration_date\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date_epic10' AND NOT attisdropped) THEN 'expiration_date_epic10' ELSE 'expiration_date' END, 'g'), '\mis_non_usmax\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax_epic10' AND NOT attisdropped) THEN 'is_non_usmax_epic10' ELSE 'is_non_usmax' END, 'g'), '\mapproved_by_id\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id_epic10' AND NOT attisdropped) THEN 'approved_by_id_epic10' ELSE 'approved_by_id' END, 'g') END, '' ORDER BY place)
       FROM regexp_matches(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(condition, '''CREATED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''CREATED''::"epic10"."NdaStatus"' ELSE '''CREATED''::"NdaStatus"' END), '''EMAILED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''EMAILED''::"NdaStatus"' END), '''IN_REVISION''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''IN_REVISION''::"epic10"."NdaStatus"' ELSE '''IN_REVISION''::"NdaStatus"' END), '''FULLY_EXECUTED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''FULLY_EXECUTED''::"epic10"."NdaStatus"' ELSE '''FULLY_EXECUTED''::"NdaStatus"' END), '''INACTIVE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE''::"NdaStatus"' END), '''CANCELLED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''CANCELLED''::"NdaStatus"' END), '''PENDING_APPROVAL''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''PENDING_APPROVAL''::"epic10"."NdaStatus"' ELSE '''PENDING_APPROVAL''::"NdaStatus"' END), '''SENT_PENDING_SIGNATURE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''SENT_PENDING_SIGNATURE''::"NdaStatus"' END), '''INACTIVE_CANCELED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE_CANCELED''::"NdaStatus"' END), '''EXPIRED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''EXPIRED''::"epic10"."NdaStatus"' ELSE '''EXPIRED''::"NdaStatus"' END), '''PRIME''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''PRIME''::"epic10"."UsMaxPosition"' ELSE '''PRIME''::"UsMaxPosition"' END), '''SUB''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''SUB_CONTRACTOR''::"epic10"."UsMaxPosition"' ELSE '''SUB''::"UsMaxPosition"' END), '''TEAMING''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''OTHER''::"epic10"."UsMaxPosition"' ELSE '''TEAMING''::"UsMaxPosition"' END), '''OTHER''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''OTHER''::"epic10"."UsMaxPosition"' ELSE '''OTHER''::"UsMaxPosition"' END), '''SUB_CONTRACTOR''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''SUB_CONTRACTOR''::"epic10"."UsMaxPosition"' ELSE '''SUB_CONTRACTOR''::"UsMaxPosition"' END), '''MUTUAL''::"NdaType"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped) THEN '''MUTUAL''::"epic10"."NdaType"' ELSE '''MUTUAL''::"NdaType"' END), '''CONSULTANT''::"NdaType"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped) THEN '''CONSULTANT''::"epic10"."NdaType"' ELSE '''CONSULTANT''::"NdaType"' END), '''(?:[^'']|'''')*''|"(?:[^"]|"")*"|[^''"]+', 'g') WITH ORDINALITY AS found (token, place)) FROM theirs WHERE condition IS NOT NULL
), by_old_type AS (  -- functions of somebody's, and columns of the old type that stay what they are
  SELECT indexrelid FROM theirs JOIN pg_depend ON classid = 'pg_class'::regclass::oid AND objid = indexrelid
    LEFT JOIN pg_attribute a ON refclassid = 'pg_class'::regclass::oid AND attrelid = refobjid AND attnum = refobjsubid
   WHERE refclassid = 'pg_proc'::regclass::oid
      OR pg_catalog.format_type(atttypid, atttypmod) IN (SELECT type_now FROM moving)
         AND NOT EXISTS (SELECT FROM moving WHERE moving.attnum = a.attnum)
), made AS (
  SELECT relname::text AS name, theirs.*, CASE WHEN octet_length(relname::text) <= 56 THEN relname::text ELSE 'idx_' || md5(relname::text) END || '_epic10' AS successor, CASE WHEN octet_length(relname::text) <= 56 THEN relname::text ELSE 'idx_' || md5(relname::text) END || '_legacy' AS legacy,
         CASE WHEN NOT indisvalid THEN 'it is not valid'
              WHEN indnatts = 1 AND amname = 'btree' AND NOT indisunique AND condition IS NULL
                   AND (SELECT has_index AND opcdefault AND pg_catalog.concat(collated, options, ordered) = '' FROM part
                         WHERE part.indexrelid = theirs.indexrelid) THEN 'the release has an index that says the same'
              WHEN (SELECT bool_or(is_key AND column_name IS NOT NULL AND NOT opcdefault) FROM part
                     WHERE part.indexrelid = theirs.indexrelid) THEN 'its operator class is not that of the new column'
              WHEN (indisunique OR indisexclusion) AND (
                     EXISTS (SELECT FROM text t WHERE t.indexrelid = theirs.indexrelid AND n = 0 AND (t.written ~ '\mstatus_epic10\M' OR t.written ~ '\musmax_position_epic10\M' OR t.written ~ '\mnda_type_epic10\M' OR t.written ~ '\mexpiration_date_epic10\M' OR t.written ~ '\mis_non_usmax_epic10\M' OR t.written ~ '\mapproved_by_id_epic10\M'))
                     OR EXISTS (SELECT FROM part p WHERE p.indexrelid = theirs.indexrelid AND is_key
                                   AND (column_name IS NOT NULL OR is_expression AND (p.written ~ '\mstatus\M' OR p.written ~ '\musmax_position\M' OR p.written ~ '\mnda_type\M' OR p.written ~ '\mexpiration_date\M' OR p.written ~ '\mis_non_usmax\M' OR p.written ~ '\mapproved_by_id\M'))))
                THEN 'it is unique by the old labels, and two of them may become one'
              WHEN EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
                THEN 'it belongs to a constraint'
              WHEN EXISTS (SELECT FROM text t JOIN moving ON t.written ~ ('\m' || moving.successor || '\M') AND t.written <> moving.successor WHERE t.indexrelid = theirs.indexrelid
                            AND (NOT is_enum OR strpos(t.written, '::' || type_now) > 0
                                 OR EXISTS (SELECT FROM by_old_type o WHERE o.indexrelid = theirs.indexrelid)))
                THEN 'its expression or its condition cannot be translated'
         END AS hindrance
    FROM theirs
)
SELECT name, successor, legacy, hindrance, pg_catalog.format(
    'CREATE %sINDEX CONCURRENTLY IF NOT EXISTS %I ON "ndas" USING %I (%s)%s%s%s%s%s',
    CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END, successor, amname,
    (SELECT pg_catalog.string_agg(pg_catalog.concat(text.written, collated, operators, options, ordered), ', '
        ORDER BY n)
       FROM part JOIN text USING (indexrelid, n) WHERE indexrelid = made.indexrelid AND is_key),
    (SELECT ' INCLUDE (' || pg_catalog.string_agg(part.written, ', ' ORDER BY n) || ')'
       FROM part WHERE indexrelid = made.indexrelid AND NOT is_key),
    CASE WHEN indnullsnotdistinct THEN ' NULLS NOT DISTINCT' ELSE '' END,
    (SELECT ' WITH (' || pg_catalog.string_agg(pg_catalog.format('%I = %L', option_name, option_value), ', ') || ')'
       FROM pg_options_to_table(reloptions)),
    (SELECT pg_catalog.format(' TABLESPACE %I', spcname) FROM pg_tablespace WHERE oid = reltablespace),
    (SELECT ' WHERE ' || written FROM text WHERE indexrelid = made.indexrelid AND n = 0)) AS statement
  FROM made
) AS found WHERE hindrance IS NULL AND to_regclass(pg_catalog.quote_ident(successor)) IS NULL
   AND to_regclass(pg_catalog.quote_ident(legacy)) IS NULL ON CONFLICT DO NOTHING;
SET lock_timeout = '300s';
SELECT statement FROM (
SELECT successor, pg_catalog.format('DROP INDEX CONCURRENTLY IF EXISTS %I', successor)
  FROM (SELECT name, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_epic10' AS successor, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_legacy' AS legacy
    FROM (SELECT substring(name FROM 6) AS name FROM epic10_created_object
           WHERE kind = 'successor' AND pg_catalog.starts_with(name, 'ndas.')) AS claimed) AS ours
  JOIN pg_index ON indexrelid = to_regclass(pg_catalog.quote_ident(successor))::oid AND NOT indisvalid
) AS each (name, statement) \gexec
SET lock_timeout = '5s';
SET lock_timeout = '300s';
SELECT statement FROM (
SELECT successor, statement FROM (
WITH moved (column_name, successor, type_name, is_enum, has_index) AS (VALUES
  ('status', 'status_epic10', 'NdaStatus', true, true),
  ('usmax_position', 'usmax_position_epic10', 'UsMaxPosition', true, false),
  ('nda_type', 'nda_type_epic10', 'NdaType', true, false),
  ('expiration_date', 'expiration_date_epic10', '', false, true),
  ('is_non_usmax', 'is_non_usmax_epic10', '', false, false),
  ('approved_by_id', 'approved_by_id_epic10', '', false, false)
), moving AS (
  SELECT attnum, column_name, successor, has_index, pg_catalog.format_type(atttypid, atttypmod) AS type_now,
         is_enum AND pg_catalog.format_type(atttypid, atttypmod) = pg_catalog.quote_ident(type_name) AS is_enum
             FROM moved
    JOIN pg_attribute ON attrelid = to_regclass('"ndas"')::oid AND attname = column_name AND NOT attisdropped
     AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = successor AND NOT attisdropped)
), theirs AS (
  SELECT i.*, c.relname, c.reloptions, c.reltablespace, amname, pg_get_expr(indpred, indrelid) AS condition
    FROM pg_index i JOIN pg_class c ON c.oid = indexrelid JOIN pg_am a ON a.oid = relam
   WHERE indrelid = to_regclass('"ndas"')::oid AND indislive AND relname <> ALL (ARRAY['ndas_status_idx', 'idx_ndas_expiration_date']::text[]) AND relname::text !~ '_(epic10|legacy)$'
     AND EXISTS (SELECT FROM moving JOIN pg_depend ON refobjsubid = moving.attnum
                  WHERE classid = 'pg_class'::regclass::oid AND objid = indexrelid
                    AND refclassid = 'pg_class'::regclass::oid AND refobjid = indrelid)
), part AS (
  SELECT theirs.indexrelid, n, n <= indnkeyatts AS is_key, moving.column_name, has_index,
         CASE WHEN moving.attnum IS NOT NULL THEN pg_catalog.quote_ident(successor)
              ELSE pg_catalog.pg_get_indexdef(theirs.indexrelid, n, false) END AS written,
         indkey[n - 1] = 0 AS is_expression,
         CASE WHEN n > indnkeyatts THEN NULL WHEN moving.attnum IS NOT NULL AND opcdefault THEN ''
              ELSE pg_catalog.format(' %I.%I', opcnamespace::regnamespace::text, opcname) END AS operators, opcdefault,
         CASE WHEN n <= indnkeyatts AND moving.attnum IS NULL AND indcollation[n - 1] <> 0::oid
              THEN ' COLLATE ' || indcollation[n - 1]::regcollation::text ELSE '' END AS collated,
         coalesce('(' || pg_catalog.array_to_string(attoptions, ', ') || ')', '') AS options,
         CASE WHEN n > indnkeyatts OR NOT pg_indexam_has_property(relam, 'can_order') THEN ''
              WHEN indoption[n - 1]::int & 3 = 1 THEN ' DESC NULLS LAST' WHEN indoption[n - 1]::int & 3 = 3 THEN ' DESC'
              WHEN indoption[n - 1]::int & 3 = 2 THEN ' NULLS FIRST' ELSE '' END AS ordered
    FROM theirs JOIN pg_class index ON index.oid = theirs.indexrelid CROSS
        JOIN pg_catalog.generate_series(1, indnatts) AS n
    JOIN pg_attribute ON attrelid = theirs.indexrelid AND pg_attribute.attnum = n
    LEFT JOIN moving ON moving.attnum = indkey[n - 1] AND indkey[n - 1] <> 0
    LEFT JOIN pg_opclass ON pg_opclass.oid = indclass[n - 1] AND n <= indnkeyatts
), text AS (
  SELECT indexrelid, n, CASE WHEN is_expression THEN (SELECT pg_catalog.string_agg(CASE WHEN token[1] ~ '^[''"]' THEN token[1] ELSE regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(token[1], '\mstatus\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN 'status_epic10' ELSE 'status' END, 'g'), '\musmax_position\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN 'usmax_position_epic10' ELSE 'usmax_position' END, 'g'), '\mnda_type\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped) THEN 'nda_type_epic10' ELSE 'nda_type' END, 'g'), '\mexpiration_date\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date_epic10' AND NOT attisdropped) THEN 'expiration_date_epic10' ELSE 'expiration_date' END, 'g'), '\mis_non_usmax\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax_epic10' AND NOT attisdropped) THEN 'is_non_usmax_epic10' ELSE 'is_non_usmax' END, 'g'), '\mapproved_by_id\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id_epic10' AND NOT attisdropped) THEN 'approved_by_id_epic10' ELSE 'approved_by_id' END, 'g') END, '' ORDER BY place)
       FROM regexp_matches(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(part.written, '''CREATED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''CREATED''::"epic10"."NdaStatus"' ELSE '''CREATED''::"NdaStatus"' END), '''EMAILED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''EMAILED''::"NdaStatus"' END), '''IN_REVISION''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''IN_REVISION''::"epic10"."NdaStatus"' ELSE '''IN_REVISION''::"NdaStatus"' END), '''FULLY_EXECUTED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''FULLY_EXECUTED''::"epic10"."NdaStatus"' ELSE '''FULLY_EXECUTED''::"NdaStatus"' END), '''INACTIVE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE''::"NdaStatus"' END), '''CANCELLED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''CANCELLED''::"NdaStatus"' END), '''PENDING_APPROVAL''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''PENDING_APPROVAL''::"epic10"."NdaStatus"' ELSE '''PENDING_APPROVAL''::"NdaStatus"' END), '''SENT_PENDING_SIGNATURE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''SENT_PENDING_SIGNATURE''::"NdaStatus"' END), '''INACTIVE_CANCELED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE_CANCELED''::"NdaStatus"' END), '''EXPIRED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''EXPIRED''::"epic10"."NdaStatus"' ELSE '''EXPIRED''::"NdaStatus"' END), '''PRIME''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''PRIME''::"epic10"."UsMaxPosition"' ELSE '''PRIME''::"UsMaxPosition"' END), '''SUB''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''SUB_CONTRACTOR''::"epic10"."UsMaxPosition"' ELSE '''SUB''::"UsMaxPosition"' END), '''TEAMING''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''OTHER''::"epic10"."UsMaxPosition"' ELSE '''TEAMING''::"UsMaxPosition"' END), '''OTHER''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''OTHER''::"epic10"."UsMaxPosition"' ELSE '''OTHER''::"UsMaxPosition"' END), '''SUB_CONTRACTOR''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''SUB_CONTRACTOR''::"epic10"."UsMaxPosition"' ELSE '''SUB_CONTRACTOR''::"UsMaxPosition"' END), '''MUTUAL''::"NdaType"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped) THEN '''MUTUAL''::"epic10"."NdaType"' ELSE '''MUTUAL''::"NdaType"' END), '''CONSULTANT''::"NdaType"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped) THEN '''CONSULTANT''::"epic10"."NdaType"' ELSE '''CONSULTANT''::"NdaType"' END), '''(?:[^'']|'''')*''|"(?:[^"]|"")*"|[^''"]+', 'g') WITH ORDINALITY AS found (token, place)) ELSE part.written END AS written FROM part
  UNION ALL
  SELECT indexrelid, 0, (SELECT pg_catalog.string_agg(CASE WHEN token[1] ~ '^[''"]' THEN token[1] ELSE regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(token[1], '\mstatus\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN 'status_epic10' ELSE 'status' END, 'g'), '\musmax_position\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN 'usmax_position_epic10' ELSE 'usmax_position' END, 'g'), '\mnda_type\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped) THEN 'nda_type_epic10' ELSE 'nda_type' END, 'g'), '\mexpiration_date\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date_epic10' AND NOT attisdropped) THEN 'expiration_date_epic10' ELSE 'expiration_date' END, 'g'), '\mis_non_usmax\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax_epic10' AND NOT attisdropped) THEN 'is_non_usmax_epic10' ELSE 'is_non_usmax' END, 'g'), '\mapproved_by_id\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id_epic10' AND NOT attisdropped) THEN 'approved_by_id_epic10' ELSE 'approved_by_id' END, 'g') END, '' ORDER BY place)
       FROM regexp_matches(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(condition, '''CREATED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''CREATED''::"epic10"."NdaStatus"' ELSE '''CREATED''::"NdaStatus"' END), '''EMAILED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''EMAILED''::"NdaStatus"' END), '''IN_REVISION''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''IN_REVISION''::"epic10"."NdaStatus"' ELSE '''IN_REVISION''::"NdaStatus"' END), '''FULLY_EXECUTED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''FULLY_EXECUTED''::"epic10"."NdaStatus"' ELSE '''FULLY_EXECUTED''::"NdaStatus"' END), '''INACTIVE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE''::"NdaStatus"' END), '''CANCELLED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''CANCELLED''::"NdaStatus"' END), '''PENDING_APPROVAL''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''PENDING_APPROVAL''::"epic10"."NdaStatus"' ELSE '''PENDING_APPROVAL''::"NdaStatus"' END), '''SENT_PENDING_SIGNATURE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''SENT_PENDING_SIGNATURE''::"NdaStatus"' END), '''INACTIVE_CANCELED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE_CANCELED''::"NdaStatus"' END), '''EXPIRED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''EXPIRED''::"epic10"."NdaStatus"' ELSE '''EXPIRED''::"NdaStatus"' END), '''PRIME''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''PRIME''::"epic10"."UsMaxPosition"' ELSE '''PRIME''::"UsMaxPosition"' END), '''SUB''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''SUB_CONTRACTOR''::"epic10"."UsMaxPosition"' ELSE '''SUB''::"UsMaxPosition"' END), '''TEAMING''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''OTHER''::"epic10"."UsMaxPosition"' ELSE '''TEAMING''::"UsMaxPosition"' END), '''OTHER''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''OTHER''::"epic10"."UsMaxPosition"' ELSE '''OTHER''::"UsMaxPosition"' END), '''SUB_CONTRACTOR''::"UsMaxPosition"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) THEN '''SUB_CONTRACTOR''::"epic10"."UsMaxPosition"' ELSE '''SUB_CONTRACTOR''::"UsMaxPosition"' END), '''MUTUAL''::"NdaType"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped) THEN '''MUTUAL''::"epic10"."NdaType"' ELSE '''MUTUAL''::"NdaType"' END), '''CONSULTANT''::"NdaType"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped) THEN '''CONSULTANT''::"epic10"."NdaType"' ELSE '''CONSULTANT''::"NdaType"' END), '''(?:[^'']|'''')*''|"(?:[^"]|"")*"|[^''"]+', 'g') WITH ORDINALITY AS found (token, place)) FROM theirs WHERE condition IS NOT NULL
), by_old_type AS (  -- functions of somebody's, and columns of the old type that stay what they are
  SELECT indexrelid FROM theirs JOIN pg_depend ON classid = 'pg_class'::regclass::oid AND objid = indexrelid
    LEFT JOIN pg_attribute a ON refclassid = 'pg_class'::regclass::oid AND attrelid = refobjid AND attnum = refobjsubid
   WHERE refclassid = 'pg_proc'::regclass::oid
      OR pg_catalog.format_type(atttypid, atttypmod) IN (SELECT type_now FROM moving)
         AND NOT EXISTS (SELECT FROM moving WHERE moving.attnum = a.attnum)
), made AS (
  SELECT relname::text AS name, theirs.*, CASE WHEN octet_length(relname::text) <= 56 THEN relname::text ELSE 'idx_' || md5(relname::text) END || '_epic10' AS successor, CASE WHEN octet_length(relname::text) <= 56 THEN relname::text ELSE 'idx_' || md5(relname::text) END || '_legacy' AS legacy,
         CASE WHEN NOT indisvalid THEN 'it is not valid'
              WHEN indnatts = 1 AND amname = 'btree' AND NOT indisunique AND condition IS NULL
                   AND (SELECT has_index AND opcdefault AND pg_catalog.concat(collated, options, ordered) = '' FROM part
                         WHERE part.indexrelid = theirs.indexrelid) THEN 'the release has an index that says the same'
              WHEN (SELECT bool_or(is_key AND column_name IS NOT NULL AND NOT opcdefault) FROM part
                     WHERE part.indexrelid = theirs.indexrelid) THEN 'its operator class is not that of the new column'
              WHEN (indisunique OR indisexclusion) AND (
                     EXISTS (SELECT FROM text t WHERE t.indexrelid = theirs.indexrelid AND n = 0 AND (t.written ~ '\mstatus_epic10\M' OR t.written ~ '\musmax_position_epic10\M' OR t.written ~ '\mnda_type_epic10\M' OR t.written ~ '\mexpiration_date_epic10\M' OR t.written ~ '\mis_non_usmax_epic10\M' OR t.written ~ '\mapproved_by_id_epic10\M'))
                     OR EXISTS (SELECT FROM part p WHERE p.indexrelid = theirs.indexrelid AND is_key
                                   AND (column_name IS NOT NULL OR is_expression AND (p.written ~ '\mstatus\M' OR p.written ~ '\musmax_position\M' OR p.written ~ '\mnda_type\M' OR p.written ~ '\mexpiration_date\M' OR p.written ~ '\mis_non_usmax\M' OR p.written ~ '\mapproved_by_id\M'))))
                THEN 'it is unique by the old labels, and two of them may become one'
              WHEN EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
                THEN 'it belongs to a constraint'
              WHEN EXISTS (SELECT FROM text t JOIN moving ON t.written ~ ('\m' || moving.successor || '\M') AND t.written <> moving.successor WHERE t.indexrelid = theirs.indexrelid
                            AND (NOT is_enum OR strpos(t.written, '::' || type_now) > 0
                                 OR EXISTS (SELECT FROM by_old_type o WHERE o.indexrelid = theirs.indexrelid)))
                THEN 'its expression or its condition cannot be translated'
         END AS hindrance
    FROM theirs
)
SELECT name, successor, legacy, hindrance, pg_catalog.format(
    'CREATE %sINDEX CONCURRENTLY IF NOT EXISTS %I ON "ndas" USING %I (%s)%s%s%s%s%s',
    CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END, successor, amname,
    (SELECT pg_catalog.string_agg(pg_catalog.concat(text.written, collated, operators, options, ordered), ', '
        ORDER BY n)
       FROM part JOIN text USING (indexrelid, n) WHERE indexrelid = made.indexrelid AND is_key),
    (SELECT ' INCLUDE (' || pg_catalog.string_agg(part.written, ', ' ORDER BY n) || ')'
       FROM part WHERE indexrelid = made.indexrelid AND NOT is_key),
    CASE WHEN indnullsnotdistinct THEN ' NULLS NOT DISTINCT' ELSE '' END,
    (SELECT ' WITH (' || pg_catalog.string_agg(pg_catalog.format('%I = %L', option_name, option_value), ', ') || ')'
       FROM pg_options_to_table(reloptions)),
    (SELECT pg_catalog.format(' TABLESPACE %I', spcname) FROM pg_tablespace WHERE oid = reltablespace),
    (SELECT ' WHERE ' || written FROM text WHERE indexrelid = made.indexrelid AND n = 0)) AS statement
  FROM made
) AS found
 WHERE hindrance IS NULL AND name IN (SELECT name FROM (SELECT name, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_epic10' AS successor, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_legacy' AS legacy
    FROM (SELECT substring(name FROM 6) AS name FROM epic10_created_object
           WHERE kind = 'successor' AND pg_catalog.starts_with(name, 'ndas.')) AS claimed) AS claimed) AND to_regclass(pg_catalog.quote_ident(successor)) IS NULL
) AS each (name, statement) \gexec
SET lock_timeout = '5s';
INSERT INTO epic10_created_object (kind, name) SELECT 'successor', 'nda_status_history.' || name FROM (
WITH moved (column_name, successor, type_name, is_enum, has_index) AS (VALUES
  ('status', 'status_epic10', 'NdaStatus', true, false)
), moving AS (
  SELECT attnum, column_name, successor, has_index, pg_catalog.format_type(atttypid, atttypmod) AS type_now,
         is_enum AND pg_catalog.format_type(atttypid, atttypmod) = pg_catalog.quote_ident(type_name) AS is_enum
             FROM moved
    JOIN pg_attribute ON attrelid = to_regclass('"nda_status_history"')::oid AND attname = column_name AND NOT attisdropped
     AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = successor AND NOT attisdropped)
), theirs AS (
  SELECT i.*, c.relname, c.reloptions, c.reltablespace, amname, pg_get_expr(indpred, indrelid) AS condition
    FROM pg_index i JOIN pg_class c ON c.oid = indexrelid JOIN pg_am a ON a.oid = relam
   WHERE indrelid = to_regclass('"nda_status_history"')::oid AND indislive AND relname <> ALL (ARRAY[]::text[]) AND relname::text !~ '_(epic10|legacy)$'
     AND EXISTS (SELECT FROM moving JOIN pg_depend ON refobjsubid = moving.attnum
                  WHERE classid = 'pg_class'::regclass::oid AND objid = indexrelid
                    AND refclassid = 'pg_class'::regclass::oid AND refobjid = indrelid)
), part AS (
  SELECT theirs.indexrelid, n, n <= indnkeyatts AS is_key, moving.column_name, has_index,
         CASE WHEN moving.attnum IS NOT NULL THEN pg_catalog.quote_ident(successor)
              ELSE pg_catalog.pg_get_indexdef(theirs.indexrelid, n, false) END AS written,
         indkey[n - 1] = 0 AS is_expression,
         CASE WHEN n > indnkeyatts THEN NULL WHEN moving.attnum IS NOT NULL AND opcdefault THEN ''
              ELSE pg_catalog.format(' %I.%I', opcnamespace::regnamespace::text, opcname) END AS operators, opcdefault,
         CASE WHEN n <= indnkeyatts AND moving.attnum IS NULL AND indcollation[n - 1] <> 0::oid
              THEN ' COLLATE ' || indcollation[n - 1]::regcollation::text ELSE '' END AS collated,
         coalesce('(' || pg_catalog.array_to_string(attoptions, ', ') || ')', '') AS options,
         CASE WHEN n > indnkeyatts OR NOT pg_indexam_has_property(relam, 'can_order') THEN ''
              WHEN indoption[n - 1]::int & 3 = 1 THEN ' DESC NULLS LAST' WHEN indoption[n - 1]::int & 3 = 3 THEN ' DESC'
              WHEN indoption[n - 1]::int & 3 = 2 THEN ' NULLS FIRST' ELSE '' END AS ordered
    FROM theirs JOIN pg_class index ON index.oid = theirs.indexrelid CROSS
        JOIN pg_catalog.generate_series(1, indnatts) AS n
    JOIN pg_attribute ON attrelid = theirs.indexrelid AND pg_attribute.attnum = n
    LEFT JOIN moving ON moving.attnum = indkey[n - 1] AND indkey[n - 1] <> 0
    LEFT JOIN pg_opclass ON pg_opclass.oid = indclass[n - 1] AND n <= indnkeyatts
), text AS (
  SELECT indexrelid, n, CASE WHEN is_expression THEN (SELECT pg_catalog.string_agg(CASE WHEN token[1] ~ '^[''"]' THEN token[1] ELSE regexp_replace(token[1], '\mstatus\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN 'status_epic10' ELSE 'status' END, 'g') END, '' ORDER BY place)
       FROM regexp_matches(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(part.written, '''CREATED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''CREATED''::"epic10"."NdaStatus"' ELSE '''CREATED''::"NdaStatus"' END), '''EMAILED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''EMAILED''::"NdaStatus"' END), '''IN_REVISION''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''IN_REVISION''::"epic10"."NdaStatus"' ELSE '''IN_REVISION''::"NdaStatus"' END), '''FULLY_EXECUTED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''FULLY_EXECUTED''::"epic10"."NdaStatus"' ELSE '''FULLY_EXECUTED''::"NdaStatus"' END), '''INACTIVE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE''::"NdaStatus"' END), '''CANCELLED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''CANCELLED''::"NdaStatus"' END), '''PENDING_APPROVAL''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''PENDING_APPROVAL''::"epic10"."NdaStatus"' ELSE '''PENDING_APPROVAL''::"NdaStatus"' END), '''SENT_PENDING_SIGNATURE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''SENT_PENDING_SIGNATURE''::"NdaStatus"' END), '''INACTIVE_CANCELED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE_CANCELED''::"NdaStatus"' END), '''EXPIRED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''EXPIRED''::"epic10"."NdaStatus"' ELSE '''EXPIRED''::"NdaStatus"' END), '''(?:[^'']|'''')*''|"(?:[^"]|"")*"|[^''"]+', 'g') WITH ORDINALITY AS found (token, place)) ELSE part.written END AS written FROM part
  UNION ALL
  SELECT indexrelid, 0, (SELECT pg_catalog.string_agg(CASE WHEN token[1] ~ '^[''"]' THEN token[1] ELSE regexp_replace(token[1], '\mstatus\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN 'status_epic10' ELSE 'status' END, 'g') END, '' ORDER BY place)
       FROM regexp_matches(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(condition, '''CREATED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''CREATED''::"epic10"."NdaStatus"' ELSE '''CREATED''::"NdaStatus"' END), '''EMAILED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''EMAILED''::"NdaStatus"' END), '''IN_REVISION''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''IN_REVISION''::"epic10"."NdaStatus"' ELSE '''IN_REVISION''::"NdaStatus"' END), '''FULLY_EXECUTED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''FULLY_EXECUTED''::"epic10"."NdaStatus"' ELSE '''FULLY_EXECUTED''::"NdaStatus"' END), '''INACTIVE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE''::"NdaStatus"' END), '''CANCELLED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''CANCELLED''::"NdaStatus"' END), '''PENDING_APPROVAL''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''PENDING_APPROVAL''::"epic10"."NdaStatus"' ELSE '''PENDING_APPROVAL''::"NdaStatus"' END), '''SENT_PENDING_SIGNATURE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''SENT_PENDING_SIGNATURE''::"NdaStatus"' END), '''INACTIVE_CANCELED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE_CANCELED''::"NdaStatus"' END), '''EXPIRED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''EXPIRED''::"epic10"."NdaStatus"' ELSE '''EXPIRED''::"NdaStatus"' END), '''(?:[^'']|'''')*''|"(?:[^"]|"")*"|[^''"]+', 'g') WITH ORDINALITY AS found (token, place)) FROM theirs WHERE condition IS NOT NULL
), by_old_type AS (  -- functions of somebody's, and columns of the old type that stay what they are
  SELECT indexrelid FROM theirs JOIN pg_depend ON classid = 'pg_class'::regclass::oid AND objid = indexrelid
    LEFT JOIN pg_attribute a ON refclassid = 'pg_class'::regclass::oid AND attrelid = refobjid AND attnum = refobjsubid
   WHERE refclassid = 'pg_proc'::regclass::oid
      OR pg_catalog.format_type(atttypid, atttypmod) IN (SELECT type_now FROM moving)
         AND NOT EXISTS (SELECT FROM moving WHERE moving.attnum = a.attnum)
), made AS (
  SELECT relname::text AS name, theirs.*, CASE WHEN octet_length(relname::text) <= 56 THEN relname::text ELSE 'idx_' || md5(relname::text) END || '_epic10' AS successor, CASE WHEN octet_length(relname::text) <= 56 THEN relname::text ELSE 'idx_' || md5(relname::text) END || '_legacy' AS legacy,
         CASE WHEN NOT indisvalid THEN 'it is not valid'
              WHEN indnatts = 1 AND amname = 'btree' AND NOT indisunique AND condition IS NULL
                   AND (SELECT has_index AND opcdefault AND pg_catalog.concat(collated, options, ordered) = '' FROM part
                         WHERE part.indexrelid = theirs.indexrelid) THEN 'the release has an index that says the same'
              WHEN (SELECT bool_or(is_key AND column_name IS NOT NULL AND NOT opcdefault) FROM part
                     WHERE part.indexrelid = theirs.indexrelid) THEN 'its operator class is not that of the new column'
              WHEN (indisunique OR indisexclusion) AND (
                     EXISTS (SELECT FROM text t WHERE t.indexrelid = theirs.indexrelid AND n = 0 AND (t.written ~ '\mstatus_epic10\M'))
                     OR EXISTS (SELECT FROM part p WHERE p.indexrelid = theirs.indexrelid AND is_key
                                   AND (column_name IS NOT NULL OR is_expression AND (p.written ~ '\mstatus\M'))))
                THEN 'it is unique by the old labels, and two of them may become one'
              WHEN EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
                THEN 'it belongs to a constraint'
              WHEN EXISTS (SELECT FROM text t JOIN moving ON t.written ~ ('\m' || moving.successor || '\M') AND t.written <> moving.successor WHERE t.indexrelid = theirs.indexrelid
                            AND (NOT is_enum OR strpos(t.written, '::' || type_now) > 0
                                 OR EXISTS (SELECT FROM by_old_type o WHERE o.indexrelid = theirs.indexrelid)))
                THEN 'its expression or its condition cannot be translated'
         END AS hindrance
    FROM theirs
)
SELECT name, successor, legacy, hindrance, pg_catalog.format(
    'CREATE %sINDEX CONCURRENTLY IF NOT EXISTS %I ON "nda_status_history" USING %I (%s)%s%s%s%s%s',
    CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END, successor, amname,
    (SELECT pg_catalog.string_agg(pg_catalog.concat(text.written, collated, operators, options, ordered), ', '
        ORDER BY n)
       FROM part JOIN text USING (indexrelid, n) WHERE indexrelid = made.indexrelid AND is_key),
    (SELECT ' INCLUDE (' || pg_catalog.string_agg(part.written, ', ' ORDER BY n) || ')'
       FROM part WHERE indexrelid = made.indexrelid AND NOT is_key),
    CASE WHEN indnullsnotdistinct THEN ' NULLS NOT DISTINCT' ELSE '' END,
    (SELECT ' WITH (' || pg_catalog.string_agg(pg_catalog.format('%I = %L', option_name, option_value), ', ') || ')'
       FROM pg_options_to_table(reloptions)),
    (SELECT pg_catalog.format(' TABLESPACE %I', spcname) FROM pg_tablespace WHERE oid = reltablespace),
    (SELECT ' WHERE ' || written FROM text WHERE indexrelid = made.indexrelid AND n = 0)) AS statement
  FROM made
) AS found WHERE hindrance IS NULL AND to_regclass(pg_catalog.quote_ident(successor)) IS NULL
   AND to_regclass(pg_catalog.quote_ident(legacy)) IS NULL ON CONFLICT DO NOTHING;
SET lock_timeout = '300s';
SELECT statement FROM (
SELECT successor, pg_catalog.format('DROP INDEX CONCURRENTLY IF EXISTS %I', successor)
  FROM (SELECT name, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_epic10' AS successor, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_legacy' AS legacy
    FROM (SELECT substring(name FROM 20) AS name FROM epic10_created_object
           WHERE kind = 'successor' AND pg_catalog.starts_with(name, 'nda_status_history.')) AS claimed) AS ours
  JOIN pg_index ON indexrelid = to_regclass(pg_catalog.quote_ident(successor))::oid AND NOT indisvalid
) AS each (name, statement) \gexec
SET lock_timeout = '5s';
SET lock_timeout = '300s';
SELECT statement FROM (
SELECT successor, statement FROM (
WITH moved (column_name, successor, type_name, is_enum, has_index) AS (VALUES
  ('status', 'status_epic10', 'NdaStatus', true, false)
), moving AS (
  SELECT attnum, column_name, successor, has_index, pg_catalog.format_type(atttypid, atttypmod) AS type_now,
         is_enum AND pg_catalog.format_type(atttypid, atttypmod) = pg_catalog.quote_ident(type_name) AS is_enum
             FROM moved
    JOIN pg_attribute ON attrelid = to_regclass('"nda_status_history"')::oid AND attname = column_name AND NOT attisdropped
     AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = successor AND NOT attisdropped)
), theirs AS (
  SELECT i.*, c.relname, c.reloptions, c.reltablespace, amname, pg_get_expr(indpred, indrelid) AS condition
    FROM pg_index i JOIN pg_class c ON c.oid = indexrelid JOIN pg_am a ON a.oid = relam
   WHERE indrelid = to_regclass('"nda_status_history"')::oid AND indislive AND relname <> ALL (ARRAY[]::text[]) AND relname::text !~ '_(epic10|legacy)$'
     AND EXISTS (SELECT FROM moving JOIN pg_depend ON refobjsubid = moving.attnum
                  WHERE classid = 'pg_class'::regclass::oid AND objid = indexrelid
                    AND refclassid = 'pg_class'::regclass::oid AND refobjid = indrelid)
), part AS (
  SELECT theirs.indexrelid, n, n <= indnkeyatts AS is_key, moving.column_name, has_index,
         CASE WHEN moving.attnum IS NOT NULL THEN pg_catalog.quote_ident(successor)
              ELSE pg_catalog.pg_get_indexdef(theirs.indexrelid, n, false) END AS written,
         indkey[n - 1] = 0 AS is_expression,
         CASE WHEN n > indnkeyatts THEN NULL WHEN moving.attnum IS NOT NULL AND opcdefault THEN ''
              ELSE pg_catalog.format(' %I.%I', opcnamespace::regnamespace::text, opcname) END AS operators, opcdefault,
         CASE WHEN n <= indnkeyatts AND moving.attnum IS NULL AND indcollation[n - 1] <> 0::oid
              THEN ' COLLATE ' || indcollation[n - 1]::regcollation::text ELSE '' END AS collated,
         coalesce('(' || pg_catalog.array_to_string(attoptions, ', ') || ')', '') AS options,
         CASE WHEN n > indnkeyatts OR NOT pg_indexam_has_property(relam, 'can_order') THEN ''
              WHEN indoption[n - 1]::int & 3 = 1 THEN ' DESC NULLS LAST' WHEN indoption[n - 1]::int & 3 = 3 THEN ' DESC'
              WHEN indoption[n - 1]::int & 3 = 2 THEN ' NULLS FIRST' ELSE '' END AS ordered
    FROM theirs JOIN pg_class index ON index.oid = theirs.indexrelid CROSS
        JOIN pg_catalog.generate_series(1, indnatts) AS n
    JOIN pg_attribute ON attrelid = theirs.indexrelid AND pg_attribute.attnum = n
    LEFT JOIN moving ON moving.attnum = indkey[n - 1] AND indkey[n - 1] <> 0
    LEFT JOIN pg_opclass ON pg_opclass.oid = indclass[n - 1] AND n <= indnkeyatts
), text AS (
  SELECT indexrelid, n, CASE WHEN is_expression THEN (SELECT pg_catalog.string_agg(CASE WHEN token[1] ~ '^[''"]' THEN token[1] ELSE regexp_replace(token[1], '\mstatus\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN 'status_epic10' ELSE 'status' END, 'g') END, '' ORDER BY place)
       FROM regexp_matches(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(part.written, '''CREATED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''CREATED''::"epic10"."NdaStatus"' ELSE '''CREATED''::"NdaStatus"' END), '''EMAILED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''EMAILED''::"NdaStatus"' END), '''IN_REVISION''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''IN_REVISION''::"epic10"."NdaStatus"' ELSE '''IN_REVISION''::"NdaStatus"' END), '''FULLY_EXECUTED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''FULLY_EXECUTED''::"epic10"."NdaStatus"' ELSE '''FULLY_EXECUTED''::"NdaStatus"' END), '''INACTIVE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE''::"NdaStatus"' END), '''CANCELLED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''CANCELLED''::"NdaStatus"' END), '''PENDING_APPROVAL''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''PENDING_APPROVAL''::"epic10"."NdaStatus"' ELSE '''PENDING_APPROVAL''::"NdaStatus"' END), '''SENT_PENDING_SIGNATURE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''SENT_PENDING_SIGNATURE''::"NdaStatus"' END), '''INACTIVE_CANCELED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE_CANCELED''::"NdaStatus"' END), '''EXPIRED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''EXPIRED''::"epic10"."NdaStatus"' ELSE '''EXPIRED''::"NdaStatus"' END), '''(?:[^'']|'''')*''|"(?:[^"]|"")*"|[^''"]+', 'g') WITH ORDINALITY AS found (token, place)) ELSE part.written END AS written FROM part
  UNION ALL
  SELECT indexrelid, 0, (SELECT pg_catalog.string_agg(CASE WHEN token[1] ~ '^[''"]' THEN token[1] ELSE regexp_replace(token[1], '\mstatus\M', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN 'status_epic10' ELSE 'status' END, 'g') END, '' ORDER BY place)
       FROM regexp_matches(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(condition, '''CREATED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''CREATED''::"epic10"."NdaStatus"' ELSE '''CREATED''::"NdaStatus"' END), '''EMAILED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''EMAILED''::"NdaStatus"' END), '''IN_REVISION''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''IN_REVISION''::"epic10"."NdaStatus"' ELSE '''IN_REVISION''::"NdaStatus"' END), '''FULLY_EXECUTED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''FULLY_EXECUTED''::"epic10"."NdaStatus"' ELSE '''FULLY_EXECUTED''::"NdaStatus"' END), '''INACTIVE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE''::"NdaStatus"' END), '''CANCELLED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''CANCELLED''::"NdaStatus"' END), '''PENDING_APPROVAL''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''PENDING_APPROVAL''::"epic10"."NdaStatus"' ELSE '''PENDING_APPROVAL''::"NdaStatus"' END), '''SENT_PENDING_SIGNATURE''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''SENT_PENDING_SIGNATURE''::"epic10"."NdaStatus"' ELSE '''SENT_PENDING_SIGNATURE''::"NdaStatus"' END), '''INACTIVE_CANCELED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''INACTIVE_CANCELED''::"epic10"."NdaStatus"' ELSE '''INACTIVE_CANCELED''::"NdaStatus"' END), '''EXPIRED''::"NdaStatus"', CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN '''EXPIRED''::"epic10"."NdaStatus"' ELSE '''EXPIRED''::"NdaStatus"' END), '''(?:[^'']|'''')*''|"(?:[^"]|"")*"|[^''"]+', 'g') WITH ORDINALITY AS found (token, place)) FROM theirs WHERE condition IS NOT NULL
), by_old_type AS (  -- functions of somebody's, and columns of the old type that stay what they are
  SELECT indexrelid FROM theirs JOIN pg_depend ON classid = 'pg_class'::regclass::oid AND objid = indexrelid
    LEFT JOIN pg_attribute a ON refclassid = 'pg_class'::regclass::oid AND attrelid = refobjid AND attnum = refobjsubid
   WHERE refclassid = 'pg_proc'::regclass::oid
      OR pg_catalog.format_type(atttypid, atttypmod) IN (SELECT type_now FROM moving)
         AND NOT EXISTS (SELECT FROM moving WHERE moving.attnum = a.attnum)
), made AS (
  SELECT relname::text AS name, theirs.*, CASE WHEN octet_length(relname::text) <= 56 THEN relname::text ELSE 'idx_' || md5(relname::text) END || '_epic10' AS successor, CASE WHEN octet_length(relname::text) <= 56 THEN relname::text ELSE 'idx_' || md5(relname::text) END || '_legacy' AS legacy,
         CASE WHEN NOT indisvalid THEN 'it is not valid'
              WHEN indnatts = 1 AND amname = 'btree' AND NOT indisunique AND condition IS NULL
                   AND (SELECT has_index AND opcdefault AND pg_catalog.concat(collated, options, ordered) = '' FROM part
                         WHERE part.indexrelid = theirs.indexrelid) THEN 'the release has an index that says the same'
              WHEN (SELECT bool_or(is_key AND column_name IS NOT NULL AND NOT opcdefault) FROM part
                     WHERE part.indexrelid = theirs.indexrelid) THEN 'its operator class is not that of the new column'
              WHEN (indisunique OR indisexclusion) AND (
                     EXISTS (SELECT FROM text t WHERE t.indexrelid = theirs.indexrelid AND n = 0 AND (t.written ~ '\mstatus_epic10\M'))
                     OR EXISTS (SELECT FROM part p WHERE p.indexrelid = theirs.indexrelid AND is_key
                                   AND (column_name IS NOT NULL OR is_expression AND (p.written ~ '\mstatus\M'))))
                THEN 'it is unique by the old labels, and two of them may become one'
              WHEN EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
                THEN 'it belongs to a constraint'
              WHEN EXISTS (SELECT FROM text t JOIN moving ON t.written ~ ('\m' || moving.successor || '\M') AND t.written <> moving.successor WHERE t.indexrelid = theirs.indexrelid
                            AND (NOT is_enum OR strpos(t.written, '::' || type_now) > 0
                                 OR EXISTS (SELECT FROM by_old_type o WHERE o.indexrelid = theirs.indexrelid)))
                THEN 'its expression or its condition cannot be translated'
         END AS hindrance
    FROM theirs
)
SELECT name, successor, legacy, hindrance, pg_catalog.format(
    'CREATE %sINDEX CONCURRENTLY IF NOT EXISTS %I ON "nda_status_history" USING %I (%s)%s%s%s%s%s',
    CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END, successor, amname,
    (SELECT pg_catalog.string_agg(pg_catalog.concat(text.written, collated, operators, options, ordered), ', '
        ORDER BY n)
       FROM part JOIN text USING (indexrelid, n) WHERE indexrelid = made.indexrelid AND is_key),
    (SELECT ' INCLUDE (' || pg_catalog.string_agg(part.written, ', ' ORDER BY n) || ')'
       FROM part WHERE indexrelid = made.indexrelid AND NOT is_key),
    CASE WHEN indnullsnotdistinct THEN ' NULLS NOT DISTINCT' ELSE '' END,
    (SELECT ' WITH (' || pg_catalog.string_agg(pg_catalog.format('%I = %L', option_name, option_value), ', ') || ')'
       FROM pg_options_to_table(reloptions)),
    (SELECT pg_catalog.format(' TABLESPACE %I', spcname) FROM pg_tablespace WHERE oid = reltablespace),
    (SELECT ' WHERE ' || written FROM text WHERE indexrelid = made.indexrelid AND n = 0)) AS statement
  FROM made
) AS found
 WHERE hindrance IS NULL AND name IN (SELECT name FROM (SELECT name, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_epic10' AS successor, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_legacy' AS legacy
    FROM (SELECT substring(name FROM 20) AS name FROM epic10_created_object
           WHERE kind = 'successor' AND pg_catalog.starts_with(name, 'nda_status_history.')) AS claimed) AS claimed) AND to_regclass(pg_catalog.quote_ident(successor)) IS NULL
) AS each (name, statement) \gexec
SET lock_timeout = '5s';
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = ''
 WHERE phase = 'index' AND direction = 'forwards' AND finished_at IS NULL;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'index forwards done', clock_timestamp(); END $epic10$;
\endif

-- ============================================================
-- enforce: Validate the foreign key and prove the data; then let both applications write.
-- ============================================================
SELECT NOT ((to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL))) AS go_on \gset
\if :go_on
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'enforce forwards began', clock_timestamp(); END $epic10$;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = 'interrupted' WHERE finished_at IS NULL;
INSERT INTO epic10_phase_run (phase, direction) VALUES ('enforce', 'forwards');
-- 10.6: The rows that were there before the foreign key.
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_fkey') AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10') THEN
    ALTER TABLE "ndas" VALIDATE CONSTRAINT "ndas_approved_by_id_fkey";
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_epic10_fkey') AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10') THEN
    ALTER TABLE "ndas" VALIDATE CONSTRAINT "ndas_approved_by_id_epic10_fkey";
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10') THEN
    INSERT INTO epic10_orphan (table_name, column_name, row_id, value)
    SELECT 'ndas', 'approved_by_id', id, "approved_by_id" FROM "ndas"
     WHERE "approved_by_id" IS NOT NULL AND "approved_by_id_epic10" IS NULL
    ON CONFLICT DO NOTHING;
  END IF;
END
$epic10$;
-- 10.1, 10.3, 10.4: No row reads wrong any more, or the switch does not happen.
DO $epic10$
DECLARE
  wanted record;
  broken text;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('nothing but columns that the release replaces is of the type UsMaxPosition',
     'They would stay with the old labels, and could not be compared with the new ones. Text can. ALTER TABLE ... DROP CONSTRAINT a foreign key; ALTER TABLE ... ALTER COLUMN ... TYPE text, or text[]; CREATE FUNCTION ... with text for the type and ::text behind the column, and DROP the old one; DROP an operator, a cast, a domain or a range.',
     true,
$check$WITH enum AS (
  SELECT pg_catalog.unnest(ARRAY[oid, typarray]) AS oid FROM pg_type WHERE oid = to_regtype('"UsMaxPosition"')::oid AND typtype = 'e'
), trusted AS (  -- Whoever may create anything could make functions of the type, and keep the release from beginning.
  SELECT r.oid FROM pg_roles r JOIN pg_type t ON t.oid = to_regtype('"UsMaxPosition"')::oid
   WHERE rolsuper OR pg_catalog.pg_has_role(r.oid, typowner, 'MEMBER')
), ours AS (  -- What the release has made for those who work through its views.
  SELECT oid FROM pg_namespace WHERE nspname::text = ANY (ARRAY['epic9', 'epic9_qualified', 'epic10', 'epic10_qualified']::text[])
), moved (relation, name) AS (VALUES
    (to_regclass('"ndas"')::oid, 'usmax_position')
)
SELECT pg_catalog.format('foreign key %I of %s', conname, conrelid::regclass) AS use
  FROM pg_constraint WHERE contype = 'f' AND EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)
       AND atttypid IN (SELECT oid FROM enum))
UNION ALL
SELECT CASE relkind WHEN 'c' THEN pg_catalog.format('type %s', attrelid::regclass)
         ELSE pg_catalog.format('column %I of %s', attname, attrelid::regclass) END
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
 WHERE atttypid IN (SELECT oid FROM enum) AND relkind IN ('r', 'p', 'f', 'c') AND NOT attisdropped
   AND relpersistence <> 't'  -- Some session's own, and gone with it.
   AND NOT EXISTS (SELECT FROM moved WHERE relation = attrelid AND name = attname::text)
   -- Parents and children are told of by a check of their own.
   AND NOT EXISTS (SELECT FROM pg_inherits JOIN moved ON relation IN (inhrelid, inhparent)
                    WHERE attrelid IN (inhrelid, inhparent) AND attrelid <> relation)
UNION ALL
SELECT pg_catalog.format('domain %s', oid::regtype) FROM pg_type
 WHERE typbasetype IN (SELECT oid FROM enum) AND typnamespace NOT IN (SELECT oid FROM ours)
UNION ALL
SELECT pg_catalog.format('range %s', rngtypid::regtype) FROM pg_range WHERE rngsubtype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('function %s', p.oid::regprocedure) FROM pg_proc p
 WHERE EXISTS (SELECT FROM enum WHERE oid = prorettype OR oid = ANY (proargtypes) OR oid = ANY (proallargtypes))
   AND proowner IN (SELECT oid FROM trusted) AND pronamespace NOT IN (SELECT oid FROM ours)
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass::oid AND objid = p.oid AND deptype = 'i')
UNION ALL
SELECT pg_catalog.format('operator %s', oid::regoperator) FROM pg_operator
 WHERE oprowner IN (SELECT oid FROM trusted) AND (oprleft IN (SELECT oid FROM enum)
    OR oprright IN (SELECT oid FROM enum) OR oprresult IN (SELECT oid FROM enum))
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = oprcode::oid AND pronamespace IN (SELECT oid FROM ours))
UNION ALL
SELECT pg_catalog.format('operator class %I', opcname) FROM pg_opclass WHERE opcintype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('cast (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_cast
 WHERE castmethod <> 'i'
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = castfunc AND pronamespace IN (SELECT oid FROM ours))
   AND (castsource IN (SELECT oid FROM enum) OR casttarget IN (SELECT oid FROM enum))
ORDER BY 1$check$),
    ('nothing but columns that the release replaces is of the type NdaType',
     'They would stay with the old labels, and could not be compared with the new ones. Text can. ALTER TABLE ... DROP CONSTRAINT a foreign key; ALTER TABLE ... ALTER COLUMN ... TYPE text, or text[]; CREATE FUNCTION ... with text for the type and ::text behind the column, and DROP the old one; DROP an operator, a cast, a domain or a range.',
     (((to_regtype('"NdaType"')::oid IS NOT NULL AND ((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"NdaType"')::oid) OPERATOR(pg_catalog.=) ARRAY['MUTUAL', 'CONSULTANT']::text[]) IS NOT TRUE AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'NdaType')) OR ((SELECT pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type' AND NOT attisdropped) <> '"NdaType" not null default ''MUTUAL''::"NdaType"' AND NOT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type'))) OR EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaType')),
$check$WITH enum AS (
  SELECT pg_catalog.unnest(ARRAY[oid, typarray]) AS oid FROM pg_type WHERE oid = to_regtype('"NdaType"')::oid AND typtype = 'e'
), trusted AS (  -- Whoever may create anything could make functions of the type, and keep the release from beginning.
  SELECT r.oid FROM pg_roles r JOIN pg_type t ON t.oid = to_regtype('"NdaType"')::oid
   WHERE rolsuper OR pg_catalog.pg_has_role(r.oid, typowner, 'MEMBER')
), ours AS (  -- What the release has made for those who work through its views.
  SELECT oid FROM pg_namespace WHERE nspname::text = ANY (ARRAY['epic9', 'epic9_qualified', 'epic10', 'epic10_qualified']::text[])
), moved (relation, name) AS (VALUES
    (to_regclass('"ndas"')::oid, 'nda_type')
)
SELECT pg_catalog.format('foreign key %I of %s', conname, conrelid::regclass) AS use
  FROM pg_constraint WHERE contype = 'f' AND EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)
       AND atttypid IN (SELECT oid FROM enum))
UNION ALL
SELECT CASE relkind WHEN 'c' THEN pg_catalog.format('type %s', attrelid::regclass)
         ELSE pg_catalog.format('column %I of %s', attname, attrelid::regclass) END
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
 WHERE atttypid IN (SELECT oid FROM enum) AND relkind IN ('r', 'p', 'f', 'c') AND NOT attisdropped
   AND relpersistence <> 't'  -- Some session's own, and gone with it.
   AND NOT EXISTS (SELECT FROM moved WHERE relation = attrelid AND name = attname::text)
   -- Parents and children are told of by a check of their own.
   AND NOT EXISTS (SELECT FROM pg_inherits JOIN moved ON relation IN (inhrelid, inhparent)
                    WHERE attrelid IN (inhrelid, inhparent) AND attrelid <> relation)
UNION ALL
SELECT pg_catalog.format('domain %s', oid::regtype) FROM pg_type
 WHERE typbasetype IN (SELECT oid FROM enum) AND typnamespace NOT IN (SELECT oid FROM ours)
UNION ALL
SELECT pg_catalog.format('range %s', rngtypid::regtype) FROM pg_range WHERE rngsubtype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('function %s', p.oid::regprocedure) FROM pg_proc p
 WHERE EXISTS (SELECT FROM enum WHERE oid = prorettype OR oid = ANY (proargtypes) OR oid = ANY (proallargtypes))
   AND proowner IN (SELECT oid FROM trusted) AND pronamespace NOT IN (SELECT oid FROM ours)
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass::oid AND objid = p.oid AND deptype = 'i')
UNION ALL
SELECT pg_catalog.format('operator %s', oid::regoperator) FROM pg_operator
 WHERE oprowner IN (SELECT oid FROM trusted) AND (oprleft IN (SELECT oid FROM enum)
    OR oprright IN (SELECT oid FROM enum) OR oprresult IN (SELECT oid FROM enum))
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = oprcode::oid AND pronamespace IN (SELECT oid FROM ours))
UNION ALL
SELECT pg_catalog.format('operator class %I', opcname) FROM pg_opclass WHERE opcintype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('cast (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_cast
 WHERE castmethod <> 'i'
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = castfunc AND pronamespace IN (SELECT oid FROM ours))
   AND (castsource IN (SELECT oid FROM enum) OR casttarget IN (SELECT oid FROM enum))
ORDER BY 1$check$),
    ('nothing but columns that the release replaces is of the type NdaStatus',
     'They would stay with the old labels, and could not be compared with the new ones. Text can. ALTER TABLE ... DROP CONSTRAINT a foreign key; ALTER TABLE ... ALTER COLUMN ... TYPE text, or text[]; CREATE FUNCTION ... with text for the type and ::text behind the column, and DROP the old one; DROP an operator, a cast, a domain or a range.',
     true,
$check$WITH enum AS (
  SELECT pg_catalog.unnest(ARRAY[oid, typarray]) AS oid FROM pg_type WHERE oid = to_regtype('"NdaStatus"')::oid AND typtype = 'e'
), trusted AS (  -- Whoever may create anything could make functions of the type, and keep the release from beginning.
  SELECT r.oid FROM pg_roles r JOIN pg_type t ON t.oid = to_regtype('"NdaStatus"')::oid
   WHERE rolsuper OR pg_catalog.pg_has_role(r.oid, typowner, 'MEMBER')
), ours AS (  -- What the release has made for those who work through its views.
  SELECT oid FROM pg_namespace WHERE nspname::text = ANY (ARRAY['epic9', 'epic9_qualified', 'epic10', 'epic10_qualified']::text[])
), moved (relation, name) AS (VALUES
    (to_regclass('"ndas"')::oid, 'status'),
    (to_regclass('"nda_status_history"')::oid, 'status')
)
SELECT pg_catalog.format('foreign key %I of %s', conname, conrelid::regclass) AS use
  FROM pg_constraint WHERE contype = 'f' AND EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)
       AND atttypid IN (SELECT oid FROM enum))
UNION ALL
SELECT CASE relkind WHEN 'c' THEN pg_catalog.format('type %s', attrelid::regclass)
         ELSE pg_catalog.format('column %I of %s', attname, attrelid::regclass) END
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
 WHERE atttypid IN (SELECT oid FROM enum) AND relkind IN ('r', 'p', 'f', 'c') AND NOT attisdropped
   AND relpersistence <> 't'  -- Some session's own, and gone with it.
   AND NOT EXISTS (SELECT FROM moved WHERE relation = attrelid AND name = attname::text)
   -- Parents and children are told of by a check of their own.
   AND NOT EXISTS (SELECT FROM pg_inherits JOIN moved ON relation IN (inhrelid, inhparent)
                    WHERE attrelid IN (inhrelid, inhparent) AND attrelid <> relation)
UNION ALL
SELECT pg_catalog.format('domain %s', oid::regtype) FROM pg_type
 WHERE typbasetype IN (SELECT oid FROM enum) AND typnamespace NOT IN (SELECT oid FROM ours)
UNION ALL
SELECT pg_catalog.format('range %s', rngtypid::regtype) FROM pg_range WHERE rngsubtype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('function %s', p.oid::regprocedure) FROM pg_proc p
 WHERE EXISTS (SELECT FROM enum WHERE oid = prorettype OR oid = ANY (proargtypes) OR oid = ANY (proallargtypes))
   AND proowner IN (SELECT oid FROM trusted) AND pronamespace NOT IN (SELECT oid FROM ours)
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass::oid AND objid = p.oid AND deptype = 'i')
UNION ALL
SELECT pg_catalog.format('operator %s', oid::regoperator) FROM pg_operator
 WHERE oprowner IN (SELECT oid FROM trusted) AND (oprleft IN (SELECT oid FROM enum)
    OR oprright IN (SELECT oid FROM enum) OR oprresult IN (SELECT oid FROM enum))
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = oprcode::oid AND pronamespace IN (SELECT oid FROM ours))
UNION ALL
SELECT pg_catalog.format('operator class %I', opcname) FROM pg_opclass WHERE opcintype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('cast (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_cast
 WHERE castmethod <> 'i'
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = castfunc AND pronamespace IN (SELECT oid FROM ours))
   AND (castsource IN (SELECT oid FROM enum) OR casttarget IN (SELECT oid FROM enum))
ORDER BY 1$check$),
    ('old and new columns of ndas are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_insert, ENABLE TRIGGER zz_epic10_sync_ndas_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase enforce.',
     true,
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_insert', 'zz_epic10_sync_ndas_update', '00_epic10_sync_ndas_insert', '00_epic10_sync_ndas_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))
   AND (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas') OR NOT pg_catalog.starts_with(name, '00_epic10_sync'))$check$),
    ('old and new columns of nda_status_history are kept in step',
     'Where one is disabled: ALTER TABLE "nda_status_history" ENABLE TRIGGER zz_epic10_sync_nda_status_history_insert, ENABLE TRIGGER zz_epic10_sync_nda_status_history_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase enforce.',
     true,
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_nda_status_history_insert', 'zz_epic10_sync_nda_status_history_update', '00_epic10_sync_nda_status_history_insert', '00_epic10_sync_nda_status_history_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))
   AND (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_nda_status_history') OR NOT pg_catalog.starts_with(name, '00_epic10_sync'))$check$),
    ('ndas.nda_type and what was there before it are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_nda_type_insert, ENABLE TRIGGER zz_epic10_sync_ndas_nda_type_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase enforce.',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10'),
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_nda_type_insert', 'zz_epic10_sync_ndas_nda_type_update', '00_epic10_sync_ndas_nda_type_insert', '00_epic10_sync_ndas_nda_type_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))
   AND (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_nda_type') OR NOT pg_catalog.starts_with(name, '00_epic10_sync'))$check$),
    ('ndas.expiration_date and what was there before it are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_expiration_date_insert, ENABLE TRIGGER zz_epic10_sync_ndas_expiration_date_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase enforce.',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10'),
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_expiration_date_insert', 'zz_epic10_sync_ndas_expiration_date_update', '00_epic10_sync_ndas_expiration_date_insert', '00_epic10_sync_ndas_expiration_date_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))
   AND (false OR NOT pg_catalog.starts_with(name, '00_epic10_sync'))$check$),
    ('ndas.is_non_usmax and what was there before it are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_is_non_usmax_insert, ENABLE TRIGGER zz_epic10_sync_ndas_is_non_usmax_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase enforce.',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10'),
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_is_non_usmax_insert', 'zz_epic10_sync_ndas_is_non_usmax_update', '00_epic10_sync_ndas_is_non_usmax_insert', '00_epic10_sync_ndas_is_non_usmax_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))
   AND (false OR NOT pg_catalog.starts_with(name, '00_epic10_sync'))$check$),
    ('ndas.approved_by_id and what was there before it are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_approved_by_id_insert, ENABLE TRIGGER zz_epic10_sync_ndas_approved_by_id_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase enforce.',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10'),
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_approved_by_id_insert', 'zz_epic10_sync_ndas_approved_by_id_update', '00_epic10_sync_ndas_approved_by_id_insert', '00_epic10_sync_ndas_approved_by_id_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))
   AND (false OR NOT pg_catalog.starts_with(name, '00_epic10_sync'))$check$),
    ('nothing that was parked of ndas still waits to be put back',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(row_id))
  FROM epic10_archive archive
   WHERE table_name = 'ndas' AND event = 'parked'
     AND id = (SELECT later.id FROM epic10_archive later
             WHERE later.table_name = archive.table_name AND later.row_id = archive.row_id
             ORDER BY later.id DESC LIMIT 1)
HAVING count(*) > 0$check$),
    ('nothing that was parked of nda_status_history still waits to be put back',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(row_id))
  FROM epic10_archive archive
   WHERE table_name = 'nda_status_history' AND event = 'parked'
     AND id = (SELECT later.id FROM epic10_archive later
             WHERE later.table_name = archive.table_name AND later.row_id = archive.row_id
             ORDER BY later.id DESC LIMIT 1)
HAVING count(*) > 0$check$),
    ('ndas inherits from no table, and no table inherits from it',
     'ALTER TABLE the_child NO INHERIT the_parent; or, of a partition, ALTER TABLE the_parent DETACH PARTITION the_child; rows of the child that have to be among those of the parent go there first.',
     true,
$check$SELECT pg_catalog.format('%s inherits from %s', inhrelid::regclass, inhparent::regclass) AS finding
  FROM pg_inherits JOIN pg_class parent ON parent.oid = inhparent
 WHERE to_regclass('"ndas"')::oid IN (inhrelid, inhparent) AND (relkind <> 'p' OR inhrelid = to_regclass('"ndas"')::oid)$check$),
    ('no BEFORE trigger of others on ndas has the last word on a row',
     'They fire in the order of their names. ALTER TRIGGER it ON "ndas" RENAME TO a name that sorts before "zz_epic10_".',
     true,
$check$SELECT pg_catalog.format('trigger %I fires after those of the release', tgname) AS finding
  FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid JOIN pg_language l ON l.oid = prolang
 WHERE tgrelid = to_regclass('"ndas"')::oid AND NOT tgisinternal AND tgenabled <> 'D'
   AND tgtype::int & 3 = 3 AND tgtype::int & 20 <> 0
   AND tgname > 'zz_epic10_sync' AND NOT pg_catalog.starts_with(tgname, 'zz_epic10_')
   AND NOT (lanname = 'plpgsql' AND prosrc !~* E'\\mnew\\M(\\s*\\.\\s*(\\w+|\\"[^\\"]+\\"))?\\s*(\\[[^]]*\\]\\s*)?:?=|\\minto\\M[^;]*\\mnew\\M|\\mexecute\\M|\\mreturn\\M\\s*(?!\\s*new\\s*;)')$check$),
    ('no row of ndas still waits for status',
     'Where a trigger undoes what is written: ALTER TABLE "ndas" DISABLE TRIGGER it; then python manage.py migrate ndas.',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || coalesce((SELECT '; triggers there: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
            FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_'), '')
  FROM "ndas" WHERE EXISTS (SELECT FROM (SELECT status, status_epic10, (false) AS otherwise_wrong, count(*) AS rows
    FROM "ndas" GROUP BY status, status_epic10, otherwise_wrong) AS labels WHERE (status_epic10::text IS DISTINCT FROM CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END
    AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas') AND status::text IS NOT DISTINCT FROM CASE status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE status_epic10::text END)))
   AND ((status_epic10::text IS DISTINCT FROM CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END
    AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas') AND status::text IS NOT DISTINCT FROM CASE status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE status_epic10::text END)))
   AND ((SELECT max(id) FROM epic10_rollback) IS NULL OR (SELECT event = 'restored' AND rollback_id = (SELECT max(id) FROM epic10_rollback) FROM epic10_archive
         WHERE table_name = 'ndas' AND row_id = ndas.id ORDER BY id DESC LIMIT 1) IS NOT true)
HAVING count(*) > 0$check$),
    ('no row of ndas still waits for usmax_position',
     'Where a trigger undoes what is written: ALTER TABLE "ndas" DISABLE TRIGGER it; then python manage.py migrate ndas.',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || coalesce((SELECT '; triggers there: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
            FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_'), '')
  FROM "ndas" WHERE EXISTS (SELECT FROM (SELECT usmax_position, usmax_position_epic10, (false) AS otherwise_wrong, count(*) AS rows
    FROM "ndas" GROUP BY usmax_position, usmax_position_epic10, otherwise_wrong) AS labels WHERE (usmax_position_epic10::text IS DISTINCT FROM coalesce(CASE usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE usmax_position::text END, 'PRIME')
    AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas') AND usmax_position::text IS NOT DISTINCT FROM CASE usmax_position_epic10::text WHEN 'SUB_CONTRACTOR' THEN 'SUB' ELSE usmax_position_epic10::text END)))
   AND ((usmax_position_epic10::text IS DISTINCT FROM coalesce(CASE usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE usmax_position::text END, 'PRIME')
    AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas') AND usmax_position::text IS NOT DISTINCT FROM CASE usmax_position_epic10::text WHEN 'SUB_CONTRACTOR' THEN 'SUB' ELSE usmax_position_epic10::text END)))
   AND ((SELECT max(id) FROM epic10_rollback) IS NULL OR (SELECT event = 'restored' AND rollback_id = (SELECT max(id) FROM epic10_rollback) FROM epic10_archive
         WHERE table_name = 'ndas' AND row_id = ndas.id ORDER BY id DESC LIMIT 1) IS NOT true)
HAVING count(*) > 0$check$),
    ('no row of ndas still waits for expiration_date',
     'Where a trigger undoes what is written: ALTER TABLE "ndas" DISABLE TRIGGER it; then python manage.py migrate ndas.',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || coalesce((SELECT '; triggers there: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
            FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_'), '')
  FROM "ndas" WHERE ((expiration_date IS NULL AND CASE WHEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) + interval '1 year' END IS NOT NULL AND (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas') IS NOT true OR status_epic10::text = 'FULLY_EXECUTED') AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date_epic10' AND NOT attisdropped)))
   AND ((SELECT max(id) FROM epic10_rollback) IS NULL OR (SELECT event = 'restored' AND rollback_id = (SELECT max(id) FROM epic10_rollback) FROM epic10_archive
         WHERE table_name = 'ndas' AND row_id = ndas.id ORDER BY id DESC LIMIT 1) IS NOT true)
HAVING count(*) > 0$check$),
    ('nda_status_history inherits from no table, and no table inherits from it',
     'ALTER TABLE the_child NO INHERIT the_parent; or, of a partition, ALTER TABLE the_parent DETACH PARTITION the_child; rows of the child that have to be among those of the parent go there first.',
     true,
$check$SELECT pg_catalog.format('%s inherits from %s', inhrelid::regclass, inhparent::regclass) AS finding
  FROM pg_inherits JOIN pg_class parent ON parent.oid = inhparent
 WHERE to_regclass('"nda_status_history"')::oid IN (inhrelid, inhparent) AND (relkind <> 'p' OR inhrelid = to_regclass('"nda_status_history"')::oid)$check$),
    ('no BEFORE trigger of others on nda_status_history has the last word on a row',
     'They fire in the order of their names. ALTER TRIGGER it ON "nda_status_history" RENAME TO a name that sorts before "zz_epic10_".',
     true,
$check$SELECT pg_catalog.format('trigger %I fires after those of the release', tgname) AS finding
  FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid JOIN pg_language l ON l.oid = prolang
 WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND NOT tgisinternal AND tgenabled <> 'D'
   AND tgtype::int & 3 = 3 AND tgtype::int & 20 <> 0
   AND tgname > 'zz_epic10_sync' AND NOT pg_catalog.starts_with(tgname, 'zz_epic10_')
   AND NOT (lanname = 'plpgsql' AND prosrc !~* E'\\mnew\\M(\\s*\\.\\s*(\\w+|\\"[^\\"]+\\"))?\\s*(\\[[^]]*\\]\\s*)?:?=|\\minto\\M[^;]*\\mnew\\M|\\mexecute\\M|\\mreturn\\M\\s*(?!\\s*new\\s*;)')$check$),
    ('no row of nda_status_history still waits for status',
     'Where a trigger undoes what is written: ALTER TABLE "nda_status_history" DISABLE TRIGGER it; then python manage.py migrate ndas.',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || coalesce((SELECT '; triggers there: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
            FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_'), '')
  FROM "nda_status_history" WHERE EXISTS (SELECT FROM (SELECT status, status_epic10, (false) AS otherwise_wrong, count(*) AS rows
    FROM "nda_status_history" GROUP BY status, status_epic10, otherwise_wrong) AS labels WHERE (status_epic10::text IS DISTINCT FROM CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END
    AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_nda_status_history') AND status::text IS NOT DISTINCT FROM CASE status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE status_epic10::text END)))
   AND ((status_epic10::text IS DISTINCT FROM CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END
    AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_nda_status_history') AND status::text IS NOT DISTINCT FROM CASE status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE status_epic10::text END)))
   AND ((SELECT max(id) FROM epic10_rollback) IS NULL OR (SELECT event = 'restored' AND rollback_id = (SELECT max(id) FROM epic10_rollback) FROM epic10_archive
         WHERE table_name = 'nda_status_history' AND row_id = nda_status_history.id ORDER BY id DESC LIMIT 1) IS NOT true)
HAVING count(*) > 0$check$),
    ('no row of ndas still waits for nda_type',
     'Where a trigger undoes what is written: ALTER TABLE "ndas" DISABLE TRIGGER it; then python manage.py migrate ndas.',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10'),
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || coalesce((SELECT '; triggers there: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
            FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_'), '')
  FROM "ndas" WHERE EXISTS (SELECT FROM (SELECT nda_type, nda_type_epic10, (false) AS otherwise_wrong, count(*) AS rows
    FROM "ndas" GROUP BY nda_type, nda_type_epic10, otherwise_wrong) AS labels WHERE (nda_type_epic10::text IS DISTINCT FROM coalesce(CASE WHEN nda_type::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE nda_type::text END, 'MUTUAL')
    AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_nda_type') AND nda_type::text IS NOT DISTINCT FROM nda_type_epic10::text)))
   AND (nda_type_epic10::text IS DISTINCT FROM coalesce(CASE WHEN nda_type::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE nda_type::text END, 'MUTUAL')
    AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_nda_type') AND nda_type::text IS NOT DISTINCT FROM nda_type_epic10::text))
HAVING count(*) > 0$check$),
    ('no row of ndas still waits for expiration_date',
     'Where a trigger undoes what is written: ALTER TABLE "ndas" DISABLE TRIGGER it; then python manage.py migrate ndas.',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10'),
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || coalesce((SELECT '; triggers there: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
            FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_'), '')
  FROM "ndas" WHERE (expiration_date_epic10 IS DISTINCT FROM CASE WHEN expiration_date IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) + interval '1 year' END
    ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', expiration_date::timestamp))) END
    AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_expiration_date') AND (expiration_date IS NULL OR pg_catalog.starts_with(coalesce(expiration_date_epic10::text, ''), expiration_date::text))))
HAVING count(*) > 0$check$),
    ('no row of ndas still waits for is_non_usmax',
     'Where a trigger undoes what is written: ALTER TABLE "ndas" DISABLE TRIGGER it; then python manage.py migrate ndas.',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10'),
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || coalesce((SELECT '; triggers there: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
            FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_'), '')
  FROM "ndas" WHERE (is_non_usmax_epic10 IS DISTINCT FROM coalesce(is_non_usmax, false)
    AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_is_non_usmax') AND (is_non_usmax IS NULL OR pg_catalog.starts_with(coalesce(is_non_usmax_epic10::text, ''), is_non_usmax::text))))
HAVING count(*) > 0$check$),
    ('no row of ndas still waits for approved_by_id',
     'Where a trigger undoes what is written: ALTER TABLE "ndas" DISABLE TRIGGER it; then python manage.py migrate ndas.',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10'),
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || coalesce((SELECT '; triggers there: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
            FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 17 = 17 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_'), '')
  FROM "ndas" WHERE (approved_by_id_epic10 IS DISTINCT FROM (SELECT contacts.id FROM contacts WHERE contacts.id = approved_by_id)
    AND NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_approved_by_id') AND (approved_by_id IS NULL OR pg_catalog.starts_with(coalesce(approved_by_id_epic10::text, ''), approved_by_id::text))))
HAVING count(*) > 0$check$)
  ) AS checks (title, hint, only_if, query) WHERE only_if LOOP
    EXECUTE 'SELECT pg_catalog.string_agg(finding, ''; '') FROM (' || wanted.query || ') AS findings (finding)'
        INTO broken;
    IF broken IS NOT NULL THEN
      RAISE EXCEPTION 'Expected that %; found: %.', wanted.title, broken USING HINT = wanted.hint;
    END IF;
  END LOOP;
END
$epic10$;
DO $epic10$
BEGIN
  EXECUTE 'ANALYZE "ndas"' || (
    SELECT coalesce(' (' || pg_catalog.string_agg(pg_catalog.quote_ident(attname), ', ') || ')', '')
      FROM pg_attribute JOIN epic10_created_object ON name = 'ndas' || '.' || attname::text
     WHERE kind = 'column' AND attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped);
END
$epic10$;
DO $epic10$
BEGIN
  EXECUTE 'ANALYZE "nda_status_history"' || (
    SELECT coalesce(' (' || pg_catalog.string_agg(pg_catalog.quote_ident(attname), ', ') || ')', '')
      FROM pg_attribute JOIN epic10_created_object ON name = 'nda_status_history' || '.' || attname::text
     WHERE kind = 'column' AND attrelid = to_regclass('"nda_status_history"')::oid AND NOT attisdropped);
END
$epic10$;
-- 10.1, 10.3, 10.4: What the application writes is tried before the change, and taken back.
DO $epic10$
BEGIN
  PERFORM pg_catalog.set_config('epic10.trials', (
WITH tables (writer, relation, skipped, moved, labels, most) AS (VALUES
    (1, to_regclass('"ndas"')::oid,
     ARRAY(SELECT pg_catalog.unnest(ARRAY['status_epic10', 'status_legacy', 'usmax_position_epic10', 'usmax_position_legacy', 'nda_type_epic10', 'nda_type_legacy', 'expiration_date_epic10', 'expiration_date_legacy', 'is_non_usmax_epic10', 'is_non_usmax_legacy', 'approved_by_id_epic10', 'approved_by_id_legacy']::text[]) UNION ALL
           SELECT added FROM pg_catalog.unnest(ARRAY['nda_type', 'expiration_date', 'is_non_usmax', 'approved_by_id', 'approved_at', 'rejection_reason']::text[]) AS added
             JOIN epic10_created_object ON kind = 'column'
              AND name = pg_catalog.concat('ndas', '.', added)),
     ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10', 'nda_type', 'nda_type_epic10', 'expiration_date', 'expiration_date_epic10', 'is_non_usmax', 'is_non_usmax_epic10', 'approved_by_id', 'approved_by_id_epic10']::text[],
     CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
   AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"ndas"')::oid))
      OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"ndas"')::oid)
      OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"ndas"')::oid)
      OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"ndas"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
      OR EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])
           AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
      OR EXISTS (
        SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"ndas"')::oid
           AND refobjsubid = ANY (ARRAY(
             SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])))
           AND CASE classid
             WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
             WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
             WHEN 'pg_class'::regclass::oid THEN (
               SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
             END)) THEN '[{"column_name": "status", "labels": ["CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED", "CREATED", "FULLY_EXECUTED"]}, {"column_name": "usmax_position", "labels": ["PRIME", "SUB", "TEAMING", "OTHER"]}]'::jsonb ELSE '[]'::jsonb END, 8),
    (2, to_regclass('"nda_status_history"')::oid,
     ARRAY['status_epic10', 'status_legacy']::text[],
     ARRAY['status', 'status_epic10']::text[],
     CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
   AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"nda_status_history"')::oid))
      OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"nda_status_history"')::oid)
      OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"nda_status_history"')::oid)
      OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"nda_status_history"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
      OR EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])
           AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
      OR EXISTS (
        SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"nda_status_history"')::oid
           AND refobjsubid = ANY (ARRAY(
             SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])))
           AND CASE classid
             WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
             WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
             WHEN 'pg_class'::regclass::oid THEN (
               SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
             END)) THEN '[{"column_name": "status", "labels": ["CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED", "CREATED", "FULLY_EXECUTED"]}]'::jsonb ELSE '[]'::jsonb END, 8)
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
         OR prosrc ~* pg_catalog.concat('\m', relname, '\M'))), '[]'::jsonb))::text
  ), false);
END
$epic10$;
DO $epic10$
DECLARE
  trials jsonb := pg_catalog.current_setting('epic10.trials')::jsonb;
  written record;
  trial record;
  statements text[];
  number int;
  attempt text;
  refused text := '';
  place text;
  rows int;
  began timestamptz;
BEGIN
  SET LOCAL lock_timeout = '100ms';
  -- No trigger would fire as for the application, not even the release's own.
  IF pg_catalog.current_setting('session_replication_role') = 'replica' THEN
    RETURN;
  END IF;
  FOR written IN SELECT * FROM pg_catalog.jsonb_to_recordset(trials -> 'writes'::text) AS (
    relation oid, table_name text, first_row text, inserted text, updated text, labels jsonb, most int) LOOP
    statements := ARRAY[written.inserted, written.updated];
    IF pg_catalog.jsonb_array_length(written.labels) > 0 THEN
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
        INTO trial;
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
        WHEN SQLSTATE 'EP010' THEN IF pg_catalog.clock_timestamp() - began > '1 s'::interval THEN
          refused := pg_catalog.concat(refused, attempt);
          IF number <= 3 THEN
            RAISE WARNING '%', pg_catalog.format(
              '%s of %s takes longer than 1 s, and is not tried under the locks.',
              CASE number WHEN 1 THEN 'An INSERT' WHEN 2 THEN 'An UPDATE' ELSE 'An UPDATE of the labels' END,
              written.table_name)
              USING ERRCODE = 'EP011', HINT = pg_catalog.format(E'A trigger that is not of the release takes its time, for the applications too: \\d+ %s in psql.', written.table_name);
          END IF;
        END IF;
        WHEN OTHERS THEN refused := pg_catalog.concat(refused, attempt);
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
      WHEN OTHERS THEN refused := pg_catalog.concat(refused, attempt);
    END;
  END LOOP;
  PERFORM pg_catalog.set_config('epic10.refused', refused, false);
END
$epic10$;
SELECT NOT (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas')) AS go_on \gset
\if :go_on
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
INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_park_ndas'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_park_nda_status_history'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'schema', 'epic10_qualified'
 WHERE NOT (to_regnamespace('"epic10_qualified"') IS NOT NULL) ON CONFLICT DO NOTHING;
DO $epic10$
BEGIN
  FOR attempt IN 1..60 LOOP
    BEGIN
      SET LOCAL lock_timeout = '100ms';
      DO $epic10_views$
      DECLARE
        made record;
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10') AND to_regclass('"epic10"."ndas"') IS NULL THEN
          FOR made IN
            WITH register AS (
              SELECT number, c.oid AS relation, relname, nspname, relowner, relacl,
                     relrowsecurity OR NOT EXISTS (
                       SELECT FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL AND NOT attisdropped) AS invoker
                FROM pg_catalog.unnest(ARRAY['ndas', 'nda_status_history', 'documents', 'audit_log', 'contacts', 'agency_groups', 'subagencies', 'agency_group_grants', 'subagency_grants']::text[]) WITH ORDINALITY AS wanted (name, number)
                JOIN pg_class c ON c.oid = to_regclass(pg_catalog.quote_ident(name))::oid
                JOIN pg_namespace n ON n.oid = relnamespace
            ), moved (table_name, old, new, value) AS (VALUES
              ('ndas', 'status', 'status_epic10', '''CREATED''::%s'::text),
              ('ndas', 'usmax_position', 'usmax_position_epic10', '''PRIME''::%s'::text),
              ('ndas', 'nda_type', 'nda_type_epic10', '''MUTUAL''::%s'::text),
              ('ndas', 'expiration_date', 'expiration_date_epic10', NULL::text),
              ('ndas', 'is_non_usmax', 'is_non_usmax_epic10', 'false'::text),
              ('ndas', 'approved_by_id', 'approved_by_id_epic10', NULL::text),
              ('nda_status_history', 'status', 'status_epic10', NULL::text)
            ), shown AS (
              SELECT number, relation, relname, nspname, relowner, invoker, attnum, attname, atthasdef, value,
                     coalesce(moved.old, attname::text) AS name, pg_catalog.format_type(atttypid, atttypmod) AS type_name,
                     pg_catalog.col_description(relation, attnum) AS comment, coalesce(attacl, (SELECT goes.attacl FROM pg_attribute AS goes
                                        WHERE goes.attrelid = relation AND goes.attname::text = moved.old)) AS acl
                FROM register JOIN pg_attribute AS it ON attrelid = relation AND attnum > 0 AND NOT attisdropped
                LEFT JOIN moved ON table_name = relname::text AND new = attname::text
               WHERE NOT EXISTS (SELECT FROM moved AS goes JOIN pg_attribute AS comes
                                     ON comes.attrelid = relation AND comes.attname::text = goes.new
                                    AND NOT comes.attisdropped
                                  WHERE goes.table_name = relname::text AND goes.old = it.attname::text)
            ), to_whom AS (
              SELECT number, relname, nspname, name, attname, privilege_type AS privilege,
                     CASE WHEN grantee = 0::oid THEN 'PUBLIC'
                       ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) END AS who,
                     CASE WHEN pg_catalog.bool_or(is_grantable) THEN ' WITH GRANT OPTION' ELSE '' END AS further
                FROM (SELECT number, relname, nspname, relowner, NULL AS name, NULL::name AS attname, relacl AS acl
                        FROM register
                       UNION ALL SELECT number, relname, nspname, relowner, name, attname, acl FROM shown) AS granted,
                     aclexplode(acl)
               WHERE grantee <> relowner AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
               GROUP BY number, relname, nspname, name, attname, privilege_type, grantee
            ), owned AS (  -- By whom the tables are owned, where the role may say so.
              SELECT number, relname, pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(relowner)) AS who FROM register
               WHERE relowner = (SELECT relowner FROM register ORDER BY number LIMIT 1)
                 AND relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
                 AND pg_catalog.pg_has_role(relowner, 'MEMBER')
                 AND pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
            )
            SELECT 1 AS step, number, pg_catalog.format(
                     'CREATE VIEW "epic10".%1$I WITH (security_invoker = %2$s) AS SELECT %3$s FROM %4$I.%1$I',
                     relname, invoker,
                     pg_catalog.string_agg(pg_catalog.format('%I AS %I', attname, name), ', ' ORDER BY attnum),
                     nspname) AS statement
              FROM shown GROUP BY number, relname, nspname, invoker
            UNION ALL
            SELECT 2, number, pg_catalog.format('ALTER VIEW "epic10".%I ALTER COLUMN %I SET DEFAULT %s', relname, name,
                                                pg_catalog.format(value, type_name))
              FROM shown WHERE value IS NOT NULL
            UNION ALL
            SELECT 3, number, pg_catalog.format('COMMENT ON VIEW "epic10".%I IS %L', relname, comment)
              FROM register, pg_catalog.obj_description(relation, 'pg_class') AS comment WHERE comment IS NOT NULL
            UNION ALL
            SELECT 3, number, pg_catalog.format('COMMENT ON COLUMN "epic10".%I.%I IS %L', relname, name, comment)
              FROM shown WHERE comment IS NOT NULL
            UNION ALL
            SELECT DISTINCT 4, 0, pg_catalog.format('ALTER SCHEMA "epic10" OWNER TO %s', who) FROM owned
            UNION ALL
            SELECT 5, number, pg_catalog.format('ALTER VIEW "epic10".%I OWNER TO %s', relname, who) FROM owned
            UNION ALL
            SELECT DISTINCT 6, 0, pg_catalog.format('GRANT USAGE ON SCHEMA "epic10" TO %s', who) FROM to_whom
            UNION ALL
            SELECT 7, number, pg_catalog.format('GRANT %s%s ON "epic10".%I TO %s%s', privilege,
                     CASE WHEN name IS NULL THEN '' ELSE pg_catalog.format(' (%I)', name) END, relname, who, further)
              FROM to_whom
            UNION ALL  -- The column that comes has them from its name only at the switch.
            SELECT 8, number, pg_catalog.format('GRANT %s (%I) ON %I.%I TO %s%s', privilege, attname, nspname, relname, who,
                                                further)
              FROM to_whom WHERE name <> attname::text
             ORDER BY step, number, statement
          LOOP
            EXECUTE made.statement;
          END LOOP;
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10_qualified') AND NOT (to_regnamespace('"epic10_qualified"') IS NOT NULL) THEN
        CREATE SCHEMA "epic10_qualified";
        COMMENT ON SCHEMA "epic10_qualified" IS 'Epic 10: the register for the new application. Dropped by epic10_finalize.';
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      DECLARE
        made record;
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10_qualified') AND to_regclass('"epic10_qualified"."ndas"') IS NULL THEN
          FOR made IN
            WITH register AS (
              SELECT number, c.oid AS relation, relname, nspname, relowner, relacl,
                     relrowsecurity OR NOT EXISTS (
                       SELECT FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL AND NOT attisdropped) AS invoker
                FROM pg_catalog.unnest(ARRAY['ndas', 'nda_status_history', 'documents', 'audit_log', 'contacts', 'agency_groups', 'subagencies', 'agency_group_grants', 'subagency_grants']::text[]) WITH ORDINALITY AS wanted (name, number)
                JOIN pg_class c ON c.oid = to_regclass(pg_catalog.quote_ident(name))::oid
                JOIN pg_namespace n ON n.oid = relnamespace
            ), moved (table_name, old, new, value) AS (VALUES
              ('ndas', 'status', 'status_epic10', '''CREATED''::%s'::text),
              ('ndas', 'usmax_position', 'usmax_position_epic10', '''PRIME''::%s'::text),
              ('ndas', 'nda_type', 'nda_type_epic10', '''MUTUAL''::%s'::text),
              ('ndas', 'expiration_date', 'expiration_date_epic10', NULL::text),
              ('ndas', 'is_non_usmax', 'is_non_usmax_epic10', 'false'::text),
              ('ndas', 'approved_by_id', 'approved_by_id_epic10', NULL::text),
              ('nda_status_history', 'status', 'status_epic10', NULL::text)
            ), shown AS (
              SELECT number, relation, relname, nspname, relowner, invoker, attnum, attname, atthasdef, value,
                     coalesce(moved.old, attname::text) AS name, pg_catalog.format_type(atttypid, atttypmod) AS type_name,
                     pg_catalog.col_description(relation, attnum) AS comment, coalesce(attacl, (SELECT goes.attacl FROM pg_attribute AS goes
                                        WHERE goes.attrelid = relation AND goes.attname::text = moved.old)) AS acl
                FROM register JOIN pg_attribute AS it ON attrelid = relation AND attnum > 0 AND NOT attisdropped
                LEFT JOIN moved ON table_name = relname::text AND new = attname::text
               WHERE NOT EXISTS (SELECT FROM moved AS goes JOIN pg_attribute AS comes
                                     ON comes.attrelid = relation AND comes.attname::text = goes.new
                                    AND NOT comes.attisdropped
                                  WHERE goes.table_name = relname::text AND goes.old = it.attname::text)
            ), to_whom AS (
              SELECT number, relname, nspname, name, attname, privilege_type AS privilege,
                     CASE WHEN grantee = 0::oid THEN 'PUBLIC'
                       ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) END AS who,
                     CASE WHEN pg_catalog.bool_or(is_grantable) THEN ' WITH GRANT OPTION' ELSE '' END AS further
                FROM (SELECT number, relname, nspname, relowner, NULL AS name, NULL::name AS attname, relacl AS acl
                        FROM register
                       UNION ALL SELECT number, relname, nspname, relowner, name, attname, acl FROM shown) AS granted,
                     aclexplode(acl)
               WHERE grantee <> relowner AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
               GROUP BY number, relname, nspname, name, attname, privilege_type, grantee
            ), owned AS (  -- By whom the tables are owned, where the role may say so.
              SELECT number, relname, pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(relowner)) AS who FROM register
               WHERE relowner = (SELECT relowner FROM register ORDER BY number LIMIT 1)
                 AND relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
                 AND pg_catalog.pg_has_role(relowner, 'MEMBER')
                 AND pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
            )
            SELECT 1 AS step, number, pg_catalog.format(
                     'CREATE VIEW "epic10_qualified".%1$I WITH (security_invoker = %2$s) AS SELECT %3$s FROM %4$I.%1$I',
                     relname, invoker,
                     pg_catalog.string_agg(pg_catalog.format('%I AS %I', attname, name), ', ' ORDER BY attnum),
                     nspname) AS statement
              FROM shown GROUP BY number, relname, nspname, invoker
            UNION ALL
            SELECT 2, number, pg_catalog.format('ALTER VIEW "epic10_qualified".%I ALTER COLUMN %I SET DEFAULT %s', relname, name,
                                                pg_catalog.format(value, type_name))
              FROM shown WHERE value IS NOT NULL
            UNION ALL
            SELECT 3, number, pg_catalog.format('COMMENT ON VIEW "epic10_qualified".%I IS %L', relname, comment)
              FROM register, pg_catalog.obj_description(relation, 'pg_class') AS comment WHERE comment IS NOT NULL
            UNION ALL
            SELECT 3, number, pg_catalog.format('COMMENT ON COLUMN "epic10_qualified".%I.%I IS %L', relname, name, comment)
              FROM shown WHERE comment IS NOT NULL
            UNION ALL
            SELECT DISTINCT 4, 0, pg_catalog.format('ALTER SCHEMA "epic10_qualified" OWNER TO %s', who) FROM owned
            UNION ALL
            SELECT 5, number, pg_catalog.format('ALTER VIEW "epic10_qualified".%I OWNER TO %s', relname, who) FROM owned
            UNION ALL
            SELECT DISTINCT 6, 0, pg_catalog.format('GRANT USAGE ON SCHEMA "epic10_qualified" TO %s', who) FROM to_whom
            UNION ALL
            SELECT 7, number, pg_catalog.format('GRANT %s%s ON "epic10_qualified".%I TO %s%s', privilege,
                     CASE WHEN name IS NULL THEN '' ELSE pg_catalog.format(' (%I)', name) END, relname, who, further)
              FROM to_whom
            UNION ALL  -- The column that comes has them from its name only at the switch.
            SELECT 8, number, pg_catalog.format('GRANT %s (%I) ON %I.%I TO %s%s', privilege, attname, nspname, relname, who,
                                                further)
              FROM to_whom WHERE name <> attname::text
             ORDER BY step, number, statement
          LOOP
            EXECUTE made.statement;
          END LOOP;
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      DECLARE
        base record;
        made record;
        place text;
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10_qualified') AND to_regtype('"epic10_qualified"."NdaStatus"') IS NULL THEN
          SELECT t.oid, t.oid::regtype AS name, nspname INTO base
            FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
            JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
           WHERE attrelid = to_regclass('"ndas"')::oid AND attname::text = ANY (ARRAY['status_epic10', 'status']::text[]) AND NOT attisdropped AND typtype = 'e'
           ORDER BY attname::text = 'status_epic10' DESC LIMIT 1;
          IF FOUND THEN
            EXECUTE pg_catalog.format('CREATE TYPE "epic10_qualified"."NdaStatus" AS ENUM (%s)', (
              SELECT pg_catalog.string_agg(pg_catalog.quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
                FROM pg_enum WHERE enumtypid = base.oid));
            EXECUTE pg_catalog.format('CREATE FUNCTION "epic10_qualified".plain("epic10_qualified"."NdaStatus") RETURNS %1$s LANGUAGE sql STABLE STRICT '
              'PARALLEL SAFE RETURN $1::text::%1$s', base.name);
            EXECUTE pg_catalog.format('CREATE FUNCTION "epic10_qualified".named(%s) RETURNS "epic10_qualified"."NdaStatus" LANGUAGE sql STABLE STRICT '
              'PARALLEL SAFE RETURN $1::text::"epic10_qualified"."NdaStatus"', base.name);
            EXECUTE pg_catalog.format('CREATE CAST ("epic10_qualified"."NdaStatus" AS %s) WITH FUNCTION "epic10_qualified".plain("epic10_qualified"."NdaStatus") AS IMPLICIT',
              base.name);
            EXECUTE pg_catalog.format('CREATE CAST (%1$s AS "epic10_qualified"."NdaStatus") WITH FUNCTION "epic10_qualified".named(%1$s)', base.name);
            FOR made IN SELECT * FROM (VALUES ('eq', '=', ', RESTRICT = pg_catalog.positionsel'), ('ne', '<>', ''),
              ('lt', '<', ''), ('le', '<=', ''), ('gt', '>', ''), ('ge', '>=', '')
            ) AS operators (function, operator, further) LOOP
              EXECUTE pg_catalog.format('CREATE FUNCTION "epic10_qualified".%I(anyenum, "epic10_qualified"."NdaStatus") RETURNS boolean LANGUAGE sql STABLE '
                'STRICT PARALLEL SAFE AS %L', made.function,
                pg_catalog.format('SELECT $1 OPERATOR(pg_catalog.%s) %I.plain($2)', made.operator, 'epic10_qualified'));
              FOREACH place IN ARRAY ARRAY['epic10_qualified', base.nspname] LOOP
                EXECUTE pg_catalog.format('CREATE OPERATOR %I.%s (LEFTARG = anyenum, RIGHTARG = "epic10_qualified"."NdaStatus", '
                  'FUNCTION = "epic10_qualified".%I%s)', place, made.operator, made.function, made.further);
              END LOOP;
            END LOOP;
          END IF;
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      DECLARE
        base record;
        made record;
        place text;
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10_qualified') AND to_regtype('"epic10_qualified"."UsMaxPosition"') IS NULL THEN
          SELECT t.oid, t.oid::regtype AS name, nspname INTO base
            FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
            JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
           WHERE attrelid = to_regclass('"ndas"')::oid AND attname::text = ANY (ARRAY['usmax_position_epic10', 'usmax_position']::text[]) AND NOT attisdropped AND typtype = 'e'
           ORDER BY attname::text = 'usmax_position_epic10' DESC LIMIT 1;
          IF FOUND THEN
            EXECUTE pg_catalog.format('CREATE TYPE "epic10_qualified"."UsMaxPosition" AS ENUM (%s)', (
              SELECT pg_catalog.string_agg(pg_catalog.quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
                FROM pg_enum WHERE enumtypid = base.oid));
            EXECUTE pg_catalog.format('CREATE FUNCTION "epic10_qualified".plain("epic10_qualified"."UsMaxPosition") RETURNS %1$s LANGUAGE sql STABLE STRICT '
              'PARALLEL SAFE RETURN $1::text::%1$s', base.name);
            EXECUTE pg_catalog.format('CREATE FUNCTION "epic10_qualified".named(%s) RETURNS "epic10_qualified"."UsMaxPosition" LANGUAGE sql STABLE STRICT '
              'PARALLEL SAFE RETURN $1::text::"epic10_qualified"."UsMaxPosition"', base.name);
            EXECUTE pg_catalog.format('CREATE CAST ("epic10_qualified"."UsMaxPosition" AS %s) WITH FUNCTION "epic10_qualified".plain("epic10_qualified"."UsMaxPosition") AS IMPLICIT',
              base.name);
            EXECUTE pg_catalog.format('CREATE CAST (%1$s AS "epic10_qualified"."UsMaxPosition") WITH FUNCTION "epic10_qualified".named(%1$s)', base.name);
            FOR made IN SELECT * FROM (VALUES ('eq', '=', ', RESTRICT = pg_catalog.positionsel'), ('ne', '<>', ''),
              ('lt', '<', ''), ('le', '<=', ''), ('gt', '>', ''), ('ge', '>=', '')
            ) AS operators (function, operator, further) LOOP
              EXECUTE pg_catalog.format('CREATE FUNCTION "epic10_qualified".%I(anyenum, "epic10_qualified"."UsMaxPosition") RETURNS boolean LANGUAGE sql STABLE '
                'STRICT PARALLEL SAFE AS %L', made.function,
                pg_catalog.format('SELECT $1 OPERATOR(pg_catalog.%s) %I.plain($2)', made.operator, 'epic10_qualified'));
              FOREACH place IN ARRAY ARRAY['epic10_qualified', base.nspname] LOOP
                EXECUTE pg_catalog.format('CREATE OPERATOR %I.%s (LEFTARG = anyenum, RIGHTARG = "epic10_qualified"."UsMaxPosition", '
                  'FUNCTION = "epic10_qualified".%I%s)', place, made.operator, made.function, made.further);
              END LOOP;
            END LOOP;
          END IF;
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      DECLARE
        base record;
        made record;
        place text;
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10_qualified') AND to_regtype('"epic10_qualified"."NdaType"') IS NULL THEN
          SELECT t.oid, t.oid::regtype AS name, nspname INTO base
            FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
            JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
           WHERE attrelid = to_regclass('"ndas"')::oid AND attname::text = ANY (ARRAY['nda_type_epic10', 'nda_type']::text[]) AND NOT attisdropped AND typtype = 'e'
           ORDER BY attname::text = 'nda_type_epic10' DESC LIMIT 1;
          IF FOUND THEN
            EXECUTE pg_catalog.format('CREATE TYPE "epic10_qualified"."NdaType" AS ENUM (%s)', (
              SELECT pg_catalog.string_agg(pg_catalog.quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
                FROM pg_enum WHERE enumtypid = base.oid));
            EXECUTE pg_catalog.format('CREATE FUNCTION "epic10_qualified".plain("epic10_qualified"."NdaType") RETURNS %1$s LANGUAGE sql STABLE STRICT '
              'PARALLEL SAFE RETURN $1::text::%1$s', base.name);
            EXECUTE pg_catalog.format('CREATE FUNCTION "epic10_qualified".named(%s) RETURNS "epic10_qualified"."NdaType" LANGUAGE sql STABLE STRICT '
              'PARALLEL SAFE RETURN $1::text::"epic10_qualified"."NdaType"', base.name);
            EXECUTE pg_catalog.format('CREATE CAST ("epic10_qualified"."NdaType" AS %s) WITH FUNCTION "epic10_qualified".plain("epic10_qualified"."NdaType") AS IMPLICIT',
              base.name);
            EXECUTE pg_catalog.format('CREATE CAST (%1$s AS "epic10_qualified"."NdaType") WITH FUNCTION "epic10_qualified".named(%1$s)', base.name);
            FOR made IN SELECT * FROM (VALUES ('eq', '=', ', RESTRICT = pg_catalog.positionsel'), ('ne', '<>', ''),
              ('lt', '<', ''), ('le', '<=', ''), ('gt', '>', ''), ('ge', '>=', '')
            ) AS operators (function, operator, further) LOOP
              EXECUTE pg_catalog.format('CREATE FUNCTION "epic10_qualified".%I(anyenum, "epic10_qualified"."NdaType") RETURNS boolean LANGUAGE sql STABLE '
                'STRICT PARALLEL SAFE AS %L', made.function,
                pg_catalog.format('SELECT $1 OPERATOR(pg_catalog.%s) %I.plain($2)', made.operator, 'epic10_qualified'));
              FOREACH place IN ARRAY ARRAY['epic10_qualified', base.nspname] LOOP
                EXECUTE pg_catalog.format('CREATE OPERATOR %I.%s (LEFTARG = anyenum, RIGHTARG = "epic10_qualified"."NdaType", '
                  'FUNCTION = "epic10_qualified".%I%s)', place, made.operator, made.function, made.further);
              END LOOP;
            END LOOP;
          END IF;
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      BEGIN
        PERFORM pg_catalog.set_config('epic10.trials', (
      WITH tables (writer, relation, skipped, moved, labels, most) AS (VALUES
          (1, to_regclass('"ndas"')::oid,
           ARRAY(SELECT pg_catalog.unnest(ARRAY['status_epic10', 'status_legacy', 'usmax_position_epic10', 'usmax_position_legacy', 'nda_type_epic10', 'nda_type_legacy', 'expiration_date_epic10', 'expiration_date_legacy', 'is_non_usmax_epic10', 'is_non_usmax_legacy', 'approved_by_id_epic10', 'approved_by_id_legacy']::text[]) UNION ALL
                 SELECT added FROM pg_catalog.unnest(ARRAY['nda_type', 'expiration_date', 'is_non_usmax', 'approved_by_id', 'approved_at', 'rejection_reason']::text[]) AS added
                   JOIN epic10_created_object ON kind = 'column'
                    AND name = pg_catalog.concat('ndas', '.', added)),
           ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10', 'nda_type', 'nda_type_epic10', 'expiration_date', 'expiration_date_epic10', 'is_non_usmax', 'is_non_usmax_epic10', 'approved_by_id', 'approved_by_id_epic10']::text[],
           CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
         AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
         AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"ndas"')::oid))
            OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"ndas"')::oid)
            OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"ndas"')::oid)
            OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"ndas"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
            OR EXISTS (
              SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])
                 AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
            OR EXISTS (
              SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"ndas"')::oid
                 AND refobjsubid = ANY (ARRAY(
                   SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])))
                 AND CASE classid
                   WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
                   WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
                   WHEN 'pg_class'::regclass::oid THEN (
                     SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
                   END)) THEN '[{"column_name": "status", "labels": ["CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED", "CREATED", "FULLY_EXECUTED"]}, {"column_name": "usmax_position", "labels": ["PRIME", "SUB", "TEAMING", "OTHER"]}]'::jsonb ELSE '[]'::jsonb END, 8),
          (2, to_regclass('"nda_status_history"')::oid,
           ARRAY['status_epic10', 'status_legacy']::text[],
           ARRAY['status', 'status_epic10']::text[],
           CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
         AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
         AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"nda_status_history"')::oid))
            OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"nda_status_history"')::oid)
            OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"nda_status_history"')::oid)
            OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"nda_status_history"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
            OR EXISTS (
              SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])
                 AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
            OR EXISTS (
              SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"nda_status_history"')::oid
                 AND refobjsubid = ANY (ARRAY(
                   SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])))
                 AND CASE classid
                   WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
                   WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
                   WHEN 'pg_class'::regclass::oid THEN (
                     SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
                   END)) THEN '[{"column_name": "status", "labels": ["CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED", "CREATED", "FULLY_EXECUTED"]}]'::jsonb ELSE '[]'::jsonb END, 8),
          (3, to_regclass('"ndas"')::oid,
           ARRAY(SELECT theirs FROM ROWS FROM (pg_catalog.unnest(ARRAY['status', 'usmax_position', 'nda_type', 'expiration_date', 'is_non_usmax', 'approved_by_id']::text[]),
                   pg_catalog.unnest(ARRAY['status_epic10', 'usmax_position_epic10', 'nda_type_epic10', 'expiration_date_epic10', 'is_non_usmax_epic10', 'approved_by_id_epic10']::text[])) AS pair (theirs, ours)
                   JOIN pg_attribute ON attname::text = ours
                  WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped),
           ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10', 'nda_type', 'nda_type_epic10', 'expiration_date', 'expiration_date_epic10', 'is_non_usmax', 'is_non_usmax_epic10', 'approved_by_id', 'approved_by_id_epic10']::text[],
           CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
         AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
         AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"ndas"')::oid))
            OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"ndas"')::oid)
            OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"ndas"')::oid)
            OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"ndas"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
            OR EXISTS (
              SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])
                 AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
            OR EXISTS (
              SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"ndas"')::oid
                 AND refobjsubid = ANY (ARRAY(
                   SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])))
                 AND CASE classid
                   WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
                   WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
                   WHEN 'pg_class'::regclass::oid THEN (
                     SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
                   END)) THEN '[{"column_name": "status_epic10", "labels": ["CREATED", "SENT_PENDING_SIGNATURE", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE_CANCELED", "INACTIVE_CANCELED", "PENDING_APPROVAL", "EXPIRED"]}, {"column_name": "usmax_position_epic10", "labels": ["PRIME", "SUB_CONTRACTOR", "OTHER", "OTHER"]}]'::jsonb ELSE '[]'::jsonb END, 8),
          (4, to_regclass('"nda_status_history"')::oid,
           ARRAY(SELECT theirs FROM ROWS FROM (pg_catalog.unnest(ARRAY['status']::text[]),
                   pg_catalog.unnest(ARRAY['status_epic10']::text[])) AS pair (theirs, ours)
                   JOIN pg_attribute ON attname::text = ours
                  WHERE attrelid = to_regclass('"nda_status_history"')::oid AND NOT attisdropped),
           ARRAY['status', 'status_epic10']::text[],
           CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
         AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
         AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"nda_status_history"')::oid))
            OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"nda_status_history"')::oid)
            OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"nda_status_history"')::oid)
            OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"nda_status_history"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
            OR EXISTS (
              SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])
                 AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
            OR EXISTS (
              SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"nda_status_history"')::oid
                 AND refobjsubid = ANY (ARRAY(
                   SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])))
                 AND CASE classid
                   WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
                   WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
                   WHEN 'pg_class'::regclass::oid THEN (
                     SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
                   END)) THEN '[{"column_name": "status_epic10", "labels": ["CREATED", "SENT_PENDING_SIGNATURE", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE_CANCELED", "INACTIVE_CANCELED", "PENDING_APPROVAL", "EXPIRED"]}]'::jsonb ELSE '[]'::jsonb END, 8)
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
               OR prosrc ~* pg_catalog.concat('\m', relname, '\M'))), '[]'::jsonb))::text
        ), false);
      END
      $epic10_views$;
      LOCK TABLE "ndas" IN SHARE ROW EXCLUSIVE MODE;
      LOCK TABLE "nda_status_history" IN SHARE ROW EXCLUSIVE MODE;
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      RAISE NOTICE '%', 'enforce waits for its locks on ndas, nda_status_history. Trying again.';
    END;
    PERFORM pg_sleep(least(0.1 * 2 ^ (attempt - 1), 5.0) * (0.5 + random()));
  END LOOP;
  RAISE EXCEPTION '%', 'enforce could not get its locks on ndas, nda_status_history.' USING HINT = 'Find who is in the way with SELECT * FROM pg_locks; then run this script again.';
END
$epic10$;
-- 10.1 to 10.6: From here on both applications may write, each its own labels; of what the new one writes nothing is parked.
DO $epic10$
BEGIN
  IF true THEN
  INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_sync_ndas'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas() RETURNS trigger AS $$
BEGIN
IF pg_catalog.starts_with(TG_NAME::text, '00_epic10_sync') THEN
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.status_epic10 IS NULL
  ELSE NEW.status_epic10::text IS NOT DISTINCT FROM OLD.status_epic10::text
   AND NEW.status::text IS DISTINCT FROM OLD.status::text END) THEN
  NEW.status_epic10 := CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END;
ELSIF (TG_OP = 'INSERT' AND NEW.status IS NULL OR CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END IS DISTINCT FROM NEW.status_epic10::text) THEN
  NEW.status := coalesce((SELECT enumlabel::text FROM pg_catalog.pg_enum
    WHERE enumtypid = pg_catalog.pg_typeof(NEW.status)::oid AND CASE enumlabel::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE enumlabel::text END = NEW.status_epic10::text
    ORDER BY enumlabel <> CASE NEW.status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE NEW.status_epic10::text END, enumlabel <> NEW.status_epic10::text, enumsortorder LIMIT 1), CASE NEW.status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE NEW.status_epic10::text END);
END IF;
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.usmax_position_epic10 IS NULL
  ELSE NEW.usmax_position_epic10::text IS NOT DISTINCT FROM OLD.usmax_position_epic10::text
   AND NEW.usmax_position::text IS DISTINCT FROM OLD.usmax_position::text END) THEN
  NEW.usmax_position_epic10 := coalesce(CASE NEW.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE NEW.usmax_position::text END, 'PRIME');
ELSIF (TG_OP = 'INSERT' AND NEW.usmax_position IS NULL OR coalesce(CASE NEW.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE NEW.usmax_position::text END, 'PRIME') IS DISTINCT FROM NEW.usmax_position_epic10::text) THEN
  NEW.usmax_position := coalesce((SELECT enumlabel::text FROM pg_catalog.pg_enum
    WHERE enumtypid = pg_catalog.pg_typeof(NEW.usmax_position)::oid AND coalesce(CASE enumlabel::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE enumlabel::text END, 'PRIME') = NEW.usmax_position_epic10::text
    ORDER BY enumlabel <> CASE NEW.usmax_position_epic10::text WHEN 'SUB_CONTRACTOR' THEN 'SUB' ELSE NEW.usmax_position_epic10::text END, enumlabel <> NEW.usmax_position_epic10::text, enumsortorder LIMIT 1), CASE NEW.usmax_position_epic10::text WHEN 'SUB_CONTRACTOR' THEN 'SUB' ELSE NEW.usmax_position_epic10::text END);
END IF;
ELSE
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.status_epic10 IS NULL
  ELSE NEW.status_epic10::text IS NOT DISTINCT FROM OLD.status_epic10::text
   AND NEW.status::text IS DISTINCT FROM OLD.status::text END) THEN
  NEW.status_epic10 := CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END;
ELSIF (CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END IS DISTINCT FROM NEW.status_epic10::text
   AND NEW.status::text IS DISTINCT FROM CASE NEW.status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE NEW.status_epic10::text END) THEN
  NEW.status_epic10 := CASE WHEN TG_OP = 'UPDATE' AND NEW.status::text IS NOT DISTINCT FROM OLD.status::text
    THEN OLD.status_epic10::text ELSE CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END END;
END IF;
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.usmax_position_epic10 IS NULL
  ELSE NEW.usmax_position_epic10::text IS NOT DISTINCT FROM OLD.usmax_position_epic10::text
   AND NEW.usmax_position::text IS DISTINCT FROM OLD.usmax_position::text END) THEN
  NEW.usmax_position_epic10 := coalesce(CASE NEW.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE NEW.usmax_position::text END, 'PRIME');
ELSIF (coalesce(CASE NEW.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE NEW.usmax_position::text END, 'PRIME') IS DISTINCT FROM NEW.usmax_position_epic10::text
   AND NEW.usmax_position::text IS DISTINCT FROM CASE NEW.usmax_position_epic10::text WHEN 'SUB_CONTRACTOR' THEN 'SUB' ELSE NEW.usmax_position_epic10::text END) THEN
  NEW.usmax_position_epic10 := CASE WHEN TG_OP = 'UPDATE' AND NEW.usmax_position::text IS NOT DISTINCT FROM OLD.usmax_position::text
    THEN OLD.usmax_position_epic10::text ELSE coalesce(CASE NEW.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE NEW.usmax_position::text END, 'PRIME') END;
END IF;
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.expiration_date IS NULL
  ELSE (OLD.fully_executed_date IS DISTINCT FROM NEW.fully_executed_date) AND (NEW.expiration_date IS NULL OR NOT (OLD.expiration_date IS DISTINCT FROM NEW.expiration_date))
    OR (NEW.expiration_date IS NULL AND CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END IS NOT NULL AND NEW.status_epic10::text = 'FULLY_EXECUTED') END)
  AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = TG_RELID AND attname = 'expiration_date_epic10' AND NOT attisdropped) THEN
  NEW.expiration_date := CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END;
END IF;
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas() FROM PUBLIC;
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.status, OLD.usmax_position, OLD.fully_executed_date, OLD.status_epic10, OLD.usmax_position_epic10), ROW(NEW.status, NEW.usmax_position, NEW.fully_executed_date, NEW.status_epic10, NEW.usmax_position_epic10)) OR (NEW.expiration_date IS NULL AND CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END IS NOT NULL AND NEW.status_epic10::text = 'FULLY_EXECUTED'))
  EXECUTE FUNCTION zz_epic10_sync_ndas();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_insert" BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_update" BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.status, OLD.usmax_position, OLD.fully_executed_date, OLD.status_epic10, OLD.usmax_position_epic10), ROW(NEW.status, NEW.usmax_position, NEW.fully_executed_date, NEW.status_epic10, NEW.usmax_position_epic10)) OR (NEW.expiration_date IS NULL AND CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END IS NOT NULL AND NEW.status_epic10::text = 'FULLY_EXECUTED'))
  EXECUTE FUNCTION zz_epic10_sync_ndas();
ALTER TABLE "ndas" ENABLE ALWAYS TRIGGER zz_epic10_sync_ndas_insert;
COMMENT ON FUNCTION zz_epic10_sync_ndas() IS 'Epic 10: keeps old and new columns in step. 3f075cf9af3eb689b0f66f7c347839b57d889619';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF true THEN
  INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_sync_nda_status_history'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
  CREATE OR REPLACE FUNCTION zz_epic10_sync_nda_status_history() RETURNS trigger AS $$
BEGIN
IF pg_catalog.starts_with(TG_NAME::text, '00_epic10_sync') THEN
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.status_epic10 IS NULL
  ELSE NEW.status_epic10::text IS NOT DISTINCT FROM OLD.status_epic10::text
   AND NEW.status::text IS DISTINCT FROM OLD.status::text END) THEN
  NEW.status_epic10 := CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END;
ELSIF (TG_OP = 'INSERT' AND NEW.status IS NULL OR CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END IS DISTINCT FROM NEW.status_epic10::text) THEN
  NEW.status := coalesce((SELECT enumlabel::text FROM pg_catalog.pg_enum
    WHERE enumtypid = pg_catalog.pg_typeof(NEW.status)::oid AND CASE enumlabel::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE enumlabel::text END = NEW.status_epic10::text
    ORDER BY enumlabel <> CASE NEW.status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE NEW.status_epic10::text END, enumlabel <> NEW.status_epic10::text, enumsortorder LIMIT 1), CASE NEW.status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE NEW.status_epic10::text END);
END IF;
ELSE
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.status_epic10 IS NULL
  ELSE NEW.status_epic10::text IS NOT DISTINCT FROM OLD.status_epic10::text
   AND NEW.status::text IS DISTINCT FROM OLD.status::text END) THEN
  NEW.status_epic10 := CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END;
ELSIF (CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END IS DISTINCT FROM NEW.status_epic10::text
   AND NEW.status::text IS DISTINCT FROM CASE NEW.status_epic10::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE NEW.status_epic10::text END) THEN
  NEW.status_epic10 := CASE WHEN TG_OP = 'UPDATE' AND NEW.status::text IS NOT DISTINCT FROM OLD.status::text
    THEN OLD.status_epic10::text ELSE CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END END;
END IF;
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_nda_status_history() FROM PUBLIC;
CREATE OR REPLACE TRIGGER zz_epic10_sync_nda_status_history_insert BEFORE INSERT ON "nda_status_history" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_nda_status_history();
CREATE OR REPLACE TRIGGER zz_epic10_sync_nda_status_history_update BEFORE UPDATE ON "nda_status_history" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.status, OLD.status_epic10), ROW(NEW.status, NEW.status_epic10)))
  EXECUTE FUNCTION zz_epic10_sync_nda_status_history();
CREATE OR REPLACE TRIGGER "00_epic10_sync_nda_status_history_insert" BEFORE INSERT ON "nda_status_history" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_nda_status_history();
CREATE OR REPLACE TRIGGER "00_epic10_sync_nda_status_history_update" BEFORE UPDATE ON "nda_status_history" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.status, OLD.status_epic10), ROW(NEW.status, NEW.status_epic10)))
  EXECUTE FUNCTION zz_epic10_sync_nda_status_history();
ALTER TABLE "nda_status_history" ENABLE ALWAYS TRIGGER zz_epic10_sync_nda_status_history_insert;
COMMENT ON FUNCTION zz_epic10_sync_nda_status_history() IS 'Epic 10: keeps old and new columns in step. 7946b06ad2b6a01b48681045bc9bd0097b0e33b6';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10') THEN
  INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_sync_ndas_nda_type'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas_nda_type() RETURNS trigger AS $$
BEGIN
IF pg_catalog.starts_with(TG_NAME::text, '00_epic10_sync') THEN
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.nda_type_epic10 IS NULL
  ELSE NEW.nda_type_epic10::text IS NOT DISTINCT FROM OLD.nda_type_epic10::text
   AND NEW.nda_type::text IS DISTINCT FROM OLD.nda_type::text END) THEN
  NEW.nda_type_epic10 := coalesce(CASE WHEN NEW.nda_type::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE NEW.nda_type::text END, 'MUTUAL');
ELSIF (TG_OP = 'INSERT' AND NEW.nda_type IS NULL OR coalesce(CASE WHEN NEW.nda_type::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE NEW.nda_type::text END, 'MUTUAL') IS DISTINCT FROM NEW.nda_type_epic10::text) THEN
  NEW.nda_type := coalesce((SELECT enumlabel::text FROM pg_catalog.pg_enum
    WHERE enumtypid = pg_catalog.pg_typeof(NEW.nda_type)::oid AND coalesce(CASE WHEN enumlabel::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE enumlabel::text END, 'MUTUAL') = NEW.nda_type_epic10::text
    ORDER BY enumlabel <> NEW.nda_type_epic10::text, enumlabel <> NEW.nda_type_epic10::text, enumsortorder LIMIT 1), NEW.nda_type_epic10::text);
END IF;
ELSE
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.nda_type_epic10 IS NULL
  ELSE NEW.nda_type_epic10::text IS NOT DISTINCT FROM OLD.nda_type_epic10::text
   AND NEW.nda_type::text IS DISTINCT FROM OLD.nda_type::text END) THEN
  NEW.nda_type_epic10 := coalesce(CASE WHEN NEW.nda_type::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE NEW.nda_type::text END, 'MUTUAL');
ELSIF (coalesce(CASE WHEN NEW.nda_type::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE NEW.nda_type::text END, 'MUTUAL') IS DISTINCT FROM NEW.nda_type_epic10::text
   AND NEW.nda_type::text IS DISTINCT FROM NEW.nda_type_epic10::text) THEN
  NEW.nda_type_epic10 := CASE WHEN TG_OP = 'UPDATE' AND NEW.nda_type::text IS NOT DISTINCT FROM OLD.nda_type::text
    THEN OLD.nda_type_epic10::text ELSE coalesce(CASE WHEN NEW.nda_type::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE NEW.nda_type::text END, 'MUTUAL') END;
END IF;
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas_nda_type() FROM PUBLIC;
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_nda_type_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_nda_type();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_nda_type_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.nda_type, OLD.nda_type_epic10), ROW(NEW.nda_type, NEW.nda_type_epic10)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_nda_type();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_nda_type_insert" BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_nda_type();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_nda_type_update" BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.nda_type, OLD.nda_type_epic10), ROW(NEW.nda_type, NEW.nda_type_epic10)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_nda_type();
ALTER TABLE "ndas" ENABLE ALWAYS TRIGGER zz_epic10_sync_ndas_nda_type_insert;
COMMENT ON FUNCTION zz_epic10_sync_ndas_nda_type() IS 'Epic 10: keeps old and new columns in step. 941bab6df266c487c7e2aac14132df4b92e0ae9f';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10') THEN
  INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_sync_ndas_expiration_date'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas_expiration_date() RETURNS trigger AS $$
BEGIN
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.expiration_date_epic10 IS NULL
  ELSE NEW.expiration_date_epic10 IS NOT DISTINCT FROM OLD.expiration_date_epic10 AND (NEW.expiration_date IS DISTINCT FROM OLD.expiration_date OR NEW.fully_executed_date IS DISTINCT FROM OLD.fully_executed_date) END) THEN
  NEW.expiration_date_epic10 := CASE WHEN NEW.expiration_date IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END
    ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', NEW.expiration_date::timestamp))) END;
ELSIF (CASE TG_OP WHEN 'INSERT' THEN NEW.expiration_date IS NULL OR (CASE WHEN NEW.expiration_date IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END
    ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', NEW.expiration_date::timestamp))) END IS DISTINCT FROM NEW.expiration_date_epic10)
  ELSE NEW.expiration_date_epic10 IS DISTINCT FROM OLD.expiration_date_epic10 AND (CASE WHEN NEW.expiration_date IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END
    ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', NEW.expiration_date::timestamp))) END IS DISTINCT FROM NEW.expiration_date_epic10) END) THEN
  NEW.expiration_date := NEW.expiration_date_epic10;
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas_expiration_date() FROM PUBLIC;
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_expiration_date_insert" ON "ndas";
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_expiration_date_update" ON "ndas";
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_expiration_date_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_expiration_date();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_expiration_date_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.expiration_date, OLD.fully_executed_date, OLD.expiration_date_epic10), ROW(NEW.expiration_date, NEW.fully_executed_date, NEW.expiration_date_epic10)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_expiration_date();
COMMENT ON FUNCTION zz_epic10_sync_ndas_expiration_date() IS 'Epic 10: keeps old and new columns in step. b25f2906a4f41f6a877288610d425d1e03e6dd22';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10') THEN
  INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_sync_ndas_is_non_usmax'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas_is_non_usmax() RETURNS trigger AS $$
BEGIN
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.is_non_usmax_epic10 IS NULL
  ELSE NEW.is_non_usmax_epic10 IS NOT DISTINCT FROM OLD.is_non_usmax_epic10 AND (NEW.is_non_usmax IS DISTINCT FROM OLD.is_non_usmax) END) THEN
  NEW.is_non_usmax_epic10 := coalesce(NEW.is_non_usmax, false);
ELSIF (CASE TG_OP WHEN 'INSERT' THEN NEW.is_non_usmax IS NULL OR (coalesce(NEW.is_non_usmax, false) IS DISTINCT FROM NEW.is_non_usmax_epic10)
  ELSE NEW.is_non_usmax_epic10 IS DISTINCT FROM OLD.is_non_usmax_epic10 AND (coalesce(NEW.is_non_usmax, false) IS DISTINCT FROM NEW.is_non_usmax_epic10) END) THEN
  NEW.is_non_usmax := NEW.is_non_usmax_epic10;
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas_is_non_usmax() FROM PUBLIC;
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_is_non_usmax_insert" ON "ndas";
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_is_non_usmax_update" ON "ndas";
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_is_non_usmax_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_is_non_usmax();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_is_non_usmax_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.is_non_usmax, OLD.is_non_usmax_epic10), ROW(NEW.is_non_usmax, NEW.is_non_usmax_epic10)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_is_non_usmax();
ALTER TABLE "ndas" ENABLE ALWAYS TRIGGER zz_epic10_sync_ndas_is_non_usmax_insert;
COMMENT ON FUNCTION zz_epic10_sync_ndas_is_non_usmax() IS 'Epic 10: keeps old and new columns in step. bfde2af5b64f1e709eb7afcf063f69ad71f9f564';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10') THEN
  INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_sync_ndas_approved_by_id'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas_approved_by_id() RETURNS trigger AS $$
BEGIN
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.approved_by_id_epic10 IS NULL
  ELSE NEW.approved_by_id_epic10 IS NOT DISTINCT FROM OLD.approved_by_id_epic10 AND (NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id) END) THEN
  NEW.approved_by_id_epic10 := (SELECT contacts.id FROM contacts WHERE contacts.id = NEW.approved_by_id);
ELSIF (CASE TG_OP WHEN 'INSERT' THEN NEW.approved_by_id IS NULL OR ((SELECT contacts.id FROM contacts WHERE contacts.id = NEW.approved_by_id) IS DISTINCT FROM NEW.approved_by_id_epic10)
  ELSE NEW.approved_by_id_epic10 IS DISTINCT FROM OLD.approved_by_id_epic10 AND ((SELECT contacts.id FROM contacts WHERE contacts.id = NEW.approved_by_id) IS DISTINCT FROM NEW.approved_by_id_epic10) END) THEN
  NEW.approved_by_id := NEW.approved_by_id_epic10;
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas_approved_by_id() FROM PUBLIC;
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_approved_by_id_insert" ON "ndas";
DROP TRIGGER IF EXISTS "00_epic10_sync_ndas_approved_by_id_update" ON "ndas";
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_approved_by_id_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_approved_by_id();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_approved_by_id_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.approved_by_id, OLD.approved_by_id_epic10), ROW(NEW.approved_by_id, NEW.approved_by_id_epic10)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_approved_by_id();
COMMENT ON FUNCTION zz_epic10_sync_ndas_approved_by_id() IS 'Epic 10: keeps old and new columns in step. 37c848a29793fe9df1701878e89558d080b02ac5';
  END IF;
END
$epic10$;
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
      FROM pg_trigger t WHERE tgrelid = to_regclass('"ndas"')::oid AND NOT tgisinternal AND pg_catalog.cardinality(tgattr::int2[]) > 0
       AND tgconstraint = 0::oid
  LOOP
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY place) INTO listening FROM (
      SELECT name, min(place) FROM (
        SELECT name, place FROM pg_catalog.unnest(theirs.columns) WITH ORDINALITY AS listed (name, place)
        UNION ALL
        SELECT new, place - 0.5 FROM pg_catalog.unnest(theirs.columns) WITH ORDINALITY AS listed (name, place)
          JOIN ROWS FROM (pg_catalog.unnest(ARRAY['status_epic10', 'usmax_position_epic10']::text[]), pg_catalog.unnest(ARRAY['status', 'usmax_position']::text[])) AS pair (new, old) ON old = name
      ) AS listed GROUP BY name
    ) AS wanted (name, place);
    CONTINUE WHEN NOT theirs.columns && ARRAY['status', 'usmax_position']::text[];
    theirs.definition := regexp_replace(
      theirs.definition, ' UPDATE OF .*?( OR | ON )', ' UPDATE OF ' || listening || '\1');
    IF theirs.is_constraint THEN
      EXECUTE pg_catalog.format('DROP TRIGGER %I ON "ndas"', theirs.tgname);
    ELSE
      theirs.definition := pg_catalog.replace(theirs.definition, 'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER');
    END IF;
    EXECUTE theirs.definition;
    EXECUTE pg_catalog.format('COMMENT ON TRIGGER %I ON "ndas" IS %L', theirs.tgname, theirs.comment);
    EXECUTE pg_catalog.format('ALTER TABLE "ndas" %s TRIGGER %I', CASE theirs.tgenabled WHEN 'O' THEN 'ENABLE'
      WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, theirs.tgname);
  END LOOP;
END
$epic10$;
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
      FROM pg_trigger t WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND NOT tgisinternal AND pg_catalog.cardinality(tgattr::int2[]) > 0
       AND tgconstraint = 0::oid
  LOOP
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY place) INTO listening FROM (
      SELECT name, min(place) FROM (
        SELECT name, place FROM pg_catalog.unnest(theirs.columns) WITH ORDINALITY AS listed (name, place)
        UNION ALL
        SELECT new, place - 0.5 FROM pg_catalog.unnest(theirs.columns) WITH ORDINALITY AS listed (name, place)
          JOIN ROWS FROM (pg_catalog.unnest(ARRAY['status_epic10']::text[]), pg_catalog.unnest(ARRAY['status']::text[])) AS pair (new, old) ON old = name
      ) AS listed GROUP BY name
    ) AS wanted (name, place);
    CONTINUE WHEN NOT theirs.columns && ARRAY['status']::text[];
    theirs.definition := regexp_replace(
      theirs.definition, ' UPDATE OF .*?( OR | ON )', ' UPDATE OF ' || listening || '\1');
    IF theirs.is_constraint THEN
      EXECUTE pg_catalog.format('DROP TRIGGER %I ON "nda_status_history"', theirs.tgname);
    ELSE
      theirs.definition := pg_catalog.replace(theirs.definition, 'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER');
    END IF;
    EXECUTE theirs.definition;
    EXECUTE pg_catalog.format('COMMENT ON TRIGGER %I ON "nda_status_history" IS %L', theirs.tgname, theirs.comment);
    EXECUTE pg_catalog.format('ALTER TABLE "nda_status_history" %s TRIGGER %I', CASE theirs.tgenabled WHEN 'O' THEN 'ENABLE'
      WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, theirs.tgname);
  END LOOP;
END
$epic10$;
CREATE OR REPLACE FUNCTION zz_epic10_park_ndas() RETURNS trigger AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_park_ndas() FROM PUBLIC;
CREATE OR REPLACE FUNCTION zz_epic10_park_nda_status_history() RETURNS trigger AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_park_nda_status_history() FROM PUBLIC;
-- 10.1, 10.2, 10.3: Views for the new application, from here on; it works through them by its search_path.
-- 10.1, 10.3, 10.4: It is tried again after the change: what was taken before and is refused now stops it.
DO $epic10$
DECLARE
  trials jsonb := pg_catalog.current_setting('epic10.trials')::jsonb;
  written record;
  trial record;
  statements text[];
  number int;
  attempt text;
  refused text := coalesce(pg_catalog.current_setting('epic10.refused', true), '');
  place text;
  rows int;
  began timestamptz;
BEGIN
  DISCARD PLANS;
  -- No trigger would fire as for the application, not even the release's own.
  IF pg_catalog.current_setting('session_replication_role') = 'replica' THEN
    RETURN;
  END IF;
  FOR written IN SELECT * FROM pg_catalog.jsonb_to_recordset(trials -> 'writes'::text) AS (
    relation oid, table_name text, first_row text, inserted text, updated text, labels jsonb, most int) LOOP
    statements := ARRAY[written.inserted, written.updated];
    IF pg_catalog.jsonb_array_length(written.labels) > 0 THEN
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
        INTO trial;
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
        WHEN SQLSTATE 'EP010' THEN EXIT WHEN number = 3 AND rows = written.most;
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
            USING HINT = pg_catalog.format(E'A trigger, rule, policy or constraint that is not of the release refuses it: \\d+ %s in psql lists them. Nothing is changed by this phase. Set that right, or drop it for the night; then run the same command again.', written.table_name);
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
      WHEN lock_not_available OR deadlock_detected OR serialization_failure THEN RAISE;
      WHEN OTHERS THEN
        RAISE EXCEPTION '%', pg_catalog.format('Function %s could not be called after this change: %s', trial.name,
          SQLERRM) USING HINT = pg_catalog.format('Make it in PL/pgSQL, or let it name a type of its own instead of the row of the table, and no old labels; or DROP FUNCTION %s; for the night. Nothing is changed by this phase. Then run the same command again.', trial.name);
    END;
  END LOOP;
END
$epic10$;
COMMIT;
\endif
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = ''
 WHERE phase = 'enforce' AND direction = 'forwards' AND finished_at IS NULL;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'enforce forwards done', clock_timestamp(); END $epic10$;
\endif

-- ============================================================
-- switch: Show it all to everybody, at once.
-- ============================================================
SELECT NOT (false) AS go_on \gset
\if :go_on
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'switch forwards began', clock_timestamp(); END $epic10$;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = 'interrupted' WHERE finished_at IS NULL;
INSERT INTO epic10_phase_run (phase, direction) VALUES ('switch', 'forwards');
-- 10.1, 10.3, 10.4: What the application writes is tried before the change, and taken back.
DO $epic10$
BEGIN
  PERFORM pg_catalog.set_config('epic10.trials', (
WITH tables (writer, relation, skipped, moved, labels, most) AS (VALUES
    (1, to_regclass('"ndas"')::oid,
     ARRAY(SELECT pg_catalog.unnest(ARRAY['status_epic10', 'status_legacy', 'usmax_position_epic10', 'usmax_position_legacy', 'nda_type_epic10', 'nda_type_legacy', 'expiration_date_epic10', 'expiration_date_legacy', 'is_non_usmax_epic10', 'is_non_usmax_legacy', 'approved_by_id_epic10', 'approved_by_id_legacy']::text[]) UNION ALL
           SELECT added FROM pg_catalog.unnest(ARRAY['nda_type', 'expiration_date', 'is_non_usmax', 'approved_by_id', 'approved_at', 'rejection_reason']::text[]) AS added
             JOIN epic10_created_object ON kind = 'column'
              AND name = pg_catalog.concat('ndas', '.', added)),
     ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10', 'nda_type', 'nda_type_epic10', 'expiration_date', 'expiration_date_epic10', 'is_non_usmax', 'is_non_usmax_epic10', 'approved_by_id', 'approved_by_id_epic10']::text[],
     CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
   AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"ndas"')::oid))
      OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"ndas"')::oid)
      OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"ndas"')::oid)
      OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"ndas"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
      OR EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])
           AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
      OR EXISTS (
        SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"ndas"')::oid
           AND refobjsubid = ANY (ARRAY(
             SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])))
           AND CASE classid
             WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
             WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
             WHEN 'pg_class'::regclass::oid THEN (
               SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
             END)) THEN '[{"column_name": "status", "labels": ["CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED", "CREATED", "FULLY_EXECUTED"]}, {"column_name": "usmax_position", "labels": ["PRIME", "SUB", "TEAMING", "OTHER"]}]'::jsonb ELSE '[]'::jsonb END, 8),
    (2, to_regclass('"nda_status_history"')::oid,
     ARRAY['status_epic10', 'status_legacy']::text[],
     ARRAY['status', 'status_epic10']::text[],
     CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
   AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
   AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"nda_status_history"')::oid))
      OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"nda_status_history"')::oid)
      OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"nda_status_history"')::oid)
      OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"nda_status_history"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
      OR EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])
           AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
      OR EXISTS (
        SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"nda_status_history"')::oid
           AND refobjsubid = ANY (ARRAY(
             SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])))
           AND CASE classid
             WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
             WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
             WHEN 'pg_class'::regclass::oid THEN (
               SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
             END)) THEN '[{"column_name": "status", "labels": ["CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED", "CREATED", "FULLY_EXECUTED"]}]'::jsonb ELSE '[]'::jsonb END, 8)
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
         OR prosrc ~* pg_catalog.concat('\m', relname, '\M'))), '[]'::jsonb))::text
  ), false);
END
$epic10$;
DO $epic10$
DECLARE
  trials jsonb := pg_catalog.current_setting('epic10.trials')::jsonb;
  written record;
  trial record;
  statements text[];
  number int;
  attempt text;
  refused text := '';
  place text;
  rows int;
  began timestamptz;
BEGIN
  SET LOCAL lock_timeout = '100ms';
  -- No trigger would fire as for the application, not even the release's own.
  IF pg_catalog.current_setting('session_replication_role') = 'replica' THEN
    RETURN;
  END IF;
  FOR written IN SELECT * FROM pg_catalog.jsonb_to_recordset(trials -> 'writes'::text) AS (
    relation oid, table_name text, first_row text, inserted text, updated text, labels jsonb, most int) LOOP
    statements := ARRAY[written.inserted, written.updated];
    IF pg_catalog.jsonb_array_length(written.labels) > 0 THEN
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
        INTO trial;
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
        WHEN SQLSTATE 'EP010' THEN IF pg_catalog.clock_timestamp() - began > '1 s'::interval THEN
          refused := pg_catalog.concat(refused, attempt);
          IF number <= 3 THEN
            RAISE WARNING '%', pg_catalog.format(
              '%s of %s takes longer than 1 s, and is not tried under the locks.',
              CASE number WHEN 1 THEN 'An INSERT' WHEN 2 THEN 'An UPDATE' ELSE 'An UPDATE of the labels' END,
              written.table_name)
              USING ERRCODE = 'EP011', HINT = pg_catalog.format(E'A trigger that is not of the release takes its time, for the applications too: \\d+ %s in psql.', written.table_name);
          END IF;
        END IF;
        WHEN OTHERS THEN refused := pg_catalog.concat(refused, attempt);
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
      WHEN OTHERS THEN refused := pg_catalog.concat(refused, attempt);
    END;
  END LOOP;
  PERFORM pg_catalog.set_config('epic10.refused', refused, false);
END
$epic10$;
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
      DO $epic10_views$
      BEGIN
        PERFORM pg_catalog.set_config('epic10.trials', (
      WITH tables (writer, relation, skipped, moved, labels, most) AS (VALUES
          (1, to_regclass('"ndas"')::oid,
           ARRAY['status_epic10', 'status_legacy', 'usmax_position_epic10', 'usmax_position_legacy', 'nda_type_epic10', 'nda_type_legacy', 'expiration_date_epic10', 'expiration_date_legacy', 'is_non_usmax_epic10', 'is_non_usmax_legacy', 'approved_by_id_epic10', 'approved_by_id_legacy']::text[],
           ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10', 'nda_type', 'nda_type_epic10', 'expiration_date', 'expiration_date_epic10', 'is_non_usmax', 'is_non_usmax_epic10', 'approved_by_id', 'approved_by_id_epic10']::text[],
           CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
         AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
         AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"ndas"')::oid))
            OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"ndas"')::oid)
            OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"ndas"')::oid)
            OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"ndas"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
            OR EXISTS (
              SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])
                 AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
            OR EXISTS (
              SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"ndas"')::oid
                 AND refobjsubid = ANY (ARRAY(
                   SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = ANY (ARRAY['status', 'status_epic10', 'usmax_position', 'usmax_position_epic10']::text[])))
                 AND CASE classid
                   WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
                   WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
                   WHEN 'pg_class'::regclass::oid THEN (
                     SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
                   END)) THEN '[{"column_name": "status", "labels": ["CREATED", "SENT_PENDING_SIGNATURE", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE_CANCELED", "INACTIVE_CANCELED", "PENDING_APPROVAL", "EXPIRED"]}, {"column_name": "usmax_position", "labels": ["PRIME", "SUB_CONTRACTOR", "OTHER", "OTHER"]}]'::jsonb ELSE '[]'::jsonb END, 8),
          (2, to_regclass('"nda_status_history"')::oid,
           ARRAY['status_epic10', 'status_legacy']::text[],
           ARRAY['status', 'status_epic10']::text[],
           CASE WHEN (NOT (NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgtype::int & 16 = 16 AND tgenabled <> 'D'
         AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_')
         AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass('"nda_status_history"')::oid))
            OR (SELECT relchecks > 0 OR relrowsecurity OR relhassubclass OR relispartition FROM pg_class WHERE oid = to_regclass('"nda_status_history"')::oid)
            OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('"nda_status_history"')::oid)
            OR EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass('"nda_status_history"')::oid AND pg_catalog.concat(indexprs, indpred) ~ ':varattno 0 ')
            OR EXISTS (
              SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])
                 AND (SELECT typtype <> 'e' FROM pg_type WHERE oid = atttypid))
            OR EXISTS (
              SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass::oid AND refobjid = to_regclass('"nda_status_history"')::oid
                 AND refobjsubid = ANY (ARRAY(
                   SELECT attnum::int FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = ANY (ARRAY['status', 'status_epic10']::text[])))
                 AND CASE classid
                   WHEN 'pg_constraint'::regclass::oid THEN (SELECT contype <> 'n' FROM pg_constraint WHERE oid = objid)
                   WHEN 'pg_attrdef'::regclass::oid THEN (SELECT adnum <> refobjsubid FROM pg_attrdef WHERE oid = objid)
                   WHEN 'pg_class'::regclass::oid THEN (
                     SELECT indisunique OR indexprs IS NOT NULL OR indpred IS NOT NULL FROM pg_index WHERE indexrelid = objid)
                   END)) THEN '[{"column_name": "status", "labels": ["CREATED", "SENT_PENDING_SIGNATURE", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE_CANCELED", "INACTIVE_CANCELED", "PENDING_APPROVAL", "EXPIRED"]}]'::jsonb ELSE '[]'::jsonb END, 8)
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
               OR prosrc ~* pg_catalog.concat('\m', relname, '\M'))), '[]'::jsonb))::text
        ), false);
      END
      $epic10_views$;
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
-- 10.1 to 10.6: From here on nothing is filled.
DROP FUNCTION IF EXISTS zz_epic10_park_ndas() CASCADE;
DROP FUNCTION IF EXISTS zz_epic10_late_ndas() CASCADE;
DROP FUNCTION IF EXISTS zz_epic10_park_nda_status_history() CASCADE;
DROP FUNCTION IF EXISTS zz_epic10_late_nda_status_history() CASCADE;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_backfill_ndas') THEN
    DROP FUNCTION IF EXISTS zz_epic10_backfill_ndas() CASCADE;
    DELETE FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_backfill_ndas';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_backfill_nda_status_history') THEN
    DROP FUNCTION IF EXISTS zz_epic10_backfill_nda_status_history() CASCADE;
    DELETE FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_backfill_nda_status_history';
  END IF;
END
$epic10$;
-- 10.1, 10.2, 10.3: The new labels take the name of the old ones.
DO $epic10$
BEGIN
  IF (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition') IS NOT NULL THEN
  IF to_regtype('"UsMaxPosition"')::oid IS NOT NULL THEN
    ALTER TYPE "UsMaxPosition" RENAME TO "UsMaxPosition_legacy";
  END IF;
  EXECUTE pg_catalog.format('ALTER TYPE "epic10"."UsMaxPosition" SET SCHEMA %I', coalesce((SELECT nspname FROM pg_namespace n JOIN pg_type t ON typnamespace = n.oid WHERE t.oid = to_regtype('"UsMaxPosition_legacy"')::oid), (SELECT nspname FROM pg_attribute JOIN pg_type t ON t.oid = atttypid JOIN pg_namespace n ON n.oid = typnamespace
    WHERE attrelid = to_regclass('"ndas"')::oid AND typtype = 'e' AND NOT attisdropped AND nspname::text <> 'epic10' ORDER BY attnum LIMIT 1), current_schema()));
  IF EXISTS (SELECT FROM pg_type WHERE oid IN (to_regtype('"UsMaxPosition_legacy"')::oid, to_regtype('"UsMaxPosition"')::oid) HAVING pg_catalog.count(DISTINCT typowner) > 1) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  SELECT 1 AS step, pg_catalog.format('ALTER TYPE "UsMaxPosition" OWNER TO %I',
      pg_catalog.pg_get_userbyid(old.typowner)) AS statement
    FROM pg_type AS old, pg_type AS new
   WHERE old.oid = to_regtype('"UsMaxPosition_legacy"')::oid AND new.oid = to_regtype('"UsMaxPosition"')::oid AND old.typowner <> new.typowner
     AND pg_catalog.pg_has_role(old.typowner, 'MEMBER')
         AND pg_catalog.has_schema_privilege(old.typowner, new.typnamespace, 'CREATE')
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF;
  IF EXISTS (SELECT FROM pg_type
              WHERE oid IN (to_regtype('"UsMaxPosition_legacy"')::oid, to_regtype('"UsMaxPosition"')::oid)
                AND (typacl IS NOT NULL OR pg_catalog.obj_description(oid, 'pg_type') IS NOT NULL)) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  WITH given AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = to_regtype('"UsMaxPosition_legacy"')::oid AND grantee <> typowner
  ), has AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = to_regtype('"UsMaxPosition"')::oid AND grantee <> typowner
  ), said AS (
    SELECT pg_catalog.obj_description(to_regtype('"UsMaxPosition_legacy"')::oid, 'pg_type') AS comment,
           pg_catalog.obj_description(to_regtype('"UsMaxPosition"')::oid, 'pg_type') AS other
     WHERE to_regtype('"UsMaxPosition_legacy"')::oid IS NOT NULL AND to_regtype('"UsMaxPosition"')::oid IS NOT NULL
  ),
  difference AS (
    SELECT CASE WHEN grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee))
        END AS who,
           privilege_type AS privilege, given.is_grantable AS grants, has.is_grantable AS granted
      FROM (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM given GROUP BY 1, 2) AS given
      FULL JOIN (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM has GROUP BY 1, 2) AS has
     USING (grantee, privilege_type)
     WHERE given.is_grantable IS DISTINCT FROM has.is_grantable
  )
  SELECT 1 AS step, pg_catalog.format('REVOKE %s%s ON TYPE "UsMaxPosition" FROM %s CASCADE',
                           CASE WHEN grants IS NULL THEN '' ELSE 'GRANT OPTION FOR ' END, privilege, who) AS statement
    FROM difference WHERE grants IS NULL OR granted AND NOT grants
  UNION ALL
  SELECT 2, pg_catalog.format('GRANT %s ON TYPE "UsMaxPosition" TO %s%s', privilege, who,
                   CASE WHEN grants THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM difference WHERE grants IS NOT NULL AND (granted IS NULL OR grants AND NOT granted)
  UNION ALL
  SELECT 3, pg_catalog.format('COMMENT ON TYPE "UsMaxPosition" IS %L', comment) FROM said WHERE comment IS DISTINCT FROM other
  UNION ALL
  SELECT 4, 'COMMENT ON TYPE "UsMaxPosition_legacy" IS NULL' FROM said WHERE comment IS NOT NULL
  ORDER BY step
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF;
  DECLARE
    theirs record;
  BEGIN
    FOR theirs IN
      SELECT pg_catalog.format('CREATE CAST (%1$s AS %2$s) WITH INOUT%3$s', pair.source, pair.target, context) AS statement
        FROM pg_cast AS cast_of_theirs,
             LATERAL (SELECT CASE WHEN castsource = to_regtype('"UsMaxPosition_legacy"')::oid THEN to_regtype('"UsMaxPosition"')::oid ELSE castsource END::regtype AS source,
                             CASE WHEN casttarget = to_regtype('"UsMaxPosition_legacy"')::oid THEN to_regtype('"UsMaxPosition"')::oid ELSE casttarget END::regtype AS target,
                             CASE castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END
                               AS context) AS pair
       WHERE castmethod = 'i' AND to_regtype('"UsMaxPosition_legacy"')::oid IN (castsource, casttarget) AND to_regtype('"UsMaxPosition"')::oid IS NOT NULL
         AND NOT EXISTS (SELECT FROM pg_cast AS ours
                        WHERE ours.castsource = pair.source::oid AND ours.casttarget = pair.target::oid)
    LOOP
      EXECUTE theirs.statement;
    END LOOP;
  END;
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaType') IS NOT NULL THEN
  IF to_regtype('"NdaType"')::oid IS NOT NULL THEN
    ALTER TYPE "NdaType" RENAME TO "NdaType_legacy";
  END IF;
  EXECUTE pg_catalog.format('ALTER TYPE "epic10"."NdaType" SET SCHEMA %I', coalesce((SELECT nspname FROM pg_namespace n JOIN pg_type t ON typnamespace = n.oid WHERE t.oid = to_regtype('"NdaType_legacy"')::oid), (SELECT nspname FROM pg_attribute JOIN pg_type t ON t.oid = atttypid JOIN pg_namespace n ON n.oid = typnamespace
    WHERE attrelid = to_regclass('"ndas"')::oid AND typtype = 'e' AND NOT attisdropped AND nspname::text <> 'epic10' ORDER BY attnum LIMIT 1), current_schema()));
  IF EXISTS (SELECT FROM pg_type WHERE oid IN (to_regtype('"NdaType_legacy"')::oid, to_regtype('"NdaType"')::oid) HAVING pg_catalog.count(DISTINCT typowner) > 1) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  SELECT 1 AS step, pg_catalog.format('ALTER TYPE "NdaType" OWNER TO %I',
      pg_catalog.pg_get_userbyid(old.typowner)) AS statement
    FROM pg_type AS old, pg_type AS new
   WHERE old.oid = to_regtype('"NdaType_legacy"')::oid AND new.oid = to_regtype('"NdaType"')::oid AND old.typowner <> new.typowner
     AND pg_catalog.pg_has_role(old.typowner, 'MEMBER')
         AND pg_catalog.has_schema_privilege(old.typowner, new.typnamespace, 'CREATE')
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF;
  IF EXISTS (SELECT FROM pg_type
              WHERE oid IN (to_regtype('"NdaType_legacy"')::oid, to_regtype('"NdaType"')::oid)
                AND (typacl IS NOT NULL OR pg_catalog.obj_description(oid, 'pg_type') IS NOT NULL)) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  WITH given AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = to_regtype('"NdaType_legacy"')::oid AND grantee <> typowner
  ), has AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = to_regtype('"NdaType"')::oid AND grantee <> typowner
  ), said AS (
    SELECT pg_catalog.obj_description(to_regtype('"NdaType_legacy"')::oid, 'pg_type') AS comment,
           pg_catalog.obj_description(to_regtype('"NdaType"')::oid, 'pg_type') AS other
     WHERE to_regtype('"NdaType_legacy"')::oid IS NOT NULL AND to_regtype('"NdaType"')::oid IS NOT NULL
  ),
  difference AS (
    SELECT CASE WHEN grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee))
        END AS who,
           privilege_type AS privilege, given.is_grantable AS grants, has.is_grantable AS granted
      FROM (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM given GROUP BY 1, 2) AS given
      FULL JOIN (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM has GROUP BY 1, 2) AS has
     USING (grantee, privilege_type)
     WHERE given.is_grantable IS DISTINCT FROM has.is_grantable
  )
  SELECT 1 AS step, pg_catalog.format('REVOKE %s%s ON TYPE "NdaType" FROM %s CASCADE',
                           CASE WHEN grants IS NULL THEN '' ELSE 'GRANT OPTION FOR ' END, privilege, who) AS statement
    FROM difference WHERE grants IS NULL OR granted AND NOT grants
  UNION ALL
  SELECT 2, pg_catalog.format('GRANT %s ON TYPE "NdaType" TO %s%s', privilege, who,
                   CASE WHEN grants THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM difference WHERE grants IS NOT NULL AND (granted IS NULL OR grants AND NOT granted)
  UNION ALL
  SELECT 3, pg_catalog.format('COMMENT ON TYPE "NdaType" IS %L', comment) FROM said WHERE comment IS DISTINCT FROM other
  UNION ALL
  SELECT 4, 'COMMENT ON TYPE "NdaType_legacy" IS NULL' FROM said WHERE comment IS NOT NULL
  ORDER BY step
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF;
  DECLARE
    theirs record;
  BEGIN
    FOR theirs IN
      SELECT pg_catalog.format('CREATE CAST (%1$s AS %2$s) WITH INOUT%3$s', pair.source, pair.target, context) AS statement
        FROM pg_cast AS cast_of_theirs,
             LATERAL (SELECT CASE WHEN castsource = to_regtype('"NdaType_legacy"')::oid THEN to_regtype('"NdaType"')::oid ELSE castsource END::regtype AS source,
                             CASE WHEN casttarget = to_regtype('"NdaType_legacy"')::oid THEN to_regtype('"NdaType"')::oid ELSE casttarget END::regtype AS target,
                             CASE castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END
                               AS context) AS pair
       WHERE castmethod = 'i' AND to_regtype('"NdaType_legacy"')::oid IN (castsource, casttarget) AND to_regtype('"NdaType"')::oid IS NOT NULL
         AND NOT EXISTS (SELECT FROM pg_cast AS ours
                        WHERE ours.castsource = pair.source::oid AND ours.casttarget = pair.target::oid)
    LOOP
      EXECUTE theirs.statement;
    END LOOP;
  END;
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus') IS NOT NULL THEN
  IF to_regtype('"NdaStatus"')::oid IS NOT NULL THEN
    ALTER TYPE "NdaStatus" RENAME TO "NdaStatus_legacy";
  END IF;
  EXECUTE pg_catalog.format('ALTER TYPE "epic10"."NdaStatus" SET SCHEMA %I', coalesce((SELECT nspname FROM pg_namespace n JOIN pg_type t ON typnamespace = n.oid WHERE t.oid = to_regtype('"NdaStatus_legacy"')::oid), (SELECT nspname FROM pg_attribute JOIN pg_type t ON t.oid = atttypid JOIN pg_namespace n ON n.oid = typnamespace
    WHERE attrelid = to_regclass('"ndas"')::oid AND typtype = 'e' AND NOT attisdropped AND nspname::text <> 'epic10' ORDER BY attnum LIMIT 1), current_schema()));
  IF EXISTS (SELECT FROM pg_type WHERE oid IN (to_regtype('"NdaStatus_legacy"')::oid, to_regtype('"NdaStatus"')::oid) HAVING pg_catalog.count(DISTINCT typowner) > 1) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  SELECT 1 AS step, pg_catalog.format('ALTER TYPE "NdaStatus" OWNER TO %I',
      pg_catalog.pg_get_userbyid(old.typowner)) AS statement
    FROM pg_type AS old, pg_type AS new
   WHERE old.oid = to_regtype('"NdaStatus_legacy"')::oid AND new.oid = to_regtype('"NdaStatus"')::oid AND old.typowner <> new.typowner
     AND pg_catalog.pg_has_role(old.typowner, 'MEMBER')
         AND pg_catalog.has_schema_privilege(old.typowner, new.typnamespace, 'CREATE')
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF;
  IF EXISTS (SELECT FROM pg_type
              WHERE oid IN (to_regtype('"NdaStatus_legacy"')::oid, to_regtype('"NdaStatus"')::oid)
                AND (typacl IS NOT NULL OR pg_catalog.obj_description(oid, 'pg_type') IS NOT NULL)) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  WITH given AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = to_regtype('"NdaStatus_legacy"')::oid AND grantee <> typowner
  ), has AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = to_regtype('"NdaStatus"')::oid AND grantee <> typowner
  ), said AS (
    SELECT pg_catalog.obj_description(to_regtype('"NdaStatus_legacy"')::oid, 'pg_type') AS comment,
           pg_catalog.obj_description(to_regtype('"NdaStatus"')::oid, 'pg_type') AS other
     WHERE to_regtype('"NdaStatus_legacy"')::oid IS NOT NULL AND to_regtype('"NdaStatus"')::oid IS NOT NULL
  ),
  difference AS (
    SELECT CASE WHEN grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee))
        END AS who,
           privilege_type AS privilege, given.is_grantable AS grants, has.is_grantable AS granted
      FROM (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM given GROUP BY 1, 2) AS given
      FULL JOIN (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM has GROUP BY 1, 2) AS has
     USING (grantee, privilege_type)
     WHERE given.is_grantable IS DISTINCT FROM has.is_grantable
  )
  SELECT 1 AS step, pg_catalog.format('REVOKE %s%s ON TYPE "NdaStatus" FROM %s CASCADE',
                           CASE WHEN grants IS NULL THEN '' ELSE 'GRANT OPTION FOR ' END, privilege, who) AS statement
    FROM difference WHERE grants IS NULL OR granted AND NOT grants
  UNION ALL
  SELECT 2, pg_catalog.format('GRANT %s ON TYPE "NdaStatus" TO %s%s', privilege, who,
                   CASE WHEN grants THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM difference WHERE grants IS NOT NULL AND (granted IS NULL OR grants AND NOT granted)
  UNION ALL
  SELECT 3, pg_catalog.format('COMMENT ON TYPE "NdaStatus" IS %L', comment) FROM said WHERE comment IS DISTINCT FROM other
  UNION ALL
  SELECT 4, 'COMMENT ON TYPE "NdaStatus_legacy" IS NULL' FROM said WHERE comment IS NOT NULL
  ORDER BY step
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF;
  DECLARE
    theirs record;
  BEGIN
    FOR theirs IN
      SELECT pg_catalog.format('CREATE CAST (%1$s AS %2$s) WITH INOUT%3$s', pair.source, pair.target, context) AS statement
        FROM pg_cast AS cast_of_theirs,
             LATERAL (SELECT CASE WHEN castsource = to_regtype('"NdaStatus_legacy"')::oid THEN to_regtype('"NdaStatus"')::oid ELSE castsource END::regtype AS source,
                             CASE WHEN casttarget = to_regtype('"NdaStatus_legacy"')::oid THEN to_regtype('"NdaStatus"')::oid ELSE casttarget END::regtype AS target,
                             CASE castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END
                               AS context) AS pair
       WHERE castmethod = 'i' AND to_regtype('"NdaStatus_legacy"')::oid IN (castsource, casttarget) AND to_regtype('"NdaStatus"')::oid IS NOT NULL
         AND NOT EXISTS (SELECT FROM pg_cast AS ours
                        WHERE ours.castsource = pair.source::oid AND ours.casttarget = pair.target::oid)
    LOOP
      EXECUTE theirs.statement;
    END LOOP;
  END;
  END IF;
END
$epic10$;
-- 10.1, 10.3: So do the columns; from here on the legacy columns follow.
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN
  ALTER TABLE "ndas" RENAME COLUMN "status" TO "status_legacy";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_status_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_status_not_null" TO "ndas_status_legacy_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "status_epic10" TO "status";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_status_epic10_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_status_epic10_not_null" TO "ndas_status_not_null";
  END IF;
  ALTER TABLE "ndas" ALTER COLUMN "status" SET DEFAULT 'CREATED';
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('status_legacy', 'status') AND NOT attisdropped
                AND (attacl IS NOT NULL OR coalesce(attstattarget, -1) <> -1 OR attoptions IS NOT NULL
                  OR pg_catalog.col_description(attrelid, attnum) IS NOT NULL)) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  WITH side AS (
    SELECT attname, attacl, coalesce(attstattarget, -1) AS finely, coalesce(attoptions, '{}') AS options,
           pg_catalog.col_description(attrelid, attnum) AS comment
      FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('status_legacy', 'status') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'status_legacy'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'status'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'status_legacy' AND target.attname = 'status'
  ),
  difference AS (
    SELECT CASE WHEN grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee))
        END AS who,
           privilege_type AS privilege, given.is_grantable AS grants, has.is_grantable AS granted
      FROM (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM given GROUP BY 1, 2) AS given
      FULL JOIN (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM has GROUP BY 1, 2) AS has
     USING (grantee, privilege_type)
     WHERE given.is_grantable IS DISTINCT FROM has.is_grantable
  )
  SELECT 1 AS step, pg_catalog.format('REVOKE %s%s ("status") ON "ndas" FROM %s CASCADE',
                           CASE WHEN grants IS NULL THEN '' ELSE 'GRANT OPTION FOR ' END, privilege, who) AS statement
    FROM difference WHERE grants IS NULL OR granted AND NOT grants
  UNION ALL
  SELECT 2, pg_catalog.format('GRANT %s ("status") ON "ndas" TO %s%s', privilege, who,
                   CASE WHEN grants THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM difference WHERE grants IS NOT NULL AND (granted IS NULL OR grants AND NOT granted)
  UNION ALL
  SELECT 3, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "status" SET STATISTICS %s', finely) FROM both_sides WHERE finely_differs
  UNION ALL
  SELECT 4, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "status" RESET (%s)', pg_catalog.array_to_string(other_options, ', ')) FROM both_sides
   WHERE pg_catalog.cardinality(other_options) > 0
  UNION ALL
  SELECT 5, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "status" SET (%s)', pg_catalog.array_to_string(options, ', ')) FROM both_sides
   WHERE options_differ AND pg_catalog.cardinality(options) > 0
  UNION ALL
  SELECT 6, pg_catalog.format('COMMENT ON COLUMN "ndas"."status" IS %L', comment) FROM both_sides
      WHERE comment_differs
  UNION ALL
  SELECT 7, 'COMMENT ON COLUMN "ndas"."status_legacy" IS NULL' FROM both_sides WHERE comment IS NOT NULL
  ORDER BY step
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF;
  ALTER INDEX IF EXISTS "ndas_status_idx" RENAME TO "ndas_status_legacy_idx";
  ALTER INDEX IF EXISTS "ndas_status_epic10_idx" RENAME TO "ndas_status_idx";
  ALTER TABLE "ndas" RENAME COLUMN "usmax_position" TO "usmax_position_legacy";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_usmax_position_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_usmax_position_not_null" TO "ndas_usmax_position_legacy_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "usmax_position_epic10" TO "usmax_position";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_usmax_position_epic10_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_usmax_position_epic10_not_null" TO "ndas_usmax_position_not_null";
  END IF;
  ALTER TABLE "ndas" ALTER COLUMN "usmax_position" SET DEFAULT 'PRIME';
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('usmax_position_legacy', 'usmax_position') AND NOT attisdropped
                AND (attacl IS NOT NULL OR coalesce(attstattarget, -1) <> -1 OR attoptions IS NOT NULL
                  OR pg_catalog.col_description(attrelid, attnum) IS NOT NULL)) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  WITH side AS (
    SELECT attname, attacl, coalesce(attstattarget, -1) AS finely, coalesce(attoptions, '{}') AS options,
           pg_catalog.col_description(attrelid, attnum) AS comment
      FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('usmax_position_legacy', 'usmax_position') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'usmax_position_legacy'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'usmax_position'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'usmax_position_legacy' AND target.attname = 'usmax_position'
  ),
  difference AS (
    SELECT CASE WHEN grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee))
        END AS who,
           privilege_type AS privilege, given.is_grantable AS grants, has.is_grantable AS granted
      FROM (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM given GROUP BY 1, 2) AS given
      FULL JOIN (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM has GROUP BY 1, 2) AS has
     USING (grantee, privilege_type)
     WHERE given.is_grantable IS DISTINCT FROM has.is_grantable
  )
  SELECT 1 AS step, pg_catalog.format('REVOKE %s%s ("usmax_position") ON "ndas" FROM %s CASCADE',
                           CASE WHEN grants IS NULL THEN '' ELSE 'GRANT OPTION FOR ' END, privilege, who) AS statement
    FROM difference WHERE grants IS NULL OR granted AND NOT grants
  UNION ALL
  SELECT 2, pg_catalog.format('GRANT %s ("usmax_position") ON "ndas" TO %s%s', privilege, who,
                   CASE WHEN grants THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM difference WHERE grants IS NOT NULL AND (granted IS NULL OR grants AND NOT granted)
  UNION ALL
  SELECT 3, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "usmax_position" SET STATISTICS %s', finely) FROM both_sides WHERE finely_differs
  UNION ALL
  SELECT 4, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "usmax_position" RESET (%s)', pg_catalog.array_to_string(other_options, ', ')) FROM both_sides
   WHERE pg_catalog.cardinality(other_options) > 0
  UNION ALL
  SELECT 5, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "usmax_position" SET (%s)', pg_catalog.array_to_string(options, ', ')) FROM both_sides
   WHERE options_differ AND pg_catalog.cardinality(options) > 0
  UNION ALL
  SELECT 6, pg_catalog.format('COMMENT ON COLUMN "ndas"."usmax_position" IS %L', comment) FROM both_sides
      WHERE comment_differs
  UNION ALL
  SELECT 7, 'COMMENT ON COLUMN "ndas"."usmax_position_legacy" IS NULL' FROM both_sides WHERE comment IS NOT NULL
  ORDER BY step
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF;
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_legacy' AND NOT atthasdef) THEN
    INSERT INTO epic10_created_object (kind, name) SELECT 'default', 'ndas.usmax_position'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "usmax_position_legacy" SET DEFAULT %L', (SELECT (SELECT CASE WHEN typtype <> 'e' THEN CASE 'PRIME'::text WHEN 'SUB_CONTRACTOR' THEN 'SUB' ELSE 'PRIME'::text END ELSE (
      SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid
         AND coalesce(CASE enumlabel::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE enumlabel::text END, 'PRIME') = 'PRIME'
       ORDER BY enumlabel <> CASE 'PRIME'::text WHEN 'SUB_CONTRACTOR' THEN 'SUB' ELSE 'PRIME'::text END, enumsortorder LIMIT 1) END FROM pg_type t WHERE t.oid = atttypid) FROM pg_attribute
      WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_legacy'));
  END IF;
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas() RETURNS trigger AS $$
BEGIN
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.status::text IS NOT DISTINCT FROM 'CREATED' AND NEW.status_legacy IS NOT NULL AND (CASE NEW.status_legacy::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status_legacy::text END IS DISTINCT FROM NEW.status::text)
  ELSE NEW.status::text IS NOT DISTINCT FROM OLD.status::text
   AND NEW.status_legacy::text IS DISTINCT FROM OLD.status_legacy::text END) THEN
  NEW.status := CASE NEW.status_legacy::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status_legacy::text END;
ELSIF (CASE NEW.status_legacy::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status_legacy::text END IS DISTINCT FROM NEW.status::text) THEN
  NEW.status_legacy := coalesce((SELECT enumlabel::text FROM pg_catalog.pg_enum
    WHERE enumtypid = pg_catalog.pg_typeof(NEW.status_legacy)::oid AND CASE enumlabel::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE enumlabel::text END = NEW.status::text
    ORDER BY enumlabel <> CASE NEW.status::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE NEW.status::text END, enumlabel <> NEW.status::text, enumsortorder LIMIT 1), CASE NEW.status::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE NEW.status::text END);
END IF;
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.usmax_position::text IS NOT DISTINCT FROM 'PRIME' AND NEW.usmax_position_legacy IS NOT NULL AND (coalesce(CASE NEW.usmax_position_legacy::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE NEW.usmax_position_legacy::text END, 'PRIME') IS DISTINCT FROM NEW.usmax_position::text)
  ELSE NEW.usmax_position::text IS NOT DISTINCT FROM OLD.usmax_position::text
   AND NEW.usmax_position_legacy::text IS DISTINCT FROM OLD.usmax_position_legacy::text END) THEN
  NEW.usmax_position := coalesce(CASE NEW.usmax_position_legacy::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE NEW.usmax_position_legacy::text END, 'PRIME');
ELSIF (coalesce(CASE NEW.usmax_position_legacy::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE NEW.usmax_position_legacy::text END, 'PRIME') IS DISTINCT FROM NEW.usmax_position::text) THEN
  NEW.usmax_position_legacy := coalesce((SELECT enumlabel::text FROM pg_catalog.pg_enum
    WHERE enumtypid = pg_catalog.pg_typeof(NEW.usmax_position_legacy)::oid AND coalesce(CASE enumlabel::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE enumlabel::text END, 'PRIME') = NEW.usmax_position::text
    ORDER BY enumlabel <> CASE NEW.usmax_position::text WHEN 'SUB_CONTRACTOR' THEN 'SUB' ELSE NEW.usmax_position::text END, enumlabel <> NEW.usmax_position::text, enumsortorder LIMIT 1), CASE NEW.usmax_position::text WHEN 'SUB_CONTRACTOR' THEN 'SUB' ELSE NEW.usmax_position::text END);
END IF;
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.expiration_date IS NULL
  ELSE (OLD.fully_executed_date IS DISTINCT FROM NEW.fully_executed_date) AND (NEW.expiration_date IS NULL OR NOT (OLD.expiration_date IS DISTINCT FROM NEW.expiration_date))
    OR (NEW.expiration_date IS NULL AND CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END IS NOT NULL AND NEW.status::text = 'FULLY_EXECUTED') END)
  AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = TG_RELID AND attname = 'expiration_date_epic10' AND NOT attisdropped) THEN
  NEW.expiration_date := CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END;
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas() FROM PUBLIC;
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.status, OLD.status_legacy, OLD.usmax_position, OLD.usmax_position_legacy, OLD.fully_executed_date), ROW(NEW.status, NEW.status_legacy, NEW.usmax_position, NEW.usmax_position_legacy, NEW.fully_executed_date)) OR (NEW.expiration_date IS NULL AND CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END IS NOT NULL AND NEW.status::text = 'FULLY_EXECUTED'))
  EXECUTE FUNCTION zz_epic10_sync_ndas();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_insert" BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_update" BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.status, OLD.status_legacy, OLD.usmax_position, OLD.usmax_position_legacy, OLD.fully_executed_date), ROW(NEW.status, NEW.status_legacy, NEW.usmax_position, NEW.usmax_position_legacy, NEW.fully_executed_date)) OR (NEW.expiration_date IS NULL AND CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END IS NOT NULL AND NEW.status::text = 'FULLY_EXECUTED'))
  EXECUTE FUNCTION zz_epic10_sync_ndas();
COMMENT ON FUNCTION zz_epic10_sync_ndas() IS 'Epic 10: keeps old and new columns in step. ec1b0a0c8675c712d99fb31dbb7734360491e012';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) THEN
  ALTER TABLE "nda_status_history" RENAME COLUMN "status" TO "status_legacy";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"nda_status_history"')::oid AND contype = 'n' AND conname = 'nda_status_history_status_not_null') THEN
    ALTER TABLE "nda_status_history" RENAME CONSTRAINT "nda_status_history_status_not_null" TO "nda_status_history_status_legacy_not_null";
  END IF;
  ALTER TABLE "nda_status_history" RENAME COLUMN "status_epic10" TO "status";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"nda_status_history"')::oid AND contype = 'n' AND conname = 'nda_status_history_status_epic10_not_null') THEN
    ALTER TABLE "nda_status_history" RENAME CONSTRAINT "nda_status_history_status_epic10_not_null" TO "nda_status_history_status_not_null";
  END IF;
  ALTER TABLE "nda_status_history" ALTER COLUMN "status" DROP DEFAULT;
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname IN ('status_legacy', 'status') AND NOT attisdropped
                AND (attacl IS NOT NULL OR coalesce(attstattarget, -1) <> -1 OR attoptions IS NOT NULL
                  OR pg_catalog.col_description(attrelid, attnum) IS NOT NULL)) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  WITH side AS (
    SELECT attname, attacl, coalesce(attstattarget, -1) AS finely, coalesce(attoptions, '{}') AS options,
           pg_catalog.col_description(attrelid, attnum) AS comment
      FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname IN ('status_legacy', 'status') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'status_legacy'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'status'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'status_legacy' AND target.attname = 'status'
  ),
  difference AS (
    SELECT CASE WHEN grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee))
        END AS who,
           privilege_type AS privilege, given.is_grantable AS grants, has.is_grantable AS granted
      FROM (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM given GROUP BY 1, 2) AS given
      FULL JOIN (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM has GROUP BY 1, 2) AS has
     USING (grantee, privilege_type)
     WHERE given.is_grantable IS DISTINCT FROM has.is_grantable
  )
  SELECT 1 AS step, pg_catalog.format('REVOKE %s%s ("status") ON "nda_status_history" FROM %s CASCADE',
                           CASE WHEN grants IS NULL THEN '' ELSE 'GRANT OPTION FOR ' END, privilege, who) AS statement
    FROM difference WHERE grants IS NULL OR granted AND NOT grants
  UNION ALL
  SELECT 2, pg_catalog.format('GRANT %s ("status") ON "nda_status_history" TO %s%s', privilege, who,
                   CASE WHEN grants THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM difference WHERE grants IS NOT NULL AND (granted IS NULL OR grants AND NOT granted)
  UNION ALL
  SELECT 3, pg_catalog.format('ALTER TABLE "nda_status_history" ALTER COLUMN "status" SET STATISTICS %s', finely) FROM both_sides WHERE finely_differs
  UNION ALL
  SELECT 4, pg_catalog.format('ALTER TABLE "nda_status_history" ALTER COLUMN "status" RESET (%s)', pg_catalog.array_to_string(other_options, ', ')) FROM both_sides
   WHERE pg_catalog.cardinality(other_options) > 0
  UNION ALL
  SELECT 5, pg_catalog.format('ALTER TABLE "nda_status_history" ALTER COLUMN "status" SET (%s)', pg_catalog.array_to_string(options, ', ')) FROM both_sides
   WHERE options_differ AND pg_catalog.cardinality(options) > 0
  UNION ALL
  SELECT 6, pg_catalog.format('COMMENT ON COLUMN "nda_status_history"."status" IS %L', comment) FROM both_sides
      WHERE comment_differs
  UNION ALL
  SELECT 7, 'COMMENT ON COLUMN "nda_status_history"."status_legacy" IS NULL' FROM both_sides WHERE comment IS NOT NULL
  ORDER BY step
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF;
  CREATE OR REPLACE FUNCTION zz_epic10_sync_nda_status_history() RETURNS trigger AS $$
BEGIN
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.status::text IS NOT DISTINCT FROM NULL AND NEW.status_legacy IS NOT NULL AND (CASE NEW.status_legacy::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status_legacy::text END IS DISTINCT FROM NEW.status::text)
  ELSE NEW.status::text IS NOT DISTINCT FROM OLD.status::text
   AND NEW.status_legacy::text IS DISTINCT FROM OLD.status_legacy::text END) THEN
  NEW.status := CASE NEW.status_legacy::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status_legacy::text END;
ELSIF (CASE NEW.status_legacy::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status_legacy::text END IS DISTINCT FROM NEW.status::text) THEN
  NEW.status_legacy := coalesce((SELECT enumlabel::text FROM pg_catalog.pg_enum
    WHERE enumtypid = pg_catalog.pg_typeof(NEW.status_legacy)::oid AND CASE enumlabel::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE enumlabel::text END = NEW.status::text
    ORDER BY enumlabel <> CASE NEW.status::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE NEW.status::text END, enumlabel <> NEW.status::text, enumsortorder LIMIT 1), CASE NEW.status::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE NEW.status::text END);
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_nda_status_history() FROM PUBLIC;
CREATE OR REPLACE TRIGGER zz_epic10_sync_nda_status_history_insert BEFORE INSERT ON "nda_status_history" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_nda_status_history();
CREATE OR REPLACE TRIGGER zz_epic10_sync_nda_status_history_update BEFORE UPDATE ON "nda_status_history" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.status, OLD.status_legacy), ROW(NEW.status, NEW.status_legacy)))
  EXECUTE FUNCTION zz_epic10_sync_nda_status_history();
CREATE OR REPLACE TRIGGER "00_epic10_sync_nda_status_history_insert" BEFORE INSERT ON "nda_status_history" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_nda_status_history();
CREATE OR REPLACE TRIGGER "00_epic10_sync_nda_status_history_update" BEFORE UPDATE ON "nda_status_history" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.status, OLD.status_legacy), ROW(NEW.status, NEW.status_legacy)))
  EXECUTE FUNCTION zz_epic10_sync_nda_status_history();
COMMENT ON FUNCTION zz_epic10_sync_nda_status_history() IS 'Epic 10: keeps old and new columns in step. af4f973ce9ed0a0286dc4f99128d27e002aa2630';
  END IF;
END
$epic10$;
-- 10.1, 10.3: Triggers of others that fire for a change of these columns go on doing so.
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
      FROM pg_trigger t WHERE tgrelid = to_regclass('"ndas"')::oid AND NOT tgisinternal AND pg_catalog.cardinality(tgattr::int2[]) > 0
       AND true
  LOOP
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY place) INTO listening FROM (
      SELECT name, min(place) FROM (
        SELECT name, place FROM pg_catalog.unnest(theirs.columns) WITH ORDINALITY AS listed (name, place)
        UNION ALL
        SELECT new, place - 0.5 FROM pg_catalog.unnest(theirs.columns) WITH ORDINALITY AS listed (name, place)
          JOIN ROWS FROM (pg_catalog.unnest(ARRAY['status', 'usmax_position']::text[]), pg_catalog.unnest(ARRAY['status_legacy', 'usmax_position_legacy']::text[])) AS pair (new, old) ON old = name
      ) AS listed GROUP BY name
    ) AS wanted (name, place);
    CONTINUE WHEN NOT theirs.columns && ARRAY['status_legacy', 'usmax_position_legacy']::text[];
    theirs.definition := regexp_replace(
      theirs.definition, ' UPDATE OF .*?( OR | ON )', ' UPDATE OF ' || listening || '\1');
    IF theirs.is_constraint THEN
      EXECUTE pg_catalog.format('DROP TRIGGER %I ON "ndas"', theirs.tgname);
    ELSE
      theirs.definition := pg_catalog.replace(theirs.definition, 'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER');
    END IF;
    EXECUTE theirs.definition;
    EXECUTE pg_catalog.format('COMMENT ON TRIGGER %I ON "ndas" IS %L', theirs.tgname, theirs.comment);
    EXECUTE pg_catalog.format('ALTER TABLE "ndas" %s TRIGGER %I', CASE theirs.tgenabled WHEN 'O' THEN 'ENABLE'
      WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, theirs.tgname);
  END LOOP;
END
$epic10$;
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
      FROM pg_trigger t WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND NOT tgisinternal AND pg_catalog.cardinality(tgattr::int2[]) > 0
       AND true
  LOOP
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY place) INTO listening FROM (
      SELECT name, min(place) FROM (
        SELECT name, place FROM pg_catalog.unnest(theirs.columns) WITH ORDINALITY AS listed (name, place)
        UNION ALL
        SELECT new, place - 0.5 FROM pg_catalog.unnest(theirs.columns) WITH ORDINALITY AS listed (name, place)
          JOIN ROWS FROM (pg_catalog.unnest(ARRAY['status']::text[]), pg_catalog.unnest(ARRAY['status_legacy']::text[])) AS pair (new, old) ON old = name
      ) AS listed GROUP BY name
    ) AS wanted (name, place);
    CONTINUE WHEN NOT theirs.columns && ARRAY['status_legacy']::text[];
    theirs.definition := regexp_replace(
      theirs.definition, ' UPDATE OF .*?( OR | ON )', ' UPDATE OF ' || listening || '\1');
    IF theirs.is_constraint THEN
      EXECUTE pg_catalog.format('DROP TRIGGER %I ON "nda_status_history"', theirs.tgname);
    ELSE
      theirs.definition := pg_catalog.replace(theirs.definition, 'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER');
    END IF;
    EXECUTE theirs.definition;
    EXECUTE pg_catalog.format('COMMENT ON TRIGGER %I ON "nda_status_history" IS %L', theirs.tgname, theirs.comment);
    EXECUTE pg_catalog.format('ALTER TABLE "nda_status_history" %s TRIGGER %I', CASE theirs.tgenabled WHEN 'O' THEN 'ENABLE'
      WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, theirs.tgname);
  END LOOP;
END
$epic10$;
-- 10.1, 10.2, 10.3: Whoever works through the views for the old application finds the old types by their old names.
DO $epic10$
DECLARE
  theirs record;
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9') THEN
    SELECT t.oid::regtype AS name, typname INTO theirs FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
     WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_legacy' AND NOT attisdropped AND typtype = 'e'
       AND typnamespace <> to_regnamespace('"epic9"')::oid;
    IF FOUND THEN
      EXECUTE pg_catalog.format('ALTER TYPE %s SET SCHEMA %I', theirs.name, 'epic9');
      EXECUTE pg_catalog.format('ALTER TYPE %I.%I RENAME TO %I', 'epic9', theirs.typname, 'NdaStatus');
    END IF;
  END IF;
END
$epic10$;
DO $epic10$
DECLARE
  theirs record;
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9') THEN
    SELECT t.oid::regtype AS name, typname INTO theirs FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
     WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_legacy' AND NOT attisdropped AND typtype = 'e'
       AND typnamespace <> to_regnamespace('"epic9"')::oid;
    IF FOUND THEN
      EXECUTE pg_catalog.format('ALTER TYPE %s SET SCHEMA %I', theirs.name, 'epic9');
      EXECUTE pg_catalog.format('ALTER TYPE %I.%I RENAME TO %I', 'epic9', theirs.typname, 'UsMaxPosition');
    END IF;
  END IF;
END
$epic10$;
-- 10.2, 10.4, 10.5, 10.6: Where somebody has added a column before, it makes room for ours.
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_epic10' AND NOT attisdropped) THEN
  ALTER TABLE "ndas" RENAME COLUMN "nda_type" TO "nda_type_legacy";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_nda_type_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_nda_type_not_null" TO "ndas_nda_type_legacy_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "nda_type_epic10" TO "nda_type";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_nda_type_epic10_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_nda_type_epic10_not_null" TO "ndas_nda_type_not_null";
  END IF;
  ALTER TABLE "ndas" ALTER COLUMN "nda_type" SET DEFAULT 'MUTUAL';
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('nda_type_legacy', 'nda_type') AND NOT attisdropped
                AND (attacl IS NOT NULL OR coalesce(attstattarget, -1) <> -1 OR attoptions IS NOT NULL
                  OR pg_catalog.col_description(attrelid, attnum) IS NOT NULL)) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  WITH side AS (
    SELECT attname, attacl, coalesce(attstattarget, -1) AS finely, coalesce(attoptions, '{}') AS options,
           pg_catalog.col_description(attrelid, attnum) AS comment
      FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('nda_type_legacy', 'nda_type') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'nda_type_legacy'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'nda_type'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'nda_type_legacy' AND target.attname = 'nda_type'
  ),
  difference AS (
    SELECT CASE WHEN grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee))
        END AS who,
           privilege_type AS privilege, given.is_grantable AS grants, has.is_grantable AS granted
      FROM (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM given GROUP BY 1, 2) AS given
      FULL JOIN (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM has GROUP BY 1, 2) AS has
     USING (grantee, privilege_type)
     WHERE given.is_grantable IS DISTINCT FROM has.is_grantable
  )
  SELECT 1 AS step, pg_catalog.format('REVOKE %s%s ("nda_type") ON "ndas" FROM %s CASCADE',
                           CASE WHEN grants IS NULL THEN '' ELSE 'GRANT OPTION FOR ' END, privilege, who) AS statement
    FROM difference WHERE grants IS NULL OR granted AND NOT grants
  UNION ALL
  SELECT 2, pg_catalog.format('GRANT %s ("nda_type") ON "ndas" TO %s%s', privilege, who,
                   CASE WHEN grants THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM difference WHERE grants IS NOT NULL AND (granted IS NULL OR grants AND NOT granted)
  UNION ALL
  SELECT 3, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "nda_type" SET STATISTICS %s', finely) FROM both_sides WHERE finely_differs
  UNION ALL
  SELECT 4, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "nda_type" RESET (%s)', pg_catalog.array_to_string(other_options, ', ')) FROM both_sides
   WHERE pg_catalog.cardinality(other_options) > 0
  UNION ALL
  SELECT 5, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "nda_type" SET (%s)', pg_catalog.array_to_string(options, ', ')) FROM both_sides
   WHERE options_differ AND pg_catalog.cardinality(options) > 0
  UNION ALL
  SELECT 6, pg_catalog.format('COMMENT ON COLUMN "ndas"."nda_type" IS %L', comment) FROM both_sides
      WHERE comment_differs
  UNION ALL
  SELECT 7, 'COMMENT ON COLUMN "ndas"."nda_type_legacy" IS NULL' FROM both_sides WHERE comment IS NOT NULL
  ORDER BY step
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF;
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_legacy' AND NOT atthasdef) THEN
    INSERT INTO epic10_created_object (kind, name) SELECT 'default', 'ndas.nda_type'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "nda_type_legacy" SET DEFAULT %L', (SELECT (SELECT CASE WHEN typtype <> 'e' THEN 'MUTUAL'::text ELSE (
      SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid
         AND coalesce(CASE WHEN enumlabel::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE enumlabel::text END, 'MUTUAL') = 'MUTUAL'
       ORDER BY enumlabel <> 'MUTUAL'::text, enumsortorder LIMIT 1) END FROM pg_type t WHERE t.oid = atttypid) FROM pg_attribute
      WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_legacy'));
  END IF;
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas_nda_type() RETURNS trigger AS $$
BEGIN
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.nda_type::text IS NOT DISTINCT FROM 'MUTUAL' AND NEW.nda_type_legacy IS NOT NULL AND (coalesce(CASE WHEN NEW.nda_type_legacy::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE NEW.nda_type_legacy::text END, 'MUTUAL') IS DISTINCT FROM NEW.nda_type::text)
  ELSE NEW.nda_type::text IS NOT DISTINCT FROM OLD.nda_type::text
   AND NEW.nda_type_legacy::text IS DISTINCT FROM OLD.nda_type_legacy::text END) THEN
  NEW.nda_type := coalesce(CASE WHEN NEW.nda_type_legacy::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE NEW.nda_type_legacy::text END, 'MUTUAL');
ELSIF (coalesce(CASE WHEN NEW.nda_type_legacy::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE NEW.nda_type_legacy::text END, 'MUTUAL') IS DISTINCT FROM NEW.nda_type::text) THEN
  NEW.nda_type_legacy := coalesce((SELECT enumlabel::text FROM pg_catalog.pg_enum
    WHERE enumtypid = pg_catalog.pg_typeof(NEW.nda_type_legacy)::oid AND coalesce(CASE WHEN enumlabel::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE enumlabel::text END, 'MUTUAL') = NEW.nda_type::text
    ORDER BY enumlabel <> NEW.nda_type::text, enumlabel <> NEW.nda_type::text, enumsortorder LIMIT 1), NEW.nda_type::text);
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas_nda_type() FROM PUBLIC;
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_nda_type_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_nda_type();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_nda_type_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.nda_type, OLD.nda_type_legacy), ROW(NEW.nda_type, NEW.nda_type_legacy)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_nda_type();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_nda_type_insert" BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_nda_type();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_nda_type_update" BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.nda_type, OLD.nda_type_legacy), ROW(NEW.nda_type, NEW.nda_type_legacy)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_nda_type();
COMMENT ON FUNCTION zz_epic10_sync_ndas_nda_type() IS 'Epic 10: keeps old and new columns in step. 9f0cfdfb0a166d71bf6f859de3ad8009d09aca61';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date_epic10' AND NOT attisdropped) THEN
  ALTER TABLE "ndas" RENAME COLUMN "expiration_date" TO "expiration_date_legacy";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_expiration_date_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_expiration_date_not_null" TO "ndas_expiration_date_legacy_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "expiration_date_epic10" TO "expiration_date";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_expiration_date_epic10_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_expiration_date_epic10_not_null" TO "ndas_expiration_date_not_null";
  END IF;
  ALTER TABLE "ndas" ALTER COLUMN "expiration_date" DROP DEFAULT;
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('expiration_date_legacy', 'expiration_date') AND NOT attisdropped
                AND (attacl IS NOT NULL OR coalesce(attstattarget, -1) <> -1 OR attoptions IS NOT NULL
                  OR pg_catalog.col_description(attrelid, attnum) IS NOT NULL)) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  WITH side AS (
    SELECT attname, attacl, coalesce(attstattarget, -1) AS finely, coalesce(attoptions, '{}') AS options,
           pg_catalog.col_description(attrelid, attnum) AS comment
      FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('expiration_date_legacy', 'expiration_date') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'expiration_date_legacy'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'expiration_date'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'expiration_date_legacy' AND target.attname = 'expiration_date'
  ),
  difference AS (
    SELECT CASE WHEN grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee))
        END AS who,
           privilege_type AS privilege, given.is_grantable AS grants, has.is_grantable AS granted
      FROM (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM given GROUP BY 1, 2) AS given
      FULL JOIN (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM has GROUP BY 1, 2) AS has
     USING (grantee, privilege_type)
     WHERE given.is_grantable IS DISTINCT FROM has.is_grantable
  )
  SELECT 1 AS step, pg_catalog.format('REVOKE %s%s ("expiration_date") ON "ndas" FROM %s CASCADE',
                           CASE WHEN grants IS NULL THEN '' ELSE 'GRANT OPTION FOR ' END, privilege, who) AS statement
    FROM difference WHERE grants IS NULL OR granted AND NOT grants
  UNION ALL
  SELECT 2, pg_catalog.format('GRANT %s ("expiration_date") ON "ndas" TO %s%s', privilege, who,
                   CASE WHEN grants THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM difference WHERE grants IS NOT NULL AND (granted IS NULL OR grants AND NOT granted)
  UNION ALL
  SELECT 3, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "expiration_date" SET STATISTICS %s', finely) FROM both_sides WHERE finely_differs
  UNION ALL
  SELECT 4, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "expiration_date" RESET (%s)', pg_catalog.array_to_string(other_options, ', ')) FROM both_sides
   WHERE pg_catalog.cardinality(other_options) > 0
  UNION ALL
  SELECT 5, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "expiration_date" SET (%s)', pg_catalog.array_to_string(options, ', ')) FROM both_sides
   WHERE options_differ AND pg_catalog.cardinality(options) > 0
  UNION ALL
  SELECT 6, pg_catalog.format('COMMENT ON COLUMN "ndas"."expiration_date" IS %L', comment) FROM both_sides
      WHERE comment_differs
  UNION ALL
  SELECT 7, 'COMMENT ON COLUMN "ndas"."expiration_date_legacy" IS NULL' FROM both_sides WHERE comment IS NOT NULL
  ORDER BY step
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF;
  ALTER INDEX IF EXISTS "idx_ndas_expiration_date" RENAME TO "idx_ndas_expiration_date_legacy_idx";
  ALTER INDEX IF EXISTS "idx_ndas_expiration_date_epic10_idx" RENAME TO "idx_ndas_expiration_date";
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas_expiration_date() RETURNS trigger AS $$
BEGIN
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.expiration_date::text IS NOT DISTINCT FROM NULL AND NEW.expiration_date_legacy IS NOT NULL AND (CASE WHEN NEW.expiration_date_legacy IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END
    ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', NEW.expiration_date_legacy::timestamp))) END IS DISTINCT FROM NEW.expiration_date)
  ELSE NEW.expiration_date::text IS NOT DISTINCT FROM OLD.expiration_date::text
   AND NEW.expiration_date_legacy::text IS DISTINCT FROM OLD.expiration_date_legacy::text END) THEN
  NEW.expiration_date := CASE WHEN NEW.expiration_date_legacy IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END
    ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', NEW.expiration_date_legacy::timestamp))) END;
ELSIF (CASE TG_OP WHEN 'INSERT' THEN NEW.expiration_date_legacy IS NULL OR (CASE WHEN NEW.expiration_date_legacy IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END
    ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', NEW.expiration_date_legacy::timestamp))) END IS DISTINCT FROM NEW.expiration_date)
  ELSE NEW.expiration_date IS DISTINCT FROM OLD.expiration_date AND (CASE WHEN NEW.expiration_date_legacy IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END
    ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', NEW.expiration_date_legacy::timestamp))) END IS DISTINCT FROM NEW.expiration_date) END) THEN
  NEW.expiration_date_legacy := NEW.expiration_date;
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas_expiration_date() FROM PUBLIC;
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_expiration_date_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_expiration_date();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_expiration_date_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.expiration_date, OLD.expiration_date_legacy), ROW(NEW.expiration_date, NEW.expiration_date_legacy)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_expiration_date();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_expiration_date_insert" BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_expiration_date();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_expiration_date_update" BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.expiration_date, OLD.expiration_date_legacy), ROW(NEW.expiration_date, NEW.expiration_date_legacy)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_expiration_date();
COMMENT ON FUNCTION zz_epic10_sync_ndas_expiration_date() IS 'Epic 10: keeps old and new columns in step. 41f1345d69c0f57ce62fd597a1f2c2a7db7f535d';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax_epic10' AND NOT attisdropped) THEN
  ALTER TABLE "ndas" RENAME COLUMN "is_non_usmax" TO "is_non_usmax_legacy";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_is_non_usmax_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_is_non_usmax_not_null" TO "ndas_is_non_usmax_legacy_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "is_non_usmax_epic10" TO "is_non_usmax";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_is_non_usmax_epic10_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_is_non_usmax_epic10_not_null" TO "ndas_is_non_usmax_not_null";
  END IF;
  ALTER TABLE "ndas" ALTER COLUMN "is_non_usmax" SET DEFAULT 'false';
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('is_non_usmax_legacy', 'is_non_usmax') AND NOT attisdropped
                AND (attacl IS NOT NULL OR coalesce(attstattarget, -1) <> -1 OR attoptions IS NOT NULL
                  OR pg_catalog.col_description(attrelid, attnum) IS NOT NULL)) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  WITH side AS (
    SELECT attname, attacl, coalesce(attstattarget, -1) AS finely, coalesce(attoptions, '{}') AS options,
           pg_catalog.col_description(attrelid, attnum) AS comment
      FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('is_non_usmax_legacy', 'is_non_usmax') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'is_non_usmax_legacy'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'is_non_usmax'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'is_non_usmax_legacy' AND target.attname = 'is_non_usmax'
  ),
  difference AS (
    SELECT CASE WHEN grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee))
        END AS who,
           privilege_type AS privilege, given.is_grantable AS grants, has.is_grantable AS granted
      FROM (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM given GROUP BY 1, 2) AS given
      FULL JOIN (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM has GROUP BY 1, 2) AS has
     USING (grantee, privilege_type)
     WHERE given.is_grantable IS DISTINCT FROM has.is_grantable
  )
  SELECT 1 AS step, pg_catalog.format('REVOKE %s%s ("is_non_usmax") ON "ndas" FROM %s CASCADE',
                           CASE WHEN grants IS NULL THEN '' ELSE 'GRANT OPTION FOR ' END, privilege, who) AS statement
    FROM difference WHERE grants IS NULL OR granted AND NOT grants
  UNION ALL
  SELECT 2, pg_catalog.format('GRANT %s ("is_non_usmax") ON "ndas" TO %s%s', privilege, who,
                   CASE WHEN grants THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM difference WHERE grants IS NOT NULL AND (granted IS NULL OR grants AND NOT granted)
  UNION ALL
  SELECT 3, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "is_non_usmax" SET STATISTICS %s', finely) FROM both_sides WHERE finely_differs
  UNION ALL
  SELECT 4, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "is_non_usmax" RESET (%s)', pg_catalog.array_to_string(other_options, ', ')) FROM both_sides
   WHERE pg_catalog.cardinality(other_options) > 0
  UNION ALL
  SELECT 5, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "is_non_usmax" SET (%s)', pg_catalog.array_to_string(options, ', ')) FROM both_sides
   WHERE options_differ AND pg_catalog.cardinality(options) > 0
  UNION ALL
  SELECT 6, pg_catalog.format('COMMENT ON COLUMN "ndas"."is_non_usmax" IS %L', comment) FROM both_sides
      WHERE comment_differs
  UNION ALL
  SELECT 7, 'COMMENT ON COLUMN "ndas"."is_non_usmax_legacy" IS NULL' FROM both_sides WHERE comment IS NOT NULL
  ORDER BY step
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF;
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax_legacy' AND NOT atthasdef) THEN
    INSERT INTO epic10_created_object (kind, name) SELECT 'default', 'ndas.is_non_usmax'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "is_non_usmax_legacy" SET DEFAULT %L', (SELECT 'false' FROM pg_attribute
      WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax_legacy'));
  END IF;
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas_is_non_usmax() RETURNS trigger AS $$
BEGIN
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.is_non_usmax::text IS NOT DISTINCT FROM 'false' AND NEW.is_non_usmax_legacy IS NOT NULL AND (coalesce(NEW.is_non_usmax_legacy, false) IS DISTINCT FROM NEW.is_non_usmax)
  ELSE NEW.is_non_usmax::text IS NOT DISTINCT FROM OLD.is_non_usmax::text
   AND NEW.is_non_usmax_legacy::text IS DISTINCT FROM OLD.is_non_usmax_legacy::text END) THEN
  NEW.is_non_usmax := coalesce(NEW.is_non_usmax_legacy, false);
ELSIF (CASE TG_OP WHEN 'INSERT' THEN (coalesce(NEW.is_non_usmax_legacy, false) IS DISTINCT FROM NEW.is_non_usmax)
  ELSE NEW.is_non_usmax IS DISTINCT FROM OLD.is_non_usmax AND (coalesce(NEW.is_non_usmax_legacy, false) IS DISTINCT FROM NEW.is_non_usmax) END) THEN
  NEW.is_non_usmax_legacy := NEW.is_non_usmax;
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas_is_non_usmax() FROM PUBLIC;
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_is_non_usmax_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_is_non_usmax();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_is_non_usmax_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.is_non_usmax, OLD.is_non_usmax_legacy), ROW(NEW.is_non_usmax, NEW.is_non_usmax_legacy)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_is_non_usmax();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_is_non_usmax_insert" BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_is_non_usmax();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_is_non_usmax_update" BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.is_non_usmax, OLD.is_non_usmax_legacy), ROW(NEW.is_non_usmax, NEW.is_non_usmax_legacy)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_is_non_usmax();
COMMENT ON FUNCTION zz_epic10_sync_ndas_is_non_usmax() IS 'Epic 10: keeps old and new columns in step. 8c6ded0008b25b4c2febbcfb17ba113d2955ae81';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id_epic10' AND NOT attisdropped) THEN
  ALTER TABLE "ndas" RENAME COLUMN "approved_by_id" TO "approved_by_id_legacy";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_approved_by_id_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_approved_by_id_not_null" TO "ndas_approved_by_id_legacy_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "approved_by_id_epic10" TO "approved_by_id";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_approved_by_id_epic10_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_approved_by_id_epic10_not_null" TO "ndas_approved_by_id_not_null";
  END IF;
  ALTER TABLE "ndas" ALTER COLUMN "approved_by_id" DROP DEFAULT;
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('approved_by_id_legacy', 'approved_by_id') AND NOT attisdropped
                AND (attacl IS NOT NULL OR coalesce(attstattarget, -1) <> -1 OR attoptions IS NOT NULL
                  OR pg_catalog.col_description(attrelid, attnum) IS NOT NULL)) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  WITH side AS (
    SELECT attname, attacl, coalesce(attstattarget, -1) AS finely, coalesce(attoptions, '{}') AS options,
           pg_catalog.col_description(attrelid, attnum) AS comment
      FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('approved_by_id_legacy', 'approved_by_id') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'approved_by_id_legacy'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'approved_by_id'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'approved_by_id_legacy' AND target.attname = 'approved_by_id'
  ),
  difference AS (
    SELECT CASE WHEN grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee))
        END AS who,
           privilege_type AS privilege, given.is_grantable AS grants, has.is_grantable AS granted
      FROM (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM given GROUP BY 1, 2) AS given
      FULL JOIN (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM has GROUP BY 1, 2) AS has
     USING (grantee, privilege_type)
     WHERE given.is_grantable IS DISTINCT FROM has.is_grantable
  )
  SELECT 1 AS step, pg_catalog.format('REVOKE %s%s ("approved_by_id") ON "ndas" FROM %s CASCADE',
                           CASE WHEN grants IS NULL THEN '' ELSE 'GRANT OPTION FOR ' END, privilege, who) AS statement
    FROM difference WHERE grants IS NULL OR granted AND NOT grants
  UNION ALL
  SELECT 2, pg_catalog.format('GRANT %s ("approved_by_id") ON "ndas" TO %s%s', privilege, who,
                   CASE WHEN grants THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM difference WHERE grants IS NOT NULL AND (granted IS NULL OR grants AND NOT granted)
  UNION ALL
  SELECT 3, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "approved_by_id" SET STATISTICS %s', finely) FROM both_sides WHERE finely_differs
  UNION ALL
  SELECT 4, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "approved_by_id" RESET (%s)', pg_catalog.array_to_string(other_options, ', ')) FROM both_sides
   WHERE pg_catalog.cardinality(other_options) > 0
  UNION ALL
  SELECT 5, pg_catalog.format('ALTER TABLE "ndas" ALTER COLUMN "approved_by_id" SET (%s)', pg_catalog.array_to_string(options, ', ')) FROM both_sides
   WHERE options_differ AND pg_catalog.cardinality(options) > 0
  UNION ALL
  SELECT 6, pg_catalog.format('COMMENT ON COLUMN "ndas"."approved_by_id" IS %L', comment) FROM both_sides
      WHERE comment_differs
  UNION ALL
  SELECT 7, 'COMMENT ON COLUMN "ndas"."approved_by_id_legacy" IS NULL' FROM both_sides WHERE comment IS NOT NULL
  ORDER BY step
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF;
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_fkey') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_approved_by_id_fkey" TO "ndas_approved_by_id_legacy_fkey";
  END IF;
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_epic10_fkey') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_approved_by_id_epic10_fkey" TO "ndas_approved_by_id_fkey";
  END IF;
  CREATE OR REPLACE FUNCTION zz_epic10_sync_ndas_approved_by_id() RETURNS trigger AS $$
BEGIN
IF (CASE TG_OP WHEN 'INSERT' THEN NEW.approved_by_id::text IS NOT DISTINCT FROM NULL AND NEW.approved_by_id_legacy IS NOT NULL AND ((SELECT contacts.id FROM contacts WHERE contacts.id = NEW.approved_by_id_legacy) IS DISTINCT FROM NEW.approved_by_id)
  ELSE NEW.approved_by_id::text IS NOT DISTINCT FROM OLD.approved_by_id::text
   AND NEW.approved_by_id_legacy::text IS DISTINCT FROM OLD.approved_by_id_legacy::text END) THEN
  NEW.approved_by_id := (SELECT contacts.id FROM contacts WHERE contacts.id = NEW.approved_by_id_legacy);
ELSIF (CASE TG_OP WHEN 'INSERT' THEN NEW.approved_by_id_legacy IS NULL OR ((SELECT contacts.id FROM contacts WHERE contacts.id = NEW.approved_by_id_legacy) IS DISTINCT FROM NEW.approved_by_id)
  ELSE NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id AND ((SELECT contacts.id FROM contacts WHERE contacts.id = NEW.approved_by_id_legacy) IS DISTINCT FROM NEW.approved_by_id) END) THEN
  NEW.approved_by_id_legacy := NEW.approved_by_id;
END IF;
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_sync_ndas_approved_by_id() FROM PUBLIC;
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_approved_by_id_insert BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_approved_by_id();
CREATE OR REPLACE TRIGGER zz_epic10_sync_ndas_approved_by_id_update BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.approved_by_id, OLD.approved_by_id_legacy), ROW(NEW.approved_by_id, NEW.approved_by_id_legacy)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_approved_by_id();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_approved_by_id_insert" BEFORE INSERT ON "ndas" FOR EACH ROW EXECUTE FUNCTION zz_epic10_sync_ndas_approved_by_id();
CREATE OR REPLACE TRIGGER "00_epic10_sync_ndas_approved_by_id_update" BEFORE UPDATE ON "ndas" FOR EACH ROW WHEN (pg_catalog.record_image_ne(ROW(OLD.approved_by_id, OLD.approved_by_id_legacy), ROW(NEW.approved_by_id, NEW.approved_by_id_legacy)))
  EXECUTE FUNCTION zz_epic10_sync_ndas_approved_by_id();
COMMENT ON FUNCTION zz_epic10_sync_ndas_approved_by_id() IS 'Epic 10: keeps old and new columns in step. 1053d6539d671c26624944f1fc52e5fb3111ddbb';
  END IF;
END
$epic10$;
-- 10.1 to 10.6: The successors of indexes of others take their names.
DO $epic10$
DECLARE
  theirs record;
  carried record;
BEGIN
  FOR theirs IN SELECT *, true AS renamed_here FROM (SELECT name, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_epic10' AS successor, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_legacy' AS legacy
    FROM (SELECT substring(name FROM 6) AS name FROM epic10_created_object
           WHERE kind = 'successor' AND pg_catalog.starts_with(name, 'ndas.')) AS claimed) AS claimed
  UNION ALL SELECT 'ndas_status_idx', 'ndas_status_epic10_idx', 'ndas_status_legacy_idx', false
  UNION ALL SELECT 'idx_ndas_expiration_date', 'idx_ndas_expiration_date_epic10_idx', 'idx_ndas_expiration_date_legacy_idx', false LOOP
    IF theirs.renamed_here THEN
      CONTINUE WHEN to_regclass(pg_catalog.quote_ident(theirs.name)) IS NULL OR
          to_regclass(pg_catalog.quote_ident(theirs.successor)) IS NULL;
      EXECUTE pg_catalog.format('ALTER INDEX %I RENAME TO %I', theirs.name, theirs.legacy);
      EXECUTE pg_catalog.format('ALTER INDEX %I RENAME TO %I', theirs.successor, theirs.name);
    END IF;
    FOR carried IN
      WITH one AS (
        SELECT source.indisclustered, source.indisreplident,
               pg_catalog.obj_description(source.indexrelid, 'pg_class') AS comment,
               source.indexrelid AS source, target.indexrelid AS target,
               ARRAY(SELECT o FROM pg_catalog.unnest(s.reloptions) AS o
                   WHERE o <> ALL (coalesce(t.reloptions, '{}'))) AS options
          FROM pg_index source JOIN pg_class s ON s.oid = source.indexrelid,
               pg_index target JOIN pg_class t ON t.oid = target.indexrelid
         WHERE source.indexrelid = to_regclass(pg_catalog.quote_ident(theirs.legacy))::oid
           AND target.indexrelid = to_regclass(pg_catalog.quote_ident(theirs.name))::oid
      )
      SELECT pg_catalog.format('ALTER TABLE "ndas" CLUSTER ON %I', theirs.name) AS statement FROM one
       WHERE indisclustered
      UNION ALL
      SELECT pg_catalog.format('ALTER TABLE "ndas" REPLICA IDENTITY USING INDEX %I', theirs.name) FROM one
       WHERE indisreplident
      UNION ALL
      SELECT pg_catalog.format('COMMENT ON INDEX %I IS %L', theirs.name, comment) FROM one
       WHERE comment IS DISTINCT FROM pg_catalog.obj_description(target, 'pg_class')
      UNION ALL
      SELECT pg_catalog.format('COMMENT ON INDEX %I IS NULL', theirs.legacy) FROM one WHERE comment IS NOT NULL
      UNION ALL
      SELECT pg_catalog.format('ALTER INDEX %I SET (%s)', theirs.name, pg_catalog.array_to_string(options,
          ', ')) FROM one
       WHERE pg_catalog.cardinality(options) > 0
      UNION ALL
      SELECT pg_catalog.format('ALTER INDEX %I ALTER COLUMN %s SET STATISTICS %s', theirs.name, s.attnum,
                    coalesce(s.attstattarget, -1))
        FROM one JOIN pg_attribute s ON s.attrelid = source
        JOIN pg_attribute t ON t.attrelid = target AND t.attnum = s.attnum
       WHERE coalesce(s.attstattarget, -1) <> coalesce(t.attstattarget, -1)
    LOOP
      EXECUTE carried.statement;
    END LOOP;
    
  END LOOP;
END
$epic10$;
DO $epic10$
DECLARE
  theirs record;
  carried record;
BEGIN
  FOR theirs IN SELECT *, true AS renamed_here FROM (SELECT name, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_epic10' AS successor, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_legacy' AS legacy
    FROM (SELECT substring(name FROM 20) AS name FROM epic10_created_object
           WHERE kind = 'successor' AND pg_catalog.starts_with(name, 'nda_status_history.')) AS claimed) AS claimed LOOP
    IF theirs.renamed_here THEN
      CONTINUE WHEN to_regclass(pg_catalog.quote_ident(theirs.name)) IS NULL OR
          to_regclass(pg_catalog.quote_ident(theirs.successor)) IS NULL;
      EXECUTE pg_catalog.format('ALTER INDEX %I RENAME TO %I', theirs.name, theirs.legacy);
      EXECUTE pg_catalog.format('ALTER INDEX %I RENAME TO %I', theirs.successor, theirs.name);
    END IF;
    FOR carried IN
      WITH one AS (
        SELECT source.indisclustered, source.indisreplident,
               pg_catalog.obj_description(source.indexrelid, 'pg_class') AS comment,
               source.indexrelid AS source, target.indexrelid AS target,
               ARRAY(SELECT o FROM pg_catalog.unnest(s.reloptions) AS o
                   WHERE o <> ALL (coalesce(t.reloptions, '{}'))) AS options
          FROM pg_index source JOIN pg_class s ON s.oid = source.indexrelid,
               pg_index target JOIN pg_class t ON t.oid = target.indexrelid
         WHERE source.indexrelid = to_regclass(pg_catalog.quote_ident(theirs.legacy))::oid
           AND target.indexrelid = to_regclass(pg_catalog.quote_ident(theirs.name))::oid
      )
      SELECT pg_catalog.format('ALTER TABLE "nda_status_history" CLUSTER ON %I', theirs.name) AS statement FROM one
       WHERE indisclustered
      UNION ALL
      SELECT pg_catalog.format('ALTER TABLE "nda_status_history" REPLICA IDENTITY USING INDEX %I', theirs.name) FROM one
       WHERE indisreplident
      UNION ALL
      SELECT pg_catalog.format('COMMENT ON INDEX %I IS %L', theirs.name, comment) FROM one
       WHERE comment IS DISTINCT FROM pg_catalog.obj_description(target, 'pg_class')
      UNION ALL
      SELECT pg_catalog.format('COMMENT ON INDEX %I IS NULL', theirs.legacy) FROM one WHERE comment IS NOT NULL
      UNION ALL
      SELECT pg_catalog.format('ALTER INDEX %I SET (%s)', theirs.name, pg_catalog.array_to_string(options,
          ', ')) FROM one
       WHERE pg_catalog.cardinality(options) > 0
      UNION ALL
      SELECT pg_catalog.format('ALTER INDEX %I ALTER COLUMN %s SET STATISTICS %s', theirs.name, s.attnum,
                    coalesce(s.attstattarget, -1))
        FROM one JOIN pg_attribute s ON s.attrelid = source
        JOIN pg_attribute t ON t.attrelid = target AND t.attnum = s.attnum
       WHERE coalesce(s.attstattarget, -1) <> coalesce(t.attstattarget, -1)
    LOOP
      EXECUTE carried.statement;
    END LOOP;
    
  END LOOP;
END
$epic10$;
-- 10.1, 10.3, 10.4: It is tried again after the change: what was taken before and is refused now stops it.
DO $epic10$
DECLARE
  trials jsonb := pg_catalog.current_setting('epic10.trials')::jsonb;
  written record;
  trial record;
  statements text[];
  number int;
  attempt text;
  refused text := coalesce(pg_catalog.current_setting('epic10.refused', true), '');
  place text;
  rows int;
  began timestamptz;
BEGIN
  DISCARD PLANS;
  -- No trigger would fire as for the application, not even the release's own.
  IF pg_catalog.current_setting('session_replication_role') = 'replica' THEN
    RETURN;
  END IF;
  FOR written IN SELECT * FROM pg_catalog.jsonb_to_recordset(trials -> 'writes'::text) AS (
    relation oid, table_name text, first_row text, inserted text, updated text, labels jsonb, most int) LOOP
    statements := ARRAY[written.inserted, written.updated];
    IF pg_catalog.jsonb_array_length(written.labels) > 0 THEN
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
        INTO trial;
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
        WHEN SQLSTATE 'EP010' THEN EXIT WHEN number = 3 AND rows = written.most;
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
            USING HINT = pg_catalog.format(E'A trigger, rule, policy or constraint that is not of the release refuses it: \\d+ %s in psql lists them. Nothing is changed by this phase. Set that right, or drop it for the night; then run the same command again.', written.table_name);
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
      WHEN lock_not_available OR deadlock_detected OR serialization_failure THEN RAISE;
      WHEN OTHERS THEN
        RAISE EXCEPTION '%', pg_catalog.format('Function %s could not be called after this change: %s', trial.name,
          SQLERRM) USING HINT = pg_catalog.format('Make it in PL/pgSQL, or let it name a type of its own instead of the row of the table, and no old labels; or DROP FUNCTION %s; for the night. Nothing is changed by this phase. Then run the same command again.', trial.name);
    END;
  END LOOP;
END
$epic10$;
COMMIT;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = ''
 WHERE phase = 'switch' AND direction = 'forwards' AND finished_at IS NULL;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'switch forwards done', clock_timestamp(); END $epic10$;
\endif

-- ============================================================
-- Checks after
-- ============================================================
DO $epic10$
DECLARE
  wanted record;
  broken text;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('ndas has no fewer rows than before the release',
     'Compare with the snapshot taken before the migration, and restore what is missing.',
     true,
$check$SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)
  FROM (SELECT count(*) AS now FROM "ndas") AS counted
  LEFT JOIN epic10_row_count ON table_name = 'ndas'
 WHERE rows IS NULL OR now < rows$check$),
    ('nda_status_history has no fewer rows than before the release',
     'Compare with the snapshot taken before the migration, and restore what is missing.',
     true,
$check$SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)
  FROM (SELECT count(*) AS now FROM "nda_status_history") AS counted
  LEFT JOIN epic10_row_count ON table_name = 'nda_status_history'
 WHERE rows IS NULL OR now < rows$check$),
    ('documents has no fewer rows than before the release',
     'Compare with the snapshot taken before the migration, and restore what is missing.',
     true,
$check$SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)
  FROM (SELECT count(*) AS now FROM "documents") AS counted
  LEFT JOIN epic10_row_count ON table_name = 'documents'
 WHERE rows IS NULL OR now < rows$check$),
    ('audit_log has no fewer rows than before the release',
     'Compare with the snapshot taken before the migration, and restore what is missing.',
     true,
$check$SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)
  FROM (SELECT count(*) AS now FROM "audit_log") AS counted
  LEFT JOIN epic10_row_count ON table_name = 'audit_log'
 WHERE rows IS NULL OR now < rows$check$),
    ('enum UsMaxPosition has exactly PRIME, SUB_CONTRACTOR, OTHER, in this order',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'it has ' || coalesce(pg_catalog.array_to_string((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"UsMaxPosition"')::oid), ', '), 'no label')
 WHERE ((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"UsMaxPosition"')::oid) OPERATOR(pg_catalog.=) ARRAY['PRIME', 'SUB_CONTRACTOR', 'OTHER']::text[]) IS NOT TRUE$check$),
    ('ndas.usmax_position carries the old labels and the new ones',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas has neither usmax_position_epic10 nor usmax_position_legacy'
 WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_legacy' AND NOT attisdropped)$check$),
    ('enum NdaType has exactly MUTUAL, CONSULTANT, in this order',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'it has ' || coalesce(pg_catalog.array_to_string((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"NdaType"')::oid), ', '), 'no label')
 WHERE ((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"NdaType"')::oid) OPERATOR(pg_catalog.=) ARRAY['MUTUAL', 'CONSULTANT']::text[]) IS NOT TRUE$check$),
    ('column ndas.nda_type is "NdaType" not null default ''MUTUAL''::"NdaType"',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas.nda_type is missing' WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type' AND NOT attisdropped)
UNION ALL
SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.nda_type', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), '"NdaType" not null default ''MUTUAL''::"NdaType"')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> '"NdaType" not null default ''MUTUAL''::"NdaType"'$check$),
    ('enum NdaStatus has exactly CREATED, PENDING_APPROVAL, SENT_PENDING_SIGNATURE, IN_REVISION, FULLY_EXECUTED, INACTIVE_CANCELED, EXPIRED, in this order',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'it has ' || coalesce(pg_catalog.array_to_string((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"NdaStatus"')::oid), ', '), 'no label')
 WHERE ((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"NdaStatus"')::oid) OPERATOR(pg_catalog.=) ARRAY['CREATED', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE', 'IN_REVISION', 'FULLY_EXECUTED', 'INACTIVE_CANCELED', 'EXPIRED']::text[]) IS NOT TRUE$check$),
    ('ndas.status carries the old labels and the new ones',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas has neither status_epic10 nor status_legacy'
 WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_legacy' AND NOT attisdropped)$check$),
    ('nda_status_history.status carries the old labels and the new ones',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'nda_status_history has neither status_epic10 nor status_legacy'
 WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_legacy' AND NOT attisdropped)$check$),
    ('column ndas.expiration_date is timestamp(3) without time zone',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas.expiration_date is missing' WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date' AND NOT attisdropped)
UNION ALL
SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.expiration_date', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), 'timestamp(3) without time zone')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> 'timestamp(3) without time zone'$check$),
    ('column ndas.is_non_usmax is boolean not null default false',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas.is_non_usmax is missing' WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax' AND NOT attisdropped)
UNION ALL
SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.is_non_usmax', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), 'boolean not null default false')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> 'boolean not null default false'$check$),
    ('column ndas.approved_by_id is text',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas.approved_by_id is missing' WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id' AND NOT attisdropped)
UNION ALL
SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.approved_by_id', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), 'text')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> 'text'$check$),
    ('ndas.approved_by_id references contacts, valid for every row',
     'Where it is missing: ALTER TABLE "ndas" ADD CONSTRAINT "ndas_approved_by_id_fkey" FOREIGN KEY (approved_by_id) REFERENCES contacts(id) ON DELETE SET NULL NOT VALID; then: ALTER TABLE "ndas" VALIDATE CONSTRAINT "ndas_approved_by_id_fkey";',
     true,
$check$SELECT 'ndas_approved_by_id_fkey is missing' WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_fkey')
UNION ALL
SELECT pg_catalog.format('%s is %s', 'ndas_approved_by_id_fkey', pg_catalog.pg_get_constraintdef(oid))
  FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_fkey' AND (pg_catalog.replace(pg_catalog.pg_get_constraintdef(oid), ' NOT VALID', '') <> 'FOREIGN KEY (approved_by_id) REFERENCES contacts(id) ON DELETE SET NULL' OR NOT convalidated)$check$),
    ('column ndas.approved_at is timestamp(3) without time zone',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas.approved_at is missing' WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_at' AND NOT attisdropped)
UNION ALL
SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.approved_at', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), 'timestamp(3) without time zone')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_at'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> 'timestamp(3) without time zone'$check$),
    ('column ndas.rejection_reason is text',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas.rejection_reason is missing' WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'rejection_reason' AND NOT attisdropped)
UNION ALL
SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.rejection_reason', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), 'text')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'rejection_reason'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> 'text'$check$),
    ('old and new columns of ndas are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_insert, ENABLE TRIGGER zz_epic10_sync_ndas_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase switch. Where one of others fires after them: ALTER TRIGGER it ON "ndas" RENAME TO a name that sorts before "zz_epic10_". Where a table inherits: ALTER TABLE it NO INHERIT "ndas".',
     true,
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_insert', 'zz_epic10_sync_ndas_update', '00_epic10_sync_ndas_insert', '00_epic10_sync_ndas_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))
UNION ALL
SELECT pg_catalog.format('trigger %I fires after those of the release', tgname) AS finding
  FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid JOIN pg_language l ON l.oid = prolang
 WHERE tgrelid = to_regclass('"ndas"')::oid AND NOT tgisinternal AND tgenabled <> 'D'
   AND tgtype::int & 3 = 3 AND tgtype::int & 20 <> 0
   AND tgname > 'zz_epic10_sync' AND NOT pg_catalog.starts_with(tgname, 'zz_epic10_')
   AND NOT (lanname = 'plpgsql' AND prosrc !~* E'\\mnew\\M(\\s*\\.\\s*(\\w+|\\"[^\\"]+\\"))?\\s*(\\[[^]]*\\]\\s*)?:?=|\\minto\\M[^;]*\\mnew\\M|\\mexecute\\M|\\mreturn\\M\\s*(?!\\s*new\\s*;)')
UNION ALL
SELECT pg_catalog.format('%s inherits from %s', inhrelid::regclass, inhparent::regclass) AS finding
  FROM pg_inherits JOIN pg_class parent ON parent.oid = inhparent
 WHERE to_regclass('"ndas"')::oid IN (inhrelid, inhparent) AND (relkind <> 'p' OR inhrelid = to_regclass('"ndas"')::oid)$check$),
    ('old and new columns of nda_status_history are kept in step',
     'Where one is disabled: ALTER TABLE "nda_status_history" ENABLE TRIGGER zz_epic10_sync_nda_status_history_insert, ENABLE TRIGGER zz_epic10_sync_nda_status_history_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase switch. Where one of others fires after them: ALTER TRIGGER it ON "nda_status_history" RENAME TO a name that sorts before "zz_epic10_". Where a table inherits: ALTER TABLE it NO INHERIT "nda_status_history".',
     true,
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_nda_status_history_insert', 'zz_epic10_sync_nda_status_history_update', '00_epic10_sync_nda_status_history_insert', '00_epic10_sync_nda_status_history_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))
UNION ALL
SELECT pg_catalog.format('trigger %I fires after those of the release', tgname) AS finding
  FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid JOIN pg_language l ON l.oid = prolang
 WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND NOT tgisinternal AND tgenabled <> 'D'
   AND tgtype::int & 3 = 3 AND tgtype::int & 20 <> 0
   AND tgname > 'zz_epic10_sync' AND NOT pg_catalog.starts_with(tgname, 'zz_epic10_')
   AND NOT (lanname = 'plpgsql' AND prosrc !~* E'\\mnew\\M(\\s*\\.\\s*(\\w+|\\"[^\\"]+\\"))?\\s*(\\[[^]]*\\]\\s*)?:?=|\\minto\\M[^;]*\\mnew\\M|\\mexecute\\M|\\mreturn\\M\\s*(?!\\s*new\\s*;)')
UNION ALL
SELECT pg_catalog.format('%s inherits from %s', inhrelid::regclass, inhparent::regclass) AS finding
  FROM pg_inherits JOIN pg_class parent ON parent.oid = inhparent
 WHERE to_regclass('"nda_status_history"')::oid IN (inhrelid, inhparent) AND (relkind <> 'p' OR inhrelid = to_regclass('"nda_status_history"')::oid)$check$),
    ('ndas.nda_type and what was there before it are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_nda_type_insert, ENABLE TRIGGER zz_epic10_sync_ndas_nda_type_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase switch. Where one of others fires after them: ALTER TRIGGER it ON "ndas" RENAME TO a name that sorts before "zz_epic10_". Where a table inherits: ALTER TABLE it NO INHERIT "ndas".',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10'),
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_nda_type_insert', 'zz_epic10_sync_ndas_nda_type_update', '00_epic10_sync_ndas_nda_type_insert', '00_epic10_sync_ndas_nda_type_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))$check$),
    ('ndas.expiration_date and what was there before it are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_expiration_date_insert, ENABLE TRIGGER zz_epic10_sync_ndas_expiration_date_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase switch. Where one of others fires after them: ALTER TRIGGER it ON "ndas" RENAME TO a name that sorts before "zz_epic10_". Where a table inherits: ALTER TABLE it NO INHERIT "ndas".',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10'),
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_expiration_date_insert', 'zz_epic10_sync_ndas_expiration_date_update', '00_epic10_sync_ndas_expiration_date_insert', '00_epic10_sync_ndas_expiration_date_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))$check$),
    ('ndas.is_non_usmax and what was there before it are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_is_non_usmax_insert, ENABLE TRIGGER zz_epic10_sync_ndas_is_non_usmax_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase switch. Where one of others fires after them: ALTER TRIGGER it ON "ndas" RENAME TO a name that sorts before "zz_epic10_". Where a table inherits: ALTER TABLE it NO INHERIT "ndas".',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10'),
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_is_non_usmax_insert', 'zz_epic10_sync_ndas_is_non_usmax_update', '00_epic10_sync_ndas_is_non_usmax_insert', '00_epic10_sync_ndas_is_non_usmax_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))$check$),
    ('ndas.approved_by_id and what was there before it are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_approved_by_id_insert, ENABLE TRIGGER zz_epic10_sync_ndas_approved_by_id_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase switch. Where one of others fires after them: ALTER TRIGGER it ON "ndas" RENAME TO a name that sorts before "zz_epic10_". Where a table inherits: ALTER TABLE it NO INHERIT "ndas".',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10'),
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_approved_by_id_insert', 'zz_epic10_sync_ndas_approved_by_id_update', '00_epic10_sync_ndas_approved_by_id_insert', '00_epic10_sync_ndas_approved_by_id_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))$check$),
    ('no row of ndas still waits for status',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "ndas" WHERE (status::text IS DISTINCT FROM CASE status_legacy::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status_legacy::text END
    AND status_legacy::text IS DISTINCT FROM CASE status::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE status::text END)
HAVING count(*) > 0$check$),
    ('no row of ndas still waits for usmax_position',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "ndas" WHERE (usmax_position::text IS DISTINCT FROM coalesce(CASE usmax_position_legacy::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE usmax_position_legacy::text END, 'PRIME')
    AND usmax_position_legacy::text IS DISTINCT FROM CASE usmax_position::text WHEN 'SUB_CONTRACTOR' THEN 'SUB' ELSE usmax_position::text END)
HAVING count(*) > 0$check$),
    ('no row of ndas still waits for expiration_date',
     'UPDATE "ndas" SET "expiration_date" = CASE WHEN (CASE WHEN pg_catalog.pg_typeof("fully_executed_date")::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', "fully_executed_date"::timestamptz) ELSE "fully_executed_date"::timestamp END) >= ''0001-01-01'' AND (CASE WHEN pg_catalog.pg_typeof("fully_executed_date")::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', "fully_executed_date"::timestamptz) ELSE "fully_executed_date"::timestamp END) < ''9999-01-01'' THEN (CASE WHEN pg_catalog.pg_typeof("fully_executed_date")::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', "fully_executed_date"::timestamptz) ELSE "fully_executed_date"::timestamp END) + interval ''1 year'' END WHERE (expiration_date IS NULL AND CASE WHEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) >= ''0001-01-01'' AND (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) < ''9999-01-01'' THEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) + interval ''1 year'' END IS NOT NULL AND status::text = ''FULLY_EXECUTED'');',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "ndas" WHERE (expiration_date IS NULL AND CASE WHEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) + interval '1 year' END IS NOT NULL AND status::text = 'FULLY_EXECUTED')
HAVING count(*) > 0$check$),
    ('no row of nda_status_history still waits for status',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "nda_status_history" WHERE (status::text IS DISTINCT FROM CASE status_legacy::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status_legacy::text END
    AND status_legacy::text IS DISTINCT FROM CASE status::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE status::text END)
HAVING count(*) > 0$check$),
    ('no row of ndas still waits for nda_type',
     'python manage.py migrate ndas',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10'),
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "ndas" WHERE (nda_type::text IS DISTINCT FROM coalesce(CASE WHEN nda_type_legacy::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE nda_type_legacy::text END, 'MUTUAL')
    AND nda_type_legacy::text IS DISTINCT FROM nda_type::text)
HAVING count(*) > 0$check$),
    ('no row of ndas still waits for expiration_date',
     'python manage.py migrate ndas',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10'),
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "ndas" WHERE (expiration_date_legacy IS NOT NULL AND expiration_date IS DISTINCT FROM CASE WHEN expiration_date_legacy IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) + interval '1 year' END
    ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', expiration_date_legacy::timestamp))) END)
HAVING count(*) > 0$check$),
    ('no row of ndas still waits for is_non_usmax',
     'python manage.py migrate ndas',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10'),
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "ndas" WHERE (is_non_usmax_legacy IS NOT NULL AND is_non_usmax IS DISTINCT FROM coalesce(is_non_usmax_legacy, false))
HAVING count(*) > 0$check$),
    ('no row of ndas still waits for approved_by_id',
     'python manage.py migrate ndas',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10'),
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "ndas" WHERE (approved_by_id_legacy IS NOT NULL AND approved_by_id IS DISTINCT FROM (SELECT contacts.id FROM contacts WHERE contacts.id = approved_by_id_legacy))
HAVING count(*) > 0$check$),
    ('index ndas_status_idx on ndas (status) is there and valid',
     'Where it is missing: CREATE INDEX CONCURRENTLY "ndas_status_idx" ON "ndas" (status); where it is invalid: REINDEX INDEX CONCURRENTLY "ndas_status_idx";',
     true,
$check$SELECT 'index ndas_status_idx is missing' WHERE NOT (to_regclass('"ndas_status_idx"')::oid IS NOT NULL)
UNION ALL
SELECT pg_catalog.format('index %s on %s is %s%s', 'ndas_status_idx', indrelid::regclass, regexp_replace(substring(pg_catalog.pg_get_indexdef(indexrelid) FROM ' (USING .*)$'), ' WITH \([^)]*\)$', ''),
              CASE WHEN NOT indisvalid THEN ' and invalid' ELSE '' END)
  FROM pg_index WHERE indexrelid = to_regclass('"ndas_status_idx"')::oid
   AND (indrelid IS DISTINCT FROM to_regclass('"ndas"')::oid OR regexp_replace(substring(pg_catalog.pg_get_indexdef(indexrelid) FROM ' (USING .*)$'), ' WITH \([^)]*\)$', '') <> 'USING btree (status)' OR NOT indisvalid)$check$),
    ('index idx_ndas_expiration_date on ndas (expiration_date) is there and valid',
     'Where it is missing: CREATE INDEX CONCURRENTLY "idx_ndas_expiration_date" ON "ndas" (expiration_date); where it is invalid: REINDEX INDEX CONCURRENTLY "idx_ndas_expiration_date";',
     true,
$check$SELECT 'index idx_ndas_expiration_date is missing' WHERE NOT (to_regclass('"idx_ndas_expiration_date"')::oid IS NOT NULL)
UNION ALL
SELECT pg_catalog.format('index %s on %s is %s%s', 'idx_ndas_expiration_date', indrelid::regclass, regexp_replace(substring(pg_catalog.pg_get_indexdef(indexrelid) FROM ' (USING .*)$'), ' WITH \([^)]*\)$', ''),
              CASE WHEN NOT indisvalid THEN ' and invalid' ELSE '' END)
  FROM pg_index WHERE indexrelid = to_regclass('"idx_ndas_expiration_date"')::oid
   AND (indrelid IS DISTINCT FROM to_regclass('"ndas"')::oid OR regexp_replace(substring(pg_catalog.pg_get_indexdef(indexrelid) FROM ' (USING .*)$'), ' WITH \([^)]*\)$', '') <> 'USING btree (expiration_date)' OR NOT indisvalid)$check$),
    ('ndas.status is of the new NdaStatus, not null, default CREATED',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.status', now_is, '"NdaStatus" not null default ''CREATED''::"NdaStatus"')
  FROM (SELECT (SELECT pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status' AND NOT attisdropped) AS now_is) AS column_now
 WHERE now_is <> '"NdaStatus" not null default ''CREATED''::"NdaStatus"'
UNION ALL
SELECT 'ndas.status has not been switched' WHERE NOT (to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL))$check$),
    ('who was granted anything on ndas.status before the switch has it after the switch',
     'GRANT ... ("status") ON "ndas" TO ...; or, if it was taken away on purpose, REVOKE ... ("status_legacy") ON "ndas" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'ndas.status_legacy', 'ndas.status')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'status_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'status') AS lost$check$),
    ('ndas.usmax_position is of the new UsMaxPosition, not null, default PRIME',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.usmax_position', now_is, '"UsMaxPosition" not null default ''PRIME''::"UsMaxPosition"')
  FROM (SELECT (SELECT pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position' AND NOT attisdropped) AS now_is) AS column_now
 WHERE now_is <> '"UsMaxPosition" not null default ''PRIME''::"UsMaxPosition"'
UNION ALL
SELECT 'ndas.usmax_position has not been switched' WHERE NOT (to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL))$check$),
    ('who was granted anything on ndas.usmax_position before the switch has it after the switch',
     'GRANT ... ("usmax_position") ON "ndas" TO ...; or, if it was taken away on purpose, REVOKE ... ("usmax_position_legacy") ON "ndas" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'ndas.usmax_position_legacy', 'ndas.usmax_position')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'usmax_position_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'usmax_position') AS lost$check$),
    ('nda_status_history.status is of the new NdaStatus, not null, default none',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s is %s, expected %s', 'nda_status_history.status', now_is, '"NdaStatus" not null')
  FROM (SELECT (SELECT pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status' AND NOT attisdropped) AS now_is) AS column_now
 WHERE now_is <> '"NdaStatus" not null'
UNION ALL
SELECT 'nda_status_history.status has not been switched' WHERE NOT (to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_nda_status_history()') IS NOT NULL))$check$),
    ('who was granted anything on nda_status_history.status before the switch has it after the switch',
     'GRANT ... ("status") ON "nda_status_history" TO ...; or, if it was taken away on purpose, REVOKE ... ("status_legacy") ON "nda_status_history" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'nda_status_history.status_legacy', 'nda_status_history.status')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"nda_status_history"')::oid AND NOT attisdropped AND attname = 'status_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"nda_status_history"')::oid AND NOT attisdropped AND attname = 'status') AS lost$check$),
    ('who was granted anything on ndas.nda_type before the switch has it after the switch',
     'GRANT ... ("nda_type") ON "ndas" TO ...; or, if it was taken away on purpose, REVOKE ... ("nda_type_legacy") ON "ndas" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'ndas.nda_type_legacy', 'ndas.nda_type')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'nda_type_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'nda_type') AS lost$check$),
    ('who was granted anything on ndas.expiration_date before the switch has it after the switch',
     'GRANT ... ("expiration_date") ON "ndas" TO ...; or, if it was taken away on purpose, REVOKE ... ("expiration_date_legacy") ON "ndas" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'ndas.expiration_date_legacy', 'ndas.expiration_date')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'expiration_date_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'expiration_date') AS lost$check$),
    ('who was granted anything on ndas.is_non_usmax before the switch has it after the switch',
     'GRANT ... ("is_non_usmax") ON "ndas" TO ...; or, if it was taken away on purpose, REVOKE ... ("is_non_usmax_legacy") ON "ndas" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'ndas.is_non_usmax_legacy', 'ndas.is_non_usmax')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'is_non_usmax_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'is_non_usmax') AS lost$check$),
    ('who was granted anything on ndas.approved_by_id before the switch has it after the switch',
     'GRANT ... ("approved_by_id") ON "ndas" TO ...; or, if it was taken away on purpose, REVOKE ... ("approved_by_id_legacy") ON "ndas" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'ndas.approved_by_id_legacy', 'ndas.approved_by_id')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'approved_by_id_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'approved_by_id') AS lost$check$)
  ) AS checks (title, hint, only_if, query) WHERE only_if LOOP
    EXECUTE 'SELECT pg_catalog.string_agg(finding, ''; '') FROM (' || wanted.query || ') AS findings (finding)'
        INTO broken;
    IF broken IS NOT NULL THEN
      RAISE EXCEPTION 'Expected that %; found: %.', wanted.title, broken USING HINT = wanted.hint;
    END IF;
  END LOOP;
END
$epic10$;

-- Record it for Django, if Django manages this database.
DO $epic10$
BEGIN
  IF to_regclass('"django_migrations"')::oid IS NOT NULL THEN
    INSERT INTO django_migrations (app, name, applied)
    SELECT 'ndas', '0002_epic_10_customer_feedback', now()
     WHERE EXISTS (SELECT FROM django_migrations WHERE app::text = 'ndas' AND name::text = '0001_initial')
       AND NOT EXISTS (SELECT FROM django_migrations WHERE app::text = 'ndas' AND name::text = '0002_epic_10_customer_feedback');
  END IF;
END
$epic10$;

DO $epic10$ BEGIN PERFORM pg_advisory_unlock(1162889539, 10); END $epic10$;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'Migration completed', clock_timestamp(); END $epic10$;
