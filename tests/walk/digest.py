"""
The content of a database, as lines that can be compared.

It takes a tenth of the time of pg_dump, and needs no program of the server's version. The
lines are sorted text, so that a difference can be shown.
"""

from dataclasses import dataclass

# What the ledger says of the database, whatever way led there. A table of the ledger that is
# not named here is compared in all columns but numbers that are counted up, and times.
LEDGER = {
    "django_migrations": "SELECT app, name FROM django_migrations",
    # The next release forgets what was counted before one that has been undone.
    "epic10_row_count": """
        SELECT table_name, rows FROM epic10_row_count WHERE EXISTS (SELECT FROM epic10_created_object)""",
    "epic10_rollback": "SELECT count(*) FROM epic10_rollback WHERE parked_at IS NULL",
    "epic10_archive": """
        SELECT DISTINCT ON (table_name, row_id) table_name, row_id, event, content, found
          FROM epic10_archive ORDER BY table_name, row_id, id DESC""",
}
# And how it got there, which differs after an interruption on purpose.
HISTORY = {
    "epic10_row_count": "SELECT table_name, rows FROM epic10_row_count",
    "epic10_phase_run": "SELECT phase, direction, rows, error, finished_at IS NULL FROM epic10_phase_run",
    "epic10_rollback": "SELECT id, parked_at IS NULL FROM epic10_rollback",
    "epic10_archive": "SELECT rollback_id, table_name, row_id, event, content, found FROM epic10_archive",
}
# Reports of other commands than those that are walked.
NOT_OURS = {"epic10_saved_report", "epic10_run_record", "epic10_snapshot", "epic10_phase_run"}

IN_PUBLIC = "(SELECT oid FROM pg_namespace WHERE nspname = 'public')"
SCHEMA = f"""
SELECT format('relation %s %s %s %s %s %s %s %s %s', relkind, relname, relowner::regrole, relpersistence,
              relreplident, relrowsecurity, relforcerowsecurity, reloptions, relacl)
  FROM pg_class WHERE relnamespace = {IN_PUBLIC}
UNION ALL
SELECT format('column %s %s %s %s %s %s %s %s %s %s %s', attrelid::regclass,
              row_number() OVER (PARTITION BY attrelid ORDER BY attnum), attname, format_type(atttypid, atttypmod),
              attnotnull, attidentity, attgenerated, attcollation::regcollation, attstorage, attacl,
              pg_get_expr(adbin, adrelid))
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid AND relnamespace = {IN_PUBLIC}
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attnum > 0 AND NOT attisdropped
UNION ALL
SELECT format('constraint %s %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated)
  FROM pg_constraint WHERE connamespace = {IN_PUBLIC}
UNION ALL
SELECT format('index %s %s %s %s %s', pg_get_indexdef(indexrelid), indisvalid, indisready, indisclustered,
              indisreplident)
  FROM pg_index JOIN pg_class c ON c.oid = indexrelid AND relnamespace = {IN_PUBLIC}
UNION ALL
SELECT format('trigger %s %s', pg_get_triggerdef(t.oid), tgenabled)
  FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid AND relnamespace = {IN_PUBLIC} WHERE NOT tgisinternal
UNION ALL
SELECT format('function %s %s %s', pg_get_functiondef(oid), proowner::regrole, proacl)
  FROM pg_proc WHERE pronamespace = {IN_PUBLIC} AND prokind <> 'a'
UNION ALL
SELECT format('type %s %s %s %s', typname, typowner::regrole, typacl,
              (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
  FROM pg_type t WHERE typnamespace = {IN_PUBLIC} AND typtype IN ('e', 'd')
UNION ALL
SELECT format('view %s %s', c.oid::regclass, pg_get_viewdef(c.oid))
  FROM pg_class c WHERE relnamespace = {IN_PUBLIC} AND relkind IN ('v', 'm')
UNION ALL
SELECT format('policy %s %s %s %s %s %s %s', polrelid::regclass, polname, polcmd, polpermissive, polroles::regrole[],
              pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM pg_policy
UNION ALL
SELECT format('sequence %s %s %s %s %s', seqrelid::regclass, seqtypid::regtype, seqincrement, seqmax, seqcycle)
  FROM pg_sequence
UNION ALL
SELECT format('comment %s %s', (pg_identify_object(classoid, objoid, objsubid)).identity, description)
  FROM pg_description WHERE classoid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass)
   AND objoid >= 16384
"""
TABLES = f"SELECT relname FROM pg_class WHERE relnamespace = {IN_PUBLIC} AND relkind = 'r' ORDER BY 1"
LASTING = """
SELECT attname FROM pg_attribute
 WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''
   AND atttypid <> 'timestamptz'::regtype ORDER BY attnum"""


@dataclass(frozen=True)
class Digest:
    """Schema and rows, and what the ledger says of them."""

    schema: tuple[str, ...]
    rows: dict[str, tuple[str, ...]]

    def differences(self, other):
        """Up to five lines that only one of the two has."""
        pairs = [("schema", self.schema, other.schema)]
        pairs += [(table, self.rows.get(table, ()), other.rows.get(table, ())) for table in {**self.rows, **other.rows}]
        found = [
            line
            for name, ours, theirs in pairs
            for line in (
                *(f"{name}, missing: {row}" for row in sorted(set(theirs) - set(ours))),
                *(f"{name}, unexpected: {row}" for row in sorted(set(ours) - set(theirs))),
            )
        ]
        return found[:5] or ["the same rows, but not as often"]


def outcome(connection) -> Digest:
    """The part that must be the same, however often the release was interrupted."""
    tables = [table for (table,) in connection.execute(TABLES) if table not in NOT_OURS]
    queries = {table: LEDGER.get(table) or _all_of(connection, table) for table in tables}
    return Digest(
        tuple(sorted(line for (line,) in connection.execute(SCHEMA))),
        {table: _lines(connection, query) for table, query in queries.items()},
    )


def state(connection) -> int:
    """Everything that a later command may depend on: two databases with the same state behave the same."""
    found = outcome(connection)
    tables = found.rows.keys() | {table for (table,) in connection.execute(TABLES)}
    history = tuple(_lines(connection, query) for table, query in HISTORY.items() if table in tables)
    return hash((found.schema, tuple(found.rows.items()), history))


def _all_of(connection, table):
    if not table.startswith("epic10_"):
        return f'SELECT * FROM "{table}"'
    columns = [f'"{name}"' for (name,) in connection.execute(LASTING, [table])]
    return f'SELECT {", ".join(columns)} FROM "{table}"'


def _lines(connection, query):
    return tuple(sorted(line for (line,) in connection.execute(f"SELECT t::text FROM ({query}) AS t")))
