"""Checks of the NDA register once Epic 10 is live."""

from django.apps import apps

from epic10.checks import Check, register, violations
from epic10.checks.after import can_use_index, indexes_usable, labels_in_order, no_orphans, pairs, readable
from epic10.release.state import BEGAN_UTC
from ndas.release import mapping

# Nobody has saved the row since the release began, the column was added by the
# release, and no rollback has parked a date: so the migration has computed this one.
COMPUTED = f"""
        (EXISTS (SELECT FROM epic10_created_object WHERE kind = 'column' AND name = 'ndas.expiration_date')
         AND updated_at < {BEGAN_UTC}
         AND NOT EXISTS (SELECT FROM epic10_archive
                          WHERE table_name = 'ndas' AND row_id = ndas.id
                              AND content ? 'expiration_date'::text))"""

OTHER_DATE = f"""
    SELECT count(*), min(id)
      FROM ndas
     WHERE CASE WHEN {mapping.A_DATE} THEN expiration_date <> ({mapping.ONE_YEAR_LATER}) END
       AND {{whose}}
    HAVING count(*) > 0"""

OTHER_TYPE = """
    SELECT coalesce(nda_type::text, 'NULL'), count(*), min(id) FROM ndas
     WHERE nda_type IS NULL OR nda_type::text NOT IN ('MUTUAL', 'CONSULTANT')
     GROUP BY 1 ORDER BY 1"""

UNDECIDED = "SELECT count(*), min(id) FROM ndas WHERE is_non_usmax IS NULL HAVING count(*) > 0"

NEVER_EXPIRES = f"""
    SELECT count(*), min(id) FROM ndas
     WHERE {mapping.A_DATE} AND expiration_date IS NULL
       AND (status::text = 'FULLY_EXECUTED' OR {COMPUTED})
    HAVING count(*) > 0"""

# In one line, so that it can be typed.
GIVE_IT_ONE = (
    "SET TimeZone = 'UTC'; UPDATE ndas SET expiration_date = fully_executed_date + interval '1 year' "
    "WHERE expiration_date IS NULL AND fully_executed_date >= '0001-01-01' AND fully_executed_date < '9999-01-01' "
    "AND status = 'FULLY_EXECUTED';"
)

# The predicate on status is written so that the status index cannot serve it, and the
# plan says something about the expiry index alone.
EXPIRED_BY_NOW = """
    SELECT id FROM ndas
     WHERE status::text = 'FULLY_EXECUTED' AND expiration_date <= now() AT TIME ZONE 'UTC'"""


def models():
    return apps.get_app_config("ndas").get_models()


register(
    Check(
        "enums.labels",
        "every enum column has the Epic 10 labels, in their order",
        labels_in_order(
            {
                ("ndas", "status"): ("NdaStatus", mapping.STATUSES),
                ("nda_status_history", "status"): ("NdaStatus", mapping.STATUSES),
                ("ndas", "usmax_position"): ("UsMaxPosition", mapping.POSITIONS),
                ("ndas", "nda_type"): ("NdaType", mapping.TYPES),
            }
        ),
        hint="Compare with \\dT+ in psql; python manage.py migrate ndas finishes an interrupted release.",
    ),
    Check(
        "rows.status",
        "every NDA's status is the one its old status maps to",
        pairs("ndas", "status", "status_legacy", allowed=mapping.STATUS_PAIRS),
        hint="SELECT id, status, status_legacy FROM ndas;",
    ),
    Check(
        "rows.status_history",
        "every status in a history is the one its old status maps to",
        pairs("nda_status_history", "status", "status_legacy", allowed=mapping.STATUS_PAIRS),
        hint="SELECT id, nda_id, status, status_legacy FROM nda_status_history;",
    ),
    Check(
        "rows.usmax_position",
        "every NDA's position is the one its old position maps to",
        pairs("ndas", "usmax_position", "usmax_position_legacy", allowed=mapping.POSITION_PAIRS),
        hint="SELECT id, usmax_position, usmax_position_legacy FROM ndas;",
    ),
    Check(
        "rows.nda_type",
        "every NDA is Mutual or Consultant",
        violations(OTHER_TYPE, "{}, rows: {:,}, such as {}"),
        hint="SELECT id, nda_type FROM ndas WHERE nda_type IS NULL;",
    ),
    Check(
        "rows.is_non_usmax",
        "every NDA says whether it is non-USmax",
        violations(UNDECIDED, "rows: {:,}, such as {}"),
        hint="UPDATE ndas SET is_non_usmax = false WHERE is_non_usmax IS NULL;",
    ),
    Check(
        "rows.expiration_date",
        "every NDA that was fully executed has an expiration date",
        violations(NEVER_EXPIRES, "rows: {:,}, such as {}"),
        hint=GIVE_IT_ONE,
    ),
    Check(
        "rows.expiration_rule",
        "every expiration date the release computed is one year after the execution",
        violations(OTHER_DATE.format(whose=COMPUTED), "rows: {:,}, such as {}"),
        hint="SELECT id, fully_executed_date, expiration_date FROM ndas;",
    ),
    Check(
        "rows.expiration_by_hand",
        "no expiration date was set by hand to another day than one year after the execution",
        violations(OTHER_DATE.format(whose=f"NOT coalesce({COMPUTED}, false)"), "rows: {:,}, such as {}"),
        hint="Nothing to do if somebody meant it; a rollback parks these dates and reports them. Where nobody did: "
        "UPDATE ndas SET expiration_date = NULL WHERE id = ...; while it is fully executed that computes it anew.",
        blocking=False,
    ),
    Check(
        "integrity.orphans",
        "every foreign key points at a row that is there",
        no_orphans(mapping.TABLES, models),
        hint="Restore the missing row, or clear the reference to it.",
    ),
    Check(
        "integrity.indexes",
        "no index is invalid",
        indexes_usable(mapping.TABLES),
        hint="REINDEX INDEX CONCURRENTLY it, or drop it if its name ends in _ccnew or _ccold.",
    ),
    Check(
        "query.expiry",
        "the daily expiry query can use idx_ndas_expiration_date",
        can_use_index("idx_ndas_expiration_date", EXPIRED_BY_NOW),
        hint="python manage.py migrate ndas",
    ),
    Check(
        "models.read",
        "every model can be read from its table",
        readable(models),
        hint="Compare ndas/models/ with the table: python manage.py inspectdb <table>",
    ),
)
