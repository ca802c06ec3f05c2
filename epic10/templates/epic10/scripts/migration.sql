-- Epic 10, customer feedback: every schema and data change. Stories 10.1 to 10.6.
--
-- Written from ndas/migrations/{{ name }}.py by
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

{% include "prologue.sql" %}
\if :{?orphans}
SELECT pg_catalog.set_config('epic10.orphans', :'orphans', false) AS orphans \gset
\endif
{% for phase in phases %}
-- ============================================================
-- {{ phase.name }}: {{ phase.purpose }}
-- ============================================================
{{ phase.sql }}
{% endfor %}
-- ============================================================
-- Checks after
-- ============================================================
{{ checks_after }}

-- Record it for Django, if Django manages this database.
DO $epic10$
BEGIN
  IF {{ has_django_migrations }} THEN
    INSERT INTO django_migrations (app, name, applied)
    SELECT '{{ app_label }}', '{{ name }}', now()
     WHERE EXISTS (SELECT FROM django_migrations WHERE app::text = '{{ app_label }}' AND name::text = '{{ previous }}')
       AND NOT EXISTS (SELECT FROM django_migrations WHERE app::text = '{{ app_label }}' AND name::text = '{{ name }}');
  END IF;
END
$epic10$;

DO $epic10$ BEGIN PERFORM pg_advisory_unlock({{ lock_key }}); END $epic10$;
{{ finished }}
