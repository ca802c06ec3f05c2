"""What a check reports about objects that depend on a column to be switched."""

from epic10.checks import Fact, Find
from epic10.postgres.dependents import BY_NAME, dependents


def nothing_depends(used: dict[str, list[str]], *, indexes: list[str], followed: dict[str, str]) -> Find:
    """
    A find function for the columns ``used`` of each table.

    ``followed`` has for each table a query for its indexes: which get a successor, and why the others do not.
    """

    def find(db):
        for table, columns in used.items():
            hindrances = {name: hindrance for name, _, _, hindrance, _ in db.rows(followed[table])}
            for found in dependents(db.connection, table, columns, indexes=indexes):
                yield _told(table, found, hindrances)

    return find


def _told(table, found, hindrances):
    kind, name, column = found
    uses = f"{kind} {name} uses {table}.{column}"
    if kind == BY_NAME:
        return f"{uses}: after the switch it meets the new labels in {column}, and the old ones in {column}_legacy"
    stays = f"after the switch it goes on with {table}.{column}_legacy"
    if kind != "index":
        return f"{uses}: {stays}"
    if hindrance := hindrances.get(name):
        return f"{uses}: {stays}, and has no successor, because {hindrance}"
    return Fact(f"{uses}: a successor on the new column takes its name at the switch")
