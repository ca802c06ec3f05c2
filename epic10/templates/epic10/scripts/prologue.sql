-- Whatever a .psqlrc says.
\set AUTOCOMMIT on
\set ON_ERROR_ROLLBACK off
\set ON_ERROR_STOP on

{{ server }};

{{ started }}

-- After epic10_finalize there is no way back, and nothing left to do.
DO $epic10$
BEGIN
  IF {{ finalized }} THEN
    RAISE EXCEPTION 'Epic 10 is finalized in this database.' USING HINT = 'python manage.py epic10_validate';
  END IF;
END
$epic10$;

DO $epic10$
BEGIN
  IF NOT pg_try_advisory_lock({{ lock_key }}) THEN
    RAISE EXCEPTION 'Somebody else is migrating this database.' USING HINT = 'Wait, then run this script again.';
  END IF;
END
$epic10$;

{{ settings }}

-- Missing privileges are reported before anything is changed.
{{ privileges }}

-- The ledger records what Epic 10 did, so that a rollback drops nothing else.
SET client_min_messages = warning;
{{ ledger }}
RESET client_min_messages;
