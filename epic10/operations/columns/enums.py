"""Enum types that 0002 creates."""

from django.db.migrations.operations import RunSQL

from epic10.checks import BEFORE, Check, violations
from epic10.operations import privileges
from epic10.operations.columns.convert import differs
from epic10.operations.columns.relabel import Shadow
from epic10.operations.ownership import block, claim, drop_if_ours, is_ours, names_are_free
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres import view_schemas
from epic10.postgres.catalog import InSchema, array, enum_labels, literal, quoted, table_oid, type_exists, type_oid
from epic10.postgres.type_uses import uses

OF_THE_TYPE = "SELECT nspname FROM pg_namespace n JOIN pg_type t ON typnamespace = n.oid WHERE t.oid = {}"
OF_THE_TABLE = """\
SELECT nspname FROM pg_attribute JOIN pg_type t ON t.oid = atttypid JOIN pg_namespace n ON n.oid = typnamespace
    WHERE attrelid = {} AND typtype = 'e' AND NOT attisdropped AND nspname::text <> {} ORDER BY attnum LIMIT 1"""
IN_TEXT = (
    "They would stay with the old labels, and could not be compared with the new ones. Text can. ALTER TABLE ... DROP "
    "CONSTRAINT a foreign key; ALTER TABLE ... ALTER COLUMN ... TYPE text, or text[]; CREATE FUNCTION ... with text "
    "for the type and ::text behind the column, and DROP the old one; DROP an operator, a cast, a domain or a range."
)


class CreateEnum(ReleaseOperation, RunSQL):
    """
    Create an enum type, or accept one that has exactly these labels.

    ``becomes`` is the name the type has after the switch, when it is created
    under a working name. Of a column that comes with the release, ``beside`` is
    the table and the Shadow: there only a type or column that is there in
    another form makes the working name necessary. ``columns``, tables and
    columns, are those of the type that it replaces.
    """

    def __init__(
        self,
        name: str,
        labels: list[str],
        *,
        becomes: str | None = None,
        beside: tuple[str, Shadow] | None = None,
        columns: list[tuple[str, str]] = (),
    ):
        self.name, self.labels, self.becomes, self.beside = name, labels, becomes or name, beside
        self.columns = list(columns)
        self.names = (self.becomes, name) if beside else (name,)
        super().__init__(sql=self._either() if beside else self._alone(), reverse_sql=[*map(_drop, self.names[::-1])])

    def describe(self):
        return f"Create enum {self.names[0]}"

    def needs(self, app_label, state):
        return [
            *(privileges.Need("type", name) for name in self.names),
            *(privileges.Need(privileges.TYPE_OF, *column) for column in self.columns),
        ]

    def preconditions(self, app_label, state):
        name = self.names[0]
        title, found = self._is_an_enum() if self.beside else self._has_these_labels()
        yield Check(
            f"enum.{name}.free",
            f"the name {name} is free, or names {title}",
            violations(found),
            when=BEFORE,
            hint=f'Rename it out of the way: ALTER TYPE {quoted(name)} RENAME TO "{name}_before_epic10".',
        )
        if self.becomes != self.name:
            working = [self.name] if self.beside else []
            yield from names_are_free("type", *working, f"{self.becomes}_legacy", unless=self.name)
        yield from self.proofs(app_label, state)

    def proofs(self, app_label, state):
        """Once more before the switch, in case somebody has begun to use the type meanwhile."""
        if self.columns:
            yield Check(
                f"enum.{self.becomes}.uses",
                f"nothing but columns that the release replaces is of the type {self.becomes}",
                violations(uses(type_oid(self.becomes), self.columns), only_if=self._is_replaced()),
                when=BEFORE,
                hint=IN_TEXT,
            )

    def checks(self, app_label, state):
        yield has_labels(self.becomes, self.labels)

    def _is_replaced(self):
        return f"({differs(*self.beside)} OR {is_ours('type', self.name)})" if self.beside else "true"

    def _alone(self):
        return [
            claim("type", self.name, exists=type_exists(self.name)),
            block(f"IF NOT ({type_exists(self.name)}) THEN\n    {self._create(self.name)};\n  END IF;"),
        ]

    def _either(self):
        name, working, is_working = self.becomes, self.name, is_ours("type", self.name)
        return [
            claim("type", working, exists=f"NOT {differs(*self.beside)}"),
            claim("type", name, exists=f"{type_exists(name)} OR {is_working}"),
            block(
                f"IF {is_working} AND NOT ({type_exists(working)}) THEN\n    {self._create(working)};\n"
                f"  ELSIF NOT ({is_working} OR {type_exists(name)}) THEN\n    {self._create(name)};\n  END IF;"
            ),
        ]

    def _create(self, name):
        create = f"{quoted(name)} AS ENUM ({', '.join(literal(label) for label in self.labels)})"
        if isinstance(name, InSchema):
            return f"CREATE TYPE {create}"
        table = self.columns[0][0] if self.columns else None
        statement = literal(f"CREATE TYPE %I.{create.replace('%', '%%')}")
        return f"EXECUTE pg_catalog.format({statement}, {home(self.becomes, table)})"

    def _has_these_labels(self):
        return "the enum the release wants", (
            f"SELECT pg_catalog.format('type %s is there already with the labels %s, expected %s', "
            f"{literal(self.name)}, "
            f"pg_catalog.array_to_string({enum_labels(self.name)}, ', '), {literal(', '.join(self.labels))})\n"
            f" WHERE {type_exists(self.name)} AND NOT {is_ours('type', self.name)}\n"
            f"   AND ({enum_labels(self.name)} OPERATOR(pg_catalog.=) {array(self.labels)}) IS NOT TRUE"
        )

    def _is_an_enum(self):
        return "an enum", (
            f"SELECT pg_catalog.format('%s is no enum', typname) FROM pg_type\n"
            f" WHERE pg_type.oid = {type_oid(self.becomes)} AND typtype <> 'e'"
        )


def home(name: str, table: str | None) -> str:
    """The schema of the type of that name; of one that is not there, that of the first enum column of the table."""
    known = [OF_THE_TYPE.format(type_oid(name))]
    known += [OF_THE_TABLE.format(table_oid(table), literal(view_schemas.new()))] if table else []
    return f"coalesce({', '.join([*(f'({schema})' for schema in known), 'current_schema()'])})"


def has_labels(name: str, labels) -> Check:
    return Check(
        f"enum.{name}",
        f"enum {name} has exactly {', '.join(labels)}, in this order",
        violations(
            f"SELECT 'it has ' || coalesce(pg_catalog.array_to_string({enum_labels(name)}, ', '), 'no label')\n"
            f" WHERE ({enum_labels(name)} OPERATOR(pg_catalog.=) {array(labels)}) IS NOT TRUE"
        ),
        hint="python manage.py migrate ndas",
    )


def _drop(name):
    return drop_if_ours("type", name, f"DROP TYPE IF EXISTS {quoted(name)}")
