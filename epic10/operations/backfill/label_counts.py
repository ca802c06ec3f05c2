"""
Row counts by label.

Rows are counted by combination of labels: comparing two labels of a row takes longer
than reading it, and there are only a few dozen combinations in a table of any size.
"""

from epic10.operations.archive.conditions import THIS_ROLLBACK
from epic10.operations.columns.relabel import Rule, any_wrong, shadows
from epic10.postgres.catalog import quoted

WRONG_AND_ALL = f"""\
SELECT CASE WHEN wrong = 0 OR {THIS_ROLLBACK} IS NULL THEN wrong
         ELSE (SELECT count(*) FROM {{table}} WHERE {{really_wrong}}) END, rows
  FROM (
  SELECT coalesce(sum(rows) FILTER (WHERE {{wrong}}), 0)::bigint AS wrong, coalesce(sum(rows), 0)::bigint AS rows
    FROM ({{combinations}}) AS combinations
) AS counted"""


def by_label(table: str, column: str) -> str:
    """A query for each value of a column and how many ``rows`` have it."""
    return f"SELECT {quoted(column)}, count(*) AS rows FROM {quoted(table)} GROUP BY 1"


def combinations(table: str, rules: list[Rule], both_ways: str) -> str:
    """The same for each combination of old and new labels; ``otherwise_wrong`` is what other rules say of the rows."""
    labels = [name for rule in shadows(rules) for name in (rule.column, rule.target)]
    others = any_wrong([rule for rule in rules if rule not in shadows(rules)], both_ways) or "false"
    return (
        f"SELECT {', '.join([*labels, f'({others}) AS otherwise_wrong'])}, count(*) AS rows\n"
        f"    FROM {quoted(table)} GROUP BY {', '.join([*labels, 'otherwise_wrong'])}"
    )


def wrong_and_all(table: str, rules: list[Rule], really_wrong: str, both_ways: str) -> str:
    """A query for rows that read wrong, and all rows; what no label tells, ``really_wrong`` does, after a rollback."""
    wrong = " OR ".join([*(rule.wrong(both_ways) for rule in shadows(rules)), "otherwise_wrong"])
    return WRONG_AND_ALL.format(
        table=quoted(table),
        combinations=combinations(table, rules, both_ways),
        wrong=wrong,
        really_wrong=really_wrong,
    )
