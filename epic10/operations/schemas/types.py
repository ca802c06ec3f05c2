"""Enum types in the schemas of views."""

from dataclasses import dataclass

from django.db.migrations.operations import RunSQL

from epic10.operations.columns.relabel import Relabel, Shadow
from epic10.operations.ownership import before_the_locks, is_ours
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import array, inside_format, literal, quoted, table_oid

# PostgreSQL has no second name for a type. So there is a type of its own with the same labels, which becomes the
# column's wherever one is wanted, and can be compared with any enum. The operators say ANYENUM on their left side:
# one for the exact type would be preferred for every comparison with a literal, everybody's. They are in the schema
# of the table, too, because a client that qualifies names looks for operators there. All of it is in SQL, so that
# the planner looks through it and finds an index. Through = ANY (array) it does not look; the estimators of = and <
# would then call the function themselves, without telling it the enum type, which fails.
CREATE = """\
DO $epic10$
DECLARE
  base record;
  made record;
  place text;
BEGIN
  IF {ours} AND to_regtype({type_name}) IS NULL THEN
    SELECT t.oid, t.oid::regtype AS name, nspname INTO base
      FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
      JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
     WHERE attrelid = {table} AND attname::text = ANY ({columns}) AND NOT attisdropped AND typtype = 'e'
     ORDER BY attname::text = {preferred} DESC LIMIT 1;
    IF FOUND THEN
      EXECUTE pg_catalog.format('CREATE TYPE {named} AS ENUM (%s)', (
        SELECT pg_catalog.string_agg(pg_catalog.quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
          FROM pg_enum WHERE enumtypid = base.oid));
      EXECUTE pg_catalog.format('CREATE FUNCTION {schema}.plain({named}) RETURNS %1$s LANGUAGE sql STABLE STRICT '
        'PARALLEL SAFE RETURN $1::text::%1$s', base.name);
      EXECUTE pg_catalog.format('CREATE FUNCTION {schema}.named(%s) RETURNS {named} LANGUAGE sql STABLE STRICT '
        'PARALLEL SAFE RETURN $1::text::{named}', base.name);
      EXECUTE pg_catalog.format('CREATE CAST ({named} AS %s) WITH FUNCTION {schema}.plain({named}) AS IMPLICIT',
        base.name);
      EXECUTE pg_catalog.format('CREATE CAST (%1$s AS {named}) WITH FUNCTION {schema}.named(%1$s)', base.name);
      FOR made IN SELECT * FROM (VALUES ('eq', '=', ', RESTRICT = pg_catalog.positionsel'), ('ne', '<>', ''),
        ('lt', '<', ''), ('le', '<=', ''), ('gt', '>', ''), ('ge', '>=', '')
      ) AS operators (function, operator, further) LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION {schema}.%I(anyenum, {named}) RETURNS boolean LANGUAGE sql STABLE '
          'STRICT PARALLEL SAFE AS %L', made.function,
          pg_catalog.format('SELECT $1 OPERATOR(pg_catalog.%s) %I.plain($2)', made.operator, {schema_text}));
        FOREACH place IN ARRAY ARRAY[{schema_text}, base.nspname] LOOP
          EXECUTE pg_catalog.format('CREATE OPERATOR %I.%s (LEFTARG = anyenum, RIGHTARG = {named}, '
            'FUNCTION = {schema}.%I%s)', place, made.operator, made.function, made.further);
        END LOOP;
      END LOOP;
    END IF;
  END IF;
END
$epic10$"""

DROP = """\
DO $epic10$
DECLARE
  made record;
BEGIN
  FOR made IN
    WITH named AS (
      SELECT prorettype AS oid FROM pg_proc
       WHERE {ours} AND pronamespace = to_regnamespace({schema_name})::oid AND proname = 'named'
    ), function AS (
      SELECT oid FROM pg_proc WHERE pronamespace = to_regnamespace({schema_name})::oid
         AND (prorettype IN (SELECT oid FROM named) OR proargtypes[pronargs - 1] IN (SELECT oid FROM named))
    )
    SELECT 1 AS step, pg_catalog.concat('DROP OPERATOR ', oid::regoperator) AS statement FROM pg_operator
     WHERE oprcode::oid IN (SELECT oid FROM function)
    UNION ALL SELECT 2, pg_catalog.format('DROP CAST (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_cast
     WHERE castfunc IN (SELECT oid FROM function)
    UNION ALL SELECT 3, pg_catalog.concat('DROP FUNCTION ', oid::regprocedure) FROM function
    UNION ALL SELECT 4, pg_catalog.concat('DROP TYPE ', oid::regtype) FROM named
     ORDER BY step, statement
  LOOP
    EXECUTE made.statement;
  END LOOP;
END
$epic10$"""

# Whoever names the type without a schema finds it there before that of the new labels.
MOVE_IN = """\
DO $epic10$
DECLARE
  theirs record;
BEGIN
  IF {ours} THEN
    SELECT t.oid::regtype AS name, typname INTO theirs FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
     WHERE attrelid = {table} AND attname = {legacy} AND NOT attisdropped AND typtype = 'e'
       AND typnamespace <> to_regnamespace({schema_name})::oid;
    IF FOUND THEN
      EXECUTE pg_catalog.format('ALTER TYPE %s SET SCHEMA %I', theirs.name, {schema_text});
      EXECUTE pg_catalog.format('ALTER TYPE %I.%I RENAME TO %I', {schema_text}, theirs.typname, {type_text});
    END IF;
  END IF;
END
$epic10$"""

MOVE_HOME = """\
DO $epic10$
DECLARE
  theirs record;
BEGIN
  IF {ours} THEN
    SELECT t.oid::regtype AS name, nspname::text, typname::text,
           (SELECT typnamespace::regnamespace FROM pg_attribute AS new JOIN pg_type ON pg_type.oid = new.atttypid
             WHERE new.attrelid = {table} AND new.attname = {column}) AS home
      INTO theirs
      FROM pg_attribute JOIN pg_type t ON t.oid = atttypid JOIN pg_namespace n ON n.oid = typnamespace
     WHERE attrelid = {table} AND attname = {legacy} AND NOT attisdropped AND typtype = 'e'
       AND NOT (typname = {legacy_type} AND typnamespace::regnamespace::text <> {schema_name});
    IF FOUND THEN
      IF theirs.nspname <> {schema_text} OR theirs.typname <> {type_text} THEN
        RAISE EXCEPTION '%', pg_catalog.format('The type of the old labels of %s is %s, and not %s.', {what},
            theirs.name, {type_name})
          USING HINT = pg_catalog.format('Somebody has moved or renamed it. ALTER TYPE %s RENAME TO %I; ALTER TYPE ... '
            'SET SCHEMA %I; brings it back. Then run the same command again.', theirs.name, {type_text}, {schema_text});
      END IF;
      ALTER TYPE {named} RENAME TO {legacy_name};
      EXECUTE pg_catalog.format('ALTER TYPE %I.%I SET SCHEMA %s', {schema_text}, {legacy_type}, theirs.home);
    END IF;
  END IF;
END
$epic10$"""


@dataclass(frozen=True)
class Typed:
    """An enum type of the release, and a column that is of it: of a table, by its rule."""

    relabel: Relabel
    table: str
    shadow: Shadow


class AddTypes(ReleaseOperation, RunSQL):
    """For each enum type one of its plain name in the schema, for clients that qualify the names of types."""

    def __init__(self, schema: str, types: list[Typed], *, is_new: bool):
        self.schema, self.types, self.is_new = schema, list(types), is_new
        drop = DROP.format(**_of(schema))
        create = [before_the_locks(self._create(typed)) for typed in types]
        super().__init__(sql=create, reverse_sql=[before_the_locks(drop)])

    def describe(self):
        return f"Add the types of {self.schema}"

    def _create(self, typed):
        shadow = typed.shadow
        columns = [shadow.target, shadow.column] if self.is_new else [shadow.column]
        return CREATE.format(
            table=table_oid(typed.table),
            columns=array(columns),
            preferred=literal(columns[0]),
            **_of(self.schema, typed.relabel, in_format=True),
        )


class MoveTypes(ReleaseOperation, RunSQL):
    """At the switch: the types of the old labels move into the schema, under the names that they had."""

    def __init__(self, schema: str, types: list[Typed]):
        self.schema, self.types = schema, list(types)
        super().__init__(
            sql=[self._written(MOVE_IN, typed) for typed in types],
            reverse_sql=[before_the_locks(self._written(MOVE_HOME, typed)) for typed in types],
        )

    def describe(self):
        return f"Move the types of the old labels into {self.schema}"

    def _written(self, template, typed):
        return template.format(
            table=table_oid(typed.table),
            column=literal(typed.shadow.column),
            legacy=literal(typed.shadow.legacy),
            what=literal(f"{typed.table}.{typed.shadow.legacy}"),
            **_of(self.schema, typed.relabel),
        )


def _of(schema, relabel=None, *, in_format=False):
    """Names for the templates; those that stand in a string are ``in_format``."""
    plain = {"ours": is_ours("schema", schema), "schema_name": literal(quoted(schema)), "schema_text": literal(schema)}
    names = {"schema": quoted(schema)}
    if relabel:
        plain |= {
            "type_name": literal(f"{quoted(schema)}.{quoted(relabel.type)}"),
            "type_text": literal(relabel.type),
            "legacy_type": literal(relabel.legacy_type),
        }
        names |= {
            "named": f"{quoted(schema)}.{quoted(relabel.type)}",
            "legacy_name": quoted(relabel.legacy_type),
        }
    return plain | ({name: inside_format(text) for name, text in names.items()} if in_format else names)
