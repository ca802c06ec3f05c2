"""The shapes of a register that the release can meet, as SQL."""

import re
from dataclasses import dataclass

SIX_TYPES = "'MUTUAL', 'UNILATERAL', 'RESEARCH', 'VENDOR', 'TEAMING', 'OTHER'"
# Never the first: a model reads that, and no Python can read 'infinity'.
SOME = "abs(hashtext(id)) % {0} = 0 AND id <> (SELECT min(id) FROM ndas)"


@dataclass(frozen=True)
class Shape:
    """What somebody has done to the register, and which objects of theirs are there besides ours afterwards."""

    sql: str
    theirs: frozenset = frozenset()


def shape(*statements, theirs=()):
    return Shape(";\n".join(statements), frozenset(theirs))


def some(column, value, nth):
    return f"UPDATE ndas SET {column} = {value} WHERE {SOME.format(nth)}"


def as_text(table, column, kind="text"):
    return f"ALTER TABLE {table} ALTER {column} DROP DEFAULT, ALTER {column} TYPE {kind} USING {column}::text"


CONVERTED = (
    """CREATE TYPE s AS ENUM ({labels})""",
    "ALTER TABLE ndas ALTER status DROP DEFAULT",
    *(
        f"""ALTER TABLE {table} ALTER status TYPE s USING (
                CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED'
                                  WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END)::s"""
        for table in ("ndas", "nda_status_history")
    ),
    'DROP TYPE "NdaStatus"',
    'ALTER TYPE s RENAME TO "NdaStatus"',
    "ALTER TABLE ndas ALTER status SET DEFAULT 'CREATED'",
)
NEW_LABELS = (
    "'CREATED', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE', 'IN_REVISION', 'FULLY_EXECUTED', "
    "'INACTIVE_CANCELED', 'EXPIRED'"
)


def converted(labels):
    return shape(*(statement.replace("{labels}", labels) for statement in CONVERTED))


CONVERGING = {
    "six NDA types": shape(
        f'CREATE TYPE "NdaType" AS ENUM ({SIX_TYPES})',
        """ALTER TABLE ndas ADD nda_type "NdaType" NOT NULL DEFAULT 'MUTUAL'""",
        some("nda_type", "'RESEARCH'", 3),
        some("nda_type", "'OTHER'", 7),
    ),
    "six NDA types, and CONSULTANT one of them, on no column": shape(
        """CREATE TYPE "NdaType" AS ENUM ('MUTUAL', 'CONSULTANT', 'A', 'B', 'C', 'D')"""
    ),
    "the two NDA types in the wrong order": shape(
        """CREATE TYPE "NdaType" AS ENUM ('CONSULTANT', 'MUTUAL')""",
        'ALTER TABLE ndas ADD nda_type "NdaType"',
        some("nda_type", "'CONSULTANT'", 3),
    ),
    "nda_type as text, with NULLs": shape("ALTER TABLE ndas ADD nda_type text", some("nda_type", "'CONSULTANT'", 3)),
    "status as text": shape(as_text("ndas", "status"), as_text("nda_status_history", "status", "varchar(30)")),
    "position as varchar, and nothing as the enum": shape(
        as_text("ndas", "usmax_position", "varchar"), 'DROP TYPE "UsMaxPosition"'
    ),
    "old and new labels side by side": shape(
        *(f"ALTER TYPE \"NdaStatus\" ADD VALUE '{label}'" for label in ("EXPIRED", "SENT_PENDING_SIGNATURE")),
        "ALTER TYPE \"UsMaxPosition\" ADD VALUE 'SUB_CONTRACTOR' BEFORE 'SUB'",
        some("status", "'EXPIRED'", 5),
        some("usmax_position", "'SUB_CONTRACTOR'", 5),
    ),
    "labels converted already": converted(NEW_LABELS),
    "labels converted already, in the wrong order": converted(", ".join(reversed(NEW_LABELS.split(", ")))),
    "is_non_usmax with NULLs": shape("ALTER TABLE ndas ADD is_non_usmax boolean", some("is_non_usmax", "true", 3)),
    "is_non_usmax without its default": shape(
        "ALTER TABLE ndas ADD is_non_usmax boolean",
        "UPDATE ndas SET is_non_usmax = display_id % 2 = 0",
        "ALTER TABLE ndas ALTER is_non_usmax SET NOT NULL",
    ),
    "expiration_date partly filled by hand": shape(
        "ALTER TABLE ndas ADD expiration_date timestamp(3)", some("expiration_date", "'2031-05-06 07:08:09.123'", 3)
    ),
    "expiration_date to the microsecond, 'infinity' too": shape(
        "ALTER TABLE ndas ADD expiration_date timestamp(6)",
        some("expiration_date", "'2031-05-06 23:59:59.999999'", 3),
        some("expiration_date", "'infinity'", 7),
        some("expiration_date", "'-infinity'", 11),
    ),
    "expiration_date as a date, indexed": shape(
        "ALTER TABLE ndas ADD expiration_date date",
        some("expiration_date", "'2031-05-06'", 3),
        "CREATE INDEX ndas_expiration_date_idx ON ndas (expiration_date)",
        theirs=[("index", "ndas_expiration_date_idx")],
    ),
    "our index there and INVALID": shape(
        "ALTER TABLE ndas ADD expiration_date timestamp(3)",
        "CREATE INDEX idx_ndas_expiration_date ON ndas (expiration_date)",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_ndas_expiration_date'::regclass",
    ),
    "approved_by_id as varchar": shape(
        "ALTER TABLE ndas ADD approved_by_id varchar(40)", some("approved_by_id", "created_by_id", 3)
    ),
    "approved_by_id with a key of its own, never validated": shape(
        "ALTER TABLE ndas ADD approved_by_id varchar(40)",
        some("approved_by_id", "created_by_id", 3),
        "ALTER TABLE ndas ADD CONSTRAINT ndas_approved_by_id_fkey FOREIGN KEY (approved_by_id) "
        "REFERENCES contacts (id) ON DELETE RESTRICT NOT VALID",
    ),
    "approved_by_id, and no key": shape(
        "ALTER TABLE ndas ADD approved_by_id text", some("approved_by_id", "created_by_id", 3)
    ),
    "no defaults": shape("ALTER TABLE ndas ALTER status DROP DEFAULT"),
    "usmax_position NOT NULL": shape(
        "UPDATE ndas SET usmax_position = 'OTHER' WHERE usmax_position IS NULL",
        "ALTER TABLE ndas ALTER usmax_position SET NOT NULL, ALTER usmax_position SET DEFAULT 'PRIME'",
    ),
    "signed, and not fully executed": shape(some("fully_executed_date", "'2024-02-29'", 3)),
    "dates out of range": shape(
        some("fully_executed_date", "'infinity'", 3),
        some("fully_executed_date", "'-infinity'", 4),
        some("fully_executed_date", "'9999-12-31'", 5),
        some("fully_executed_date", "'294276-12-31'", 7),
        some("fully_executed_date", "'0044-03-15 BC'", 9),
    ),
}

# The same several at once, so that the suite stays quick: all of them, none twice.
TOGETHER = [
    ("six NDA types", "status as text", "is_non_usmax with NULLs", "expiration_date to the microsecond, 'infinity' too",
     "approved_by_id with a key of its own, never validated"),
    ("six NDA types, and CONSULTANT one of them, on no column", "position as varchar, and nothing as the enum",
     "is_non_usmax without its default", "expiration_date partly filled by hand", "approved_by_id as varchar",
     "no defaults"),
    ("the two NDA types in the wrong order", "labels converted already", "expiration_date as a date, indexed",
     "approved_by_id, and no key", "usmax_position NOT NULL"),
    ("nda_type as text, with NULLs", "labels converted already, in the wrong order", "our index there and INVALID",
     "signed, and not fully executed"),
    ("old and new labels side by side", "dates out of range"),
]  # fmt: skip

# What Django's models and the checks go by, without what is kept for the way back.
# What the release keeps of the old application, and its views and ledger.
BESIDE = re.compile(r"_legacy|epic10_|^epic(9|10)(_qualified)?\.")
FACTS = """
SELECT 'column', attrelid::regclass || '.' || attname, format_type(atttypid, atttypmod) || ' '
       || attnotnull || ' ' || coalesce(pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  JOIN pg_class ON pg_class.oid = attrelid
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid) || ' ' || indisvalid
  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'enum', enumtypid::regtype::text, string_agg(enumlabel, ' ' ORDER BY enumsortorder)
  FROM pg_enum GROUP BY enumtypid"""


def facts(database) -> set:
    return {fact for fact in database.rows(FACTS) if not BESIDE.search(fact[1])}
