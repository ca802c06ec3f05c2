-- Is Epic 10 in place? One row a check; psql exits 3 when anything is wrong.
--
-- Written from ndas/migrations/{{ name }}.py by
--   python manage.py epic10_scripts
-- Do not edit it: change the migration, then write it anew.
--
-- Run         psql -X -v ON_ERROR_STOP=1 -f verify.sql DATABASE

CREATE TEMPORARY TABLE epic10_verdict (verdict text, check_id text, title text, findings text, hint text);

DO $epic10$
DECLARE
  broken text;
BEGIN
{% for check in checks %}
  BEGIN
    SELECT string_agg(finding::text, '; ') INTO broken FROM (
{{ check.sql }}
    ) AS findings (finding);
  EXCEPTION WHEN others THEN
    broken := 'could not be asked: ' || SQLERRM;
  END;
  INSERT INTO epic10_verdict VALUES (
    CASE WHEN broken IS NULL THEN 'OK' ELSE {{ check.verdict }} END, {{ check.id }},
    {{ check.title }},
    broken, CASE WHEN broken IS NOT NULL THEN {{ check.hint }} END);
{% endfor %}
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
