"""Django's PostgreSQL backend, with introspection that nobody can divert."""

from django.db.backends.postgresql import base

from .introspection import DatabaseIntrospection


class DatabaseWrapper(base.DatabaseWrapper):
    introspection_class = DatabaseIntrospection
