"""No lock of ours is upgraded under the application: the strongest first, parents before children, by both routes."""

import io

import pytest
from django.core.management import call_command

from .lived_in import AS_ONLY_EPIC_10_CAN, SIX
from .locks_taken import Statement, Transaction, every_statement, in_psql, upgrades
from .shapes import CONVERGING, TOGETHER
from .test_two_routes import SCRIPTS

SHAPES = {"as it was": (), " + ".join(TOGETHER[0])[:40]: TOGETHER[0]}
NEWEST = None


def strange(database, names):
    for name in names:
        for statement in CONVERGING[name].sql.split(";\n"):
            database.execute(statement)


def lived_in(database):
    ids = database.rows(SIX)
    for statement in AS_ONLY_EPIC_10_CAN.split(";"):
        database.execute(statement, {str(number): row for number, (row,) in enumerate(ids)})


def found(transactions):
    return [upgrade for transaction in transactions.values() for upgrade in upgrades(transaction)]


def locked(transactions):
    """The tables on which some statement took the mode."""
    added = {lock for transaction in transactions.values() for one in transaction.statements for lock in one.added}
    return {table for table, mode in added if mode == "ACCESS EXCLUSIVE"}


@pytest.mark.slow
@pytest.mark.parametrize("names", SHAPES.values(), ids=SHAPES)
def test_there_and_back_and_there_to_the_end(legacy_database, names):
    strange(legacy_database, names)
    seen = []
    for target in ("0002", NEWEST, "0002", "0001", NEWEST):
        if target == "0001":
            lived_in(legacy_database)
        with every_statement(legacy_database.connection) as transactions:
            legacy_database.migrate(target)
        seen.append(transactions)
    with every_statement(legacy_database.connection) as transactions:
        call_command("epic10_finalize", database=legacy_database.alias, yes_drop_legacy=True, stdout=io.StringIO())
    seen.append(transactions)
    assert [found(transactions) for transactions in seen] == [[]] * 6
    assert len(locked(seen[0])) >= 2 and len(locked(seen[5])) >= 2
    assert {"contacts", "ndas", "nda_status_history"} <= locked(seen[3])


@pytest.mark.parametrize(
    "names", [pytest.param(names, id=name, marks=[pytest.mark.slow] * bool(names)) for name, names in SHAPES.items()]
)
def test_the_scripts_there_and_back_and_there(legacy_database, names):
    strange(legacy_database, names)
    seen = [in_psql(legacy_database, (SCRIPTS / "migration.sql").read_text())]
    lived_in(legacy_database)
    for script in ("rollback.sql", "migration.sql"):
        seen.append(in_psql(legacy_database, (SCRIPTS / script).read_text()))
    assert [found(transactions) for transactions in seen] == [[]] * 3
    assert {"ndas", "nda_status_history"} <= locked(seen[0])
    assert {"contacts", "ndas", "nda_status_history"} <= locked(seen[1])


def transaction(*statements):
    return Transaction([Statement(f"statement {number}", set(added)) for number, added in enumerate(statements)])


@pytest.mark.parametrize(
    "statements, said",
    [
        (
            [[("ndas", "SHARE ROW EXCLUSIVE")], [("ndas", "ACCESS EXCLUSIVE")]],
            ["ndas: SHARE ROW EXCLUSIVE, and then ACCESS EXCLUSIVE, by statement 1"],
        ),
        (
            [[("contacts", "ROW SHARE")], [("ndas", "ACCESS EXCLUSIVE")]],
            ["ndas: ACCESS EXCLUSIVE while rows may be locked (contacts ROW SHARE), by statement 1"],
        ),
        (
            [[("ndas", "ACCESS EXCLUSIVE")], [("contacts", "SHARE")]],
            ["contacts after ndas, by statement 1"],
        ),
        (
            [[("ndas", "SHARE UPDATE EXCLUSIVE")], [("ndas", "ACCESS EXCLUSIVE")], [("ndas", "SHARE")]],
            [],
        ),
    ],
)  # fmt: skip
def test_what_counts_as_an_upgrade(statements, said):
    assert list(upgrades(transaction(*statements))) == said
