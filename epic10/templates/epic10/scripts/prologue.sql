{{ server }};

{{ started }}

DO $epic10$
BEGIN
  IF NOT pg_try_advisory_lock({{ lock_key }}) THEN
    RAISE EXCEPTION 'Somebody else is migrating this database.' USING HINT = 'Wait, then run this script again.';
  END IF;
END
$epic10$;

{{ settings }}

-- What the role may not do it is told before anything is changed.
{{ privileges }}

-- Where Epic 10 remembers what it did, so that a rollback drops nothing else.
SET client_min_messages = warning;
{{ ledger }}
RESET client_min_messages;
