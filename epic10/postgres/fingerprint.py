"""Fingerprints of a database, to tell whether it is what it was before.

Two fingerprints, each taken before and after and compared with ``==``: of the
schema, as pg_dump words it, and of the content, as a row count and a checksum
for every table. Both leave Epic 10's own ledger out.
"""

import re
from collections.abc import Iterable, Mapping

from django.db import transaction

from epic10.postgres import client_programs
from epic10.postgres.catalog import literal, quoted
from epic10.postgres.session import fetch

# Patterns of pg_dump: any schema, any table of Django's bookkeeping or of ours.
NOT_THE_SUBJECT = ("*.epic10_*", "*.django_*")
# pg_dump has no such pattern for functions, so the ledger's own function is removed from the text.
LEDGER_FUNCTION = re.compile(
    r"^--\n-- Name: (?:FUNCTION )?epic10_append_only\(\); Type: [^\n]*\n--\n.*?(?=^--\n|^SET )",
    re.MULTILINE | re.DOTALL,
)

# A sum does not depend on the order of the rows and notices a row that is there
# twice, which xor would not. Each row is hashed as its text: hash_record_extended is
# linear, so that two rows could swap a value unnoticed, and an enum would be hashed
# by the OID of its label, which no restore keeps. There is no cast: this reads
# everybody's tables, and the owner of a type may have created a cast that calls a
# function of theirs. The text of a record distinguishes NULL from ''.
ROW_HASH = """pg_catalog.hashtextextended(
           pg_catalog.textin(pg_catalog.record_out(ROW({columns}))) COLLATE pg_catalog."C", 0)"""
CHECKSUM = f"""\
SELECT {{name}}, pg_catalog.count(*), pg_catalog.sum({ROW_HASH})
  FROM {{table}} WHERE {{condition}}"""

COLUMNS = """
    SELECT attname FROM pg_catalog.pg_attribute
     WHERE attrelid = pg_catalog.to_regclass(%s)::pg_catalog.oid AND attnum > 0 AND NOT attisdropped
     ORDER BY attnum
"""

EVERY_TABLE = """
    SELECT pg_catalog.format('"%s"."%s"', pg_catalog.replace(nspname, '"', '""'),
                             pg_catalog.replace(relname, '"', '""'))
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace
     WHERE relkind = 'r' AND nspname <> 'information_schema' AND NOT pg_catalog.starts_with(nspname, 'pg_')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend WHERE objid = c.oid AND deptype = 'e'
                          AND classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid)
     ORDER BY 1
"""

# Settings of the session must not change the text, and a checksum of only the rows
# that a policy lets through would be wrong.
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
    """The schema as SQL. Equal text means equal schema."""
    excluded = [f"--exclude-table={pattern}" for pattern in NOT_THE_SUBJECT]
    dump = client_programs.run(connection, "pg_dump", "--schema-only", *excluded)
    # These two lines contain a new random key each time.
    noise = ("\\restrict ", "\\unrestrict ")
    text = "".join(line for line in dump.splitlines(keepends=True) if not line.startswith(noise))
    return LEDGER_FUNCTION.sub("", text)


def columns(connection, tables: Iterable[str]) -> dict[str, list[str]]:
    """The columns that the tables have now, on which a later ``content()`` is compared."""
    return {table: [name for [name] in fetch(connection, COLUMNS, [reference(table)])] for table in tables}


def every_table(connection) -> list[str]:
    """Every user table, as "schema"."name", except those that belong to an extension."""
    return [name for [name] in fetch(connection, EVERY_TABLE)]


def content(
    connection, tables: Mapping[str, Iterable[str]], *, only: Mapping[str, str] | None = None
) -> dict[str, tuple[int, int]]:
    """
    Row count and checksum of each table over the columns named, all in one snapshot.

    A table is given by its plain name, or as in ``every_table``. ``only`` is a
    condition on the rows, for tables that are not compared as a whole.
    """
    conditions = dict.fromkeys(tables, "true") | dict(only or {})
    # One statement, so one snapshot.
    statement = " UNION ALL ".join(
        CHECKSUM.format(
            name=literal(table),
            columns=", ".join(map(quoted, columns)),
            table=reference(table),
            condition=conditions[table],
        )
        for table, columns in tables.items()
    )
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(SESSION)
        cursor.execute(statement)
        found = {table: (rows, int(checksum or 0)) for table, rows, checksum in cursor}
        transaction.set_rollback(True, using=connection.alias)
    return found


def row_hash(columns: Iterable[str]) -> str:
    """An expression for the hash of a row's columns, which depends on nothing but their values."""
    return ROW_HASH.format(columns=", ".join(map(quoted, columns)))


def reference(table: str) -> str:
    """The table as it is written in a statement."""
    return table if table.startswith('"') and '"."' in table else quoted(table)
