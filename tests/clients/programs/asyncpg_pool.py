"""asyncpg, by a pool of one connection; it prepares every statement, and looks up the types of columns."""

import asyncpg
from protocol import NAME, SEARCH_PATH, found, labels, serve, step


class Session:
    @classmethod
    async def open(cls, refs, statements):
        self = cls()
        self.statements = statements
        self.pool = await asyncpg.create_pool(
            min_size=1,
            max_size=1,
            max_inactive_connection_lifetime=0,
            server_settings={"search_path": SEARCH_PATH, "application_name": NAME},
        )
        return self

    async def rows(self, name, *values):
        return await self.pool.fetch(self.statements[name], *values)

    async def by_status(self, status):
        return len(await self.rows("by_status", status))

    async def one_of(self, statuses, positions):
        return len(await self.rows("one_of", *statuses, *positions))

    async def by_cast(self, status):
        return len(await self.rows("by_cast", status))

    async def any_of(self, statuses):
        return (await self.rows("any_of", statuses))[0][0]

    async def statuses(self):
        return [row["status"] for row in await self.rows("statuses")]

    async def history(self, key):
        return [row["status"] for row in await self.rows("history", key)]

    async def one(self, key):
        [row] = await self.rows("one", key)
        return [row["status"], row["usmax_position"]]

    async def whole(self, key):
        [row] = await self.rows("whole", key)
        return labels(row.keys(), row.values())

    async def create(self, key, name, position, history):
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.fetch(self.statements["create"], key, name, position)
            await connection.execute(self.statements["record"], history, key, "CREATED")

    async def move(self, key, label, history):
        async with self.pool.acquire() as connection, connection.transaction():
            found(_rows(await connection.execute(self.statements[step(label)], label, key)))
            await connection.execute(self.statements["record"], history, key, label)

    async def put(self, key, label, position):
        await self.rows("put", key, label, position)

    async def swap(self, key, before, label):
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.fetch(self.statements["lock"], key)
            found(_rows(await connection.execute(self.statements["swap"], label, key, before)))

    async def place(self, key, position):
        found(_rows(await self.pool.execute(self.statements["place"], position, key)))

    async def rename(self, key, name):
        found(_rows(await self.pool.execute(self.statements["rename"], name, key)))


def _rows(status) -> int:
    return int(status.rpartition(" ")[2])


serve(Session.open)
