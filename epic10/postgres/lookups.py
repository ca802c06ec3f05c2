"""
Lookups whose operators cannot be replaced by another user's.

PostgreSQL has no ``=`` for varchar and none for an enum type: it takes that of text,
or of any enum. Whoever may create in a schema of the search_path may make one for
the very type, and it would be called instead, by whoever asks.
(https://www.postgresql.org/docs/current/typeconv-oper.html)
"""

from django.db.models import CharField
from django.db.models.lookups import Exact, In


class AsText:
    """A varchar compared as text, which is what PostgreSQL makes of it: an index serves both."""

    def process_lhs(self, compiler, connection, lhs=None):
        sql, params = super().process_lhs(compiler, connection, lhs)
        return (f"{sql}::text" if connection.vendor == "postgresql" else sql), params


class TextExact(AsText, Exact):
    pass


class TextIn(AsText, In):
    pass


class LabelExact(Exact):
    """An enum compared as an enum, so that its index serves; the operator is named with its schema."""

    def get_rhs_op(self, connection, rhs):
        return f"OPERATOR(pg_catalog.=) {rhs}"


class LabelIn(In):
    def get_rhs_op(self, connection, rhs):
        if not self.rhs_is_direct_value():
            return f"OPERATOR(pg_catalog.=) ANY {rhs}"
        return f"OPERATOR(pg_catalog.=) ANY (ARRAY[{rhs.strip('()')}]::{self.lhs.output_field.db_type(connection)}[])"


def register():
    for lookup in (TextExact, TextIn):
        CharField.register_lookup(lookup)
