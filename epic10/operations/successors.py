"""
Indexes of others on a column that is switched: each gets a successor on the new column.

PostgreSQL binds an index to the column, so it would stay with the old labels, and
queries would lose it. The successor is built CONCURRENTLY as ``<index>_epic10`` and
gets the name at the switch; the original becomes ``<index>_legacy`` until
epic10_finalize. The successor's definition is read from the catalog, with the labels
in its condition translated.
"""

from epic10.operations.columns.convert import Beside
from epic10.operations.columns.relabel import Shadow
from epic10.postgres.catalog import array, column_exists, inside_format, literal, quoted, table_oid

KIND = "successor"

# By the bytes of a name, of which PostgreSQL keeps 63.
NAMED = "CASE WHEN octet_length({0}) <= 56 THEN {0} ELSE 'idx_' || md5({0}) END || {1}"

# What an index says by attribute: in ``written`` for the column that it is on now, with the new one's name put in its
# place. indclass, indcollation and indoption know of key columns only.
SUCCESSORS = """\
WITH moved (column_name, successor, type_name, is_enum, has_index) AS (VALUES
  {moved}
), moving AS (
  SELECT attnum, column_name, successor, has_index, pg_catalog.format_type(atttypid, atttypmod) AS type_now,
         is_enum AND pg_catalog.format_type(atttypid, atttypmod) = pg_catalog.quote_ident(type_name) AS is_enum
             FROM moved
    JOIN pg_attribute ON attrelid = {table} AND attname = column_name AND NOT attisdropped{there}
), theirs AS (
  SELECT i.*, c.relname, c.reloptions, c.reltablespace, amname, pg_get_expr(indpred, indrelid) AS condition
    FROM pg_index i JOIN pg_class c ON c.oid = indexrelid JOIN pg_am a ON a.oid = relam
   WHERE indrelid = {table} AND indislive AND relname <> ALL ({ours}) AND relname::text !~ '_(epic10|legacy)$'
     AND EXISTS (SELECT FROM moving JOIN pg_depend ON refobjsubid = moving.attnum
                  WHERE classid = 'pg_class'::regclass::oid AND objid = indexrelid
                    AND refclassid = 'pg_class'::regclass::oid AND refobjid = indrelid)
), part AS (
  SELECT theirs.indexrelid, n, n <= indnkeyatts AS is_key, moving.column_name, has_index,
         CASE WHEN moving.attnum IS NOT NULL THEN pg_catalog.quote_ident(successor)
              ELSE pg_catalog.pg_get_indexdef(theirs.indexrelid, n, false) END AS written,
         indkey[n - 1] = 0 AS is_expression,
         CASE WHEN n > indnkeyatts THEN NULL WHEN moving.attnum IS NOT NULL AND opcdefault THEN ''
              ELSE pg_catalog.format(' %I.%I', opcnamespace::regnamespace::text, opcname) END AS operators, opcdefault,
         CASE WHEN n <= indnkeyatts AND moving.attnum IS NULL AND indcollation[n - 1] <> 0::oid
              THEN ' COLLATE ' || indcollation[n - 1]::regcollation::text ELSE '' END AS collated,
         coalesce('(' || pg_catalog.array_to_string(attoptions, ', ') || ')', '') AS options,
         CASE WHEN n > indnkeyatts OR NOT pg_indexam_has_property(relam, 'can_order') THEN ''
              WHEN indoption[n - 1]::int & 3 = 1 THEN ' DESC NULLS LAST' WHEN indoption[n - 1]::int & 3 = 3 THEN ' DESC'
              WHEN indoption[n - 1]::int & 3 = 2 THEN ' NULLS FIRST' ELSE '' END AS ordered
    FROM theirs JOIN pg_class index ON index.oid = theirs.indexrelid CROSS
        JOIN pg_catalog.generate_series(1, indnatts) AS n
    JOIN pg_attribute ON attrelid = theirs.indexrelid AND pg_attribute.attnum = n
    LEFT JOIN moving ON moving.attnum = indkey[n - 1] AND indkey[n - 1] <> 0
    LEFT JOIN pg_opclass ON pg_opclass.oid = indclass[n - 1] AND n <= indnkeyatts
), text AS (
  SELECT indexrelid, n, {written} AS written FROM part
  UNION ALL
  SELECT indexrelid, 0, {condition} FROM theirs WHERE condition IS NOT NULL
), by_old_type AS (  -- functions of somebody's, and columns of the old type that stay what they are
  SELECT indexrelid FROM theirs JOIN pg_depend ON classid = 'pg_class'::regclass::oid AND objid = indexrelid
    LEFT JOIN pg_attribute a ON refclassid = 'pg_class'::regclass::oid AND attrelid = refobjid AND attnum = refobjsubid
   WHERE refclassid = 'pg_proc'::regclass::oid
      OR pg_catalog.format_type(atttypid, atttypmod) IN (SELECT type_now FROM moving)
         AND NOT EXISTS (SELECT FROM moving WHERE moving.attnum = a.attnum)
), made AS (
  SELECT relname::text AS name, theirs.*, {successor} AS successor, {legacy} AS legacy,
         CASE WHEN NOT indisvalid THEN 'it is not valid'
              WHEN indnatts = 1 AND amname = 'btree' AND NOT indisunique AND condition IS NULL
                   AND (SELECT has_index AND opcdefault AND pg_catalog.concat(collated, options, ordered) = '' FROM part
                         WHERE part.indexrelid = theirs.indexrelid) THEN 'the release has an index that says the same'
              WHEN (SELECT bool_or(is_key AND column_name IS NOT NULL AND NOT opcdefault) FROM part
                     WHERE part.indexrelid = theirs.indexrelid) THEN 'its operator class is not that of the new column'
              WHEN (indisunique OR indisexclusion) AND (
                     EXISTS (SELECT FROM text t WHERE t.indexrelid = theirs.indexrelid AND n = 0 AND {mentions_t})
                     OR EXISTS (SELECT FROM part p WHERE p.indexrelid = theirs.indexrelid AND is_key
                                   AND (column_name IS NOT NULL OR is_expression AND {mentions_p})))
                THEN 'it is unique by the old labels, and two of them may become one'
              WHEN EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
                THEN 'it belongs to a constraint'
              WHEN EXISTS (SELECT FROM text t JOIN moving ON {mentions_moving} WHERE t.indexrelid = theirs.indexrelid
                            AND (NOT is_enum OR strpos(t.written, '::' || type_now) > 0
                                 OR EXISTS (SELECT FROM by_old_type o WHERE o.indexrelid = theirs.indexrelid)))
                THEN 'its expression or its condition cannot be translated'
         END AS hindrance
    FROM theirs
)
SELECT name, successor, legacy, hindrance, pg_catalog.format(
    'CREATE %sINDEX CONCURRENTLY IF NOT EXISTS %I ON {quoted_table} USING %I (%s)%s%s%s%s%s',
    CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END, successor, amname,
    (SELECT pg_catalog.string_agg(pg_catalog.concat(text.written, collated, operators, options, ordered), ', '
        ORDER BY n)
       FROM part JOIN text USING (indexrelid, n) WHERE indexrelid = made.indexrelid AND is_key),
    (SELECT ' INCLUDE (' || pg_catalog.string_agg(part.written, ', ' ORDER BY n) || ')'
       FROM part WHERE indexrelid = made.indexrelid AND NOT is_key),
    CASE WHEN indnullsnotdistinct THEN ' NULLS NOT DISTINCT' ELSE '' END,
    (SELECT ' WITH (' || pg_catalog.string_agg(pg_catalog.format('%I = %L', option_name, option_value), ', ') || ')'
       FROM pg_options_to_table(reloptions)),
    (SELECT pg_catalog.format(' TABLESPACE %I', spcname) FROM pg_tablespace WHERE oid = reltablespace),
    (SELECT ' WHERE ' || written FROM text WHERE indexrelid = made.indexrelid AND n = 0)) AS statement
  FROM made"""

# Strings and quoted names apart, so that a column's name is found where it is one.
TOKENS = r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[^'"]+"""
RENAMED = """\
(SELECT pg_catalog.string_agg(CASE WHEN token[1] ~ '^[''"]' THEN token[1] ELSE {renamed} END, '' ORDER BY place)
       FROM regexp_matches({labelled}, {tokens}, 'g') WITH ORDINALITY AS found (token, place))"""


def successors(table: str, rules: list[Beside], *, built: bool = False) -> str:
    """
    A query for what becomes of the indexes of others: name, successor, legacy name, hindrance, statement.

    ``hindrance`` says why there is none. ``built`` leaves out columns whose new
    one is not there, as those that nobody had added before.
    """
    of = table if built else None
    expression = translated("part.written", rules, of=of)
    there = (
        f"\n     AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = {table_oid(table)}"
        f" AND attname = successor AND NOT attisdropped)"
        if built
        else ""
    )
    return SUCCESSORS.format(
        moved=",\n  ".join(map(_moved, rules)),
        there=there,
        table=table_oid(table),
        quoted_table=inside_format(quoted(table)),
        ours=array(filter(None, (rule.index for rule in rules))),
        written=f"CASE WHEN is_expression THEN {expression} ELSE part.written END",
        condition=translated("condition", rules, of=of),
        successor=NAMED.format("relname::text", "'_epic10'"),
        legacy=NAMED.format("relname::text", "'_legacy'"),
        mentions_t=_mentions("t.written", rules),
        mentions_p=_mentions("p.written", rules, old=True),
        mentions_moving=r"t.written ~ ('\m' || moving.successor || '\M') AND t.written <> moving.successor",
    )


def translated(text: str, rules: list[Beside], *, of: str | None) -> str:
    """An SQL expression for the text of another one, in the new columns and labels; ``of`` a table, in those it has."""
    labelled, renamed = text, "token[1]"
    for rule in rules:
        if isinstance(rule, Shadow):
            labelled = _labelled(labelled, rule, of)
        renamed = rf"regexp_replace({renamed}, '\m{rule.column}\M', {_new(rule, rule.column, rule.target, of)}, 'g')"
    return RENAMED.format(renamed=renamed, labelled=labelled, tokens=literal(TOKENS))


def _labelled(text, shadow, of):
    relabel = shadow.relabel
    old, new = quoted(relabel.type), quoted(relabel.working_type)
    for label in dict.fromkeys([*relabel.legacy, *relabel.labels, *filter(None, relabel.up)]):
        becomes = relabel.up.get(label, label)
        if becomes in relabel.labels:
            was, now = f"{literal(label)}::{old}", f"{literal(becomes)}::{new}"
            text = f"pg_catalog.replace({text}, {literal(was)}, {_new(shadow, was, now, of)})"
    return text


def _new(rule, was, now, of):
    """A column that somebody has added exactly as the release wants it is kept, and so is its type."""
    return (
        f"CASE WHEN {column_exists(of, rule.target)} THEN {literal(now)} ELSE {literal(was)} END"
        if of
        else literal(now)
    )


def _mentions(text, rules, *, old=False):
    return "(" + " OR ".join(rf"{text} ~ '\m{rule.column if old else rule.target}\M'" for rule in rules) + ")"


def _moved(rule: Beside) -> str:
    """A row of VALUES: column, successor, enum type or "", whether it is an enum, and whether it has an index."""
    type = rule.relabel.type if isinstance(rule, Shadow) else ""
    return f"({', '.join(map(literal, (rule.column, rule.target, type, bool(type), bool(rule.index))))})"
