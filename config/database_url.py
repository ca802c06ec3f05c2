"""DATABASE_URL as an entry of Django's DATABASES."""

from urllib.parse import parse_qsl, quote, urlencode

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from epic10.postgres.catalog import MOST_BYTES, quoted

HINT = 'HINT: Write postgresql://user:password@host:5432/name, with "%" as %25, "@" as %40 and "/" as %2F.'


def database(url: str) -> dict:
    """
    The settings of the database that ``url`` names, read by libpq's own parser.

    URLs written for other tools have parameters that libpq refuses. They are dropped,
    except for ``schema`` and ``pgbouncer``, which Django has equivalents for. No message
    repeats any part of the URL, because a mistyped one may have its password anywhere.
    """
    known, foreign = _split_parameters(url)
    try:
        parts = conninfo_to_dict(known)
    except (psycopg.Error, UnicodeError):
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read.\n{HINT}") from None
    for part, is_wrong in WRONG.items():
        if is_wrong(str(parts.get(part, ""))):
            raise ImproperlyConfigured(f"DATABASE_URL has no usable {part}.\n{HINT}")
    if len(parts["dbname"].encode()) > MOST_BYTES:
        raise ImproperlyConfigured(
            f"DATABASE_URL names a database with {len(parts['dbname'].encode())} bytes; PostgreSQL cuts every name off "
            f"at {MOST_BYTES}.\nHINT: Write the name as psql -l shows it."
        )
    return {
        "ENGINE": "config.postgresql",
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts | _search_path(parts.get("options", ""), foreign.get("schema", "public")),
        # A transaction pooler gives the next statement to another session.
        "DISABLE_SERVER_SIDE_CURSORS": foreign.get("pgbouncer") == "true",
    }


# An unescaped "@", "/" or ":" in a password moves a piece of it into another part.
WRONG = {
    "dbname": lambda name: not name or "@" in name,
    "host": lambda host: "@" in host,
    "port": lambda port: not port.replace(",", "").isdigit() and port != "",
}


def _split_parameters(url: str) -> tuple[str, dict[str, str]]:
    """The URL with the parameters that libpq knows, and the other parameters."""
    # A password may contain a "?"; the parameters come after the last "@".
    user, at, place = url.rpartition("@")
    place, _, query = place.partition("?")
    keywords = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} | {"ssl"}
    # Unlike a web form, libpq does not take "+" for a space.
    parameters = parse_qsl(query.replace("+", "%2B"), keep_blank_values=True)
    known = urlencode([pair for pair in parameters if pair[0] in keywords], quote_via=quote)
    foreign = {name: value for name, value in parameters if name not in keywords}
    return f"{user}{at}{place}{'?' if known else ''}{known}", foreign


def _search_path(options: str, schema: str) -> dict[str, str]:
    if schema in ("", "public"):
        return {}
    # In this parameter a backslash escapes a space.
    escaped = quoted(schema).replace("\\", "\\\\").replace(" ", "\\ ")
    return {"options": f"{options} -c search_path={escaped}".strip()}
