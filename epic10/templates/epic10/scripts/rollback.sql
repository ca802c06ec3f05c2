-- Epic 10, undone: exactly the schema of before, from wherever migration.sql or
-- "manage.py migrate ndas" stopped, finished included.
--
-- Written from ndas/migrations/{{ name }}.py by
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

{% include "prologue.sql" %}
DO $epic10$
DECLARE
  later text;
BEGIN
  IF {{ has_django_migrations }} THEN
    SELECT pg_catalog.string_agg(name, ', ') INTO later FROM django_migrations
     WHERE app::text = '{{ app_label }}' AND name::text > '{{ name }}';
    IF later IS NOT NULL THEN
      RAISE EXCEPTION 'Later migrations of {{ app_label }} are in place: %.', later
        USING HINT = 'python manage.py migrate {{ app_label }} {{ previous }}';
    END IF;
  END IF;
END
$epic10$;
-- Objects of others that use what goes, and event triggers that would keep it.
{{ in_the_way }}
{% for phase in phases %}
-- ============================================================
-- {{ phase.name }}, undone
-- ============================================================
{{ phase.sql }}
{% endfor %}
DO $epic10$
BEGIN
  IF {{ has_django_migrations }} THEN
    DELETE FROM django_migrations WHERE app::text = '{{ app_label }}' AND name::text = '{{ name }}';
  END IF;
END
$epic10$;

DO $epic10$ BEGIN PERFORM pg_advisory_unlock({{ lock_key }}); END $epic10$;
{{ finished }}
