"""Stop here unless it is so."""

from django.db.migrations.operations import RunSQL

from epic10.catalog import literal
from epic10.checks import Check

from .ownership import block
from .phase import derived


class Require(RunSQL):
    """
    Raise, naming the object and the remedy, unless every check of a kind holds.

    ``kind`` is the method of ``operations`` that yields the checks:
    "preconditions" before the first change, "proofs" before the switch.
    """

    def __init__(self, kind: str, operations: list):
        self.kind, self.operations = kind, operations
        super().__init__(sql=[], reverse_sql=RunSQL.noop)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for check in derived(self.kind, self.operations, app_label, from_state):
            schema_editor.execute(insist(check), params=None)

    def describe(self):
        return f"Require the {self.kind} of the release"


class RequireServer(RunSQL):
    """Stop here on a server older than ``major``."""

    def __init__(self, major: int):
        self.major = major
        super().__init__(
            sql=[
                block(
                    f"IF current_setting('server_version_num')::int < {major * 10000} THEN\n"
                    f"    RAISE EXCEPTION 'This server is PostgreSQL %; Epic 10 needs {major} or newer.', "
                    f"current_setting('server_version')\n"
                    f"      USING HINT = 'Upgrade the server first.';\n  END IF;"
                )
            ],
            reverse_sql=RunSQL.noop,
        )

    def describe(self):
        return f"Require PostgreSQL {self.major} or newer"


def insist(check: Check) -> str:
    """The check as a block that raises what it finds; errcode P0001, raise_exception."""
    return f"""DO $epic10$
DECLARE broken text;
BEGIN
  SELECT string_agg(finding, '; ') INTO broken FROM (
{check.find.sql}
  ) AS findings (finding);
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION '%', {literal(f"Expected that {check.title}; found: ")} || broken || '.'
      USING HINT = {literal(check.hint)};
  END IF;
END
$epic10$"""
