"""The pages' queries in the labels of either release, and the old labels that may turn up."""

from django.http import QueryDict

from epic10.checks import WATCH, Check, Fact, register, violations
from epic10.monitoring import queries
from epic10.monitoring.queries import TimedQuery
from ndas import workflow
from ndas.access.actors import Actor
from ndas.access.scope import visible_to
from ndas.models import Contact
from ndas.web.filters import Filters
from ndas.web.views.detail import RELATED, audit_of
from ndas.web.views.listing import A_PAGE, COUNTED, Pages

LIST_LIMIT, DETAIL_LIMIT = 500, 200  # milliseconds, acceptance criterion 6
A_YEAR = "effective_from=01/01/2024&effective_to=12/31/2024"

# The page and its count, as the previous application's list queries them.
LISTED = f"""
    SELECT ndas.*, agency_groups.*, subagencies.* FROM ndas
      JOIN agency_groups ON agency_groups.id = agency_group_id
      LEFT JOIN subagencies ON subagencies.id = subagency_id
     WHERE {{where}} ORDER BY display_id DESC LIMIT {A_PAGE}"""
COUNT = f"SELECT count(*) FROM (SELECT FROM ndas WHERE {{where}} LIMIT {COUNTED + 1}) AS found"
NEWEST = "SELECT id FROM ndas ORDER BY display_id DESC LIMIT 1"
DETAIL = """
    SELECT ndas.*, agency_groups.*, subagencies.*, one.*, two.*, three.*, author.*, origin.* FROM ndas
      JOIN agency_groups ON agency_groups.id = ndas.agency_group_id
      LEFT JOIN subagencies ON subagencies.id = ndas.subagency_id
      LEFT JOIN contacts AS one ON one.id = ndas.opportunity_poc_id
      LEFT JOIN contacts AS two ON two.id = ndas.contracts_poc_id
      LEFT JOIN contacts AS three ON three.id = ndas.relationship_poc_id
      LEFT JOIN contacts AS author ON author.id = ndas.created_by_id
      LEFT JOIN ndas AS origin ON origin.id = ndas.cloned_from_id
     WHERE ndas.id = %s"""
HISTORY = "SELECT * FROM nda_status_history WHERE nda_id = %s ORDER BY changed_at, id"
DOCUMENTS = "SELECT * FROM documents WHERE nda_id = %s ORDER BY uploaded_at DESC"
AUDIT = "SELECT * FROM audit_log WHERE entity_id = %s AND entity_type = 'nda' ORDER BY created_at DESC LIMIT 50"

NOT_OVER = "status OPERATOR(pg_catalog.<>) ALL ('{INACTIVE,CANCELLED}')"
FILTERS = {
    "list": ("", NOT_OVER),
    "list, every status": ("status=ALL", "true"),
    "list by status": ("status=SENT_PENDING_SIGNATURE", "status OPERATOR(pg_catalog.=) 'EMAILED'"),
    "list by position": ("position=SUB_CONTRACTOR", f"usmax_position OPERATOR(pg_catalog.=) 'SUB' AND {NOT_OVER}"),
    "list by company": ("company=gran", f"upper(company_name) LIKE 'GRAN%' AND {NOT_OVER}"),
    "list by date": (A_YEAR, f"effective_date >= '2024-01-01' AND effective_date < '2025-01-01' AND {NOT_OVER}"),
    "list by type": ("type=CONSULTANT", None),
    "list by expiration": ("expiring=30", None),
    "search": ("q=granite", None),
}

# Only the previous application writes these; the new one does not have such labels.
OLD_WORDS = """
    SELECT coalesce(details -> 'after'::text ->> 'status'::text, details ->> 'after'::text)
        AS label, count(*), min(entity_id)
      FROM audit_log
     WHERE entity_type = 'nda' AND created_at > (now() AT TIME ZONE 'UTC') - interval '1 hour'
       AND created_at > (SELECT max(finished_at) AT TIME ZONE 'UTC' FROM epic10_phase_run
                          WHERE phase = 'switch' AND direction = 'forwards')
       AND coalesce(details -> 'after'::text ->> 'status'::text, details ->> 'after'::text) IN ('EMAILED',
           'INACTIVE', 'CANCELLED')
     GROUP BY 1 ORDER BY 1"""

# Task group 10, "comprehensive validation queries".
COUNTS = {
    "NDAs": "true",
    "with a USmax position": "usmax_position IS NOT NULL",
    "with a type": "nda_type IS NOT NULL",
    "with an expiration date": "expiration_date IS NOT NULL",
    "approved by a contact that does not exist": "approved_by_id IS NOT NULL AND approved_by_id NOT IN "
    "(SELECT id FROM contacts)",
}


def everybodys(db):
    """An actor who sees every NDA and is no real contact."""
    contact = Contact()
    contact._state.db = db.alias
    return Actor(contact, frozenset({workflow.VIEW, workflow.VIEW_EVERY}))


def a_list(query):
    def ask(db):
        ndas = Filters(everybodys(db), QueryDict(query)).ndas()
        return list(Pages(ndas, A_PAGE).get_page(1))

    return ask


def the_old_list(where):
    def ask(db):
        return [db.rows(statement.format(where=where)) for statement in (LISTED, COUNT)]

    return where and ask


def a_detail(db):
    for nda in visible_to(everybodys(db)).order_by("-display_id")[:1].values_list("pk", flat=True):
        found = visible_to(everybodys(db)).select_related(*RELATED, "created_by", "cloned_from").get(pk=nda)
        list(found.status_history.select_related("changed_by").order_by("changed_at", "pk"))
        list(found.documents.select_related("uploaded_by").order_by("-uploaded_at"))
        list(audit_of(found).using(db.alias))


def the_old_detail(db):
    for newest in db.rows(NEWEST):
        for statement in (DETAIL, HISTORY, DOCUMENTS, AUDIT):
            db.rows(statement, newest)


def counted(db):
    wanted = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in COUNTS.values())
    [counts] = db.rows(f"SELECT {wanted} FROM ndas")
    return [Fact(", ".join(f"{count:,} {name}" for name, count in zip(COUNTS, counts, strict=True)))]


queries.register(
    *(TimedQuery(name, LIST_LIMIT, a_list(query), the_old_list(where)) for name, (query, where) in FILTERS.items()),
    TimedQuery("detail", DETAIL_LIMIT, a_detail, the_old_detail),
)
register(
    Check(
        "labels.audit",
        "nobody has written an old label to the audit log within the last hour",
        violations(OLD_WORDS, "{}, entries: {:,}, such as of NDA {}"),
        when=WATCH,
        hint="The previous application is still running somewhere: SELECT * FROM pg_stat_activity;",
    ),
    Check("rows.counted", "the rows can be counted", counted, when=WATCH),
)
