"""
Which rows a register before Epic 10 would hold: invented, plausible, and the
same for the same seed.

Every choice is a hash of the seed, of what is chosen and of the row's number,
never of the order in which PostgreSQL happens to produce rows. The number is the
NDA's display_id, so a second filling of one database never meets the first.
"""

import dataclasses
import datetime
import zlib

# How an NDA of the old application went, and how many in a hundred went so.
# Where it ends is its status; FULLY_EXECUTED on the way gives the date.
JOURNEYS = {
    "CREATED": 11,
    "CREATED EMAILED": 10,
    "CREATED EMAILED IN_REVISION EMAILED": 4,
    "CREATED EMAILED IN_REVISION": 9,
    "CREATED EMAILED FULLY_EXECUTED": 30,
    "CREATED EMAILED IN_REVISION FULLY_EXECUTED": 9,
    "CREATED EMAILED IN_REVISION EMAILED FULLY_EXECUTED": 4,
    "CREATED INACTIVE EMAILED FULLY_EXECUTED": 2,
    "CREATED INACTIVE": 4,
    "CREATED EMAILED INACTIVE": 3,
    "CREATED EMAILED FULLY_EXECUTED INACTIVE": 6,
    "CREATED CANCELLED": 3,
    "CREATED EMAILED CANCELLED": 3,
    "CREATED EMAILED IN_REVISION CANCELLED": 2,
}
POSITIONS = {"PRIME": 40, "SUB": 24, "TEAMING": 11, "OTHER": 8, None: 17}

FIRST_DAY = datetime.datetime(2018, 1, 2, tzinfo=datetime.UTC)
LAST_DAY = datetime.datetime(2025, 9, 30, tzinfo=datetime.UTC)
LEAP_DAYS = [datetime.datetime(year, 2, 29, tzinfo=datetime.UTC) for year in (2020, 2024)]

DAY = 86_400_000  # milliseconds
SLOWEST_STEP = 20 * DAY
CLONE_EVERY = 12

FIRST_NAMES = [
    "Avery",
    "Blake",
    "Carmen",
    "Dana",
    "Elena",
    "Farid",
    "Grace",
    "Hiro",
    "Imani",
    "Jonas",
    "Keiko",
    "Lena",
    "Marcus",
    "Nadia",
]
LAST_NAMES = [
    "Abbott",
    "Brandt",
    "Castillo",
    "Duarte",
    "Eriksen",
    "Fontaine",
    "Goodwin",
    "Hussain",
    "Ivers",
    "Jansen",
    "Kowalski",
]
AGENCIES = {
    "Department of Energy": "DOE",
    "Department of the Army": "ARMY",
    "Department of the Navy": "NAVY",
    "Department of the Air Force": "USAF",
    "National Aeronautics and Space Administration": "NASA",
    "Department of Homeland Security": "DHS",
    "Department of Transportation": "DOT",
    "Department of Veterans Affairs": "VA",
    "General Services Administration": "GSA",
    "Environmental Protection Agency": "EPA",
    "Department of Commerce": "DOC",
    "Department of Health and Human Services": "HHS",
    "Department of Justice": "DOJ",
    "Department of the Treasury": "TREAS",
    "Department of Agriculture": "USDA",
    "Department of the Interior": "DOI",
}
SUBAGENCIES = {"Office of Acquisition": "ACQ", "Research Laboratory": "LAB", "Regional Office": "REG"}
COMPANY_WORDS = [
    "Aster",
    "Beacon",
    "Cobalt",
    "Delta",
    "Everest",
    "Falcon",
    "Granite",
    "Harbor",
    "Ironwood",
    "Juniper",
    "Keystone",
]
TRADES = [
    "Analytics",
    "Systems",
    "Dynamics",
    "Robotics",
    "Logistics",
    "Networks",
    "Aerospace",
    "Consulting",
    "Software",
]
FORMS = ["Inc.", "LLC", "Corporation", "LP"]
CITIES = {
    "Reston": "VA",
    "Huntsville": "AL",
    "Bethesda": "MD",
    "San Diego": "CA",
    "Dayton": "OH",
    "Colorado Springs": "CO",
    "Tampa": "FL",
    "Austin": "TX",
}
INCORPORATED = {"DE": 5, "VA": 2, "MD": 1, "NV": 1, None: 1}
OFFICES = {"Contracting Office": 2, "Program Office": 2, "Small Business Office": 1, None: 2}
PURPOSES = [
    "Exchange of technical data for a proposal",
    "Evaluation of a teaming arrangement",
    "Review of pricing and staffing plans",
    "Discussion of a subcontract for engineering support",
    "Demonstration of software under evaluation",
]


@dataclasses.dataclass(frozen=True)
class Batch:
    """The NDAs numbered ``first`` to ``first + rows - 1``, and what they refer to."""

    seed: int
    first: int
    rows: int

    @property
    def contacts(self):
        return min(self.rows, 12 + self.rows // 50)

    @property
    def agency_groups(self):
        return min(self.rows, 6 + self.rows // 5_000)

    def statements(self):
        """(table, INSERT) in an order that the foreign keys allow."""
        return [
            ("contacts", self._insert_contacts()),
            ("agency_groups", self._insert_agency_groups()),
            ("subagencies", self._insert_subagencies()),
            ("agency_group_grants", self._insert_agency_group_grants()),
            ("subagency_grants", self._insert_subagency_grants()),
            ("ndas", self._insert_ndas()),
            ("nda_status_history", self._insert_history()),
            ("documents", self._insert_documents()),
            ("audit_log", self._insert_audit_log()),
        ]

    def _insert_contacts(self):
        first_name, last_name = self._pick("first name", FIRST_NAMES), self._pick("last name", LAST_NAMES)
        return f"""
            INSERT INTO contacts (id, email, first_name, last_name, phone, is_active, created_at, updated_at)
            SELECT {self._id("contact", "n")},
                   lower(first_name || '.' || last_name) || n || '@usmax.example',
                   first_name, last_name,
                   '+1 703 555 ' || to_char({self._draw("phone", 10_000)}, 'FM0000'),
                   {self._draw("left", 20)} > 0,
                   {self._founded()}, {self._founded()}
              FROM {self._numbers(self.contacts)},
                   LATERAL (SELECT {first_name} AS first_name, {last_name} AS last_name) AS person"""

    def _insert_agency_groups(self):
        return f"""
            INSERT INTO agency_groups (id, name, code, created_at, updated_at)
            SELECT {self._id("agency group", "n")},
                   ({array(AGENCIES)})[place] || CASE WHEN turn > 0 THEN ' ' || turn + 1 ELSE '' END,
                   ({array(AGENCIES.values())})[place] || CASE WHEN turn > 0 THEN '-' || turn + 1 ELSE '' END,
                   {self._founded()}, {self._founded()}
              FROM {self._numbers(self.agency_groups)},
                   LATERAL (SELECT 1 + (n - 1) % {len(AGENCIES)} AS place,
                                   (n - 1) / {len(AGENCIES)} AS turn) AS name"""

    def _insert_subagencies(self):
        return f"""
            INSERT INTO subagencies (id, agency_group_id, name, code, created_at, updated_at)
            SELECT {self._id("subagency", "n || '/' || place")}, {self._id("agency group", "n")},
                   ({array(SUBAGENCIES)})[place], ({array(SUBAGENCIES.values())})[place],
                   {self._founded()}, {self._founded()}
              FROM {self._numbers(self.agency_groups)},
                   generate_series(1, {len(SUBAGENCIES)}) AS place"""

    def _insert_agency_group_grants(self):
        group = f"{self.first} + ({self._draw('grant', self.agency_groups)} + turn) % {self.agency_groups}"
        return f"""
            INSERT INTO agency_group_grants (id, contact_id, agency_group_id, created_at)
            SELECT {self._id("grant", "n || '/' || turn")}, {self._id("contact", "n")},
                   {self._id("agency group", f"({group})")}, {self._founded()}
              FROM {self._numbers(self.contacts)},
                   generate_series(1, least(1 + n % 2, {self.agency_groups})) AS turn"""

    def _insert_subagency_grants(self):
        return f"""
            INSERT INTO subagency_grants (id, contact_id, subagency_id, created_at)
            SELECT {self._id("subagency grant", "n")}, {self._id("contact", "n")},
                   {self._subagency("n")}, {self._founded()}
              FROM {self._numbers(self.contacts)}
             WHERE n % 3 = 0"""

    def _insert_ndas(self):
        return f"""
            INSERT INTO ndas (id, display_id, company_name, company_city, company_state,
                              state_of_incorporation, agency_group_id, subagency_id, agency_office_name,
                              abbreviated_name, authorized_purpose, effective_date, usmax_position, status,
                              fully_executed_date, opportunity_poc_id, contracts_poc_id,
                              relationship_poc_id, cloned_from_id, created_by_id, created_at, updated_at)
            SELECT id, n, word || ' ' || trade || ' ' || form,
                   {self._pick("city", CITIES, of="origin")},
                   {self._pick("city", CITIES.values(), of="origin")},
                   {self._pick("incorporated", INCORPORATED, of="origin")},
                   {self._agency_group("origin")},
                   CASE WHEN {self._draw("subagency?", 3)} > 0 THEN {self._subagency("origin")} END,
                   {self._pick("office", OFFICES, of="origin")},
                   upper(left(word, 3) || left(trade, 3)),
                   {self._pick("purpose", PURPOSES)},
                   date_trunc('day', executed_at),
                   {self._pick("position", POSITIONS)}::"UsMaxPosition",
                   statuses[cardinality(statuses)]::"NdaStatus",
                   {self._recorded_execution()},
                   CASE WHEN {self._draw("own opportunity", 4)} > 0 THEN {self._contact("creator")}
                        ELSE {self._contact("opportunity")} END,
                   CASE WHEN {self._draw("contracts?", 3)} > 0 THEN {self._contact("contracts")} END,
                   {self._contact("relationship")},
                   CASE WHEN origin < n THEN {self._id("nda", "origin")} END,
                   {self._contact("creator")},
                   {timestamp("created")}, {timestamp("created + (cardinality(statuses) - 1) * pace")}
              FROM {self._journeys()},
                   LATERAL (SELECT {self._pick("word", COMPANY_WORDS, of="origin")} AS word,
                                   {self._pick("trade", TRADES, of="origin")} AS trade,
                                   {self._pick("form", FORMS, of="origin")} AS form) AS company"""

    def _insert_history(self):
        return f"""
            INSERT INTO nda_status_history (id, nda_id, status, changed_at, changed_by_id)
            SELECT {self._id("history", "n || '/' || step")}, id, status::"NdaStatus", happened_at, actor_id
              FROM {self._steps()}"""

    def _insert_documents(self):
        return f"""
            INSERT INTO documents (id, nda_id, filename, s3_key, document_type, content_type, file_size,
                                   is_fully_executed, version, uploaded_by_id, uploaded_at)
            SELECT {self._id("document", "n || '/' || step")}, id, filename, 'ndas/' || id || '/' || filename,
                   document_type::"DocumentType", 'application/pdf', 40000 + {self._draw("size", 900_000)},
                   document_type = 'FULLY_EXECUTED', step - 1, actor_id, happened_at
              FROM {self._steps()},
                   LATERAL (SELECT CASE status WHEN 'EMAILED' THEN 'GENERATED'
                                               WHEN 'IN_REVISION' THEN 'UPLOADED'
                                               WHEN 'FULLY_EXECUTED' THEN 'FULLY_EXECUTED' END
                                   AS document_type,
                                   'NDA-' || n || '-v' || step - 1 || '.pdf' AS filename) AS document
             WHERE document_type IS NOT NULL"""

    def _insert_audit_log(self):
        return f"""
            INSERT INTO audit_log (id, action, entity_type, entity_id, user_id, details, created_at)
            SELECT {self._id("audit", "n || '/' || step")},
                   CASE step WHEN 1 THEN 'nda_created' ELSE 'nda_status_changed' END, 'nda', id, actor_id,
                   jsonb_build_object('before', statuses[step - 1], 'after', status), happened_at
              FROM {self._steps()}"""

    def _journeys(self):
        """
        A row for each NDA: ``statuses``, and when, in milliseconds of 1970: ``created``,
        and ``pace`` from one status to the next.

        NDAs are created evenly over the years, in office hours, in the order of their
        numbers. Half of those that could be signed on a leap day are. A clone is made
        from one of the eleven NDAs before it, none of which is a clone.
        """
        span = milliseconds(LAST_DAY) - milliseconds(FIRST_DAY)
        return f"""(
            SELECT n, {self._id("nda", "n")} AS id, statuses, created, pace, origin,
                   {timestamp("created + (executed_step - 1) * pace")} AS executed_at
              FROM {self._numbers(self.rows)},
                   LATERAL (SELECT string_to_array({self._pick("journey", JOURNEYS)}, ' ') AS statuses)
                        AS journey,
                   LATERAL (SELECT array_position(statuses, 'FULLY_EXECUTED') AS executed_step) AS executed,
                   LATERAL (SELECT {milliseconds(FIRST_DAY)} + (n - {self.first}) * {span} / {self.rows}
                                   AS even) AS evenly,
                   LATERAL (SELECT even / {DAY} * {DAY} + {DAY // 2} + even % {DAY} * 3 / 8
                                   AS created) AS creation,
                   LATERAL (SELECT CASE WHEN {self._draw("leap", 2)} > 0 THEN {next_leap_day("created")} END
                                   AS leap_day) AS leap,
                   LATERAL (SELECT coalesce((leap_day - created) / (executed_step - 1),
                                            {DAY} + {self._draw("pace", SLOWEST_STEP - DAY)})
                                   AS pace) AS pacing,
                   LATERAL (SELECT CASE WHEN n % {CLONE_EVERY} = 0 AND n - {self.first} >= {CLONE_EVERY}
                                        THEN n - 1 - {self._draw("origin", CLONE_EVERY - 1)} ELSE n END
                                   AS origin) AS cloning
            ) AS journeys"""

    def _steps(self):
        """A row for each status an NDA went through, with who and when."""
        return f"""(
            SELECT journeys.*, step, status, {timestamp("created + (step - 1) * pace")} AS happened_at,
                   CASE step WHEN 1 THEN {self._contact("creator")}
                        ELSE {self._contact("actor", of="n * 8 + step")} END AS actor_id
              FROM {self._journeys()},
                   unnest(statuses) WITH ORDINALITY AS stop(status, step)
            ) AS steps"""

    def _recorded_execution(self):
        """Some only have a date, and a few signed ones were never given any."""
        return f"""CASE WHEN {self._draw("undated", 50)} = 0 THEN NULL
                        WHEN {self._draw("date only", 8)} = 0 THEN date_trunc('day', executed_at)
                        ELSE executed_at END"""

    def _agency_group(self, of):
        return self._id("agency group", f"({self.first} + {self._draw('agency', self.agency_groups, of=of)})")

    def _subagency(self, of):
        group = f"({self.first} + {self._draw('agency', self.agency_groups, of=of)})"
        place = f"(1 + {self._draw('subagency', len(SUBAGENCIES), of=of)})"
        return self._id("subagency", f"{group} || '/' || {place}")

    def _contact(self, what, of="n"):
        return self._id("contact", f"({self.first} + {self._draw(what, self.contacts, of=of)})")

    def _numbers(self, count):
        return f"generate_series({self.first}::bigint, {self.first + count - 1}) AS n"

    def _founded(self):
        return timestamp(str(milliseconds(FIRST_DAY)))

    def _id(self, kind, number):
        return f"md5('{self.seed} {kind} ' || {number})::uuid::text"

    def _draw(self, what, sides, of="n"):
        """A number from 0 to sides - 1, as SQL; the same for the same row and question."""
        salt = zlib.crc32(f"{self.seed} {what}".encode())
        return f"((hashint8extended({of}, {salt}) & 2147483647) % {sides})"

    def _pick(self, what, choices, of="n"):
        """One of the choices, as SQL; a dict of numbers gives how many times each is on the wheel."""
        wheel = list(choices)
        if isinstance(choices, dict) and all(isinstance(times, int) for times in choices.values()):
            wheel = [choice for choice, times in choices.items() for _ in range(times)]
        return f"({array(wheel)})[1 + {self._draw(what, len(wheel), of=of)}]"


def array(values):
    literals = ("NULL" if value is None else "'" + value.replace("'", "''") + "'" for value in values)
    return f"ARRAY[{', '.join(literals)}]::text[]"


def timestamp(expression):
    return f"(timestamp 'epoch' + ({expression}) * interval '1 millisecond')"


def milliseconds(moment):
    return int(moment.timestamp()) * 1_000


def next_leap_day(created):
    """Three in the afternoon of a leap day that is one to ten weeks off."""
    cases = " ".join(
        f"WHEN {created} BETWEEN {milliseconds(day) - 70 * DAY} AND {milliseconds(day) - 7 * DAY} "
        f"THEN {milliseconds(day) + 15 * DAY // 24}"
        for day in LEAP_DAYS
    )
    return f"CASE {cases} END"
