"""The invented people, their agencies, and who may see what."""

from ndas.seed.batch import array
from ndas.seed.times import FIRST_DAY, timestamp
from ndas.seed.words import AGENCY_GROUPS, FIRST_NAMES, LAST_NAMES, SUBAGENCIES

FOUNDED = timestamp(FIRST_DAY)


def contacts(batch):
    return f"""
        INSERT INTO contacts (id, email, first_name, last_name, phone, is_active, created_at, updated_at)
        SELECT {batch.key("contact", "n")}, lower(first_name || '.' || last_name) || n || '@usmax.example',
               first_name, last_name, '+1 703 555 ' || to_char({batch.draw("phone", 10_000)}, 'FM0000'),
               {batch.draw("left", 20)} > 0, {FOUNDED}, {FOUNDED}
          FROM {batch.numbers(batch.contacts)},
               LATERAL (SELECT {batch.pick("first name", FIRST_NAMES)} AS first_name,
                               {batch.pick("last name", LAST_NAMES)} AS last_name) AS person"""


def agency_groups(batch):
    """If there are more than names, they are numbered: Department of Energy 2, DOE-2."""
    return f"""
        INSERT INTO agency_groups (id, name, code, created_at, updated_at)
        SELECT {batch.key("agency group", "n")},
               ({array(AGENCY_GROUPS)})[place] || coalesce(' ' || turn, ''),
               ({array(AGENCY_GROUPS.values())})[place] || coalesce('-' || turn, ''),
               {FOUNDED}, {FOUNDED}
          FROM {batch.numbers(batch.agency_groups)},
               LATERAL (SELECT 1 + (n - 1) % {len(AGENCY_GROUPS)} AS place,
                               nullif((n - 1) / {len(AGENCY_GROUPS)} + 1, 1) AS turn) AS name"""


def subagencies(batch):
    return f"""
        INSERT INTO subagencies (id, agency_group_id, name, code, created_at, updated_at)
        SELECT {batch.key("subagency", "n || '/' || place")}, {batch.key("agency group", "n")},
               ({array(SUBAGENCIES)})[place], ({array(SUBAGENCIES.values())})[place], {FOUNDED}, {FOUNDED}
          FROM {batch.numbers(batch.agency_groups)}, pg_catalog.generate_series(1, {len(SUBAGENCIES)}) AS place"""


def agency_group_grants(batch):
    """Every contact sees one agency group, and every second contact also the next one."""
    groups = batch.agency_groups
    group = f"({batch.first} + ({batch.draw('granted', groups)} + place) % {groups})"
    return f"""
        INSERT INTO agency_group_grants (id, contact_id, agency_group_id, created_at)
        SELECT {batch.key("agency group grant", "n || '/' || place")}, {batch.key("contact", "n")},
               {batch.key("agency group", group)}, {FOUNDED}
          FROM {batch.numbers(batch.contacts)}, pg_catalog.generate_series(1, least(1 + n % 2, {groups})) AS place"""


def subagency_grants(batch):
    return f"""
        INSERT INTO subagency_grants (id, contact_id, subagency_id, created_at)
        SELECT {batch.key("subagency grant", "n")}, {batch.key("contact", "n")},
               {batch.subagency()}, {FOUNDED}
          FROM {batch.numbers(batch.contacts)}
         WHERE n % 3 = 0"""
