-- Is Epic 10 in place? One row per check; psql exits with 3 if anything is wrong.
--
-- Written from ndas/migrations/{{ name }}.py by
--   python manage.py epic10_scripts
-- Do not edit it: change the migration, then write it anew.
--
-- Run         psql -X -v ON_ERROR_STOP=1 -f verify.sql DATABASE

-- Whatever a .psqlrc says.
\set AUTOCOMMIT on
\set ON_ERROR_ROLLBACK off
\set ON_ERROR_STOP on

{{ settings }}

-- After epic10_finalize there is no way back, and nothing left to do.
DO $epic10$
BEGIN
  IF {{ finalized }} THEN
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
{% for check in checks %}    ({{ check.id }}, {{ check.verdict }},
     {{ check.title }},
     {{ check.hint }},
     {{ check.only_if }},
$check${{ check.sql }}$check$){% if not forloop.last %},{% endif %}
{% endfor %}  ) AS checks (id, verdict, title, hint, only_if, query) WHERE only_if LOOP
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
