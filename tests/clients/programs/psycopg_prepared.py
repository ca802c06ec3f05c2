"""psycopg, each statement prepared the first time it is sent."""

import psycopg
from protocol import SEARCH_PATH, found, labels, serve, step


class Session:
    def __init__(self, refs, statements):
        self.statements, self.refs = statements, refs
        self.connection = psycopg.connect(autocommit=True, prepare_threshold=0, options=f"-c search_path={SEARCH_PATH}")

    def run(self, name, *values):
        return self.connection.execute(self.statements[name], values)

    def by_status(self, status):
        return len(self.run("by_status", status).fetchall())

    def one_of(self, statuses, positions):
        return len(self.run("one_of", *statuses, *positions).fetchall())

    def by_cast(self, status):
        return len(self.run("by_cast", status).fetchall())

    def any_of(self, statuses):
        return self.run("any_of", statuses).fetchone()[0]

    def statuses(self):
        return [label for label, _ in self.run("statuses")]

    def history(self, key):
        return [label for _, label, _ in self.run("history", key)]

    def one(self, key):
        return list(self.run("one", key).fetchone()[:2])

    def whole(self, key):
        cursor = self.run("whole", key)
        return labels([column.name for column in cursor.description], cursor.fetchone())

    def create(self, key, name, position, history):
        with self.connection.transaction():
            self.run("create", key, name, position).fetchall()
            self.run("record", history, key, "CREATED")

    def move(self, key, label, history):
        with self.connection.transaction():
            found(self.run(step(label), label, key).rowcount)
            self.run("record", history, key, label)

    def put(self, key, label, position):
        self.run("put", key, label, position).fetchall()

    def swap(self, key, before, label):
        with self.connection.transaction():
            self.run("lock", key).fetchall()
            found(self.run("swap", label, key, before).rowcount)

    def place(self, key, position):
        found(self.run("place", position, key).rowcount)

    def rename(self, key, name):
        found(self.run("rename", name, key).rowcount)


serve(Session)
