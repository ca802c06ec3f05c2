"""
The rules of the workflow, enforced by the database so that no script can break them.

They are not part of the release: ``migrate ndas 0002`` undoes only this migration, and ``migrate ndas 0001`` undoes it
first, so that the previous application never meets the rules. They are those of ``ndas/guards.py``, frozen here.
"""

from django.db import migrations
from pgtrigger.compiler import Trigger

from epic10.operations import AddGuard, Note, Phase
from epic10.operations.guards import GuardSql
from epic10.postgres.locks import ACCESS_EXCLUSIVE, SHARE_ROW_EXCLUSIVE

TRANSITIONS = """\
  IF (OLD.status::text, NEW.status::text) NOT IN (
    ('CREATED', 'PENDING_APPROVAL'),
    ('CREATED', 'SENT_PENDING_SIGNATURE'),
    ('CREATED', 'INACTIVE_CANCELED'),
    ('PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE'),
    ('PENDING_APPROVAL', 'CREATED'),
    ('SENT_PENDING_SIGNATURE', 'IN_REVISION'),
    ('SENT_PENDING_SIGNATURE', 'FULLY_EXECUTED'),
    ('SENT_PENDING_SIGNATURE', 'INACTIVE_CANCELED'),
    ('IN_REVISION', 'SENT_PENDING_SIGNATURE'),
    ('IN_REVISION', 'FULLY_EXECUTED'),
    ('IN_REVISION', 'INACTIVE_CANCELED'),
    ('FULLY_EXECUTED', 'INACTIVE_CANCELED'),
    ('FULLY_EXECUTED', 'EXPIRED'),
    ('INACTIVE_CANCELED', 'CREATED'),
    ('INACTIVE_CANCELED', 'SENT_PENDING_SIGNATURE'),
    ('INACTIVE_CANCELED', 'IN_REVISION'),
    ('INACTIVE_CANCELED', 'FULLY_EXECUTED')
  ) THEN
    RAISE EXCEPTION 'NDA % cannot go from % to %.%', OLD.display_id, OLD.status, NEW.status,
      CASE OLD.status::text WHEN 'PENDING_APPROVAL' THEN ' It waits for approval in the new application.'
        WHEN 'EXPIRED' THEN ' It has expired, and stays what it is.' ELSE '' END
      USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.status::text = 'PENDING_APPROVAL' AND NEW.status::text = 'SENT_PENDING_SIGNATURE'
     AND (NEW.approved_by_id IS NULL OR NEW.approved_by_id = NEW.created_by_id) THEN
    RAISE EXCEPTION 'NDA % needs the approval of somebody else than its author.', OLD.display_id
      USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.status::text = 'PENDING_APPROVAL' AND NEW.status::text = 'CREATED'
     AND coalesce(trim(NEW.rejection_reason), '') = '' THEN
    RAISE EXCEPTION 'NDA % cannot be rejected without a reason.', OLD.display_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;"""

# In UTC whatever the writer's time zone, also where somebody has made a timestamptz of the date.
EXECUTED_UTC = (
    "(CASE WHEN pg_catalog.pg_typeof(NEW.fully_executed_date)::oid = 'timestamptz'::regtype::oid "
    "THEN pg_catalog.timezone('UTC', NEW.fully_executed_date::timestamptz) ELSE NEW.fully_executed_date::timestamp END)"
)

EXPIRATION = f"""\
  NEW.expiration_date := {EXECUTED_UTC} + interval '1 year';
  RETURN NEW;"""

A_CONTACT_IS_GONE = """\
  IF TG_OP = 'UPDATE' THEN
    IF NEW.user_id IS NULL AND NOT EXISTS (SELECT FROM contacts WHERE id = OLD.user_id)
       AND (NEW.id, NEW.action, NEW.entity_type, NEW.entity_id, NEW.details, NEW.created_at)
           IS NOT DISTINCT FROM (OLD.id, OLD.action, OLD.entity_type, OLD.entity_id, OLD.details, OLD.created_at) THEN
      RETURN NEW;
    END IF;
  END IF;
"""

REFUSE = """\
  RAISE EXCEPTION 'Rows of {} are never changed and never deleted.' USING ERRCODE = 'check_violation';"""


def guard(model_name, name, pgid, table, func, *, operation, condition="", level="ROW"):
    sql = GuardSql(
        pgid=pgid, table=table, func=func, when="BEFORE", operation=operation, condition=condition, level=level
    )
    return AddGuard(model_name, Trigger(name=name, sql=sql))


def append_only(model_name, table, changed, truncated, *, but=""):
    ids, refuse = (f"pgtrigger_append_only_{changed}", f"pgtrigger_no_truncate_{truncated}"), REFUSE.format(table)
    return [
        guard(model_name, "append_only", ids[0], table, but + refuse, operation="UPDATE OR DELETE"),
        guard(model_name, "no_truncate", ids[1], table, refuse, operation="TRUNCATE", level="STATEMENT"),
    ]


GUARD = [
    Note("10.3, 10.6", "An NDA goes only where the workflow leads, and not without an approval or a reason."),
    guard(
        "nda",
        "transitions",
        "pgtrigger_transitions_868c9",
        "ndas",
        TRANSITIONS,
        operation="UPDATE",
        condition="WHEN (OLD.status::text IS DISTINCT FROM NEW.status::text)",
    ),
    Note("10.4", "What is fully executed ends a year later, whoever wrote it."),
    guard(
        "nda",
        "expiration",
        "pgtrigger_expiration_38cfc",
        "ndas",
        EXPIRATION,
        operation="INSERT OR UPDATE",
        condition="WHEN (NEW.status::text = 'FULLY_EXECUTED' AND NEW.expiration_date IS NULL"
        f" AND {EXECUTED_UTC} >= '0001-01-01' AND {EXECUTED_UTC} < '9999-01-01')",
    ),
    Note("10.6", "What is on record stays on record."),
    *append_only("ndastatushistory", "nda_status_history", "0e01c", "3148a"),
    *append_only("auditlog", "audit_log", "e6096", "1ee15", but=A_CONTACT_IS_GONE),
]

GUARDED = ["ndas", "nda_status_history", "audit_log"]


class Migration(migrations.Migration):
    # The phase opens its own transaction, once per attempt to get its locks.
    atomic = False
    dependencies = [("ndas", "0002_epic_10_customer_feedback")]

    operations = [
        # The permissions. Who has them is in ndas/access/groups.py.
        migrations.AlterModelOptions(
            "nda",
            {
                "verbose_name": "NDA",
                "permissions": [
                    ("mark_nda_status", "Can mark the status of NDAs"),
                    ("approve_nda", "Can approve and reject NDAs"),
                    ("view_every_nda", "Can see the NDAs of every agency"),
                ],
            },
        ),
        Phase(
            "guard",
            "Let the database keep the rules of the workflow.",
            GUARD,
            lock=[(table, SHARE_ROW_EXCLUSIVE) for table in GUARDED],
            # To drop a trigger takes more than to create one.
            lock_back=[(table, ACCESS_EXCLUSIVE) for table in GUARDED],
        ),
    ]
