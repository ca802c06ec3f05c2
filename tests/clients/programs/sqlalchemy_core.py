"""SQLAlchemy on psycopg: tables as it finds them when it starts, with their enum types; a pool of one connection."""

import datetime

import sqlalchemy
from protocol import APPLICATION, SEARCH_PATH, address, found, serve
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

YEAR = datetime.timedelta(days=365)


class Session:
    def __init__(self, refs, statements):
        self.refs = refs
        self.engine = sqlalchemy.create_engine(
            address("postgresql+psycopg"),
            pool_size=1,
            max_overflow=0,
            connect_args={"prepare_threshold": 0, "options": f"-c search_path={SEARCH_PATH}"},
        )
        metadata = sqlalchemy.MetaData()
        self.ndas = sqlalchemy.Table("ndas", metadata, autoload_with=self.engine, resolve_fks=False)
        self.histories = sqlalchemy.Table("nda_status_history", metadata, autoload_with=self.engine, resolve_fks=False)
        self.id, self.status, self.position = self.ndas.c.id, self.ndas.c.status, self.ndas.c.usmax_position

    def rows(self, statement, values=None):
        with self.engine.connect() as connection:
            return connection.execute(statement, values or {}).fetchall()

    def write(self, *statements):
        """All in one transaction; the first has to find its row."""
        with self.engine.begin() as connection:
            found(connection.execute(statements[0]).rowcount)
            for statement in statements[1:]:
                connection.execute(statement)

    def by_status(self, status):
        return len(self.rows(select(self.ndas).where(self.status == status).order_by(self.ndas.c.display_id).limit(10)))

    def one_of(self, statuses, positions):
        return len(
            self.rows(select(self.ndas).where(self.status.in_(statuses), self.position.in_(positions)).limit(10))
        )

    def by_cast(self, status):
        statement = text('SELECT id FROM ndas WHERE status = CAST(:status AS "NdaStatus") LIMIT 5')
        return len(self.rows(statement, {"status": status}))

    def any_of(self, statuses):
        statement = text('SELECT count(*) FROM ndas WHERE status = ANY(CAST(:statuses AS "NdaStatus"[]))')
        return self.rows(statement, {"statuses": statuses})[0][0]

    def statuses(self):
        return [label for label, _ in self.rows(select(self.status, func.count()).group_by(self.status))]

    def history(self, key):
        return [row.status for row in self.rows(select(self.histories).where(self.histories.c.nda_id == key))]

    def one(self, key):
        [row] = self.rows(select(self.ndas).where(self.id == key))
        return [row.status, row.usmax_position]

    def whole(self, key):
        [row] = self.rows(text("SELECT * FROM ndas WHERE id = :id"), {"id": key})
        return [row.status, row.usmax_position]

    def create(self, key, name, position, history):
        self.write(
            self.ndas.insert().values(**self._new(key, name), usmax_position=position).returning(self.id, self.status),
            self._record(key, "CREATED", history),
        )

    def move(self, key, label, history):
        values = {"status": label, "updated_at": _now()}
        if label == "FULLY_EXECUTED":
            values["fully_executed_date"] = _now()
            if APPLICATION == "new":
                values["expiration_date"] = _now() + YEAR
        if APPLICATION == "new" and label == "SENT_PENDING_SIGNATURE":
            values |= {"approved_by_id": self.refs["approver"], "approved_at": _now()}
        self.write(self._update(key, **values), self._record(key, label, history))

    def put(self, key, label, position):
        statement = insert(self.ndas).values(**self._new(key, "Put Inc."), status=label, usmax_position=position)
        kept = {column: statement.excluded[column] for column in ("status", "usmax_position", "updated_at")}
        self.write(statement.on_conflict_do_update(index_elements=["id"], set_=kept).returning(self.ndas))

    def swap(self, key, before, label):
        with self.engine.begin() as connection:
            connection.execute(select(self.id, self.status).where(self.id == key).with_for_update()).fetchall()
            update = self._update(key, status=label, updated_at=_now()).where(self.status == before)
            found(connection.execute(update).rowcount)

    def place(self, key, position):
        self.write(self._update(key, usmax_position=position, updated_at=_now()))

    def rename(self, key, name):
        self.write(self._update(key, company_name=name, updated_at=_now()))

    def _update(self, key, **values):
        return self.ndas.update().where(self.id == key).values(**values)

    def _record(self, key, label, history):
        values = {"id": history, "nda_id": key, "status": label, "changed_by_id": self.refs["author"]}
        return self.histories.insert().values(**values)

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


serve(Session)
