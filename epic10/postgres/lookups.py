"""
Lookups whose operators cannot be replaced by another user's.

PostgreSQL has no ``=`` for varchar and none for a particular enum type: it uses the
operator of text, or of anyenum. A role that may create in a schema on the search_path
can create one for the exact type, which every session would then call instead.
(https://www.postgresql.org/docs/current/typeconv-oper.html)
"""

from django.db.models import CharField
from django.db.models.lookups import Exact, In


class AsText:
    """A varchar compared as text, as PostgreSQL does by itself, so that the same index is used."""

    def process_lhs(self, compiler, connection, lhs=None):
        sql, params = super().process_lhs(compiler, connection, lhs)
        return (f"{sql}::text" if connection.vendor == "postgresql" else sql), params


class TextExact(AsText, Exact):
    pass


class TextIn(AsText, In):
    pass


class LabelExact(Exact):
    """An enum compared as an enum, so that its index is used; the operator is schema-qualified."""

    def get_rhs_op(self, connection, rhs):
        return f"OPERATOR(pg_catalog.=) {rhs}"


class LabelIn(In):
    """The list is one literal without a type: a type's name may mean another one, such as that of a schema of views."""

    def process_rhs(self, compiler, connection):
        sql, labels = super().process_rhs(compiler, connection)
        if not self.rhs_is_direct_value() or set(sql) - set("(%s, )"):
            return sql, labels
        elements = ",".join(map(_element, labels))
        return "(%s)", [f"{{{elements}}}"]

    def get_rhs_op(self, connection, rhs):
        return f"OPERATOR(pg_catalog.=) ANY {rhs}"


def _element(label: str) -> str:
    """As an array literal writes it."""
    escaped = label.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def register():
    for lookup in (TextExact, TextIn):
        CharField.register_lookup(lookup)
