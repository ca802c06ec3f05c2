"""Roles that own, migrate or use a register, and the register as each of them reaches it."""

import copy
import os

from django.db import connections
from psycopg import sql

from tests.databases import Scratch

GIVE_AWAY = """
DO $$
DECLARE
  given record;
BEGIN
  FOR given IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO {owner}', given.name);
  END LOOP;
  FOR given IN SELECT oid::regtype AS name FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
  LOOP
    EXECUTE format('ALTER TYPE %s OWNER TO {owner}', given.name);
  END LOOP;
  FOR given IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO {owner}', given.name);
  END LOOP;
END $$;
ALTER SCHEMA public OWNER TO {owner};
REVOKE CREATE ON SCHEMA public FROM public"""


class People:
    """Roles of one test; they outlive its databases and no more."""

    def __init__(self):
        self.names, self.aliases = [], []

    def create(self, label, attributes="LOGIN"):
        """A new role; its name, quoted where it has to be."""
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        name = f"scratch_{worker}_{os.getpid()}_{len(self.names)}_{label}"
        self.names.append(name)
        run("CREATE ROLE {} " + attributes, name)
        return name

    def reaching(self, database, role):
        """The database as the role reaches it."""
        reached = Scratch(database.name)
        reached.alias = f"{database.name} as {role}"
        self.aliases.append(reached.alias)
        connections.settings[reached.alias] = copy.deepcopy(database.connection.settings_dict) | {"USER": role}
        return reached

    def leave(self):
        for alias in self.aliases:
            connections[alias].close()
            del connections[alias], connections.settings[alias]
        for name in reversed(self.names):
            run("DROP ROLE {}", name)


def run(statement, *names):
    """As superuser, on the server, outside of the databases under test."""
    with connections["default"]._nodb_cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def give_away(database, owner):
    """The register, its types and its schema belong to ``owner``, who may make more schemas."""
    database.execute(GIVE_AWAY.format(owner=sql.Identifier(owner).as_string(None)))
    grant = sql.SQL("GRANT CREATE ON DATABASE {} TO {}")
    database.execute(grant.format(sql.Identifier(database.connection.settings_dict["NAME"]), sql.Identifier(owner)))
