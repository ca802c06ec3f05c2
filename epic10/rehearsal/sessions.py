"""A session of an application: connected, with prepared statements, as light as libpq allows."""

from psycopg import pq

REFUSING = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE, pq.ExecStatus.NONFATAL_ERROR)


class StatementRefused(Exception):
    """The server raised an error, and the transaction is rolled back."""

    def __init__(self, sqlstate: str, message: str):
        super().__init__(message)
        self.sqlstate = sqlstate


class Broken(StatementRefused):
    """The connection is lost; whether the last statement was executed is unknown."""


class Session:
    """A libpq connection. What ``conninfo`` leaves out comes from libpq's environment variables."""

    def __init__(self, conninfo: str = ""):
        self.connection = pq.PGconn.connect(conninfo.encode())
        if self.connection.status != pq.ConnStatus.OK:
            raise Broken("", self.connection.get_error_message())

    def prepare(self, statements: dict[str, str]):
        for name, sql in statements.items():
            self._checked(self.connection.prepare(name.encode(), sql.encode()))

    def ask(self, statement: str, *parameters: str | None) -> tuple[int, list[str | None]]:
        """The number of rows returned or changed, and the first row returned."""
        values = [None if value is None else value.encode() for value in parameters]
        result = self._checked(self.connection.exec_prepared(statement.encode(), values))
        if not result.nfields:
            return result.command_tuples or 0, []
        return result.ntuples, _row(result, 0) if result.ntuples else []

    def rows(self, sql: str, *parameters: str) -> list[list[str | None]]:
        result = self._checked(self.connection.exec_params(sql.encode(), [value.encode() for value in parameters]))
        return [_row(result, number) for number in range(result.ntuples)]

    def execute(self, sql: str):
        self._checked(self.connection.exec_(sql.encode()))

    def close(self):
        self.connection.finish()

    def _checked(self, result):
        if result.status not in REFUSING:
            return result
        sqlstate = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
        message = (result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or result.error_message or b"").decode()
        kind = StatementRefused if self.connection.status == pq.ConnStatus.OK else Broken
        if self.connection.transaction_status == pq.TransactionStatus.INERROR:
            self.connection.exec_(b"ROLLBACK")
        raise kind(sqlstate, message.strip())


def _row(result, number):
    values = [result.get_value(number, column) for column in range(result.nfields)]
    return [None if value is None else value.decode() for value in values]
