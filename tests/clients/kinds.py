"""The kinds of clients, and what each needs."""

import sys
from dataclasses import dataclass, field

from ndas.release.applications import APPLICATIONS
from tests.clients import packages

NODE = ["node", "--import", "tsx"]
PYTHON = [sys.executable]


@dataclass(frozen=True)
class Kind:
    """
    ``placeholder`` is how the driver writes a parameter, where it is given its statements.

    Most find what they name by search_path. One that ``qualifies`` every name works with one
    schema alone, which has to be there.
    """

    name: str
    program: str
    interpreter: list[str]
    needs: packages.Packages | None = None
    placeholder: str = "%s"
    environment: dict[str, str] = field(default_factory=dict)
    qualifies: bool = False

    def command(self, folder) -> list[str]:
        return [*self.interpreter, str(folder / self.program)]


KINDS = [
    Kind("psycopg, prepared", "psycopg_prepared.py", PYTHON),
    Kind("Django", "django_models.py", PYTHON),
    Kind("Django, prepared", "django_models.py", PYTHON, environment={"PREPARED": "1"}),
    Kind("asyncpg", "asyncpg_pool.py", PYTHON, packages.PYTHON, placeholder="$"),
    Kind("SQLAlchemy on psycopg", "sqlalchemy_core.py", PYTHON, packages.PYTHON),
    Kind("SQLAlchemy on asyncpg", "sqlalchemy_async.py", PYTHON, packages.PYTHON),
    Kind("pg8000", "pg8000_dbapi.py", PYTHON, packages.PYTHON),
    Kind("node-postgres, named", "node_postgres.mjs", NODE, packages.NODE, placeholder="$"),
    Kind("postgres.js", "postgres_js.mjs", NODE, packages.NODE),
    Kind("Prisma 7", "prisma.ts", NODE, packages.NODE, qualifies=True),
]


def labels(application: str) -> dict[str, str]:
    """For models that have to name them."""
    known = APPLICATIONS[application]
    return {"STATUSES": " ".join(known.moves), "POSITIONS": " ".join(filter(None, known.positions))}
