"""The manifest of a snapshot."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from epic10.checks import Database
from epic10.postgres import fingerprint, scratch_database
from epic10.postgres.partial_restore import LeftOut
from epic10.postgres.transaction_ids import Visible

# The objects besides rows that a restore has to bring back, by kind. An invalid index
# is not dumped, and the objects of an extension come with the extension.
OBJECTS = """
    WITH ours AS (SELECT oid FROM pg_namespace
                   WHERE nspname <> 'information_schema' AND NOT pg_catalog.starts_with(nspname, 'pg_')),
         objects AS (
      SELECT CASE relkind WHEN 'v' THEN 'views' WHEN 'm' THEN 'materialized views' WHEN 'S' THEN 'sequences'
                          WHEN 'r' THEN 'tables' WHEN 'p' THEN 'partitioned tables' WHEN 'f' THEN 'foreign tables'
             END AS kind, oid, 'pg_class'::regclass::oid AS catalog
        FROM pg_class WHERE relnamespace IN (TABLE ours) AND relkind IN ('v', 'm', 'S', 'r', 'p', 'f')
       UNION ALL
      SELECT 'indexes', indexrelid, 'pg_class'::regclass::oid FROM pg_index JOIN pg_class c ON c.oid = indexrelid
       WHERE relnamespace IN (TABLE ours) AND indisvalid AND indisready
       UNION ALL
      SELECT 'constraints', oid, 'pg_constraint'::regclass::oid FROM pg_constraint
       WHERE connamespace IN (TABLE ours) AND contype IN ('c', 'f', 'p', 'u', 'x')
       UNION ALL
      SELECT 'triggers', oid, 'pg_trigger'::regclass::oid FROM pg_trigger WHERE NOT tgisinternal
       UNION ALL
      SELECT 'functions', oid, 'pg_proc'::regclass::oid FROM pg_proc WHERE pronamespace IN (TABLE ours)
       UNION ALL
      SELECT 'types', oid, 'pg_type'::regclass::oid FROM pg_type WHERE typnamespace IN (TABLE ours)
          AND typtype IN ('e', 'd')
       UNION ALL
      SELECT 'policies', oid, 'pg_policy'::regclass::oid FROM pg_policy)
    SELECT kind, count(*) FROM objects
     WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = catalog AND objid = objects.oid AND deptype = 'e')
     GROUP BY kind ORDER BY kind"""

# The same kinds, as pg_dump calls them.
KINDS = {
    "VIEW": "views",
    "MATERIALIZED VIEW": "materialized views",
    "SEQUENCE": "sequences",
    "TABLE": "tables",
    "FOREIGN TABLE": "foreign tables",
    "INDEX": "indexes",
    "CONSTRAINT": "constraints",
    "CHECK CONSTRAINT": "constraints",
    "FK CONSTRAINT": "constraints",
    "TRIGGER": "triggers",
    "FUNCTION": "functions",
    "PROCEDURE": "functions",
    "AGGREGATE": "functions",
    "TYPE": "types",
    "DOMAIN": "types",
    "POLICY": "policies",
}
# Those whose name begins with that of a table.
OF_A_TABLE = {
    "TABLE",
    "DEFAULT",
    "CONSTRAINT",
    "CHECK CONSTRAINT",
    "FK CONSTRAINT",
    "TRIGGER",
    "POLICY",
    "ROW SECURITY",
}

LOCALE = """
    SELECT pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider::text,
           coalesce(written ->> 'datlocale'::text, written ->> 'daticulocale'::text)
      FROM pg_database d, pg_catalog.to_jsonb(d) AS written WHERE datname = current_database()"""


@dataclass(frozen=True)
class Table:
    """A table's row count, and the checksum of these columns: a string, as it is too long for a JSON number."""

    columns: list[str]
    rows: int
    checksum: str


@dataclass(frozen=True)
class File:
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """The content of a database at one moment; equal contents mean equal databases."""

    tables: dict[str, Table]
    objects: dict[str, int]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


@dataclass(frozen=True)
class Manifest:
    """
    Where a snapshot is from, and everything needed to verify it.

    ``server`` and ``client`` are major versions; ``schema`` is a digest of the schema
    as that client dumps it; ``seen`` has the transactions visible to the snapshot.
    """

    name: str
    database: str
    taken_at: datetime
    taken_by: str
    seconds: float
    server: int
    client: int
    locale: list[str]
    release: dict[str, str]
    schema: str
    contents: Contents
    files: dict[str, File]
    seen: Visible | None = None

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files.values())

    def as_json(self) -> dict:
        return asdict(self) | {"taken_at": self.taken_at.isoformat()}

    def text(self) -> str:
        return json.dumps(self.as_json(), indent=2) + "\n"


# The exceptions that reading a text ends with if it is neither a manifest nor a mark of ours.
NONSENSE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


def read(text: str) -> Manifest:
    """Read a manifest; raises one of NONSENSE if the text is not one."""
    said = json.loads(text)
    tables = {name: Table(**table) for name, table in said["contents"]["tables"].items()}
    return Manifest(
        **said
        | {
            "taken_at": datetime.fromisoformat(said["taken_at"]),
            "contents": Contents(tables, said["contents"]["objects"]),
            "files": {name: File(**file) for name, file in said["files"].items()},
            "seen": Visible(**said["seen"]) if said.get("seen") else None,
        }
    )


def contents(connection, like: Contents | None = None) -> Contents:
    """The content of the database now; for each table all its columns, or those in ``like``."""
    db, names = Database(connection), fingerprint.every_table(connection)
    columns = fingerprint.columns(connection, names)
    if like:
        columns |= {name: table.columns for name, table in like.tables.items() if name in columns}
    found = fingerprint.content(connection, columns) if columns else {}
    tables = {name: Table(columns[name], rows, str(checksum)) for name, (rows, checksum) in found.items()}
    return Contents(tables, dict(db.rows(OBJECTS)))


def schema(connection) -> str:
    return hashlib.sha256(fingerprint.schema(connection).encode()).hexdigest()


def locale(connection) -> list[str]:
    """Encoding, collation and character type of the database; then, if not the C library's, provider and locale."""
    *of_libc, provider, name = Database(connection).rows(LOCALE)[0]
    return [*of_libc, provider, name] if provider in scratch_database.PROVIDERS else of_libc


def differences(
    wanted: Contents, found: Contents, left_out: Iterable[LeftOut] = (), release: Iterable[str] = ()
) -> Iterator[str]:
    """
    One line for each table or kind of object that differs.

    What was ``left_out`` is expected to be missing, unless it is one of the tables of the ``release``, or of one.
    """
    of_the_release = [
        entry for entry in left_out if entry.kind in OF_A_TABLE and entry.name.partition(" ")[0] in release
    ]
    yield from (f"it lacks {entry}" for entry in of_the_release)
    not_there = {entry.name for entry in left_out if entry.kind == "TABLE" and entry.name not in release}
    for name, table in wanted.tables.items():
        now = found.tables.get(name)
        if now is None:
            if plain(name) not in not_there:
                yield f"table {name} is missing"
        elif now.rows != table.rows:
            yield f"table {name} has {now.rows:,} rows, expected {table.rows:,}"
        elif now.checksum != table.checksum:
            yield f"table {name} has its {table.rows:,} rows, but not their content"
    missing = Counter(KINDS.get(entry.kind) for entry in left_out)
    for kind in sorted(wanted.objects.keys() | found.objects.keys()):
        before, now = wanted.objects.get(kind, 0), found.objects.get(kind, 0)
        if before - missing[kind] != now:
            yield f"{now:,} {kind}, expected {before:,}"


def plain(name: str) -> str:
    """The name of a table without its schema, as it is in a dump."""
    return name.rpartition('"."')[2].removesuffix('"')
