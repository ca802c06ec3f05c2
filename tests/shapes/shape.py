"""A shape: something that another database has on the tables of the register."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """
    ``made`` makes it, and may be undone by ``unmade`` where it is none of the database.

    ``used`` is what its owner does with it, and goes on doing: it is run before the
    release, after it, and after the way back. ``since`` is made after the switch.
    """

    name: str
    made: str
    used: str = ""
    unmade: str = ""
    since: str = ""


def trigger(name, body, *, when="BEFORE INSERT OR UPDATE", on="ndas", each="ROW", returns="NEW", more="") -> str:
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS\n"
        f"$$ BEGIN {body} RETURN {returns}; END $$;\n"
        f"CREATE TRIGGER {name} {when} ON {on} {more} FOR EACH {each} EXECUTE FUNCTION {name}();"
    )
