"""pg8000, by DB-API."""

import os

import pg8000.dbapi
from protocol import NAME, SEARCH_PATH, found, labels, serve, step

pg8000.dbapi.paramstyle = "format"


class Session:
    def __init__(self, refs, statements):
        self.statements = statements
        host, port = os.environ.get("PGHOST", "localhost"), int(os.environ.get("PGPORT", "5432"))
        socket = {"unix_sock": f"{host}/.s.PGSQL.{port}"} if host.startswith("/") else {"host": host, "port": port}
        self.connection = pg8000.dbapi.connect(
            user=os.environ.get("PGUSER", "postgres"),
            password=os.environ.get("PGPASSWORD"),
            database=os.environ["PGDATABASE"],
            application_name=NAME,
            startup_params={"search_path": SEARCH_PATH},
            **socket,
        )
        self.connection.autocommit = True

    def run(self, name, *values):
        cursor = self.connection.cursor()
        cursor.execute(self.statements[name], values)
        return cursor

    def transaction(self, *steps):
        self.connection.autocommit = False
        try:
            for one in steps:
                one()
            self.connection.commit()
        except Exception:
            self.connection.rollback()
            raise
        finally:
            self.connection.autocommit = True

    def by_status(self, status):
        return len(self.run("by_status", status).fetchall())

    def one_of(self, statuses, positions):
        return len(self.run("one_of", *statuses, *positions).fetchall())

    def by_cast(self, status):
        return len(self.run("by_cast", status).fetchall())

    def any_of(self, statuses):
        return self.run("any_of", "{" + ",".join(statuses) + "}").fetchone()[0]

    def statuses(self):
        return [row[0] for row in self.run("statuses").fetchall()]

    def history(self, key):
        return [row[1] for row in self.run("history", key).fetchall()]

    def one(self, key):
        return list(self.run("one", key).fetchone()[:2])

    def whole(self, key):
        cursor = self.run("whole", key)
        return labels([column[0] for column in cursor.description], cursor.fetchone())

    def create(self, key, name, position, history):
        self.transaction(
            lambda: self.run("create", key, name, position).fetchall(),
            lambda: self.run("record", history, key, "CREATED"),
        )

    def move(self, key, label, history):
        self.transaction(
            lambda: found(self.run(step(label), label, key).rowcount),
            lambda: self.run("record", history, key, label),
        )

    def put(self, key, label, position):
        self.run("put", key, label, position).fetchall()

    def swap(self, key, before, label):
        self.transaction(
            lambda: self.run("lock", key).fetchall(), lambda: found(self.run("swap", label, key, before).rowcount)
        )

    def place(self, key, position):
        found(self.run("place", position, key).rowcount)

    def rename(self, key, name):
        found(self.run("rename", name, key).rowcount)


serve(Session)
