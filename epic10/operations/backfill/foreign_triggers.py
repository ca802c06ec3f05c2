"""Triggers of others that see what a backfill writes, and the check that they do not change it.

BEFORE triggers of the customer may write another value to any column. What they make of
other columns than the new ones is put back (other_columns.py). Where they leave a
new column empty, that shows in the result of the statement, so the batch reports it
and is not committed.
"""

from epic10.operations.columns.relabel import Derived, Rule
from epic10.postgres.catalog import array, literal, quoted, table_oid

OURS = "^(zz|00)_epic10_"
# TRIGGER_TYPE_ROW, _BEFORE and _UPDATE in pg_trigger.tgtype.
BEFORE_EACH_UPDATED_ROW, AFTER_OR_BEFORE, EACH_UPDATE = 1 + 2 + 16, 1 + 16, 16

REWRITTEN = """\
CASE WHEN was IS NOT NULL THEN nullif(pg_catalog.concat_ws(', ',
    CASE WHEN pg_catalog.to_jsonb({table}) - {targets} <> was - {targets} THEN
      (SELECT pg_catalog.string_agg(key, ', ' ORDER BY key) FROM jsonb_each(was)
        WHERE key <> ALL ({targets}) AND value IS DISTINCT FROM pg_catalog.to_jsonb({table}) -> key) END,
    {wrong}), '') END"""

# Joined, not formatted: psycopg would take a per cent sign for a placeholder.
COMPLAINT = """\
(SELECT {begin} || columns || '. Triggers that can: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname),
    ', ' ORDER BY tgname) || '.'
   FROM {triggers})"""

REMEDY = """\
(SELECT {alter} || pg_catalog.string_agg('DISABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)
        || '; then run the same command again. Afterwards: '
        || {alter} || pg_catalog.string_agg('ENABLE TRIGGER ' || pg_catalog.quote_ident(tgname), ', '
            ORDER BY tgname) || ';'
   FROM {triggers})"""


def triggers(table: str, type: int = BEFORE_EACH_UPDATED_ROW) -> str:
    """What to select from: triggers of others that fire for each updated row; unless told, before it is written."""
    return (
        f"pg_trigger WHERE tgrelid = {table_oid(table)} AND tgtype::int & {type} = {type} AND tgenabled <> 'D'\n"
        f"   AND NOT tgisinternal AND tgname::text !~ {literal(OURS)}"
    )


def as_it_was(table: str) -> str:
    """The row before the update, where somebody might change more of it than we do; else NULL."""
    return f"CASE WHEN EXISTS (SELECT FROM {triggers(table)}) THEN pg_catalog.to_jsonb({quoted(table)}) END"


def rewritten(table: str, rules: list[Rule], both_ways: str) -> str:
    """The columns of an updated row that are not as the rules mean them, given the row as ``was``; else NULL."""
    return REWRITTEN.format(
        table=quoted(table),
        targets=array([rule.target for rule in rules]),
        wrong=",\n    ".join(
            f"CASE WHEN {_not_as_meant(rule, both_ways)} THEN {literal(rule.target)} END" for rule in rules
        ),
    )


def complaint(table: str) -> str:
    """Message and hint, given the columns as ``columns``; NULL and NULL where there are none."""
    known = {
        "begin": literal(f"A trigger on {table} changes what the backfill writes there, in the columns "),
        "alter": literal(f"ALTER TABLE {quoted(table)} "),
        "triggers": triggers(table),
    }
    return ",\n".join(f"CASE WHEN columns IS NOT NULL THEN {text.format(**known)} END" for text in (COMPLAINT, REMEDY))


def suspects(table: str) -> str:
    """ "; triggers there: ...", or nothing: who else may have undone what a backfill wrote."""
    return (
        f"coalesce((SELECT '; triggers there: ' || pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' "
        f"ORDER BY tgname)\n"
        f"            FROM {triggers(table, AFTER_OR_BEFORE)}), '')"
    )


def _not_as_meant(rule, both_ways):
    if not isinstance(rule, Derived):
        return rule.wrong(both_ways)
    value = rule.value.format(rule.source)
    return (
        f"CASE WHEN was ->> {literal(rule.target)}::text IS NULL THEN {rule.target} IS DISTINCT FROM {value}\n"
        f"      ELSE pg_catalog.to_jsonb({rule.target}) IS DISTINCT FROM was -> {literal(rule.target)}::text END"
    )
