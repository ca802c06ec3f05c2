-- Epic 10, undone: exactly the schema of before, from wherever migration.sql or
-- "manage.py migrate ndas" stopped, finished included.
--
-- Written from ndas/migrations/0002_epic_10_customer_feedback.py by
--   python manage.py epic10_scripts
-- Do not edit it: change the migration and write it again.
--
-- Parks       What only Epic 10 can hold (types, approvals, rejection reasons, non-USmax flags,
--             expiration dates that somebody set, PENDING_APPROVAL, EXPIRED) in the table
--             epic10_archive. migration.sql restores it, except for rows that the old
--             application has changed in the meantime: for those the archive has both values.
-- Run         Stop the new application, then
--             psql -X -v ON_ERROR_STOP=1 -f rollback.sql DATABASE
--             and start the previous one. Safe to run twice, and on a database without Epic 10.
-- Duration    Seconds. The previous application can start as soon as "switch" is undone.
-- Keeps       Every old label as it was: INACTIVE apart from CANCELLED, SUB, TEAMING, NULL.
--             Rows that the new application wrote have the closest old label. Objects that
--             existed before Epic 10 stay.

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

DO $epic10$ BEGIN RAISE NOTICE '% at %', 'Rollback started', clock_timestamp(); END $epic10$;

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

DO $epic10$
DECLARE
  later text;
BEGIN
  IF to_regclass('"django_migrations"')::oid IS NOT NULL THEN
    SELECT pg_catalog.string_agg(name, ', ') INTO later FROM django_migrations
     WHERE app::text = 'ndas' AND name::text > '0002_epic_10_customer_feedback';
    IF later IS NOT NULL THEN
      RAISE EXCEPTION 'Later migrations of ndas are in place: %.', later
        USING HINT = 'python manage.py migrate ndas 0001_initial';
    END IF;
  END IF;
END
$epic10$;
-- Objects of others that use what goes, and event triggers that would keep it.
DO $epic10$
DECLARE
  wanted record;
  broken text;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('ndas inherits from no table, and no table inherits from it',
     'ALTER TABLE the_child NO INHERIT the_parent; or, of a partition, ALTER TABLE the_parent DETACH PARTITION the_child; rows of the child that have to be among those of the parent go there first.',
     EXISTS (SELECT FROM epic10_created_object),
$check$SELECT pg_catalog.format('%s inherits from %s', inhrelid::regclass, inhparent::regclass) AS finding
  FROM pg_inherits JOIN pg_class parent ON parent.oid = inhparent
 WHERE to_regclass('"ndas"')::oid IN (inhrelid, inhparent) AND (relkind <> 'p' OR inhrelid = to_regclass('"ndas"')::oid)$check$),
    ('nda_status_history inherits from no table, and no table inherits from it',
     'ALTER TABLE the_child NO INHERIT the_parent; or, of a partition, ALTER TABLE the_parent DETACH PARTITION the_child; rows of the child that have to be among those of the parent go there first.',
     EXISTS (SELECT FROM epic10_created_object),
$check$SELECT pg_catalog.format('%s inherits from %s', inhrelid::regclass, inhparent::regclass) AS finding
  FROM pg_inherits JOIN pg_class parent ON parent.oid = inhparent
 WHERE to_regclass('"nda_status_history"')::oid IN (inhrelid, inhparent) AND (relkind <> 'p' OR inhrelid = to_regclass('"nda_status_history"')::oid)$check$)
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
  objects text;
  remedies text;
BEGIN
  SELECT pg_catalog.string_agg(object, '; '), pg_catalog.string_agg(remedy, ' ') INTO objects, remedies FROM (
WITH RECURSIVE known (relation, name) AS (VALUES
    (to_regclass('"ndas"')::oid, 'ndas'),
    (to_regclass('"nda_status_history"')::oid, 'nda_status_history')
), schema AS (
  SELECT n.oid FROM pg_namespace n JOIN epic10_created_object ON kind = 'schema' AND name = nspname::text
), stand_in AS (
  SELECT prorettype AS oid, pronamespace FROM pg_proc JOIN schema ON pronamespace = schema.oid WHERE proname = 'named'
), function AS (
  SELECT p.oid FROM pg_proc p JOIN stand_in USING (pronamespace)
   WHERE stand_in.oid IN (prorettype, proargtypes[pronargs - 1])
), in_a_schema AS (
  SELECT 'pg_class'::regclass::oid AS classid, c.oid AS objid FROM pg_class c JOIN schema ON relnamespace = schema.oid
   WHERE relkind = 'v' AND to_regclass(pg_catalog.quote_ident(relname)) IS NOT NULL
  UNION ALL
  SELECT 'pg_type'::regclass::oid, oid FROM stand_in
  UNION ALL
  SELECT 'pg_proc'::regclass::oid, oid FROM function
  UNION ALL
  SELECT 'pg_cast'::regclass::oid, oid FROM pg_cast WHERE castfunc IN (SELECT oid FROM function)
  UNION ALL
  SELECT 'pg_operator'::regclass::oid, oid FROM pg_operator WHERE oprcode::oid IN (SELECT oid FROM function)
), gone AS (
  SELECT 'pg_class'::regclass::oid AS classid, relation AS objid, attnum::int AS objsubid,
         EXISTS (SELECT FROM pg_attribute AS old WHERE attrelid = relation AND NOT old.attisdropped
                    AND (old.attname::text = attribute.attname::text || '_legacy'
                      OR old.attname::text || '_epic10' = attribute.attname::text)) AS is_moved
    FROM known JOIN epic10_created_object AS created ON kind = 'column'
     AND pg_catalog.starts_with(created.name, known.name || '.')
    JOIN LATERAL (
      SELECT attnum, attname FROM pg_attribute
       WHERE attrelid = relation AND NOT attisdropped
         AND attname::text IN (pg_catalog.substr(created.name, pg_catalog.length(known.name) + 2),
                               regexp_replace(pg_catalog.substr(created.name, pg_catalog.length(known.name) + 2),
                                              '_epic10$', ''))
       ORDER BY pg_catalog.length(attname::text) DESC LIMIT 1) AS attribute ON true
  UNION ALL
  SELECT 'pg_type'::regclass::oid, coalesce(coalesce((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace
           WHERE nspname = 'epic10' AND 'epic10.' || typname::text = name),
         to_regtype(pg_catalog.quote_ident(name))::oid), to_regtype(pg_catalog.quote_ident(CASE WHEN pg_catalog.starts_with(name, 'epic10.') THEN pg_catalog.substr(name, 8) ELSE name END))::oid), 0, false
    FROM epic10_created_object WHERE kind = 'type'
  UNION ALL  -- The schemas of views, and what the release has in them.
  SELECT 'pg_namespace'::regclass::oid, oid, 0, false FROM schema
  UNION ALL
  SELECT classid, objid, 0, false FROM in_a_schema
), ours AS (
  SELECT 'pg_trigger'::regclass::oid AS classid, oid AS objid FROM pg_trigger
   WHERE tgisinternal OR pg_catalog.starts_with(tgname, 'zz_epic10_') OR pg_catalog.starts_with(tgname, '00_epic10_')
      OR EXISTS (SELECT FROM epic10_created_object WHERE kind = 'trigger' AND name = tgname::text)
      OR EXISTS (
           SELECT FROM pg_attribute AS one JOIN pg_attribute AS other ON one.attrelid = other.attrelid
              AND other.attname::text IN (one.attname::text || '_legacy', one.attname::text || '_epic10')
            WHERE one.attrelid = tgrelid AND one.attnum = ANY (tgattr) AND other.attnum = ANY (tgattr))
         AND NOT EXISTS (
           SELECT FROM gone WHERE objid = tgrelid
              AND (objsubid = ANY (tgattr) AND NOT is_moved
                OR tgqual::text ~ pg_catalog.format(':varattno %s ', objsubid)))
  UNION ALL  -- The old types, which come home before.
  SELECT 'pg_type'::regclass::oid, t.oid FROM pg_type t JOIN schema ON typnamespace = schema.oid
   WHERE typtype = 'e' AND t.oid NOT IN (SELECT objid FROM gone WHERE objid IS NOT NULL)
  UNION ALL
  SELECT 'pg_attrdef'::regclass::oid, d.oid FROM pg_attrdef d JOIN gone ON adrelid = objid AND adnum = objsubid
  UNION ALL
  SELECT 'pg_constraint'::regclass::oid, c.oid FROM pg_constraint c JOIN epic10_created_object ON kind = 'constraint'
     AND name IN (SELECT relname::text || '.' || unquoted FROM pg_class, pg_catalog.unnest(ARRAY[
                    conname::text, regexp_replace(conname::text, '_fkey$', '_epic10_fkey')]) AS unquoted
                   WHERE pg_class.oid = conrelid) OR contypid <> 0::oid
  UNION ALL  -- Casts that the release has made, as those of the type with the old labels.
  SELECT 'pg_cast'::regclass::oid, ours.oid
    FROM gone JOIN pg_type t ON classid = 'pg_type'::regclass::oid AND t.oid = objid
    JOIN pg_cast ours ON t.oid IN (ours.castsource, ours.casttarget) AND castmethod = 'i',
         LATERAL (SELECT coalesce(
           to_regtype(pg_catalog.quote_ident(typname::text || '_legacy'))::oid,
           (SELECT moved.oid FROM pg_type AS moved JOIN schema ON moved.typnamespace = schema.oid
             WHERE moved.typname = t.typname AND moved.oid <> t.oid
               AND moved.oid NOT IN (SELECT oid FROM stand_in))) AS oid) AS legacy
   WHERE EXISTS (SELECT FROM pg_cast AS theirs WHERE theirs.castmethod = 'i'
                    AND theirs.castsource = CASE ours.castsource WHEN t.oid THEN legacy.oid ELSE ours.castsource END
                    AND theirs.casttarget = CASE ours.casttarget WHEN t.oid THEN legacy.oid ELSE ours.casttarget END)
), reached AS (
  SELECT classid, objid, objsubid, false AS stays, 0 AS depth FROM gone WHERE objid IS NOT NULL
  UNION ALL
  SELECT d.classid, d.objid, d.objsubid, stays OR d.deptype = 'n', depth + 1
    FROM reached CROSS JOIN LATERAL (
      SELECT classid, objid, objsubid, deptype FROM pg_depend
       WHERE refclassid = reached.classid AND refobjid = reached.objid
         AND (refobjsubid = reached.objsubid OR reached.objsubid = 0)
         -- A column of another type stays where it is; what hangs on it, too.
         AND (depth = 0 OR NOT (refclassid = 'pg_class'::regclass::oid AND reached.objsubid > 0))
         -- The rule of a view, and the view that it belongs to: one way is enough.
         AND NOT EXISTS (SELECT FROM pg_rewrite
                          WHERE classid = 'pg_rewrite'::regclass::oid AND pg_rewrite.oid = pg_depend.objid
                            AND ev_class = reached.objid AND rulename = '_RETURN')
       UNION ALL
      SELECT 'pg_class'::regclass::oid, ev_class, 0, 'i' FROM pg_rewrite
       WHERE reached.classid = 'pg_rewrite'::regclass::oid AND pg_rewrite.oid = reached.objid AND rulename = '_RETURN'
    ) AS d
   WHERE depth < 20
     AND NOT EXISTS (SELECT FROM ours WHERE ours.classid = d.classid AND ours.objid = d.objid)
     AND NOT EXISTS (SELECT FROM gone
                      WHERE gone.classid = d.classid AND gone.objid = d.objid AND gone.objsubid IN (d.objsubid, 0))
), found AS (
  SELECT classid, objid, CASE WHEN relkind IN ('v', 'm') THEN 0 ELSE objsubid END AS objsubid, max(depth) AS depth
    FROM reached LEFT JOIN pg_class c ON classid = 'pg_class'::regclass::oid AND c.oid = objid
    LEFT JOIN pg_attrdef f ON classid = 'pg_attrdef'::regclass::oid AND f.oid = objid
    LEFT JOIN pg_attribute ON attrelid = coalesce(adrelid, c.oid) AND attnum = coalesce(adnum, objsubid)
    LEFT JOIN pg_rewrite r ON classid = 'pg_rewrite'::regclass::oid AND r.oid = objid
    LEFT JOIN pg_type t ON classid = 'pg_type'::regclass::oid AND t.oid = objid
    LEFT JOIN pg_constraint k ON classid = 'pg_constraint'::regclass::oid AND k.oid = objid
   WHERE depth > 0 AND rulename IS DISTINCT FROM '_RETURN'
     -- What goes with the object that it is a part of, and with a column of the parent.
     AND (relkind IS NULL OR relkind IN ('v', 'm') OR objsubid > 0 OR relnamespace IN (SELECT oid FROM schema))
     AND (typtype IS NULL OR typtype IN ('d', 'r'))
     AND coalesce(attinhcount, coninhcount, 0) = 0
   GROUP BY 1, 2, 3
  -- A column takes along what is a part of it, and goes before its type. A foreign key is somebody's decision.
  HAVING bool_and(stays) OR bool_or(contype = 'f')
), named AS (
  SELECT found.*, type, identity FROM found, LATERAL pg_catalog.pg_identify_object(classid, objid, objsubid)
)
SELECT type || ' ' || identity AS object,
       CASE type
         WHEN 'table column' THEN (
           SELECT pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I TYPE text%s;', objid::regclass, attname,
                                    CASE WHEN typcategory = 'A' THEN '[]' END)
             FROM pg_attribute JOIN pg_type t ON t.oid = atttypid WHERE attrelid = objid AND attnum = objsubid)
         WHEN 'table constraint' THEN (
           SELECT pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I;', conrelid::regclass, conname)
             FROM pg_constraint WHERE oid = objid)
         WHEN 'default value' THEN (
           SELECT pg_catalog.format('ALTER TABLE %s %s COLUMN %I%s;', adrelid::regclass,
                                    CASE WHEN attgenerated = '' THEN 'ALTER' ELSE 'DROP' END, attname,
                                    CASE WHEN attgenerated = '' THEN ' DROP DEFAULT' END)
             FROM pg_attrdef d JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE d.oid = objid)
         WHEN 'publication relation' THEN (
           SELECT pg_catalog.format('ALTER PUBLICATION %I DROP TABLE ONLY %s;', pubname, prrelid::regclass)
             FROM pg_publication_rel r JOIN pg_publication p ON p.oid = prpubid WHERE r.oid = objid)
         ELSE pg_catalog.format('DROP %s %s;', pg_catalog.upper(type), identity)
       END AS remedy,
       CASE type
         WHEN 'view' THEN pg_catalog.format('CREATE VIEW %s AS %s', identity, pg_get_viewdef(objid))
         WHEN 'materialized view' THEN
           pg_catalog.format('CREATE MATERIALIZED VIEW %s AS %s', identity, pg_get_viewdef(objid))
         WHEN 'rule' THEN pg_get_ruledef(objid)
         WHEN 'trigger' THEN pg_catalog.pg_get_triggerdef(objid) || ';'
         WHEN 'function' THEN pg_catalog.pg_get_functiondef(objid) || ';'
         WHEN 'table constraint' THEN (
           SELECT pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I %s;', conrelid::regclass, conname,
                                    pg_get_constraintdef(oid))
             FROM pg_constraint WHERE oid = objid)
       END AS made_by
  FROM (SELECT * FROM named ORDER BY depth DESC, type <> 'table constraint', identity) AS named
  ) AS dependents;
  IF objects IS NOT NULL THEN
    RAISE EXCEPTION '%', pg_catalog.format('The way back drops columns and types that others have come to use: %s.', objects)
      USING HINT = pg_catalog.format('python manage.py epic10_rollback --drop-dependents does it, and keeps in its record how they were made. By hand, after pg_dump --schema-only: %s', remedies);
  END IF;
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

-- ============================================================
-- search, undone
-- ============================================================
SELECT true AS go_on \gset
\if :go_on
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'search backwards began', clock_timestamp(); END $epic10$;
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = 'interrupted' WHERE finished_at IS NULL;
INSERT INTO epic10_phase_run (phase, direction) VALUES ('search', 'backwards');
SELECT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'ndas_company_begins_idx') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
DROP INDEX CONCURRENTLY IF EXISTS "ndas_company_begins_idx";
SET lock_timeout = '5s';
\endif
DELETE FROM epic10_created_object WHERE kind = 'index' AND name = 'ndas_company_begins_idx';
SELECT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'ndas_search_idx') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
DROP INDEX CONCURRENTLY IF EXISTS "ndas_search_idx";
SET lock_timeout = '5s';
\endif
DELETE FROM epic10_created_object WHERE kind = 'index' AND name = 'ndas_search_idx';
SELECT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'ndas_opportunity_poc_id_idx') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
DROP INDEX CONCURRENTLY IF EXISTS "ndas_opportunity_poc_id_idx";
SET lock_timeout = '5s';
\endif
DELETE FROM epic10_created_object WHERE kind = 'index' AND name = 'ndas_opportunity_poc_id_idx';
UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = ''
 WHERE phase = 'search' AND direction = 'backwards' AND finished_at IS NULL;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'search backwards done', clock_timestamp(); END $epic10$;
\endif

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
INSERT INTO epic10_created_object (kind, name) SELECT 'trigger', 'zz_epic10_backfill_nda_status_history'
 WHERE NOT (to_regprocedure('zz_epic10_backfill_nda_status_history()') IS NOT NULL) ON CONFLICT DO NOTHING;
INSERT INTO epic10_created_object (kind, name) SELECT 'trigger', 'zz_epic10_backfill_ndas'
 WHERE NOT (to_regprocedure('zz_epic10_backfill_ndas()') IS NOT NULL) ON CONFLICT DO NOTHING;
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
           '[]'::jsonb, 0),
          (2, to_regclass('"nda_status_history"')::oid,
           ARRAY['status_epic10', 'status_legacy']::text[],
           ARRAY['status', 'status_epic10']::text[],
           '[]'::jsonb, 0)
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
      DO $epic10_views$
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
      $epic10_views$;
      DO $epic10_views$
      DECLARE
        theirs record;
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9') THEN
          SELECT t.oid::regtype AS name, nspname::text, typname::text,
                 (SELECT typnamespace::regnamespace FROM pg_attribute AS new JOIN pg_type ON pg_type.oid = new.atttypid
                   WHERE new.attrelid = to_regclass('"ndas"')::oid AND new.attname = 'status') AS home
            INTO theirs
            FROM pg_attribute JOIN pg_type t ON t.oid = atttypid JOIN pg_namespace n ON n.oid = typnamespace
           WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_legacy' AND NOT attisdropped AND typtype = 'e'
             AND NOT (typname = 'NdaStatus_legacy' AND typnamespace::regnamespace::text <> '"epic9"');
          IF FOUND THEN
            IF theirs.nspname <> 'epic9' OR theirs.typname <> 'NdaStatus' THEN
              RAISE EXCEPTION '%', pg_catalog.format('The type of the old labels of %s is %s, and not %s.', 'ndas.status_legacy',
                  theirs.name, '"epic9"."NdaStatus"')
                USING HINT = pg_catalog.format('Somebody has moved or renamed it. ALTER TYPE %s RENAME TO %I; ALTER TYPE ... '
                  'SET SCHEMA %I; brings it back. Then run the same command again.', theirs.name, 'NdaStatus', 'epic9');
            END IF;
            ALTER TYPE "epic9"."NdaStatus" RENAME TO "NdaStatus_legacy";
            EXECUTE pg_catalog.format('ALTER TYPE %I.%I SET SCHEMA %s', 'epic9', 'NdaStatus_legacy', theirs.home);
          END IF;
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      DECLARE
        theirs record;
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9') THEN
          SELECT t.oid::regtype AS name, nspname::text, typname::text,
                 (SELECT typnamespace::regnamespace FROM pg_attribute AS new JOIN pg_type ON pg_type.oid = new.atttypid
                   WHERE new.attrelid = to_regclass('"ndas"')::oid AND new.attname = 'usmax_position') AS home
            INTO theirs
            FROM pg_attribute JOIN pg_type t ON t.oid = atttypid JOIN pg_namespace n ON n.oid = typnamespace
           WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_legacy' AND NOT attisdropped AND typtype = 'e'
             AND NOT (typname = 'UsMaxPosition_legacy' AND typnamespace::regnamespace::text <> '"epic9"');
          IF FOUND THEN
            IF theirs.nspname <> 'epic9' OR theirs.typname <> 'UsMaxPosition' THEN
              RAISE EXCEPTION '%', pg_catalog.format('The type of the old labels of %s is %s, and not %s.', 'ndas.usmax_position_legacy',
                  theirs.name, '"epic9"."UsMaxPosition"')
                USING HINT = pg_catalog.format('Somebody has moved or renamed it. ALTER TYPE %s RENAME TO %I; ALTER TYPE ... '
                  'SET SCHEMA %I; brings it back. Then run the same command again.', theirs.name, 'UsMaxPosition', 'epic9');
            END IF;
            ALTER TYPE "epic9"."UsMaxPosition" RENAME TO "UsMaxPosition_legacy";
            EXECUTE pg_catalog.format('ALTER TYPE %I.%I SET SCHEMA %s', 'epic9', 'UsMaxPosition_legacy', theirs.home);
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
           '[]'::jsonb, 0),
          (2, to_regclass('"nda_status_history"')::oid,
           ARRAY['status_epic10', 'status_legacy']::text[],
           ARRAY['status', 'status_epic10']::text[],
           '[]'::jsonb, 0)
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
DO $epic10$
DECLARE
  theirs record;
  carried record;
BEGIN
  FOR theirs IN SELECT *, true AS renamed_here FROM (SELECT name, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_epic10' AS successor, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_legacy' AS legacy
    FROM (SELECT substring(name FROM 20) AS name FROM epic10_created_object
           WHERE kind = 'successor' AND pg_catalog.starts_with(name, 'nda_status_history.')) AS claimed) AS claimed LOOP
    
    FOR carried IN
      WITH one AS (
        SELECT source.indisclustered, source.indisreplident,
               pg_catalog.obj_description(source.indexrelid, 'pg_class') AS comment,
               source.indexrelid AS source, target.indexrelid AS target,
               ARRAY(SELECT o FROM pg_catalog.unnest(s.reloptions) AS o
                   WHERE o <> ALL (coalesce(t.reloptions, '{}'))) AS options
          FROM pg_index source JOIN pg_class s ON s.oid = source.indexrelid,
               pg_index target JOIN pg_class t ON t.oid = target.indexrelid
         WHERE source.indexrelid = to_regclass(pg_catalog.quote_ident(theirs.name))::oid
           AND target.indexrelid = to_regclass(pg_catalog.quote_ident(theirs.legacy))::oid
      )
      SELECT pg_catalog.format('ALTER TABLE "nda_status_history" CLUSTER ON %I', theirs.legacy) AS statement FROM one
       WHERE indisclustered
      UNION ALL
      SELECT pg_catalog.format('ALTER TABLE "nda_status_history" REPLICA IDENTITY USING INDEX %I', theirs.legacy) FROM one
       WHERE indisreplident
      UNION ALL
      SELECT pg_catalog.format('COMMENT ON INDEX %I IS %L', theirs.legacy, comment) FROM one
       WHERE comment IS DISTINCT FROM pg_catalog.obj_description(target, 'pg_class')
      UNION ALL
      SELECT pg_catalog.format('COMMENT ON INDEX %I IS NULL', theirs.name) FROM one WHERE comment IS NOT NULL
      UNION ALL
      SELECT pg_catalog.format('ALTER INDEX %I SET (%s)', theirs.legacy, pg_catalog.array_to_string(options,
          ', ')) FROM one
       WHERE pg_catalog.cardinality(options) > 0
      UNION ALL
      SELECT pg_catalog.format('ALTER INDEX %I ALTER COLUMN %s SET STATISTICS %s', theirs.legacy, s.attnum,
                    coalesce(s.attstattarget, -1))
        FROM one JOIN pg_attribute s ON s.attrelid = source
        JOIN pg_attribute t ON t.attrelid = target AND t.attnum = s.attnum
       WHERE coalesce(s.attstattarget, -1) <> coalesce(t.attstattarget, -1)
    LOOP
      EXECUTE carried.statement;
    END LOOP;
    IF theirs.renamed_here AND to_regclass(pg_catalog.quote_ident(theirs.legacy)) IS NOT NULL THEN
      EXECUTE pg_catalog.format('ALTER INDEX IF EXISTS %I RENAME TO %I', theirs.name, theirs.successor);
      EXECUTE pg_catalog.format('ALTER INDEX %I RENAME TO %I', theirs.legacy, theirs.name);
    END IF;
  END LOOP;
END
$epic10$;
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
    
    FOR carried IN
      WITH one AS (
        SELECT source.indisclustered, source.indisreplident,
               pg_catalog.obj_description(source.indexrelid, 'pg_class') AS comment,
               source.indexrelid AS source, target.indexrelid AS target,
               ARRAY(SELECT o FROM pg_catalog.unnest(s.reloptions) AS o
                   WHERE o <> ALL (coalesce(t.reloptions, '{}'))) AS options
          FROM pg_index source JOIN pg_class s ON s.oid = source.indexrelid,
               pg_index target JOIN pg_class t ON t.oid = target.indexrelid
         WHERE source.indexrelid = to_regclass(pg_catalog.quote_ident(theirs.name))::oid
           AND target.indexrelid = to_regclass(pg_catalog.quote_ident(theirs.legacy))::oid
      )
      SELECT pg_catalog.format('ALTER TABLE "ndas" CLUSTER ON %I', theirs.legacy) AS statement FROM one
       WHERE indisclustered
      UNION ALL
      SELECT pg_catalog.format('ALTER TABLE "ndas" REPLICA IDENTITY USING INDEX %I', theirs.legacy) FROM one
       WHERE indisreplident
      UNION ALL
      SELECT pg_catalog.format('COMMENT ON INDEX %I IS %L', theirs.legacy, comment) FROM one
       WHERE comment IS DISTINCT FROM pg_catalog.obj_description(target, 'pg_class')
      UNION ALL
      SELECT pg_catalog.format('COMMENT ON INDEX %I IS NULL', theirs.name) FROM one WHERE comment IS NOT NULL
      UNION ALL
      SELECT pg_catalog.format('ALTER INDEX %I SET (%s)', theirs.legacy, pg_catalog.array_to_string(options,
          ', ')) FROM one
       WHERE pg_catalog.cardinality(options) > 0
      UNION ALL
      SELECT pg_catalog.format('ALTER INDEX %I ALTER COLUMN %s SET STATISTICS %s', theirs.legacy, s.attnum,
                    coalesce(s.attstattarget, -1))
        FROM one JOIN pg_attribute s ON s.attrelid = source
        JOIN pg_attribute t ON t.attrelid = target AND t.attnum = s.attnum
       WHERE coalesce(s.attstattarget, -1) <> coalesce(t.attstattarget, -1)
    LOOP
      EXECUTE carried.statement;
    END LOOP;
    IF theirs.renamed_here AND to_regclass(pg_catalog.quote_ident(theirs.legacy)) IS NOT NULL THEN
      EXECUTE pg_catalog.format('ALTER INDEX IF EXISTS %I RENAME TO %I', theirs.name, theirs.successor);
      EXECUTE pg_catalog.format('ALTER INDEX %I RENAME TO %I', theirs.legacy, theirs.name);
    END IF;
  END LOOP;
END
$epic10$;
DO $epic10$
BEGIN
  IF (to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL)) THEN
  ALTER TABLE "ndas" RENAME COLUMN "approved_by_id" TO "approved_by_id_epic10";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_approved_by_id_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_approved_by_id_not_null" TO "ndas_approved_by_id_epic10_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "approved_by_id_legacy" TO "approved_by_id";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_approved_by_id_legacy_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_approved_by_id_legacy_not_null" TO "ndas_approved_by_id_not_null";
  END IF;
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('approved_by_id_epic10', 'approved_by_id') AND NOT attisdropped
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
      FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('approved_by_id_epic10', 'approved_by_id') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'approved_by_id_epic10'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'approved_by_id'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'approved_by_id_epic10' AND target.attname = 'approved_by_id'
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
  SELECT 7, 'COMMENT ON COLUMN "ndas"."approved_by_id_epic10" IS NULL' FROM both_sides WHERE comment IS NOT NULL
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
  ALTER TABLE "ndas" ALTER COLUMN "approved_by_id_epic10" DROP DEFAULT;
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_fkey') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_approved_by_id_fkey" TO "ndas_approved_by_id_epic10_fkey";
  END IF;
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_legacy_fkey') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_approved_by_id_legacy_fkey" TO "ndas_approved_by_id_fkey";
  END IF;
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
  INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_sync_ndas_approved_by_id'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF (to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL)) THEN
  ALTER TABLE "ndas" RENAME COLUMN "is_non_usmax" TO "is_non_usmax_epic10";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_is_non_usmax_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_is_non_usmax_not_null" TO "ndas_is_non_usmax_epic10_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "is_non_usmax_legacy" TO "is_non_usmax";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_is_non_usmax_legacy_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_is_non_usmax_legacy_not_null" TO "ndas_is_non_usmax_not_null";
  END IF;
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('is_non_usmax_epic10', 'is_non_usmax') AND NOT attisdropped
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
      FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('is_non_usmax_epic10', 'is_non_usmax') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'is_non_usmax_epic10'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'is_non_usmax'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'is_non_usmax_epic10' AND target.attname = 'is_non_usmax'
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
  SELECT 7, 'COMMENT ON COLUMN "ndas"."is_non_usmax_epic10" IS NULL' FROM both_sides WHERE comment IS NOT NULL
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
  ALTER TABLE "ndas" ALTER COLUMN "is_non_usmax_epic10" DROP DEFAULT;
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'default' AND name = 'ndas.is_non_usmax') THEN
    ALTER TABLE "ndas" ALTER COLUMN "is_non_usmax" DROP DEFAULT;
    DELETE FROM epic10_created_object WHERE kind = 'default' AND name = 'ndas.is_non_usmax';
  END IF;
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
  INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_sync_ndas_is_non_usmax'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF (to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL)) THEN
  ALTER INDEX IF EXISTS "idx_ndas_expiration_date" RENAME TO "idx_ndas_expiration_date_epic10_idx";
  ALTER INDEX IF EXISTS "idx_ndas_expiration_date_legacy_idx" RENAME TO "idx_ndas_expiration_date";
  ALTER TABLE "ndas" RENAME COLUMN "expiration_date" TO "expiration_date_epic10";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_expiration_date_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_expiration_date_not_null" TO "ndas_expiration_date_epic10_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "expiration_date_legacy" TO "expiration_date";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_expiration_date_legacy_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_expiration_date_legacy_not_null" TO "ndas_expiration_date_not_null";
  END IF;
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('expiration_date_epic10', 'expiration_date') AND NOT attisdropped
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
      FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('expiration_date_epic10', 'expiration_date') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'expiration_date_epic10'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'expiration_date'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'expiration_date_epic10' AND target.attname = 'expiration_date'
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
  SELECT 7, 'COMMENT ON COLUMN "ndas"."expiration_date_epic10" IS NULL' FROM both_sides WHERE comment IS NOT NULL
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
  ALTER TABLE "ndas" ALTER COLUMN "expiration_date_epic10" DROP DEFAULT;
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
  INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_sync_ndas_expiration_date'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF (to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL)) THEN
  ALTER TABLE "ndas" RENAME COLUMN "nda_type" TO "nda_type_epic10";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_nda_type_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_nda_type_not_null" TO "ndas_nda_type_epic10_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "nda_type_legacy" TO "nda_type";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_nda_type_legacy_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_nda_type_legacy_not_null" TO "ndas_nda_type_not_null";
  END IF;
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('nda_type_epic10', 'nda_type') AND NOT attisdropped
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
      FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('nda_type_epic10', 'nda_type') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'nda_type_epic10'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'nda_type'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'nda_type_epic10' AND target.attname = 'nda_type'
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
  SELECT 7, 'COMMENT ON COLUMN "ndas"."nda_type_epic10" IS NULL' FROM both_sides WHERE comment IS NOT NULL
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
  ALTER TABLE "ndas" ALTER COLUMN "nda_type_epic10" DROP DEFAULT;
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'default' AND name = 'ndas.nda_type') THEN
    ALTER TABLE "ndas" ALTER COLUMN "nda_type" DROP DEFAULT;
    DELETE FROM epic10_created_object WHERE kind = 'default' AND name = 'ndas.nda_type';
  END IF;
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
  INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_sync_ndas_nda_type'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF (to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_nda_status_history()') IS NOT NULL)) THEN
  ALTER TABLE "nda_status_history" RENAME COLUMN "status" TO "status_epic10";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"nda_status_history"')::oid AND contype = 'n' AND conname = 'nda_status_history_status_not_null') THEN
    ALTER TABLE "nda_status_history" RENAME CONSTRAINT "nda_status_history_status_not_null" TO "nda_status_history_status_epic10_not_null";
  END IF;
  ALTER TABLE "nda_status_history" RENAME COLUMN "status_legacy" TO "status";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"nda_status_history"')::oid AND contype = 'n' AND conname = 'nda_status_history_status_legacy_not_null') THEN
    ALTER TABLE "nda_status_history" RENAME CONSTRAINT "nda_status_history_status_legacy_not_null" TO "nda_status_history_status_not_null";
  END IF;
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname IN ('status_epic10', 'status') AND NOT attisdropped
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
      FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname IN ('status_epic10', 'status') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'status_epic10'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'status'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'status_epic10' AND target.attname = 'status'
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
  SELECT 7, 'COMMENT ON COLUMN "nda_status_history"."status_epic10" IS NULL' FROM both_sides WHERE comment IS NOT NULL
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
  ALTER TABLE "nda_status_history" ALTER COLUMN "status_epic10" DROP DEFAULT;
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
  INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_sync_nda_status_history'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF (to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL)) THEN
  ALTER INDEX IF EXISTS "ndas_status_idx" RENAME TO "ndas_status_epic10_idx";
  ALTER INDEX IF EXISTS "ndas_status_legacy_idx" RENAME TO "ndas_status_idx";
  ALTER TABLE "ndas" RENAME COLUMN "status" TO "status_epic10";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_status_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_status_not_null" TO "ndas_status_epic10_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "status_legacy" TO "status";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_status_legacy_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_status_legacy_not_null" TO "ndas_status_not_null";
  END IF;
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('status_epic10', 'status') AND NOT attisdropped
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
      FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('status_epic10', 'status') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'status_epic10'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'status'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'status_epic10' AND target.attname = 'status'
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
  SELECT 7, 'COMMENT ON COLUMN "ndas"."status_epic10" IS NULL' FROM both_sides WHERE comment IS NOT NULL
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
  ALTER TABLE "ndas" ALTER COLUMN "status_epic10" DROP DEFAULT;
  ALTER TABLE "ndas" RENAME COLUMN "usmax_position" TO "usmax_position_epic10";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_usmax_position_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_usmax_position_not_null" TO "ndas_usmax_position_epic10_not_null";
  END IF;
  ALTER TABLE "ndas" RENAME COLUMN "usmax_position_legacy" TO "usmax_position";
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND contype = 'n' AND conname = 'ndas_usmax_position_legacy_not_null') THEN
    ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_usmax_position_legacy_not_null" TO "ndas_usmax_position_not_null";
  END IF;
  IF EXISTS (SELECT FROM pg_attribute
              WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('usmax_position_epic10', 'usmax_position') AND NOT attisdropped
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
      FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname IN ('usmax_position_epic10', 'usmax_position') AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'usmax_position_epic10'
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = 'usmax_position'
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = 'usmax_position_epic10' AND target.attname = 'usmax_position'
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
  SELECT 7, 'COMMENT ON COLUMN "ndas"."usmax_position_epic10" IS NULL' FROM both_sides WHERE comment IS NOT NULL
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
  ALTER TABLE "ndas" ALTER COLUMN "usmax_position_epic10" DROP DEFAULT;
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'default' AND name = 'ndas.usmax_position') THEN
    ALTER TABLE "ndas" ALTER COLUMN "usmax_position" DROP DEFAULT;
    DELETE FROM epic10_created_object WHERE kind = 'default' AND name = 'ndas.usmax_position';
  END IF;
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
  INSERT INTO epic10_created_object (kind, name) SELECT 'both ways', 'zz_epic10_sync_ndas'
 WHERE NOT (false) ON CONFLICT DO NOTHING;
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaStatus') AND NOT ((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus') IS NOT NULL) THEN
  ALTER TYPE "NdaStatus" SET SCHEMA "epic10";
  IF to_regtype('"NdaStatus_legacy"')::oid IS NOT NULL THEN
    ALTER TYPE "NdaStatus_legacy" RENAME TO "NdaStatus";
  END IF;
  IF EXISTS (SELECT FROM pg_type
              WHERE oid IN ((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus'), to_regtype('"NdaStatus"')::oid)
                AND (typacl IS NOT NULL OR pg_catalog.obj_description(oid, 'pg_type') IS NOT NULL)) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  WITH given AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus') AND grantee <> typowner
  ), has AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = to_regtype('"NdaStatus"')::oid AND grantee <> typowner
  ), said AS (
    SELECT pg_catalog.obj_description((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus'), 'pg_type') AS comment,
           pg_catalog.obj_description(to_regtype('"NdaStatus"')::oid, 'pg_type') AS other
     WHERE (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus') IS NOT NULL AND to_regtype('"NdaStatus"')::oid IS NOT NULL
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
  SELECT 4, 'COMMENT ON TYPE "epic10"."NdaStatus" IS NULL' FROM said WHERE comment IS NOT NULL
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
      SELECT pg_catalog.format('DROP CAST (%1$s AS %2$s)', pair.source, pair.target, context) AS statement
        FROM pg_cast AS cast_of_theirs,
             LATERAL (SELECT CASE WHEN castsource = to_regtype('"NdaStatus"')::oid THEN (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus') ELSE castsource END::regtype AS source,
                             CASE WHEN casttarget = to_regtype('"NdaStatus"')::oid THEN (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus') ELSE casttarget END::regtype AS target,
                             CASE castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END
                               AS context) AS pair
       WHERE castmethod = 'i' AND to_regtype('"NdaStatus"')::oid IN (castsource, casttarget) AND (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaStatus') IS NOT NULL
         AND EXISTS (SELECT FROM pg_cast AS ours
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
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaType') AND NOT ((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaType') IS NOT NULL) THEN
  ALTER TYPE "NdaType" SET SCHEMA "epic10";
  IF to_regtype('"NdaType_legacy"')::oid IS NOT NULL THEN
    ALTER TYPE "NdaType_legacy" RENAME TO "NdaType";
  END IF;
  IF EXISTS (SELECT FROM pg_type
              WHERE oid IN ((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaType'), to_regtype('"NdaType"')::oid)
                AND (typacl IS NOT NULL OR pg_catalog.obj_description(oid, 'pg_type') IS NOT NULL)) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  WITH given AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaType') AND grantee <> typowner
  ), has AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = to_regtype('"NdaType"')::oid AND grantee <> typowner
  ), said AS (
    SELECT pg_catalog.obj_description((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaType'), 'pg_type') AS comment,
           pg_catalog.obj_description(to_regtype('"NdaType"')::oid, 'pg_type') AS other
     WHERE (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaType') IS NOT NULL AND to_regtype('"NdaType"')::oid IS NOT NULL
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
  SELECT 4, 'COMMENT ON TYPE "epic10"."NdaType" IS NULL' FROM said WHERE comment IS NOT NULL
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
      SELECT pg_catalog.format('DROP CAST (%1$s AS %2$s)', pair.source, pair.target, context) AS statement
        FROM pg_cast AS cast_of_theirs,
             LATERAL (SELECT CASE WHEN castsource = to_regtype('"NdaType"')::oid THEN (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaType') ELSE castsource END::regtype AS source,
                             CASE WHEN casttarget = to_regtype('"NdaType"')::oid THEN (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaType') ELSE casttarget END::regtype AS target,
                             CASE castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END
                               AS context) AS pair
       WHERE castmethod = 'i' AND to_regtype('"NdaType"')::oid IN (castsource, casttarget) AND (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'NdaType') IS NOT NULL
         AND EXISTS (SELECT FROM pg_cast AS ours
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
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.UsMaxPosition') AND NOT ((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition') IS NOT NULL) THEN
  ALTER TYPE "UsMaxPosition" SET SCHEMA "epic10";
  IF to_regtype('"UsMaxPosition_legacy"')::oid IS NOT NULL THEN
    ALTER TYPE "UsMaxPosition_legacy" RENAME TO "UsMaxPosition";
  END IF;
  IF EXISTS (SELECT FROM pg_type
              WHERE oid IN ((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition'), to_regtype('"UsMaxPosition"')::oid)
                AND (typacl IS NOT NULL OR pg_catalog.obj_description(oid, 'pg_type') IS NOT NULL)) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
  WITH given AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition') AND grantee <> typowner
  ), has AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = to_regtype('"UsMaxPosition"')::oid AND grantee <> typowner
  ), said AS (
    SELECT pg_catalog.obj_description((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition'), 'pg_type') AS comment,
           pg_catalog.obj_description(to_regtype('"UsMaxPosition"')::oid, 'pg_type') AS other
     WHERE (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition') IS NOT NULL AND to_regtype('"UsMaxPosition"')::oid IS NOT NULL
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
  SELECT 4, 'COMMENT ON TYPE "epic10"."UsMaxPosition" IS NULL' FROM said WHERE comment IS NOT NULL
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
      SELECT pg_catalog.format('DROP CAST (%1$s AS %2$s)', pair.source, pair.target, context) AS statement
        FROM pg_cast AS cast_of_theirs,
             LATERAL (SELECT CASE WHEN castsource = to_regtype('"UsMaxPosition"')::oid THEN (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition') ELSE castsource END::regtype AS source,
                             CASE WHEN casttarget = to_regtype('"UsMaxPosition"')::oid THEN (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition') ELSE casttarget END::regtype AS target,
                             CASE castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END
                               AS context) AS pair
       WHERE castmethod = 'i' AND to_regtype('"UsMaxPosition"')::oid IN (castsource, casttarget) AND (SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace WHERE nspname = 'epic10' AND typname = 'UsMaxPosition') IS NOT NULL
         AND EXISTS (SELECT FROM pg_cast AS ours
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
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_park_ndas') THEN
  CREATE OR REPLACE FUNCTION zz_epic10_park_ndas() RETURNS trigger AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_park_ndas() FROM PUBLIC;
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_park_nda_status_history') THEN
  CREATE OR REPLACE FUNCTION zz_epic10_park_nda_status_history() RETURNS trigger AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION zz_epic10_park_nda_status_history() FROM PUBLIC;
  END IF;
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
           '[]'::jsonb, 0),
          (2, to_regclass('"nda_status_history"')::oid,
           ARRAY['status_epic10', 'status_legacy']::text[],
           ARRAY['status', 'status_epic10']::text[],
           '[]'::jsonb, 0)
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
      DO $epic10_views$
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
      $epic10_views$;
      DO $epic10_views$
      DECLARE
        made record;
      BEGIN
        FOR made IN
          WITH named AS (
            SELECT prorettype AS oid FROM pg_proc
             WHERE EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10_qualified') AND pronamespace = to_regnamespace('"epic10_qualified"')::oid AND proname = 'named'
          ), function AS (
            SELECT oid FROM pg_proc WHERE pronamespace = to_regnamespace('"epic10_qualified"')::oid
               AND (prorettype IN (SELECT oid FROM named) OR proargtypes[pronargs - 1] IN (SELECT oid FROM named))
          )
          SELECT 1 AS step, pg_catalog.concat('DROP OPERATOR ', oid::regoperator) AS statement FROM pg_operator
           WHERE oprcode::oid IN (SELECT oid FROM function)
          UNION ALL SELECT 2, pg_catalog.format('DROP CAST (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_cast
           WHERE castfunc IN (SELECT oid FROM function)
          UNION ALL SELECT 3, pg_catalog.concat('DROP FUNCTION ', oid::regprocedure) FROM function
          UNION ALL SELECT 4, pg_catalog.concat('DROP TYPE ', oid::regtype) FROM named
           ORDER BY step, statement
        LOOP
          EXECUTE made.statement;
        END LOOP;
      END
      $epic10_views$;
      DO $epic10_views$
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10_qualified') THEN
        DROP VIEW IF EXISTS "epic10_qualified"."ndas", "epic10_qualified"."nda_status_history", "epic10_qualified"."documents", "epic10_qualified"."audit_log", "epic10_qualified"."contacts", "epic10_qualified"."agency_groups", "epic10_qualified"."subagencies", "epic10_qualified"."agency_group_grants", "epic10_qualified"."subagency_grants";
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10') THEN
        DROP VIEW IF EXISTS "epic10"."ndas", "epic10"."nda_status_history", "epic10"."documents", "epic10"."audit_log", "epic10"."contacts", "epic10"."agency_groups", "epic10"."subagencies", "epic10"."agency_group_grants", "epic10"."subagency_grants";
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
           '[]'::jsonb, 0),
          (2, to_regclass('"nda_status_history"')::oid,
           ARRAY['status_epic10', 'status_legacy']::text[],
           ARRAY['status', 'status_epic10']::text[],
           '[]'::jsonb, 0)
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
      RAISE NOTICE '%', 'enforce waits for its locks on ndas, nda_status_history. Trying again.';
    END;
    PERFORM pg_sleep(least(0.1 * 2 ^ (attempt - 1), 5.0) * (0.5 + random()));
  END LOOP;
  RAISE EXCEPTION '%', 'enforce could not get its locks on ndas, nda_status_history.' USING HINT = 'Find who is in the way with SELECT * FROM pg_locks; then run this script again.';
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10_qualified') THEN
    DROP SCHEMA IF EXISTS "epic10_qualified";
    DELETE FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10_qualified';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_park_ndas') THEN
  INSERT INTO epic10_rollback DEFAULT VALUES;
  DELETE FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_park_ndas';
  DELETE FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_park_nda_status_history';
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
  CREATE OR REPLACE FUNCTION zz_epic10_late_ndas() RETURNS trigger AS $$
BEGIN
  IF TG_RELID IS DISTINCT FROM to_regclass('"ndas"')::oid THEN
    RAISE EXCEPTION 'zz_epic10_late_ndas works for the table ndas alone, not for %.', TG_RELID::regclass
      USING HINT = pg_catalog.format('DROP TRIGGER %I ON %s;', TG_NAME, TG_RELID::regclass);
  END IF;
  IF ((SELECT direction = 'backwards' FROM epic10_phase_run ORDER BY id DESC LIMIT 1) OR NOT EXISTS (SELECT FROM epic10_rollback WHERE id = TG_ARGV[0]::bigint))
     AND (CASE WHEN NEW.status_epic10::text IS NOT NULL AND NEW.status_epic10::text IS DISTINCT FROM CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END AND true THEN pg_catalog.jsonb_build_object('status', NEW.status_epic10) ELSE '{}' END
    || CASE WHEN NEW.usmax_position_epic10::text IS NOT NULL AND NEW.usmax_position_epic10::text IS DISTINCT FROM coalesce(CASE NEW.usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE NEW.usmax_position::text END, 'PRIME') AND true THEN pg_catalog.jsonb_build_object('usmax_position', NEW.usmax_position_epic10) ELSE '{}' END
    || CASE WHEN NEW.expiration_date IS DISTINCT FROM (CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval '1 year' END) AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date') THEN pg_catalog.jsonb_build_object('expiration_date', NEW.expiration_date) ELSE '{}' END
    || CASE WHEN NEW.nda_type::text IS NOT NULL AND NEW.nda_type::text IS DISTINCT FROM 'MUTUAL' AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type') THEN pg_catalog.jsonb_build_object('nda_type', NEW.nda_type) ELSE '{}' END
    || CASE WHEN NEW.is_non_usmax IS NOT NULL AND NEW.is_non_usmax IS DISTINCT FROM 'False' AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax') THEN pg_catalog.jsonb_build_object('is_non_usmax', NEW.is_non_usmax) ELSE '{}' END
    || CASE WHEN NEW.approved_by_id IS NOT NULL AND NEW.approved_by_id IS DISTINCT FROM NULL AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id') THEN pg_catalog.jsonb_build_object('approved_by_id', NEW.approved_by_id) ELSE '{}' END
    || CASE WHEN NEW.approved_at IS NOT NULL AND NEW.approved_at IS DISTINCT FROM NULL AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_at') THEN pg_catalog.jsonb_build_object('approved_at', NEW.approved_at) ELSE '{}' END
    || CASE WHEN NEW.rejection_reason IS NOT NULL AND NEW.rejection_reason IS DISTINCT FROM NULL AND EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.rejection_reason') THEN pg_catalog.jsonb_build_object('rejection_reason', NEW.rejection_reason) ELSE '{}' END) <> '{}' THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = 'ndas is on its way back: what only Epic 10 can hold is not taken any more.',
      HINT = 'Stop the new application. After python manage.py migrate ndas it can write this again.';
  END IF;
  RETURN NULL;
END $$ LANGUAGE plpgsql SECURITY DEFINER;
REVOKE ALL ON FUNCTION zz_epic10_late_ndas() FROM PUBLIC;
EXECUTE pg_catalog.format('CREATE OR REPLACE TRIGGER zz_epic10_late_ndas_insert AFTER insert ON "ndas" FOR EACH ROW
    WHEN (NEW.status_epic10::text IS NOT NULL AND NEW.status_epic10::text IS DISTINCT FROM CASE NEW.status::text WHEN ''EMAILED'' THEN ''SENT_PENDING_SIGNATURE'' WHEN ''INACTIVE'' THEN ''INACTIVE_CANCELED'' WHEN ''CANCELLED'' THEN ''INACTIVE_CANCELED'' ELSE NEW.status::text END AND NEW.status_epic10::text IS DISTINCT FROM (%s)::text
    OR NEW.usmax_position_epic10::text IS NOT NULL AND NEW.usmax_position_epic10::text IS DISTINCT FROM coalesce(CASE NEW.usmax_position::text WHEN ''SUB'' THEN ''SUB_CONTRACTOR'' WHEN ''TEAMING'' THEN ''OTHER'' ELSE NEW.usmax_position::text END, ''PRIME'') AND NEW.usmax_position_epic10::text IS DISTINCT FROM (%s)::text
    OR NEW.expiration_date IS DISTINCT FROM (CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= ''0001-01-01'' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < ''9999-01-01'' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval ''1 year'' END) AND NEW.expiration_date IS DISTINCT FROM (%s)
    OR NEW.nda_type::text IS NOT NULL AND NEW.nda_type::text IS DISTINCT FROM ''MUTUAL'' AND NEW.nda_type::text IS DISTINCT FROM (%s)::text
    OR NEW.is_non_usmax IS NOT NULL AND NEW.is_non_usmax IS DISTINCT FROM ''False'' AND NEW.is_non_usmax IS DISTINCT FROM (%s)
    OR NEW.approved_by_id IS NOT NULL AND NEW.approved_by_id IS DISTINCT FROM NULL AND NEW.approved_by_id IS DISTINCT FROM (%s)
    OR NEW.approved_at IS NOT NULL AND NEW.approved_at IS DISTINCT FROM NULL AND NEW.approved_at IS DISTINCT FROM (%s)
    OR NEW.rejection_reason IS NOT NULL AND NEW.rejection_reason IS DISTINCT FROM NULL AND NEW.rejection_reason IS DISTINCT FROM (%s)) EXECUTE FUNCTION zz_epic10_late_ndas(%L)', coalesce((SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_attrdef
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           WHERE adrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND attgenerated = ''), 'NULL'), coalesce((SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_attrdef
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           WHERE adrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND attgenerated = ''), 'NULL'), coalesce((SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_attrdef
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           WHERE adrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date' AND attgenerated = ''), 'NULL'), coalesce((SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_attrdef
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           WHERE adrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type' AND attgenerated = ''), 'NULL'), coalesce((SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_attrdef
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           WHERE adrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax' AND attgenerated = ''), 'NULL'), coalesce((SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_attrdef
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           WHERE adrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id' AND attgenerated = ''), 'NULL'), coalesce((SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_attrdef
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           WHERE adrelid = to_regclass('"ndas"')::oid AND attname = 'approved_at' AND attgenerated = ''), 'NULL'), coalesce((SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_attrdef
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           WHERE adrelid = to_regclass('"ndas"')::oid AND attname = 'rejection_reason' AND attgenerated = ''), 'NULL'), (SELECT max(id) FROM epic10_rollback));
EXECUTE pg_catalog.format('CREATE OR REPLACE TRIGGER zz_epic10_late_ndas_update AFTER update ON "ndas" FOR EACH ROW
    WHEN (pg_catalog.record_image_ne(ROW(OLD.status_epic10, OLD.usmax_position_epic10, OLD.expiration_date, OLD.nda_type, OLD.is_non_usmax, OLD.approved_by_id, OLD.approved_at, OLD.rejection_reason), ROW(NEW.status_epic10, NEW.usmax_position_epic10, NEW.expiration_date, NEW.nda_type, NEW.is_non_usmax, NEW.approved_by_id, NEW.approved_at, NEW.rejection_reason))
     AND (NEW.status_epic10::text IS NOT NULL AND NEW.status_epic10::text IS DISTINCT FROM CASE NEW.status::text WHEN ''EMAILED'' THEN ''SENT_PENDING_SIGNATURE'' WHEN ''INACTIVE'' THEN ''INACTIVE_CANCELED'' WHEN ''CANCELLED'' THEN ''INACTIVE_CANCELED'' ELSE NEW.status::text END
    OR NEW.usmax_position_epic10::text IS NOT NULL AND NEW.usmax_position_epic10::text IS DISTINCT FROM coalesce(CASE NEW.usmax_position::text WHEN ''SUB'' THEN ''SUB_CONTRACTOR'' WHEN ''TEAMING'' THEN ''OTHER'' ELSE NEW.usmax_position::text END, ''PRIME'')
    OR NEW.expiration_date IS DISTINCT FROM (CASE WHEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) >= ''0001-01-01'' AND (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) < ''9999-01-01'' THEN (CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = ''timestamptz''::regtype::oid
    THEN pg_catalog.timezone(''UTC'', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END) + interval ''1 year'' END)
    OR NEW.nda_type::text IS NOT NULL AND NEW.nda_type::text IS DISTINCT FROM ''MUTUAL''
    OR NEW.is_non_usmax IS NOT NULL AND NEW.is_non_usmax IS DISTINCT FROM ''False''
    OR NEW.approved_by_id IS NOT NULL AND NEW.approved_by_id IS DISTINCT FROM NULL
    OR NEW.approved_at IS NOT NULL AND NEW.approved_at IS DISTINCT FROM NULL
    OR NEW.rejection_reason IS NOT NULL AND NEW.rejection_reason IS DISTINCT FROM NULL)) EXECUTE FUNCTION zz_epic10_late_ndas(%L)', (SELECT max(id) FROM epic10_rollback));
EXECUTE pg_catalog.format('ALTER FUNCTION zz_epic10_late_ndas() SET search_path = %I, pg_temp', (
  SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass('"ndas"')::oid));
  CREATE OR REPLACE FUNCTION zz_epic10_late_nda_status_history() RETURNS trigger AS $$
BEGIN
  IF TG_RELID IS DISTINCT FROM to_regclass('"nda_status_history"')::oid THEN
    RAISE EXCEPTION 'zz_epic10_late_nda_status_history works for the table nda_status_history alone, not for %.', TG_RELID::regclass
      USING HINT = pg_catalog.format('DROP TRIGGER %I ON %s;', TG_NAME, TG_RELID::regclass);
  END IF;
  IF ((SELECT direction = 'backwards' FROM epic10_phase_run ORDER BY id DESC LIMIT 1) OR NOT EXISTS (SELECT FROM epic10_rollback WHERE id = TG_ARGV[0]::bigint))
     AND (CASE WHEN NEW.status_epic10::text IS NOT NULL AND NEW.status_epic10::text IS DISTINCT FROM CASE NEW.status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE NEW.status::text END AND true THEN pg_catalog.jsonb_build_object('status', NEW.status_epic10) ELSE '{}' END) <> '{}' THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = 'nda_status_history is on its way back: what only Epic 10 can hold is not taken any more.',
      HINT = 'Stop the new application. After python manage.py migrate ndas it can write this again.';
  END IF;
  RETURN NULL;
END $$ LANGUAGE plpgsql SECURITY DEFINER;
REVOKE ALL ON FUNCTION zz_epic10_late_nda_status_history() FROM PUBLIC;
EXECUTE pg_catalog.format('CREATE OR REPLACE TRIGGER zz_epic10_late_nda_status_history_insert AFTER insert ON "nda_status_history" FOR EACH ROW
    WHEN (NEW.status_epic10::text IS NOT NULL AND NEW.status_epic10::text IS DISTINCT FROM CASE NEW.status::text WHEN ''EMAILED'' THEN ''SENT_PENDING_SIGNATURE'' WHEN ''INACTIVE'' THEN ''INACTIVE_CANCELED'' WHEN ''CANCELLED'' THEN ''INACTIVE_CANCELED'' ELSE NEW.status::text END AND NEW.status_epic10::text IS DISTINCT FROM (%s)::text) EXECUTE FUNCTION zz_epic10_late_nda_status_history(%L)', coalesce((SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_attrdef
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           WHERE adrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND attgenerated = ''), 'NULL'), (SELECT max(id) FROM epic10_rollback));
EXECUTE pg_catalog.format('CREATE OR REPLACE TRIGGER zz_epic10_late_nda_status_history_update AFTER update ON "nda_status_history" FOR EACH ROW
    WHEN (pg_catalog.record_image_ne(ROW(OLD.status_epic10), ROW(NEW.status_epic10))
     AND (NEW.status_epic10::text IS NOT NULL AND NEW.status_epic10::text IS DISTINCT FROM CASE NEW.status::text WHEN ''EMAILED'' THEN ''SENT_PENDING_SIGNATURE'' WHEN ''INACTIVE'' THEN ''INACTIVE_CANCELED'' WHEN ''CANCELLED'' THEN ''INACTIVE_CANCELED'' ELSE NEW.status::text END)) EXECUTE FUNCTION zz_epic10_late_nda_status_history(%L)', (SELECT max(id) FROM epic10_rollback));
EXECUTE pg_catalog.format('ALTER FUNCTION zz_epic10_late_nda_status_history() SET search_path = %I, pg_temp', (
  SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass('"nda_status_history"')::oid));
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
      FROM pg_trigger t WHERE tgrelid = to_regclass('"nda_status_history"')::oid AND NOT tgisinternal AND pg_catalog.cardinality(tgattr::int2[]) > 0
       AND true
  LOOP
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY place) INTO listening FROM (
      SELECT coalesce(old, name), min(place) FROM pg_catalog.unnest(theirs.columns) WITH ORDINALITY
          AS listed (name, place)
        LEFT JOIN ROWS FROM (pg_catalog.unnest(ARRAY['status_epic10']::text[]), pg_catalog.unnest(ARRAY['status']::text[])) AS pair (new, old) ON new = name
       GROUP BY 1
    ) AS wanted (name, place);
    CONTINUE WHEN NOT theirs.columns && ARRAY['status_epic10']::text[];
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
      SELECT coalesce(old, name), min(place) FROM pg_catalog.unnest(theirs.columns) WITH ORDINALITY
          AS listed (name, place)
        LEFT JOIN ROWS FROM (pg_catalog.unnest(ARRAY['status_epic10', 'usmax_position_epic10']::text[]), pg_catalog.unnest(ARRAY['status', 'usmax_position']::text[])) AS pair (new, old) ON new = name
       GROUP BY 1
    ) AS wanted (name, place);
    CONTINUE WHEN NOT theirs.columns && ARRAY['status_epic10', 'usmax_position_epic10']::text[];
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
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_approved_by_id') THEN
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
  DELETE FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_approved_by_id';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_is_non_usmax') THEN
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
  DELETE FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_is_non_usmax';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_expiration_date') THEN
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
  DELETE FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_expiration_date';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_nda_type') THEN
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
  DELETE FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas_nda_type';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_nda_status_history') THEN
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
  DELETE FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_nda_status_history';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas') THEN
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
  DELETE FROM epic10_created_object WHERE kind = 'both ways' AND name = 'zz_epic10_sync_ndas';
  END IF;
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
SET lock_timeout = '300s';
SELECT statement FROM (
SELECT successor, pg_catalog.format('DROP INDEX CONCURRENTLY IF EXISTS %I', successor)
  FROM (SELECT name, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_epic10' AS successor, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_legacy' AS legacy
    FROM (SELECT substring(name FROM 20) AS name FROM epic10_created_object
           WHERE kind = 'successor' AND pg_catalog.starts_with(name, 'nda_status_history.')) AS claimed) AS ours WHERE to_regclass(pg_catalog.quote_ident(successor)) IS NOT NULL
) AS each (name, statement) \gexec
SET lock_timeout = '5s';
DELETE FROM epic10_created_object
 WHERE kind = 'successor' AND pg_catalog.starts_with(name, 'nda_status_history.');
SET lock_timeout = '300s';
SELECT statement FROM (
SELECT successor, pg_catalog.format('DROP INDEX CONCURRENTLY IF EXISTS %I', successor)
  FROM (SELECT name, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_epic10' AS successor, CASE WHEN octet_length(name) <= 56 THEN name ELSE 'idx_' || md5(name) END || '_legacy' AS legacy
    FROM (SELECT substring(name FROM 6) AS name FROM epic10_created_object
           WHERE kind = 'successor' AND pg_catalog.starts_with(name, 'ndas.')) AS claimed) AS ours WHERE to_regclass(pg_catalog.quote_ident(successor)) IS NOT NULL
) AS each (name, statement) \gexec
SET lock_timeout = '5s';
DELETE FROM epic10_created_object
 WHERE kind = 'successor' AND pg_catalog.starts_with(name, 'ndas.');
SELECT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'idx_ndas_expiration_date_epic10_idx') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
DROP INDEX CONCURRENTLY IF EXISTS "idx_ndas_expiration_date_epic10_idx";
SET lock_timeout = '5s';
\endif
DELETE FROM epic10_created_object WHERE kind = 'index' AND name = 'idx_ndas_expiration_date_epic10_idx';
SELECT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'idx_ndas_expiration_date') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
DROP INDEX CONCURRENTLY IF EXISTS "idx_ndas_expiration_date";
SET lock_timeout = '5s';
\endif
DELETE FROM epic10_created_object WHERE kind = 'index' AND name = 'idx_ndas_expiration_date';
SELECT EXISTS (SELECT FROM epic10_created_object WHERE kind = 'index' AND name = 'ndas_status_epic10_idx') AS go_on \gset
\if :go_on
SET lock_timeout = '300s';
DROP INDEX CONCURRENTLY IF EXISTS "ndas_status_epic10_idx";
SET lock_timeout = '5s';
\endif
DELETE FROM epic10_created_object WHERE kind = 'index' AND name = 'ndas_status_epic10_idx';
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
WITH restored AS (
  SELECT table_name, row_id, content, fingerprint FROM epic10_archive archive
   WHERE rollback_id = (SELECT max(id) FROM epic10_rollback) AND event = 'restored'
     AND id = (SELECT later.id FROM epic10_archive later
             WHERE later.table_name = archive.table_name AND later.row_id = archive.row_id
             ORDER BY later.id DESC LIMIT 1)
), again AS (
  INSERT INTO epic10_rollback (parked_at) SELECT clock_timestamp() WHERE EXISTS (SELECT FROM restored) RETURNING id
)
INSERT INTO epic10_archive (rollback_id, table_name, row_id, event, content, fingerprint)
SELECT again.id, table_name, row_id, 'parked', content, fingerprint FROM restored, again;
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
           '[]'::jsonb, 0),
          (2, to_regclass('"nda_status_history"')::oid,
           ARRAY['status_epic10', 'status_legacy']::text[],
           ARRAY['status', 'status_epic10']::text[],
           '[]'::jsonb, 0)
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
      DO $epic10_views$
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
      $epic10_views$;
      DO $epic10_views$
      DECLARE
        made record;
      BEGIN
        FOR made IN
          WITH named AS (
            SELECT prorettype AS oid FROM pg_proc
             WHERE EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9_qualified') AND pronamespace = to_regnamespace('"epic9_qualified"')::oid AND proname = 'named'
          ), function AS (
            SELECT oid FROM pg_proc WHERE pronamespace = to_regnamespace('"epic9_qualified"')::oid
               AND (prorettype IN (SELECT oid FROM named) OR proargtypes[pronargs - 1] IN (SELECT oid FROM named))
          )
          SELECT 1 AS step, pg_catalog.concat('DROP OPERATOR ', oid::regoperator) AS statement FROM pg_operator
           WHERE oprcode::oid IN (SELECT oid FROM function)
          UNION ALL SELECT 2, pg_catalog.format('DROP CAST (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_cast
           WHERE castfunc IN (SELECT oid FROM function)
          UNION ALL SELECT 3, pg_catalog.concat('DROP FUNCTION ', oid::regprocedure) FROM function
          UNION ALL SELECT 4, pg_catalog.concat('DROP TYPE ', oid::regtype) FROM named
           ORDER BY step, statement
        LOOP
          EXECUTE made.statement;
        END LOOP;
      END
      $epic10_views$;
      DO $epic10_views$
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9_qualified') THEN
        DROP VIEW IF EXISTS "epic9_qualified"."ndas", "epic9_qualified"."nda_status_history", "epic9_qualified"."documents", "epic9_qualified"."audit_log", "epic9_qualified"."contacts", "epic9_qualified"."agency_groups", "epic9_qualified"."subagencies", "epic9_qualified"."agency_group_grants", "epic9_qualified"."subagency_grants";
        END IF;
      END
      $epic10_views$;
      DO $epic10_views$
      BEGIN
        IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9') THEN
        DROP VIEW IF EXISTS "epic9"."ndas", "epic9"."nda_status_history", "epic9"."documents", "epic9"."audit_log", "epic9"."contacts", "epic9"."agency_groups", "epic9"."subagencies", "epic9"."agency_group_grants", "epic9"."subagency_grants";
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
           '[]'::jsonb, 0),
          (2, to_regclass('"nda_status_history"')::oid,
           ARRAY['status_epic10', 'status_legacy']::text[],
           ARRAY['status', 'status_epic10']::text[],
           '[]'::jsonb, 0)
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
      LOCK TABLE "contacts" IN ACCESS EXCLUSIVE MODE;
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
  IF EXISTS (SELECT FROM epic10_rollback WHERE parked_at IS NULL) THEN
    RAISE EXCEPTION 'Not everything that only Epic 10 can hold is parked.'
      USING HINT = 'Run the way back from its beginning: python manage.py migrate ndas 0001';
  END IF;
  DROP FUNCTION IF EXISTS zz_epic10_park_nda_status_history() CASCADE;
  DROP FUNCTION IF EXISTS zz_epic10_late_nda_status_history() CASCADE;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_rollback WHERE parked_at IS NULL) THEN
    RAISE EXCEPTION 'Not everything that only Epic 10 can hold is parked.'
      USING HINT = 'Run the way back from its beginning: python manage.py migrate ndas 0001';
  END IF;
  DROP FUNCTION IF EXISTS zz_epic10_park_ndas() CASCADE;
  DROP FUNCTION IF EXISTS zz_epic10_late_ndas() CASCADE;
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
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_sync_ndas_approved_by_id') THEN
    DROP FUNCTION IF EXISTS zz_epic10_sync_ndas_approved_by_id() CASCADE;
    DELETE FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_sync_ndas_approved_by_id';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_sync_ndas_is_non_usmax') THEN
    DROP FUNCTION IF EXISTS zz_epic10_sync_ndas_is_non_usmax() CASCADE;
    DELETE FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_sync_ndas_is_non_usmax';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_sync_ndas_expiration_date') THEN
    DROP FUNCTION IF EXISTS zz_epic10_sync_ndas_expiration_date() CASCADE;
    DELETE FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_sync_ndas_expiration_date';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_sync_ndas_nda_type') THEN
    DROP FUNCTION IF EXISTS zz_epic10_sync_ndas_nda_type() CASCADE;
    DELETE FROM epic10_created_object WHERE kind = 'trigger' AND name = 'zz_epic10_sync_ndas_nda_type';
  END IF;
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
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'constraint' AND name = 'ndas.ndas_approved_by_id_epic10_fkey') THEN
    ALTER TABLE "ndas" DROP CONSTRAINT IF EXISTS "ndas_approved_by_id_epic10_fkey";
    DELETE FROM epic10_created_object WHERE kind = 'constraint' AND name = 'ndas.ndas_approved_by_id_epic10_fkey';
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
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id') THEN
    ALTER TABLE "ndas" DROP COLUMN IF EXISTS "approved_by_id";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10') THEN
    ALTER TABLE "ndas" DROP COLUMN IF EXISTS "approved_by_id_epic10";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10';
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
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10') THEN
    ALTER TABLE "ndas" DROP COLUMN IF EXISTS "is_non_usmax_epic10";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10';
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
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10') THEN
    ALTER TABLE "ndas" DROP COLUMN IF EXISTS "expiration_date_epic10";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10';
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
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaStatus') THEN
    DROP TYPE IF EXISTS "epic10"."NdaStatus";
    DELETE FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaStatus';
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
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10') THEN
    ALTER TABLE "ndas" DROP COLUMN IF EXISTS "nda_type_epic10";
    DELETE FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaType') THEN
    DROP TYPE IF EXISTS "epic10"."NdaType";
    DELETE FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.NdaType';
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
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.UsMaxPosition') THEN
    DROP TYPE IF EXISTS "epic10"."UsMaxPosition";
    DELETE FROM epic10_created_object WHERE kind = 'type' AND name = 'epic10.UsMaxPosition';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10') THEN
    DROP SCHEMA IF EXISTS "epic10";
    DELETE FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic10';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9_qualified') THEN
    DROP SCHEMA IF EXISTS "epic9_qualified";
    DELETE FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9_qualified';
  END IF;
END
$epic10$;
DO $epic10$
BEGIN
  IF EXISTS (SELECT FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9') THEN
    DROP SCHEMA IF EXISTS "epic9";
    DELETE FROM epic10_created_object WHERE kind = 'schema' AND name = 'epic9';
  END IF;
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
 WHERE phase = 'expand' AND direction = 'backwards' AND finished_at IS NULL;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'expand backwards done', clock_timestamp(); END $epic10$;
\endif

DO $epic10$
BEGIN
  IF to_regclass('"django_migrations"')::oid IS NOT NULL THEN
    DELETE FROM django_migrations WHERE app::text = 'ndas' AND name::text = '0002_epic_10_customer_feedback';
  END IF;
END
$epic10$;

DO $epic10$ BEGIN PERFORM pg_advisory_unlock(1162889539, 10); END $epic10$;
DO $epic10$ BEGIN RAISE NOTICE '% at %', 'Rollback completed', clock_timestamp(); END $epic10$;
