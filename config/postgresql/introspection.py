"""
Django's introspection, calling PostgreSQL's functions only.

Every ``migrate`` begins with it, and it calls ``obj_description(oid, 'pg_class')``. If
somebody has created such a function that takes a text, that is the better match.
"""

import re

from django.db.backends.postgresql import introspection

CALLED = re.compile(r"(?<![\w.])(obj_description|col_description|pg_get_expr|pg_get_constraintdef|unnest|array_agg)\(")


class Qualifying:
    """A cursor that schema-qualifies the functions in a statement."""

    def __init__(self, cursor):
        self._cursor = cursor

    def execute(self, sql, params=None):
        return self._cursor.execute(CALLED.sub(r"pg_catalog.\1(", sql), params)

    def __getattr__(self, name):
        return getattr(self._cursor, name)


class DatabaseIntrospection(introspection.DatabaseIntrospection):
    def get_table_list(self, cursor):
        return super().get_table_list(Qualifying(cursor))

    def get_table_description(self, cursor, table_name):
        return super().get_table_description(Qualifying(cursor), table_name)

    def get_constraints(self, cursor, table_name):
        return super().get_constraints(Qualifying(cursor), table_name)
