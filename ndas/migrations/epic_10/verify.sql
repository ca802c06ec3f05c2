-- Is Epic 10 in place? One row per check; psql exits with 3 if anything is wrong.
--
-- Written from ndas/migrations/0002_epic_10_customer_feedback.py by
--   python manage.py epic10_scripts
-- Do not edit it: change the migration, then write it anew.
--
-- Run         psql -X -v ON_ERROR_STOP=1 -f verify.sql DATABASE

-- Whatever a .psqlrc says.
\set AUTOCOMMIT on
\set ON_ERROR_ROLLBACK off
\set ON_ERROR_STOP on

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

-- After epic10_finalize there is no way back, and nothing left to do.
DO $epic10$
BEGIN
  IF to_regclass('"epic10_finalization"')::oid IS NOT NULL THEN
    RAISE EXCEPTION 'Epic 10 is finalized in this database.' USING HINT = 'python manage.py epic10_validate';
  END IF;
END
$epic10$;

CREATE TEMPORARY TABLE epic10_verdict (verdict text, check_id text, title text, findings text, hint text);

DO $epic10$
DECLARE
  wanted record;
  broken text;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('rows.ndas', 'FAILED',
     'ndas has no fewer rows than before the release',
     'Compare with the snapshot taken before the migration, and restore what is missing.',
     true,
$check$SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)
  FROM (SELECT count(*) AS now FROM "ndas") AS counted
  LEFT JOIN epic10_row_count ON table_name = 'ndas'
 WHERE rows IS NULL OR now < rows$check$),
    ('rows.nda_status_history', 'FAILED',
     'nda_status_history has no fewer rows than before the release',
     'Compare with the snapshot taken before the migration, and restore what is missing.',
     true,
$check$SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)
  FROM (SELECT count(*) AS now FROM "nda_status_history") AS counted
  LEFT JOIN epic10_row_count ON table_name = 'nda_status_history'
 WHERE rows IS NULL OR now < rows$check$),
    ('rows.documents', 'FAILED',
     'documents has no fewer rows than before the release',
     'Compare with the snapshot taken before the migration, and restore what is missing.',
     true,
$check$SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)
  FROM (SELECT count(*) AS now FROM "documents") AS counted
  LEFT JOIN epic10_row_count ON table_name = 'documents'
 WHERE rows IS NULL OR now < rows$check$),
    ('rows.audit_log', 'FAILED',
     'audit_log has no fewer rows than before the release',
     'Compare with the snapshot taken before the migration, and restore what is missing.',
     true,
$check$SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)
  FROM (SELECT count(*) AS now FROM "audit_log") AS counted
  LEFT JOIN epic10_row_count ON table_name = 'audit_log'
 WHERE rows IS NULL OR now < rows$check$),
    ('rows.contacts', 'WARNING',
     'contacts has no fewer rows than before the release',
     'Compare with the snapshot taken before the migration, and restore what is missing.',
     true,
$check$SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)
  FROM (SELECT count(*) AS now FROM "contacts") AS counted
  LEFT JOIN epic10_row_count ON table_name = 'contacts'
 WHERE rows IS NULL OR now < rows$check$),
    ('rows.agency_groups', 'WARNING',
     'agency_groups has no fewer rows than before the release',
     'Compare with the snapshot taken before the migration, and restore what is missing.',
     true,
$check$SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)
  FROM (SELECT count(*) AS now FROM "agency_groups") AS counted
  LEFT JOIN epic10_row_count ON table_name = 'agency_groups'
 WHERE rows IS NULL OR now < rows$check$),
    ('rows.subagencies', 'WARNING',
     'subagencies has no fewer rows than before the release',
     'Compare with the snapshot taken before the migration, and restore what is missing.',
     true,
$check$SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)
  FROM (SELECT count(*) AS now FROM "subagencies") AS counted
  LEFT JOIN epic10_row_count ON table_name = 'subagencies'
 WHERE rows IS NULL OR now < rows$check$),
    ('rows.agency_group_grants', 'WARNING',
     'agency_group_grants has no fewer rows than before the release',
     'Compare with the snapshot taken before the migration, and restore what is missing.',
     true,
$check$SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)
  FROM (SELECT count(*) AS now FROM "agency_group_grants") AS counted
  LEFT JOIN epic10_row_count ON table_name = 'agency_group_grants'
 WHERE rows IS NULL OR now < rows$check$),
    ('rows.subagency_grants', 'WARNING',
     'subagency_grants has no fewer rows than before the release',
     'Compare with the snapshot taken before the migration, and restore what is missing.',
     true,
$check$SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)
  FROM (SELECT count(*) AS now FROM "subagency_grants") AS counted
  LEFT JOIN epic10_row_count ON table_name = 'subagency_grants'
 WHERE rows IS NULL OR now < rows$check$),
    ('enum.UsMaxPosition', 'FAILED',
     'enum UsMaxPosition has exactly PRIME, SUB_CONTRACTOR, OTHER, in this order',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'it has ' || coalesce(pg_catalog.array_to_string((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"UsMaxPosition"')::oid), ', '), 'no label')
 WHERE ((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"UsMaxPosition"')::oid) OPERATOR(pg_catalog.=) ARRAY['PRIME', 'SUB_CONTRACTOR', 'OTHER']::text[]) IS NOT TRUE$check$),
    ('shadow.ndas.usmax_position', 'FAILED',
     'ndas.usmax_position carries the old labels and the new ones',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas has neither usmax_position_epic10 nor usmax_position_legacy'
 WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_epic10' AND NOT attisdropped) AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_legacy' AND NOT attisdropped)$check$),
    ('enum.NdaType', 'FAILED',
     'enum NdaType has exactly MUTUAL, CONSULTANT, in this order',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'it has ' || coalesce(pg_catalog.array_to_string((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"NdaType"')::oid), ', '), 'no label')
 WHERE ((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"NdaType"')::oid) OPERATOR(pg_catalog.=) ARRAY['MUTUAL', 'CONSULTANT']::text[]) IS NOT TRUE$check$),
    ('column.ndas.nda_type', 'FAILED',
     'column ndas.nda_type is "NdaType" not null default ''MUTUAL''::"NdaType"',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas.nda_type is missing' WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type' AND NOT attisdropped)
UNION ALL
SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.nda_type', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), '"NdaType" not null default ''MUTUAL''::"NdaType"')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'nda_type'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> '"NdaType" not null default ''MUTUAL''::"NdaType"'$check$),
    ('enum.NdaStatus', 'FAILED',
     'enum NdaStatus has exactly CREATED, PENDING_APPROVAL, SENT_PENDING_SIGNATURE, IN_REVISION, FULLY_EXECUTED, INACTIVE_CANCELED, EXPIRED, in this order',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'it has ' || coalesce(pg_catalog.array_to_string((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"NdaStatus"')::oid), ', '), 'no label')
 WHERE ((SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = to_regtype('"NdaStatus"')::oid) OPERATOR(pg_catalog.=) ARRAY['CREATED', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE', 'IN_REVISION', 'FULLY_EXECUTED', 'INACTIVE_CANCELED', 'EXPIRED']::text[]) IS NOT TRUE$check$),
    ('shadow.ndas.status', 'FAILED',
     'ndas.status carries the old labels and the new ones',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas has neither status_epic10 nor status_legacy'
 WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_epic10' AND NOT attisdropped) AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_legacy' AND NOT attisdropped)$check$),
    ('shadow.nda_status_history.status', 'FAILED',
     'nda_status_history.status carries the old labels and the new ones',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'nda_status_history has neither status_epic10 nor status_legacy'
 WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_epic10' AND NOT attisdropped) AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_legacy' AND NOT attisdropped)$check$),
    ('column.ndas.expiration_date', 'FAILED',
     'column ndas.expiration_date is timestamp(3) without time zone',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas.expiration_date is missing' WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date' AND NOT attisdropped)
UNION ALL
SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.expiration_date', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), 'timestamp(3) without time zone')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'expiration_date'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> 'timestamp(3) without time zone'$check$),
    ('column.ndas.is_non_usmax', 'FAILED',
     'column ndas.is_non_usmax is boolean not null default false',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas.is_non_usmax is missing' WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax' AND NOT attisdropped)
UNION ALL
SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.is_non_usmax', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), 'boolean not null default false')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'is_non_usmax'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> 'boolean not null default false'$check$),
    ('column.ndas.approved_by_id', 'FAILED',
     'column ndas.approved_by_id is text',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas.approved_by_id is missing' WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id' AND NOT attisdropped)
UNION ALL
SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.approved_by_id', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), 'text')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_by_id'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> 'text'$check$),
    ('foreign_key.ndas_approved_by_id_fkey', 'FAILED',
     'ndas.approved_by_id references contacts, valid for every row',
     'Where it is missing: ALTER TABLE "ndas" ADD CONSTRAINT "ndas_approved_by_id_fkey" FOREIGN KEY (approved_by_id) REFERENCES contacts(id) ON DELETE SET NULL NOT VALID; then: ALTER TABLE "ndas" VALIDATE CONSTRAINT "ndas_approved_by_id_fkey";',
     true,
$check$SELECT 'ndas_approved_by_id_fkey is missing' WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_fkey')
UNION ALL
SELECT pg_catalog.format('%s is %s', 'ndas_approved_by_id_fkey', pg_catalog.pg_get_constraintdef(oid))
  FROM pg_constraint WHERE conrelid = to_regclass('"ndas"')::oid AND conname = 'ndas_approved_by_id_fkey' AND (pg_catalog.replace(pg_catalog.pg_get_constraintdef(oid), ' NOT VALID', '') <> 'FOREIGN KEY (approved_by_id) REFERENCES contacts(id) ON DELETE SET NULL' OR NOT convalidated)$check$),
    ('column.ndas.approved_at', 'FAILED',
     'column ndas.approved_at is timestamp(3) without time zone',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas.approved_at is missing' WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_at' AND NOT attisdropped)
UNION ALL
SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.approved_at', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), 'timestamp(3) without time zone')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'approved_at'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> 'timestamp(3) without time zone'$check$),
    ('column.ndas.rejection_reason', 'FAILED',
     'column ndas.rejection_reason is text',
     'python manage.py migrate ndas',
     true,
$check$SELECT 'ndas.rejection_reason is missing' WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'rejection_reason' AND NOT attisdropped)
UNION ALL
SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.rejection_reason', pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), 'text')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'rejection_reason'
   AND NOT attisdropped AND pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') <> 'text'$check$),
    ('trigger.ndas', 'FAILED',
     'old and new columns of ndas are kept in step',
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
    ('trigger.nda_status_history', 'FAILED',
     'old and new columns of nda_status_history are kept in step',
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
    ('trigger.ndas.nda_type', 'FAILED',
     'ndas.nda_type and what was there before it are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_nda_type_insert, ENABLE TRIGGER zz_epic10_sync_ndas_nda_type_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase switch. Where one of others fires after them: ALTER TRIGGER it ON "ndas" RENAME TO a name that sorts before "zz_epic10_". Where a table inherits: ALTER TABLE it NO INHERIT "ndas".',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10'),
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_nda_type_insert', 'zz_epic10_sync_ndas_nda_type_update', '00_epic10_sync_ndas_nda_type_insert', '00_epic10_sync_ndas_nda_type_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))$check$),
    ('trigger.ndas.expiration_date', 'FAILED',
     'ndas.expiration_date and what was there before it are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_expiration_date_insert, ENABLE TRIGGER zz_epic10_sync_ndas_expiration_date_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase switch. Where one of others fires after them: ALTER TRIGGER it ON "ndas" RENAME TO a name that sorts before "zz_epic10_". Where a table inherits: ALTER TABLE it NO INHERIT "ndas".',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10'),
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_expiration_date_insert', 'zz_epic10_sync_ndas_expiration_date_update', '00_epic10_sync_ndas_expiration_date_insert', '00_epic10_sync_ndas_expiration_date_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))$check$),
    ('trigger.ndas.is_non_usmax', 'FAILED',
     'ndas.is_non_usmax and what was there before it are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_is_non_usmax_insert, ENABLE TRIGGER zz_epic10_sync_ndas_is_non_usmax_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase switch. Where one of others fires after them: ALTER TRIGGER it ON "ndas" RENAME TO a name that sorts before "zz_epic10_". Where a table inherits: ALTER TABLE it NO INHERIT "ndas".',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10'),
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_is_non_usmax_insert', 'zz_epic10_sync_ndas_is_non_usmax_update', '00_epic10_sync_ndas_is_non_usmax_insert', '00_epic10_sync_ndas_is_non_usmax_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))$check$),
    ('trigger.ndas.approved_by_id', 'FAILED',
     'ndas.approved_by_id and what was there before it are kept in step',
     'Where one is disabled: ALTER TABLE "ndas" ENABLE TRIGGER zz_epic10_sync_ndas_approved_by_id_insert, ENABLE TRIGGER zz_epic10_sync_ndas_approved_by_id_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase switch. Where one of others fires after them: ALTER TRIGGER it ON "ndas" RENAME TO a name that sorts before "zz_epic10_". Where a table inherits: ALTER TABLE it NO INHERIT "ndas".',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10'),
$check$SELECT pg_catalog.format('trigger %s is missing or disabled', name) FROM pg_catalog.unnest(ARRAY['zz_epic10_sync_ndas_approved_by_id_insert', 'zz_epic10_sync_ndas_approved_by_id_update', '00_epic10_sync_ndas_approved_by_id_insert', '00_epic10_sync_ndas_approved_by_id_update']::text[]) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('"ndas"')::oid AND tgname = name AND tgenabled IN ('O', 'A'))$check$),
    ('parked.ndas', 'WARNING',
     'everything that was parked of ndas is back',
     'SELECT row_id, content, found FROM epic10_archive WHERE event = ''gone'' OR found IS NOT NULL;',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s, were ' || CASE event
         WHEN 'restored' THEN 'put back without what they referred to, which is not there any more'
         ELSE event || ' since and were not put back' END, count(*), min(row_id))
  FROM epic10_archive WHERE rollback_id = (SELECT max(id) FROM epic10_rollback)
   AND table_name = 'ndas' AND (event = 'gone' OR found IS NOT NULL)
 GROUP BY event HAVING count(*) > 0$check$),
    ('parked.nda_status_history', 'WARNING',
     'everything that was parked of nda_status_history is back',
     'SELECT row_id, content, found FROM epic10_archive WHERE event = ''gone'' OR found IS NOT NULL;',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s, were ' || CASE event
         WHEN 'restored' THEN 'put back without what they referred to, which is not there any more'
         ELSE event || ' since and were not put back' END, count(*), min(row_id))
  FROM epic10_archive WHERE rollback_id = (SELECT max(id) FROM epic10_rollback)
   AND table_name = 'nda_status_history' AND (event = 'gone' OR found IS NOT NULL)
 GROUP BY event HAVING count(*) > 0$check$),
    ('backfill.ndas.status', 'FAILED',
     'no row of ndas still waits for status',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "ndas" WHERE (status::text IS DISTINCT FROM CASE status_legacy::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status_legacy::text END
    AND status_legacy::text IS DISTINCT FROM CASE status::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE status::text END)
HAVING count(*) > 0$check$),
    ('backfill.ndas.usmax_position', 'FAILED',
     'no row of ndas still waits for usmax_position',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "ndas" WHERE (usmax_position::text IS DISTINCT FROM coalesce(CASE usmax_position_legacy::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER' ELSE usmax_position_legacy::text END, 'PRIME')
    AND usmax_position_legacy::text IS DISTINCT FROM CASE usmax_position::text WHEN 'SUB_CONTRACTOR' THEN 'SUB' ELSE usmax_position::text END)
HAVING count(*) > 0$check$),
    ('backfill.ndas.expiration_date', 'FAILED',
     'no row of ndas still waits for expiration_date',
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
    ('backfill.nda_status_history.status', 'FAILED',
     'no row of nda_status_history still waits for status',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "nda_status_history" WHERE (status::text IS DISTINCT FROM CASE status_legacy::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED' WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status_legacy::text END
    AND status_legacy::text IS DISTINCT FROM CASE status::text WHEN 'PENDING_APPROVAL' THEN 'CREATED' WHEN 'SENT_PENDING_SIGNATURE' THEN 'EMAILED' WHEN 'INACTIVE_CANCELED' THEN 'INACTIVE' WHEN 'EXPIRED' THEN 'FULLY_EXECUTED' ELSE status::text END)
HAVING count(*) > 0$check$),
    ('backfill.ndas.nda_type', 'FAILED',
     'no row of ndas still waits for nda_type',
     'python manage.py migrate ndas',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.nda_type_epic10'),
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "ndas" WHERE (nda_type::text IS DISTINCT FROM coalesce(CASE WHEN nda_type_legacy::text NOT IN ('MUTUAL', 'CONSULTANT') THEN 'CONSULTANT' ELSE nda_type_legacy::text END, 'MUTUAL')
    AND nda_type_legacy::text IS DISTINCT FROM nda_type::text)
HAVING count(*) > 0$check$),
    ('backfill.ndas.expiration_date', 'FAILED',
     'no row of ndas still waits for expiration_date',
     'python manage.py migrate ndas',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date_epic10'),
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "ndas" WHERE (expiration_date_legacy IS NOT NULL AND expiration_date IS DISTINCT FROM CASE WHEN expiration_date_legacy IS NULL THEN CASE WHEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) < '9999-01-01' THEN (CASE WHEN pg_catalog.pg_typeof(fully_executed_date)::oid = 'timestamptz'::regtype::oid
    THEN pg_catalog.timezone('UTC', fully_executed_date::timestamptz) ELSE fully_executed_date::timestamp END) + interval '1 year' END
    ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', expiration_date_legacy::timestamp))) END)
HAVING count(*) > 0$check$),
    ('backfill.ndas.is_non_usmax', 'FAILED',
     'no row of ndas still waits for is_non_usmax',
     'python manage.py migrate ndas',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.is_non_usmax_epic10'),
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "ndas" WHERE (is_non_usmax_legacy IS NOT NULL AND is_non_usmax IS DISTINCT FROM coalesce(is_non_usmax_legacy, false))
HAVING count(*) > 0$check$),
    ('backfill.ndas.approved_by_id', 'FAILED',
     'no row of ndas still waits for approved_by_id',
     'python manage.py migrate ndas',
     EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.approved_by_id_epic10'),
$check$SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || ''
  FROM "ndas" WHERE (approved_by_id_legacy IS NOT NULL AND approved_by_id IS DISTINCT FROM (SELECT contacts.id FROM contacts WHERE contacts.id = approved_by_id_legacy))
HAVING count(*) > 0$check$),
    ('index.ndas_status_idx', 'FAILED',
     'index ndas_status_idx on ndas (status) is there and valid',
     'Where it is missing: CREATE INDEX CONCURRENTLY "ndas_status_idx" ON "ndas" (status); where it is invalid: REINDEX INDEX CONCURRENTLY "ndas_status_idx";',
     true,
$check$SELECT 'index ndas_status_idx is missing' WHERE NOT (to_regclass('"ndas_status_idx"')::oid IS NOT NULL)
UNION ALL
SELECT pg_catalog.format('index %s on %s is %s%s', 'ndas_status_idx', indrelid::regclass, regexp_replace(substring(pg_catalog.pg_get_indexdef(indexrelid) FROM ' (USING .*)$'), ' WITH \([^)]*\)$', ''),
              CASE WHEN NOT indisvalid THEN ' and invalid' ELSE '' END)
  FROM pg_index WHERE indexrelid = to_regclass('"ndas_status_idx"')::oid
   AND (indrelid IS DISTINCT FROM to_regclass('"ndas"')::oid OR regexp_replace(substring(pg_catalog.pg_get_indexdef(indexrelid) FROM ' (USING .*)$'), ' WITH \([^)]*\)$', '') <> 'USING btree (status)' OR NOT indisvalid)$check$),
    ('index.idx_ndas_expiration_date', 'FAILED',
     'index idx_ndas_expiration_date on ndas (expiration_date) is there and valid',
     'Where it is missing: CREATE INDEX CONCURRENTLY "idx_ndas_expiration_date" ON "ndas" (expiration_date); where it is invalid: REINDEX INDEX CONCURRENTLY "idx_ndas_expiration_date";',
     true,
$check$SELECT 'index idx_ndas_expiration_date is missing' WHERE NOT (to_regclass('"idx_ndas_expiration_date"')::oid IS NOT NULL)
UNION ALL
SELECT pg_catalog.format('index %s on %s is %s%s', 'idx_ndas_expiration_date', indrelid::regclass, regexp_replace(substring(pg_catalog.pg_get_indexdef(indexrelid) FROM ' (USING .*)$'), ' WITH \([^)]*\)$', ''),
              CASE WHEN NOT indisvalid THEN ' and invalid' ELSE '' END)
  FROM pg_index WHERE indexrelid = to_regclass('"idx_ndas_expiration_date"')::oid
   AND (indrelid IS DISTINCT FROM to_regclass('"ndas"')::oid OR regexp_replace(substring(pg_catalog.pg_get_indexdef(indexrelid) FROM ' (USING .*)$'), ' WITH \([^)]*\)$', '') <> 'USING btree (expiration_date)' OR NOT indisvalid)$check$),
    ('switch.ndas.status', 'FAILED',
     'ndas.status is of the new NdaStatus, not null, default CREATED',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.status', now_is, '"NdaStatus" not null default ''CREATED''::"NdaStatus"')
  FROM (SELECT (SELECT pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status' AND NOT attisdropped) AS now_is) AS column_now
 WHERE now_is <> '"NdaStatus" not null default ''CREATED''::"NdaStatus"'
UNION ALL
SELECT 'ndas.status has not been switched' WHERE NOT (to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL))$check$),
    ('grants.ndas.status', 'FAILED',
     'who was granted anything on ndas.status before the switch has it after the switch',
     'GRANT ... ("status") ON "ndas" TO ...; or, if it was taken away on purpose, REVOKE ... ("status_legacy") ON "ndas" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'ndas.status_legacy', 'ndas.status')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'status_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'status') AS lost$check$),
    ('switch.ndas.usmax_position', 'FAILED',
     'ndas.usmax_position is of the new UsMaxPosition, not null, default PRIME',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s is %s, expected %s', 'ndas.usmax_position', now_is, '"UsMaxPosition" not null default ''PRIME''::"UsMaxPosition"')
  FROM (SELECT (SELECT pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position' AND NOT attisdropped) AS now_is) AS column_now
 WHERE now_is <> '"UsMaxPosition" not null default ''PRIME''::"UsMaxPosition"'
UNION ALL
SELECT 'ndas.usmax_position has not been switched' WHERE NOT (to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_ndas()') IS NOT NULL))$check$),
    ('grants.ndas.usmax_position', 'FAILED',
     'who was granted anything on ndas.usmax_position before the switch has it after the switch',
     'GRANT ... ("usmax_position") ON "ndas" TO ...; or, if it was taken away on purpose, REVOKE ... ("usmax_position_legacy") ON "ndas" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'ndas.usmax_position_legacy', 'ndas.usmax_position')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'usmax_position_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'usmax_position') AS lost$check$),
    ('switch.nda_status_history.status', 'FAILED',
     'nda_status_history.status is of the new NdaStatus, not null, default none',
     'python manage.py migrate ndas',
     true,
$check$SELECT pg_catalog.format('%s is %s, expected %s', 'nda_status_history.status', now_is, '"NdaStatus" not null')
  FROM (SELECT (SELECT pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status' AND NOT attisdropped) AS now_is) AS column_now
 WHERE now_is <> '"NdaStatus" not null'
UNION ALL
SELECT 'nda_status_history.status has not been switched' WHERE NOT (to_regclass('"epic10_finalization"')::oid IS NOT NULL OR (EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_legacy' AND NOT attisdropped) AND to_regprocedure('zz_epic10_sync_nda_status_history()') IS NOT NULL))$check$),
    ('grants.nda_status_history.status', 'FAILED',
     'who was granted anything on nda_status_history.status before the switch has it after the switch',
     'GRANT ... ("status") ON "nda_status_history" TO ...; or, if it was taken away on purpose, REVOKE ... ("status_legacy") ON "nda_status_history" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'nda_status_history.status_legacy', 'nda_status_history.status')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"nda_status_history"')::oid AND NOT attisdropped AND attname = 'status_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"nda_status_history"')::oid AND NOT attisdropped AND attname = 'status') AS lost$check$),
    ('grants.ndas.nda_type', 'FAILED',
     'who was granted anything on ndas.nda_type before the switch has it after the switch',
     'GRANT ... ("nda_type") ON "ndas" TO ...; or, if it was taken away on purpose, REVOKE ... ("nda_type_legacy") ON "ndas" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'ndas.nda_type_legacy', 'ndas.nda_type')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'nda_type_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'nda_type') AS lost$check$),
    ('grants.ndas.expiration_date', 'FAILED',
     'who was granted anything on ndas.expiration_date before the switch has it after the switch',
     'GRANT ... ("expiration_date") ON "ndas" TO ...; or, if it was taken away on purpose, REVOKE ... ("expiration_date_legacy") ON "ndas" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'ndas.expiration_date_legacy', 'ndas.expiration_date')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'expiration_date_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'expiration_date') AS lost$check$),
    ('grants.ndas.is_non_usmax', 'FAILED',
     'who was granted anything on ndas.is_non_usmax before the switch has it after the switch',
     'GRANT ... ("is_non_usmax") ON "ndas" TO ...; or, if it was taken away on purpose, REVOKE ... ("is_non_usmax_legacy") ON "ndas" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'ndas.is_non_usmax_legacy', 'ndas.is_non_usmax')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'is_non_usmax_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'is_non_usmax') AS lost$check$),
    ('grants.ndas.approved_by_id', 'FAILED',
     'who was granted anything on ndas.approved_by_id before the switch has it after the switch',
     'GRANT ... ("approved_by_id") ON "ndas" TO ...; or, if it was taken away on purpose, REVOKE ... ("approved_by_id_legacy") ON "ndas" FROM ...;',
     true,
$check$SELECT pg_catalog.format('%s may %s %s, and not %s',
              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,
              privilege_type, 'ndas.approved_by_id_legacy', 'ndas.approved_by_id')
  FROM (SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'approved_by_id_legacy'
   EXCEPT SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)
   WHERE attrelid = to_regclass('"ndas"')::oid AND NOT attisdropped AND attname = 'approved_by_id') AS lost$check$),
    ('enums.labels', 'FAILED',
     'every enum column has the Epic 10 labels, in their order',
     E'Compare with \\dT+ in psql; python manage.py migrate ndas finishes an interrupted release.',
     true,
$check$
    SELECT pg_catalog.format('%s.%s is %s (%s)', wanted.tab, wanted.col, coalesce(found.type, 'missing'),
                  coalesce(pg_catalog.array_to_string(found.labels, ', '), 'no enum'))
      FROM (VALUES ('ndas', 'status', 'NdaStatus', ARRAY['CREATED', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE', 'IN_REVISION', 'FULLY_EXECUTED', 'INACTIVE_CANCELED', 'EXPIRED']::text[]), ('nda_status_history', 'status', 'NdaStatus', ARRAY['CREATED', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE', 'IN_REVISION', 'FULLY_EXECUTED', 'INACTIVE_CANCELED', 'EXPIRED']::text[]), ('ndas', 'usmax_position', 'UsMaxPosition', ARRAY['PRIME', 'SUB_CONTRACTOR', 'OTHER']::text[]), ('ndas', 'nda_type', 'NdaType', ARRAY['MUTUAL', 'CONSULTANT']::text[])) AS wanted (tab, col, type, labels)
      LEFT JOIN LATERAL (
           SELECT t.typname::text AS type,
                  (SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder)
                     FROM pg_enum WHERE enumtypid = t.oid) AS labels
             FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = to_regclass(wanted.tab)::oid AND a.attname = wanted.col AND NOT a.attisdropped
           ) AS found ON true
     WHERE found.type IS DISTINCT FROM wanted.type OR (found.labels OPERATOR(pg_catalog.=) wanted.labels) IS NOT TRUE$check$),
    ('rows.status', 'FAILED',
     'every NDA''s status is the one its old status maps to',
     'SELECT id, status, status_legacy FROM ndas;',
     EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'status_legacy' AND NOT attisdropped),
$check$
    SELECT coalesce(status::text, 'NULL'), coalesce(status_legacy::text, 'NULL'), count(*), min(id)
      FROM ndas
     WHERE (coalesce(status::text, 'NULL'), coalesce(status_legacy::text, 'NULL')) NOT IN (VALUES ('CREATED', 'CREATED'), ('PENDING_APPROVAL', 'CREATED'), ('SENT_PENDING_SIGNATURE', 'EMAILED'), ('IN_REVISION', 'IN_REVISION'), ('FULLY_EXECUTED', 'FULLY_EXECUTED'), ('INACTIVE_CANCELED', 'INACTIVE'), ('INACTIVE_CANCELED', 'CANCELLED'), ('EXPIRED', 'FULLY_EXECUTED'), ('PENDING_APPROVAL', 'PENDING_APPROVAL'), ('SENT_PENDING_SIGNATURE', 'SENT_PENDING_SIGNATURE'), ('INACTIVE_CANCELED', 'INACTIVE_CANCELED'), ('EXPIRED', 'EXPIRED'))
     GROUP BY 1, 2 ORDER BY 1, 2$check$),
    ('rows.status_history', 'FAILED',
     'every status in a history is the one its old status maps to',
     'SELECT id, nda_id, status, status_legacy FROM nda_status_history;',
     EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"nda_status_history"')::oid AND attname = 'status_legacy' AND NOT attisdropped),
$check$
    SELECT coalesce(status::text, 'NULL'), coalesce(status_legacy::text, 'NULL'), count(*), min(id)
      FROM nda_status_history
     WHERE (coalesce(status::text, 'NULL'), coalesce(status_legacy::text, 'NULL')) NOT IN (VALUES ('CREATED', 'CREATED'), ('PENDING_APPROVAL', 'CREATED'), ('SENT_PENDING_SIGNATURE', 'EMAILED'), ('IN_REVISION', 'IN_REVISION'), ('FULLY_EXECUTED', 'FULLY_EXECUTED'), ('INACTIVE_CANCELED', 'INACTIVE'), ('INACTIVE_CANCELED', 'CANCELLED'), ('EXPIRED', 'FULLY_EXECUTED'), ('PENDING_APPROVAL', 'PENDING_APPROVAL'), ('SENT_PENDING_SIGNATURE', 'SENT_PENDING_SIGNATURE'), ('INACTIVE_CANCELED', 'INACTIVE_CANCELED'), ('EXPIRED', 'EXPIRED'))
     GROUP BY 1, 2 ORDER BY 1, 2$check$),
    ('rows.usmax_position', 'FAILED',
     'every NDA''s position is the one its old position maps to',
     'SELECT id, usmax_position, usmax_position_legacy FROM ndas;',
     EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('"ndas"')::oid AND attname = 'usmax_position_legacy' AND NOT attisdropped),
$check$
    SELECT coalesce(usmax_position::text, 'NULL'), coalesce(usmax_position_legacy::text, 'NULL'), count(*), min(id)
      FROM ndas
     WHERE (coalesce(usmax_position::text, 'NULL'), coalesce(usmax_position_legacy::text, 'NULL')) NOT IN (VALUES ('PRIME', 'PRIME'), ('PRIME', 'NULL'), ('SUB_CONTRACTOR', 'SUB'), ('OTHER', 'TEAMING'), ('OTHER', 'OTHER'), ('SUB_CONTRACTOR', 'SUB_CONTRACTOR'))
     GROUP BY 1, 2 ORDER BY 1, 2$check$),
    ('rows.nda_type', 'FAILED',
     'every NDA is Mutual or Consultant',
     'SELECT id, nda_type FROM ndas WHERE nda_type IS NULL;',
     true,
$check$
    SELECT coalesce(nda_type::text, 'NULL'), count(*), min(id) FROM ndas
     WHERE nda_type IS NULL OR nda_type::text NOT IN ('MUTUAL', 'CONSULTANT')
     GROUP BY 1 ORDER BY 1$check$),
    ('rows.is_non_usmax', 'FAILED',
     'every NDA says whether it is non-USmax',
     'UPDATE ndas SET is_non_usmax = false WHERE is_non_usmax IS NULL;',
     true,
$check$SELECT count(*), min(id) FROM ndas WHERE is_non_usmax IS NULL HAVING count(*) > 0$check$),
    ('rows.expiration_date', 'FAILED',
     'every NDA that was fully executed has an expiration date',
     'SET TimeZone = ''UTC''; UPDATE ndas SET expiration_date = fully_executed_date + interval ''1 year'' WHERE expiration_date IS NULL AND fully_executed_date >= ''0001-01-01'' AND fully_executed_date < ''9999-01-01'' AND status = ''FULLY_EXECUTED'';',
     true,
$check$
    SELECT count(*), min(id) FROM ndas
     WHERE (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END) < '9999-01-01' AND expiration_date IS NULL
       AND (status::text = 'FULLY_EXECUTED' OR 
        (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date')
         AND updated_at < ((SELECT min(created_at) FROM epic10_created_object) AT TIME ZONE 'UTC')
         AND NOT EXISTS (SELECT FROM epic10_archive
                          WHERE table_name = 'ndas' AND row_id = ndas.id
                              AND content ? 'expiration_date'::text)))
    HAVING count(*) > 0$check$),
    ('rows.expiration_rule', 'FAILED',
     'every expiration date the release computed is one year after the execution',
     'SELECT id, fully_executed_date, expiration_date FROM ndas;',
     true,
$check$
    SELECT count(*), min(id)
      FROM ndas
     WHERE CASE WHEN (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END) < '9999-01-01' THEN expiration_date <> (
        make_date(extract(year FROM (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END))::int + 1,
                  extract(month FROM (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END))::int,
                  CASE WHEN extract(month FROM (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END))::int = 2
                       THEN least(extract(day FROM (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END))::int, 28)
                       ELSE extract(day FROM (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END))::int END)
        + (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END)::time) END
       AND 
        (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date')
         AND updated_at < ((SELECT min(created_at) FROM epic10_created_object) AT TIME ZONE 'UTC')
         AND NOT EXISTS (SELECT FROM epic10_archive
                          WHERE table_name = 'ndas' AND row_id = ndas.id
                              AND content ? 'expiration_date'::text))
    HAVING count(*) > 0$check$),
    ('rows.expiration_by_hand', 'WARNING',
     'no expiration date was set by hand to another day than one year after the execution',
     'Nothing to do if somebody meant it; a rollback parks these dates and reports them. Where nobody did: UPDATE ndas SET expiration_date = NULL WHERE id = ...; while it is fully executed that computes it anew.',
     true,
$check$
    SELECT count(*), min(id)
      FROM ndas
     WHERE CASE WHEN (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END) >= '0001-01-01' AND (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END) < '9999-01-01' THEN expiration_date <> (
        make_date(extract(year FROM (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END))::int + 1,
                  extract(month FROM (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END))::int,
                  CASE WHEN extract(month FROM (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END))::int = 2
                       THEN least(extract(day FROM (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END))::int, 28)
                       ELSE extract(day FROM (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END))::int END)
        + (CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END)::time) END
       AND NOT coalesce(
        (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date')
         AND updated_at < ((SELECT min(created_at) FROM epic10_created_object) AT TIME ZONE 'UTC')
         AND NOT EXISTS (SELECT FROM epic10_archive
                          WHERE table_name = 'ndas' AND row_id = ndas.id
                              AND content ? 'expiration_date'::text)), false)
    HAVING count(*) > 0$check$),
    ('integrity.indexes', 'FAILED',
     'no index is invalid',
     'REINDEX INDEX CONCURRENTLY it, or drop it if its name ends in _ccnew or _ccold.',
     true,
$check$
    SELECT indexrelid::regclass, indrelid::regclass
      FROM pg_index
     WHERE NOT (indisvalid AND indisready AND indislive) AND indrelid = ANY (ARRAY(SELECT to_regclass(pg_catalog.quote_ident(name))::oid FROM pg_catalog.unnest(ARRAY['ndas', 'nda_status_history', 'contacts', 'agency_groups', 'subagencies', 'agency_group_grants', 'subagency_grants', 'documents', 'audit_log']::text[]) AS name))
     ORDER BY 1$check$)
  ) AS checks (id, verdict, title, hint, only_if, query) WHERE only_if LOOP
    BEGIN
      EXECUTE 'SELECT pg_catalog.string_agg(finding::text, ''; '') FROM (' || wanted.query || ') AS findings (finding)' INTO broken;
    EXCEPTION WHEN others THEN
      broken := 'could not be asked: ' || SQLERRM;
    END;
    INSERT INTO epic10_verdict VALUES (
      CASE WHEN broken IS NULL THEN 'OK' ELSE wanted.verdict END, wanted.id, wanted.title,
      broken, CASE WHEN broken IS NOT NULL THEN wanted.hint END);
  END LOOP;
END
$epic10$;

SELECT verdict, check_id, title, findings, hint FROM epic10_verdict ORDER BY verdict, check_id;

DO $epic10$
DECLARE
  failed int := (SELECT count(*) FROM epic10_verdict WHERE verdict = 'FAILED');
  total int := (SELECT count(*) FROM epic10_verdict);
BEGIN
  IF failed > 0 OR total = 0 THEN
    RAISE EXCEPTION '% of % checks failed.', failed, total USING HINT = 'The table above says which, and what to do.';
  END IF;
  RAISE NOTICE '% checks passed.', total;
END
$epic10$;
