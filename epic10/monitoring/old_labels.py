"""Old labels that have turned up where the application sees them."""

from collections.abc import Iterator

from epic10.checks import WATCH, Check, violations
from epic10.operations import Switch
from epic10.postgres.catalog import array, quoted
from epic10.release.plan import Plan

OLD = """
    SELECT {column}::text, count(*), min(id::text) FROM {table}
     WHERE {column}::text <> ALL ({labels}) GROUP BY 1 ORDER BY 1"""
# A label that the type does not have cannot be in any row, so nothing has to be read.
POSSIBLE = """(EXISTS (SELECT FROM pg_attribute a LEFT JOIN pg_enum e ON e.enumtypid = a.atttypid
           WHERE a.attrelid = to_regclass('{table}')::oid AND a.attname = '{column}' AND NOT a.attisdropped
             AND (e.oid IS NULL OR e.enumlabel::text <> ALL ({labels}))))"""


def checks(release: Plan) -> Iterator[Check]:
    for switch in release.all_of(Switch):
        for rule in [] if switch.beside else switch.moved:
            names = {
                "table": quoted(switch.table),
                "column": quoted(rule.column),
                "labels": array(rule.relabel.labels),
            }
            possible = POSSIBLE.format(table=switch.table, column=rule.column, labels=names["labels"])
            yield Check(
                f"labels.{switch.table}.{rule.column}",
                f"no {switch.table}.{rule.column} has an old label",
                violations(OLD.format(**names), "{}, rows: {:,}, such as {}", only_if=possible),
                when=WATCH,
                hint="Somebody has given the type a label back: \\dT+ in psql.",
            )
