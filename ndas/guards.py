"""Rules that the database itself enforces, so that no script can break them."""

import pgtrigger

from epic10.operations.guards import Guard
from ndas.workflow import CREATED, EDGES, EXECUTED, EXPIRED, PENDING, SENT

PAIRS = ",\n    ".join(f"('{edge.source}', '{edge.target}')" for edge in EDGES)

TRANSITIONS = Guard(
    name="transitions",
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition("OLD.status::text IS DISTINCT FROM NEW.status::text"),
    func=f"""\
  IF (OLD.status::text, NEW.status::text) NOT IN (
    {PAIRS}
  ) THEN
    RAISE EXCEPTION 'NDA % cannot go from % to %.%', OLD.display_id, OLD.status, NEW.status,
      CASE OLD.status::text WHEN '{PENDING}' THEN ' It waits for approval in the new application.'
        WHEN '{EXPIRED}' THEN ' It has expired, and stays what it is.' ELSE '' END
      USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.status::text = '{PENDING}' AND NEW.status::text = '{SENT}'
     AND (NEW.approved_by_id IS NULL OR NEW.approved_by_id = NEW.created_by_id) THEN
    RAISE EXCEPTION 'NDA % needs the approval of somebody else than its author.', OLD.display_id
      USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.status::text = '{PENDING}' AND NEW.status::text = '{CREATED}'
     AND coalesce(trim(NEW.rejection_reason), '') = '' THEN
    RAISE EXCEPTION 'NDA % cannot be rejected without a reason.', OLD.display_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;""",
)

# In UTC whatever the writer's time zone, also where somebody has made a timestamptz of the date.
EXECUTED_UTC = (
    "(CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid "
    "THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END)"
)

# One calendar year, by the rule of 0002: from 29 February to 28 February, and not
# for dates that Python cannot read back.
EXPIRATION = Guard(
    name="expiration",
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Condition(
        f"NEW.status::text = '{EXECUTED}' AND NEW.expiration_date IS NULL"
        f" AND {EXECUTED_UTC} >= '0001-01-01' AND {EXECUTED_UTC} < '9999-01-01'"
    ),
    func=f"""\
  NEW.expiration_date := {EXECUTED_UTC} + interval '1 year';
  RETURN NEW;""",
)


def append_only(table: str, but: str = "") -> list[Guard]:
    """Rows of the table are only added, never changed, deleted or truncated; ``but`` is a condition for exceptions."""
    refuse = f"""\
  RAISE EXCEPTION 'Rows of {table} are never changed and never deleted.' USING ERRCODE = 'check_violation';"""
    let_pass = (
        but
        and f"""\
  IF TG_OP = 'UPDATE' THEN
    IF {but} THEN
      RETURN NEW;
    END IF;
  END IF;
"""
    )
    return [
        Guard(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete, func=let_pass + refuse),
        Guard(name="no_truncate", operation=pgtrigger.Truncate, level=pgtrigger.Statement, func=refuse),
    ]


# Deleting a user sets the audit's reference to NULL: that is the foreign key, not a script.
A_CONTACT_IS_GONE = """\
NEW.user_id IS NULL AND NOT EXISTS (SELECT FROM contacts WHERE id = OLD.user_id)
       AND (NEW.id, NEW.action, NEW.entity_type, NEW.entity_id, NEW.details, NEW.created_at)
           IS NOT DISTINCT FROM (OLD.id, OLD.action, OLD.entity_type, OLD.entity_id, OLD.details, OLD.created_at)"""
