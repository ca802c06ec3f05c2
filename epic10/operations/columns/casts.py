"""Casts of an enum type by its labels, as programs that send text have them made: the new type gets the same ones."""

from epic10.postgres.catalog import type_oid

# Others have a function, which is bound to the type as well: epic10.postgres.type_uses names them.
EACH = """\
DECLARE
    theirs record;
  BEGIN
    FOR theirs IN
      SELECT pg_catalog.format('{statement}', pair.source, pair.target, context) AS statement
        FROM pg_cast AS cast_of_theirs,
             LATERAL (SELECT CASE WHEN castsource = {one} THEN {other} ELSE castsource END::regtype AS source,
                             CASE WHEN casttarget = {one} THEN {other} ELSE casttarget END::regtype AS target,
                             CASE castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END
                               AS context) AS pair
       WHERE castmethod = 'i' AND {one} IN (castsource, casttarget) AND {other} IS NOT NULL
         AND {exists} (SELECT FROM pg_cast AS ours
                        WHERE ours.castsource = pair.source::oid AND ours.casttarget = pair.target::oid)
    LOOP
      EXECUTE theirs.statement;
    END LOOP;
  END"""


def carry_casts(source: str, target: str) -> str:
    """A PL/pgSQL statement after which the type ``target`` has the casts that ``source`` has."""
    return _each("CREATE CAST (%1$s AS %2$s) WITH INOUT%3$s", source, target, exists="NOT EXISTS")


def drop_carried(source: str, target: str) -> str:
    """A PL/pgSQL statement after which ``target`` has none of the casts that ``source`` has."""
    return _each("DROP CAST (%1$s AS %2$s)", source, target, exists="EXISTS")


def drop_casts(type: str) -> str:
    """A PL/pgSQL statement after which the type has none of these casts."""
    return drop_carried(type, type)


def _each(statement, source, target, *, exists):
    return EACH.format(statement=statement, one=type_oid(source), other=type_oid(target), exists=exists)
