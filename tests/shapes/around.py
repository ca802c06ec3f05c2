"""Shapes of a database as a whole: its settings."""

from tests.shapes.shape import Shape

AROUND = [
    Shape("serializable by default", "ALTER DATABASE {db} SET default_transaction_isolation = serializable"),
    Shape("standard_conforming_strings off", "ALTER DATABASE {db} SET standard_conforming_strings = off"),
    Shape(
        "DateStyle German, IntervalStyle iso_8601",
        "ALTER DATABASE {db} SET DateStyle = 'German, DMY'; ALTER DATABASE {db} SET IntervalStyle = iso_8601",
    ),
    Shape(
        "a search_path with another schema first",
        "CREATE SCHEMA ours; ALTER DATABASE {db} SET search_path = ours, public",
    ),
    Shape(
        "idle_in_transaction_session_timeout and statement_timeout",
        "ALTER DATABASE {db} SET idle_in_transaction_session_timeout = '1s';"
        "ALTER DATABASE {db} SET statement_timeout = '5s'",
    ),
    Shape(
        "plpgsql settings",
        "ALTER DATABASE {db} SET plpgsql.extra_errors = 'all'; ALTER DATABASE {db} SET plpgsql.check_asserts = off",
    ),
    Shape("row_security off", "ALTER DATABASE {db} SET row_security = off"),
    Shape("read-only by default", "ALTER DATABASE {db} SET default_transaction_read_only = on"),
]
