"""Conditions that stop the release if they do not hold."""

from collections.abc import Iterable

from django.db.migrations.operations import RunSQL

from epic10.checks import BEFORE, Check, violations
from epic10.checks.server import is_fit
from epic10.postgres.catalog import literal, table_oids

from .phase import walk
from .release_operation import ReleaseOperation, of_the_release

INSIST = """\
DO $epic10$
DECLARE
  wanted record;
  broken text;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
{checks}
  ) AS checks (title, hint, only_if, query) WHERE only_if LOOP
    EXECUTE 'SELECT pg_catalog.string_agg(finding, ''; '') FROM (' || wanted.query || ') AS findings (finding)'
        INTO broken;
    IF broken IS NOT NULL THEN
      RAISE EXCEPTION 'Expected that %; found: %.', wanted.title, broken USING HINT = wanted.hint;
    END IF;
  END LOOP;
END
$epic10$"""


KEYS = "schema.keys"


class Require(ReleaseOperation, RunSQL):
    """Raise, with the object and the remedy, unless all checks hold that ``asked`` returns for the operations."""

    kind: str

    def __init__(self, operations: list):
        self.operations = operations
        super().__init__(sql=[], reverse_sql=RunSQL.noop)

    def asked(self, operation: ReleaseOperation, app_label, state) -> Iterable[Check]:
        raise NotImplementedError

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        wanted = [
            check
            for operation, _, after in walk(self.operations, app_label, from_state)
            for check in self.asked(of_the_release(operation), app_label, after)
        ]
        schema_editor.execute(insist(wanted), params=None)

    def describe(self):
        return f"Require the {self.kind} of the release"


class RequirePreconditions(Require):
    """Before the first change."""

    kind = "preconditions"

    def asked(self, operation, app_label, state):
        return operation.preconditions(app_label, state)


class RequireKnownLabels(Require):
    """When the triggers are in place: from then on no other label gets in."""

    kind = "known labels"

    def asked(self, operation, app_label, state):
        return operation.known_labels(app_label, state)


class RequireProofs(Require):
    """Before the switch."""

    kind = "proofs"

    def asked(self, operation, app_label, state):
        return operation.proofs(app_label, state)


class RequireTextKeys(ReleaseOperation, RunSQL):
    """Stop here where the keys are no text: batches, archive and the new reference take them for text."""

    def __init__(self, tables: list[str]):
        self.tables = tables
        super().__init__(sql=[insist(self.preconditions())], reverse_sql=RunSQL.noop)

    def describe(self):
        return f"Require that the keys of {', '.join(self.tables)} are text"

    def preconditions(self, app_label=None, state=None):
        yield Check(
            KEYS,
            f"the keys of {', '.join(self.tables)} are text",
            violations(
                f"SELECT pg_catalog.format('%s.id is %s', relation::regclass, pg_catalog.format_type(atttypid, NULL))\n"
                f"  FROM pg_catalog.unnest({table_oids(self.tables)}) AS relation\n"
                f"  JOIN pg_attribute ON attrelid = relation\n"
                f" WHERE attname = 'id' AND pg_catalog.format_type(atttypid, NULL) NOT IN ('text', 'character varying')"
            ),
            when=BEFORE,
            hint="The release is not made for other keys. ALTER TABLE ... ALTER COLUMN id TYPE text, and the columns "
            "that refer to it, is possible, and a matter for the application.",
        )


class RequireServer(ReleaseOperation, RunSQL):
    """Stop here on a server older than ``major``, and on one that takes no writes."""

    def __init__(self, major: int):
        self.major = major
        super().__init__(sql=[self.text()], reverse_sql=RunSQL.noop)

    def describe(self):
        return f"Require PostgreSQL {self.major} or newer, and that it takes writes"

    def preconditions(self, app_label=None, state=None):
        return is_fit(self.major)

    def text(self) -> str:
        """The checks that are SQL; a pooler cannot be detected by SQL."""
        return insist(check for check in self.preconditions() if hasattr(check.find, "sql"))


def insist(checks: Iterable[Check]) -> str:
    """A block that raises an exception with the findings of the first check that fails; SQLSTATE P0001."""
    return INSIST.format(checks=",\n".join(map(listed, checks)))


def listed(check: Check) -> str:
    """A check as a row of VALUES: title, hint, condition, query."""
    return (
        f"    ({literal(check.title)},\n     {literal(check.hint)},\n     {check.find.only_if},\n"
        f"$check${check.find.sql}$check$)"
    )
