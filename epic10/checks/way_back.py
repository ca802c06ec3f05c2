"""Is there a way back when everything else fails?"""

from epic10 import clients
from epic10.catalog import relation_exists
from epic10.units import seconds

from . import Fact, Find

NEWEST = """
    SELECT name, extract(epoch FROM now() - taken_at) FROM epic10_snapshot
     WHERE verified_at IS NOT NULL ORDER BY taken_at DESC LIMIT 1"""


def verified_snapshot(*, younger_than: float) -> Find:
    """A snapshot that has been restored and compared is at most so many seconds old."""

    def find(db):
        # A database that Django has never seen has no ledger to ask.
        [[is_there]] = db.rows(f"SELECT {relation_exists('epic10_snapshot')}")
        newest = db.rows(NEWEST) if is_there else []
        if not newest:
            yield "there is none"
        for name, age in newest:
            line = f"{name} is {seconds(age)} old"
            yield line if age > younger_than else Fact(line)

    return find


def has_client(tool: str) -> Find:
    """A program that is not older than the server is on this machine."""

    def find(db):
        try:
            clients.find(db.connection, tool)
        except clients.ToolMissing as missing:
            yield str(missing).splitlines()[0]

    return find
