"""Statements of the applications that would notice the release, as far as the server remembers them."""

from collections.abc import Iterable, Iterator

from epic10.checks import Fact, Find
from epic10.postgres import view_schemas
from epic10.postgres.catalog import literal, quoted

# Prepared, they fail in the sessions of public when a column is added: 0A000, cached plan must not change result type.
EVERY_COLUMN = r"\m(select|returning)\s+(all\s+|distinct\s+)?(\"?\w+\"?\.)*\*"
# What PostgreSQL does not do through a view.
NOT_THROUGH_A_VIEW = r"^\s*(merge\s+into|truncate)\M|^\s*copy\s.*\sfrom\M|\mon\s+conflict\s+on\s+constraint\M"
SHOWN, MOST = 90, 5

# The text has $1 for each constant, so that it says nothing of anybody; but for EXPLAIN, DECLARE and the like, of which
# only the first word is shown. The extension may be there, and its library not loaded.
PLACE = """
    SELECT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace
     WHERE extname = 'pg_stat_statements' AND pg_catalog.current_setting('pg_stat_statements.max', true) IS NOT NULL"""
REMEMBERED = """
    SELECT DISTINCT pg_catalog.format('%s, of %s',
             CASE WHEN query ~* '^\\s*(select|insert|update|delete|merge|with)\\M'
               THEN pg_catalog.left(
                 pg_catalog.regexp_replace(query, '\\s+'::text, ' '::text, 'g'::text), {shown})
               ELSE pg_catalog.concat(pg_catalog.upper((pg_catalog.regexp_match(query, '\\w+'::text))[1]), ' ...') END,
             pg_catalog.pg_get_userbyid(userid)) AS found
      FROM {schema}.pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND query ~* {pattern} AND query ~* {tables} AND query !~ {qualified} ORDER BY 1"""
# Of a session only that it did, because this text has its constants.
LAST = """
    SELECT pg_catalog.format('pid %s, %s%s', pid, usename, ' (' || nullif(application_name, '') || ')')
      FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'pg_dump'
       AND query ~* {pattern} AND query ~* {tables} AND query !~ {qualified} ORDER BY pid"""


def nobody_sends(pattern: str, tables: Iterable[str]) -> Find:
    """No statement about the tables matches the pattern, unless it names the schema of views."""
    names = "|".join(tables)
    known = {
        "pattern": literal(pattern),
        "tables": literal(rf"\m({names})\M"),
        "qualified": literal(view_schemas.old()),
        "shown": SHOWN,
    }

    def find(db):
        places = [schema for [schema] in db.rows(PLACE)]
        for schema in places:
            yield from _some(found for [found] in db.rows(REMEMBERED.format(schema=quoted(schema), **known)))
        if not places:
            yield Fact("pg_stat_statements is not to be had here: only what each session did last is seen")
        yield from _some(found for [found] in db.rows(LAST.format(**known)))

    return find


def _some(found: Iterable[str]) -> Iterator[str]:
    found = list(found)
    yield from found[:MOST]
    if len(found) > MOST:
        yield f"and {len(found) - MOST} more"
