"""SQLAlchemy's object mapper on asyncpg, as web applications use it, with declared enum types; one connection."""

import datetime
import os

from protocol import APPLICATION, NAME, SEARCH_PATH, address, found, serve
from sqlalchemy import Column, DateTime, Enum, Integer, Sequence, String, Text, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

YEAR = datetime.timedelta(days=365)
STATUSES, POSITIONS = os.environ["STATUSES"].split(), os.environ["POSITIONS"].split()


class Base(DeclarativeBase):
    pass


class Nda(Base):
    __tablename__ = "ndas"
    id = Column(Text, primary_key=True)
    display_id = Column(Integer, Sequence("ndas_display_id_seq"))
    company_name = Column(Text)
    agency_group_id = Column(Text)
    abbreviated_name = Column(Text)
    authorized_purpose = Column(String(255))
    usmax_position = Column(Enum(*POSITIONS, name="UsMaxPosition", create_type=False))
    status = Column(Enum(*STATUSES, name="NdaStatus", create_type=False), server_default="CREATED")
    fully_executed_date = Column(DateTime)
    opportunity_poc_id = Column(Text)
    relationship_poc_id = Column(Text)
    created_by_id = Column(Text)
    updated_at = Column(DateTime)
    if APPLICATION == "new":
        nda_type = Column(Enum("MUTUAL", "CONSULTANT", name="NdaType", create_type=False), server_default="MUTUAL")
        approved_by_id = Column(Text)
        approved_at = Column(DateTime)
        expiration_date = Column(DateTime)


class History(Base):
    __tablename__ = "nda_status_history"
    id = Column(Text, primary_key=True)
    nda_id = Column(Text)
    status = Column(Enum(*STATUSES, name="NdaStatus", create_type=False))
    changed_at = Column(DateTime, server_default=func.now())
    changed_by_id = Column(Text)


class Session:
    @classmethod
    async def open(cls, refs, statements):
        self = cls()
        self.refs = refs
        engine = create_async_engine(
            address("postgresql+asyncpg"),
            pool_size=1,
            max_overflow=0,
            connect_args={"server_settings": {"search_path": SEARCH_PATH, "application_name": NAME}},
        )
        self.session = async_sessionmaker(engine, expire_on_commit=False)
        return self

    async def rows(self, statement, values=None):
        async with self.session() as session:
            return (await session.execute(statement, values or {})).all()

    async def write(self, statement):
        async with self.session.begin() as session:
            found((await session.execute(statement)).rowcount)

    async def by_status(self, status):
        return len(await self.rows(select(Nda).where(Nda.status == status).order_by(Nda.display_id).limit(10)))

    async def one_of(self, statuses, positions):
        statement = select(Nda).where(Nda.status.in_(statuses), Nda.usmax_position.in_(positions))
        return len(await self.rows(statement.limit(10)))

    async def by_cast(self, status):
        statement = text('SELECT id, status FROM ndas WHERE status = CAST(:status AS "NdaStatus") LIMIT 5')
        return len(await self.rows(statement, {"status": status}))

    async def any_of(self, statuses):
        statement = text('SELECT count(*) FROM ndas WHERE status = ANY(CAST(:statuses AS "NdaStatus"[]))')
        return (await self.rows(statement, {"statuses": statuses}))[0][0]

    async def statuses(self):
        return [label for label, _ in await self.rows(select(Nda.status, func.count()).group_by(Nda.status))]

    async def history(self, key):
        return [row.History.status for row in await self.rows(select(History).where(History.nda_id == key))]

    async def one(self, key):
        async with self.session() as session:
            nda = await session.get_one(Nda, key)
            return [nda.status, nda.usmax_position]

    async def whole(self, key):
        [row] = await self.rows(text("SELECT * FROM ndas WHERE id = :id"), {"id": key})
        return [row.status, row.usmax_position]

    async def create(self, key, name, position, history):
        async with self.session.begin() as session:
            session.add(Nda(**self._new(key, name), usmax_position=position))
            await session.flush()
            session.add(self._record(key, "CREATED", history))

    async def move(self, key, label, history):
        async with self.session.begin() as session:
            nda = await session.get_one(Nda, key)
            nda.status, nda.updated_at = label, _now()
            if label == "FULLY_EXECUTED":
                nda.fully_executed_date = _now()
                if APPLICATION == "new":
                    nda.expiration_date = _now() + YEAR
            if APPLICATION == "new" and label == "SENT_PENDING_SIGNATURE":
                nda.approved_by_id, nda.approved_at = self.refs["approver"], _now()
            session.add(self._record(key, label, history))

    async def put(self, key, label, position):
        statement = insert(Nda).values(**self._new(key, "Put Inc."), status=label, usmax_position=position)
        kept = {column: statement.excluded[column] for column in ("status", "usmax_position", "updated_at")}
        statement = statement.on_conflict_do_update(index_elements=["id"], set_=kept)
        async with self.session.begin() as session:
            found(len((await session.execute(statement.returning(Nda.id, Nda.status))).all()))

    async def swap(self, key, before, label):
        async with self.session.begin() as session:
            nda = (await session.execute(select(Nda).where(Nda.id == key).with_for_update())).scalar_one()
            found(int(nda.status == before))
            nda.status, nda.updated_at = label, _now()

    async def place(self, key, position):
        await self.write(update(Nda).where(Nda.id == key).values(usmax_position=position, updated_at=_now()))

    async def rename(self, key, name):
        await self.write(update(Nda).where(Nda.id == key).values(company_name=name, updated_at=_now()))

    def _record(self, key, label, history):
        return History(id=history, nda_id=key, status=label, changed_by_id=self.refs["author"], changed_at=_now())

    def _new(self, key, name):
        author = self.refs["author"]
        return {
            "id": key,
            "company_name": name,
            "agency_group_id": self.refs["agency"],
            "abbreviated_name": "X",
            "authorized_purpose": "p",
            "opportunity_poc_id": author,
            "relationship_poc_id": author,
            "created_by_id": author,
            "updated_at": _now(),
        }


def _now():
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


serve(Session.open)
