"""The invented NDAs and their histories."""

from ndas.seed import words
from ndas.seed.times import AUDITED_SINCE, DAY, evenly, in_office_hours, next_leap_day, timestamp

CLONE_EVERY = 12
SLOWEST_STEP = 20 * DAY


def ndas(batch):
    return f"""
        INSERT INTO ndas (id, display_id, company_name, company_city, company_state, state_of_incorporation,
                          agency_group_id, subagency_id, agency_office_name, abbreviated_name,
                          authorized_purpose, effective_date, usmax_position, status, fully_executed_date,
                          opportunity_poc_id, contracts_poc_id, relationship_poc_id, cloned_from_id,
                          created_by_id, created_at, updated_at)
        SELECT id, n, name || ' ' || trade || ' ' || form,
               {batch.pick("city", words.CITIES, of="origin")},
               {batch.pick("city", words.CITIES.values(), of="origin")},
               {batch.weigh("incorporated", words.INCORPORATED, of="origin")},
               {batch.agency_group(of="origin")},
               CASE WHEN {batch.draw("has subagency", 3)} > 0 THEN {batch.subagency(of="origin")} END,
               {batch.weigh("office", words.OFFICES, of="origin")},
               upper(left(name, 3) || left(trade, 3)),
               {batch.pick("purpose", words.PURPOSES)},
               pg_catalog.date_trunc('day', executed_at),
               {batch.weigh("position", words.POSITIONS)}::"UsMaxPosition",
               statuses[pg_catalog.cardinality(statuses)]::"NdaStatus",
               {recorded_execution(batch)},
               CASE WHEN {batch.draw("own opportunity", 4)} > 0 THEN {batch.contact("creator")}
                    ELSE {batch.contact("opportunity")} END,
               CASE WHEN {batch.draw("has contracts", 3)} > 0 THEN {batch.contact("contracts")} END,
               {batch.contact("relationship")},
               CASE WHEN origin < n THEN {batch.key("nda", "origin")} END,
               {batch.contact("creator")},
               {timestamp("created")}, {timestamp("created + (pg_catalog.cardinality(statuses) - 1) * pace")}
          FROM {journeys(batch)},
               LATERAL (SELECT {batch.pick("name", words.COMPANY_NAMES, of="origin")} AS name,
                               {batch.pick("trade", words.TRADES, of="origin")} AS trade,
                               {batch.weigh("form", words.LEGAL_FORMS, of="origin")} AS form) AS company"""


def status_history(batch):
    return f"""
        INSERT INTO nda_status_history (id, nda_id, status, changed_at, changed_by_id)
        SELECT {batch.key("history", "n || '/' || step")}, id, status::"NdaStatus",
               {timestamp("created + (step - 1) * pace")},
               CASE step WHEN 1 THEN {batch.contact("creator")}
                    ELSE {batch.contact("actor", of="n * 8 + step")} END
          FROM {journeys(batch)}, pg_catalog.unnest(statuses) WITH ORDINALITY AS stop(status, step)"""


def documents(batch):
    """One document for each time an NDA was sent, revised or signed."""
    return f"""
        INSERT INTO documents (id, nda_id, filename, s3_key, document_type, content_type, file_size,
                               is_fully_executed, version, uploaded_by_id, uploaded_at)
        SELECT {batch.key("document", "n || '/' || step")}, nda_id, filename,
               'ndas/' || nda_id || '/' || filename, document_type::"DocumentType", 'application/pdf',
               40000 + {batch.draw("size", 900_000, of="n * 8 + step")},
               document_type = 'FULLY_EXECUTED', step - 1, changed_by_id, changed_at
          FROM {happenings(batch)},
               LATERAL (SELECT CASE status WHEN 'EMAILED' THEN 'GENERATED'
                                           WHEN 'IN_REVISION' THEN 'UPLOADED'
                                           WHEN 'FULLY_EXECUTED' THEN 'FULLY_EXECUTED' END AS document_type,
                               'NDA-' || n || '-v' || step - 1 || '.pdf' AS filename) AS document
         WHERE document_type IS NOT NULL"""


def audit_log(batch):
    return f"""
        INSERT INTO audit_log (id, action, entity_type, entity_id, user_id, details, created_at)
        SELECT {batch.key("audit", "n || '/' || step")},
               CASE step WHEN 1 THEN 'nda_created' ELSE 'nda_status_changed' END,
               'nda', nda_id, changed_by_id,
               pg_catalog.jsonb_build_object('before', status_before, 'after', status), changed_at
          FROM {happenings(batch)}
         WHERE changed_at >= {timestamp(AUDITED_SINCE)}"""


def journeys(batch):
    """
    A row for each NDA: ``statuses``, when it was ``created``, the ``pace`` from one status to the next, when it was
    signed, and of which NDA (``origin``) it is a clone.

    They are created evenly over the years, in the order of their numbers. Half of those that could be signed on a leap
    day are. The original of a clone is one of the eleven NDAs before it, none of which is a clone.
    """
    return f"""(
        SELECT n, {batch.key("nda", "n")} AS id, statuses, created, pace, origin,
               {timestamp("created + (executed_step - 1) * pace")} AS executed_at
          FROM {batch.numbers(batch.rows)},
               LATERAL (SELECT string_to_array({batch.weigh("journey", words.JOURNEYS)}, ' ')
                               AS statuses) AS course,
               LATERAL (SELECT pg_catalog.array_position(statuses, 'FULLY_EXECUTED') AS executed_step) AS signature,
               LATERAL (SELECT {evenly(f"(n - {batch.first})", batch.rows)} AS planned) AS plan,
               LATERAL (SELECT {in_office_hours("planned")} AS created) AS creation,
               LATERAL (SELECT CASE WHEN {batch.draw("leap", 2)} > 0 THEN {next_leap_day("created")} END
                               AS leap_day) AS calendar,
               LATERAL (SELECT coalesce((leap_day - created) / (executed_step - 1),
                                        {DAY} + {batch.draw("pace", SLOWEST_STEP - DAY)}) AS pace) AS pacing,
               LATERAL (SELECT CASE WHEN n % {CLONE_EVERY} = 0 AND n - {batch.first} >= {CLONE_EVERY}
                                    THEN n - 1 - {batch.draw("origin", CLONE_EVERY - 1)}
                                    ELSE n END AS origin) AS cloning
        ) AS journeys"""


def happenings(batch):
    """The history rows just written, each with ``n``, ``step`` and ``status_before``."""
    return f"""(
        SELECT history.*, display_id::bigint AS n, row_number() OVER nda AS step,
               pg_catalog.lag(history.status) OVER nda AS status_before
          FROM nda_status_history AS history JOIN ndas ON ndas.id = nda_id
         WHERE display_id BETWEEN {batch.first} AND {batch.last}
        WINDOW nda AS (PARTITION BY display_id ORDER BY changed_at)
        ) AS happenings"""


def recorded_execution(batch):
    """The recorded execution date: some have no time of day, and a few signed NDAs have none at all."""
    return f"""CASE WHEN {batch.draw("undated", 50)} = 0 THEN NULL
                    WHEN {batch.draw("date only", 8)} = 0 THEN pg_catalog.date_trunc('day', executed_at)
                    ELSE executed_at END"""
