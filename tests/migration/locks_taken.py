"""The lock modes that each statement of a transaction has added, read from pg_locks after every one of them."""

import contextlib
import re
from dataclasses import dataclass, field

from epic10.postgres import view_users
from epic10.postgres.lock_watch import MODES, as_written

# A session that holds one of these blocks a reader or a writer.
STRONG = MODES[MODES.index("SHARE") :]
# A session that holds one of these on a table may have locked a row in it.
ROWS = ["ROW SHARE", "ROW EXCLUSIVE"]

# Parents before children: as the application reads and references them.
ORDER = ["contacts", "ndas", "nda_status_history", "audit_log"]

LOOK = """
SELECT virtualtransaction, relname, mode FROM pg_locks LEFT JOIN pg_class c ON c.oid = relation
 WHERE pid = pg_backend_pid() AND granted AND (locktype = 'virtualxid' OR locktype = 'relation'
   AND relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relname !~ '^epic10_')"""
# The same, from inside a script.
NOTE = f"""INSERT INTO lock_look (transaction, statement, locks)
SELECT virtualtransaction, $looked${{statement}}$looked$, coalesce(array_agg(relname || ':' || mode)
       FILTER (WHERE relname IS NOT NULL AND relname <> 'lock_look'), '{{{{}}}}')
  FROM ({LOOK}) AS held (virtualtransaction, relname, mode) GROUP BY 1;"""
KEEP_NOTES = """CREATE TABLE lock_look (
    id bigserial, transaction text, statement text, locks text[])"""

# Strings, quoted names, comments and dollar-quoted bodies are passed over.
TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|(\$\w*\$).*?\1|;|^\\[^\n]*\n|.", re.DOTALL | re.MULTILINE)


@dataclass
class Statement:
    text: str
    added: set[tuple[str, str]]


@dataclass
class Transaction:
    """Its statements in order; ``held`` is what they hold by now, as (table, mode)."""

    statements: list[Statement] = field(default_factory=list)
    held: set[tuple[str, str]] = field(default_factory=set)

    def note(self, text, held):
        self.statements.append(Statement(" ".join(text.split())[:200], held - self.held))
        self.held = held


def split(script: str) -> list[str]:
    """Its statements, and psql's commands, each with the line that it is on."""
    parts, part = [], ""
    for token in TOKEN.finditer(script):
        part += token.group()
        if token.group() == ";" or token.group().startswith("\\"):
            parts.append(part)
            part = ""
    return [*parts, part] if part.strip() else parts


@contextlib.contextmanager
def every_statement(connection):
    """Run every statement of a transaction on its own and record the locks after it; yields the transactions."""
    transactions = {}

    def one_by_one(execute, sql, params, many, context):
        session = context["connection"].connection
        # A look at the sessions keeps what it has found for the end of its own transaction.
        for statement in split(sql) if params is None and view_users.FOUND not in sql else [sql]:
            alone = not context["connection"].in_atomic_block and "CONCURRENTLY" not in statement
            if alone:
                session.execute("BEGIN")
            try:
                result = execute(statement, params, many, context)
                if alone or context["connection"].in_atomic_block:
                    _look(session, transactions, statement)
            except BaseException:
                if alone:
                    session.execute("ROLLBACK")
                raise
            if alone:
                session.execute("COMMIT")
        return result

    with connection.execute_wrapper(one_by_one):
        yield transactions


def in_psql(database, script: str) -> dict[str, Transaction]:
    """The same for a script: after each statement of a transaction it records the locks held."""
    database.execute(KEEP_NOTES)
    looked, inside = "", False
    for statement in split(script):
        words = re.sub(r"^(\s|--[^\n]*\n)*", "", statement)
        looked += statement
        inside = (inside or words.startswith("BEGIN")) and not words.startswith("COMMIT")
        if inside and not words.startswith("\\"):
            looked += f"\n{NOTE.format(statement=' '.join(words.split())[:200])}\n"
    database.psql(looked)
    transactions = {}
    for transaction, text, locks in database.rows("SELECT transaction, statement, locks FROM lock_look ORDER BY id"):
        held = {(table, as_written(mode)) for table, mode in (lock.split(":") for lock in locks)}
        transactions.setdefault(transaction, Transaction()).note(text, held)
    database.execute("DROP TABLE lock_look")
    return transactions


def upgrades(transaction: Transaction):
    """The lock upgrades in a transaction of ours through which a reader or writer could become a deadlock's victim."""
    held = set()
    for statement in transaction.statements:
        strong = sorted((lock for lock in statement.added if lock[1] in STRONG), key=lambda lock: MODES.index(lock[1]))
        for table, mode in strong:
            weaker = [held_mode for name, held_mode in held if name == table and held_mode in STRONG]
            if weaker and MODES.index(mode) > max(map(MODES.index, weaker)):
                yield f"{table}: {', '.join(weaker)}, and then {mode}, by {statement.text}"
            if len([one for one in strong if one[0] == table]) > 1:
                yield f"{table}: {mode} with another, in one statement: {statement.text}"
            rows = [f"{name} {held_mode}" for name, held_mode in held if held_mode in ROWS]
            if rows and not weaker:
                yield f"{table}: {mode} while rows may be locked ({', '.join(rows)}), by {statement.text}"
            if not weaker:
                yield from _out_of_order(table, statement, held)
        held |= statement.added


def _out_of_order(table, statement, held):
    later = {name for name, mode in held if mode in STRONG and place(name) > place(table)}
    if later:
        yield f"{table} after {', '.join(later)}, by {statement.text}"


def place(table):
    return ORDER.index(table) if table in ORDER else -1


def _look(session, transactions, statement):
    rows = session.execute(LOOK).fetchall()
    [transaction] = {row[0] for row in rows}
    held = {(table, as_written(mode)) for _, table, mode in rows if table}
    transactions.setdefault(transaction, Transaction()).note(statement, held)
