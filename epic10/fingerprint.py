"""Is this database what it was before?

Two fingerprints, each taken before and after and compared with ``==``: of the
schema, as pg_dump words it, and of the content, as a row count and a checksum
for every table. Both leave Epic 10's own ledger out.
"""

import re
from collections.abc import Iterable, Mapping

from django.db import transaction

from epic10 import clients

# Patterns of pg_dump: any schema, any table of Django's bookkeeping or of ours.
NOT_THE_SUBJECT = ("*.epic10_*", "*.django_*")
# pg_dump has no such pattern for functions: the ledger's own is taken out of the text.
LEDGER_FUNCTION = re.compile(
    r"^--\n-- Name: (?:FUNCTION )?epic10_append_only\(\); Type: [^\n]*\n--\n.*?(?=^--\n|^SET )",
    re.MULTILINE | re.DOTALL,
)

# A sum does not know the order of the rows, and notices one that is there twice,
# where xor would not. A record's hash tells NULL from ''.
CHECKSUM = "SELECT %s, count(*), sum(hash_record_extended(ROW({columns}), 0)) FROM {table}"

# Booleans, times, numbers and intervals hash by value. The rest is compared as
# text: an enum would hash by the OID of its label, which no restore keeps, and
# json does not hash at all.
HASHED_BY_VALUE = {"B", "D", "N", "T"}

# Without an operator class of its own (money, oid's relatives, domains) a type is text, too.
CATEGORIES = """
    SELECT a.attname, CASE WHEN EXISTS (
             SELECT FROM pg_opclass JOIN pg_am ON pg_am.oid = opcmethod AND amname = 'hash'
              WHERE opcintype = t.oid AND opcdefault) THEN t.typcategory END
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
     WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY a.attnum
"""

EVERY_TABLE = """
    SELECT format('"%%s"."%%s"', replace(nspname, '"', '""'), replace(relname, '"', '""'))
      FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE relkind = 'r' AND nspname <> 'information_schema' AND NOT starts_with(nspname, 'pg_')
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND classid = 'pg_class'::regclass AND deptype = 'e')
     ORDER BY 1
"""

# What a session may have set must not show in the text; and a checksum of the
# rows that a policy lets through would be a checksum of something else.
SESSION = """
    SET LOCAL row_security = off;
    SET LOCAL statement_timeout = 0;
    SET LOCAL datestyle = 'ISO, YMD';
    SET LOCAL intervalstyle = 'iso_8601';
    SET LOCAL timezone = 'UTC';
    SET LOCAL bytea_output = 'hex';
    SET LOCAL extra_float_digits = 1
"""


def schema(connection) -> str:
    """The schema as SQL; equal text, equal schema."""
    excluded = [f"--exclude-table={pattern}" for pattern in NOT_THE_SUBJECT]
    dump = clients.run(connection, "pg_dump", "--schema-only", *excluded)
    # These two lines carry a new random key each time.
    noise = ("\\restrict ", "\\unrestrict ")
    text = "".join(line for line in dump.splitlines(keepends=True) if not line.startswith(noise))
    return LEDGER_FUNCTION.sub("", text)


def columns(connection, tables: Iterable[str]) -> dict[str, list[str]]:
    """The columns that the tables have now: what a later ``content()`` is to be compared on."""
    return {table: list(_categories(connection, table)) for table in tables}


def every_table(connection) -> list[str]:
    """Every table that is somebody's, as "schema"."name"; what an extension brings is the extension's."""
    with connection.cursor() as cursor:
        cursor.execute(EVERY_TABLE, [])
        return [name for [name] in cursor]


def content(
    connection, tables: Mapping[str, Iterable[str]], *, only: Mapping[str, tuple[str, list]] | None = None
) -> dict[str, tuple[int, int]]:
    """
    Rows and checksum of each table over the columns named, all as of one moment.

    ``only`` is a condition on the rows and its parameters, for tables that are not compared as a whole.
    """
    conditions = {table: ("true", []) for table in tables} | dict(only or {})
    # One statement, so one snapshot.
    statement = " UNION ALL ".join(_checksum(connection, *table, conditions) for table in tables.items())
    parameters = [value for table in tables for value in (table, *conditions[table][1])]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(SESSION)
        cursor.execute(statement, parameters)
        found = {table: (rows, int(checksum or 0)) for table, rows, checksum in cursor}
        transaction.set_rollback(True, using=connection.alias)
    return found


def values(connection, table: str, columns: Iterable[str]) -> str:
    """A SELECT list of the columns, each in a form whose hash depends on its value alone."""
    quote = connection.ops.quote_name
    categories = _categories(connection, table)
    return ", ".join(
        quote(column) if categories.get(column) in HASHED_BY_VALUE else f"{quote(column)}::text" for column in columns
    )


def _checksum(connection, table, columns, conditions):
    checksum = CHECKSUM.format(columns=values(connection, table, columns), table=connection.ops.quote_name(table))
    return f"{checksum} WHERE {conditions[table][0]}"


def _categories(connection, table):
    with connection.cursor() as cursor:
        cursor.execute(CATEGORIES, [connection.ops.quote_name(table)])
        return dict(cursor.fetchall())
