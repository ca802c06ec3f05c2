"""sqlmigrate prints the statements that run, not others like them."""

from io import StringIO

import pytest
from django.core.management import call_command

from epic10.postgres.locks import gently

A_PHASE_BEGINS = gently([])[0]


def printed(database, **options):
    output = StringIO()
    call_command("sqlmigrate", "ndas", "0002", database=database.alias, stdout=output, no_color=True, **options)
    return output.getvalue()


def sent(database, target):
    """Every statement that ``migrate ndas target`` sends."""
    statements = []

    def noted(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with database.connection.execute_wrapper(noted):
        database.migrate(target)
    return statements


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
def test_what_a_phase_sends_is_what_is_printed(legacy_database, backwards):
    if backwards:
        legacy_database.migrate()
    text = printed(legacy_database, backwards=backwards)
    statements = sent(legacy_database, "0001" if backwards else "0002")
    in_one_transaction = [statement for statement in statements if statement.startswith(A_PHASE_BEGINS)]
    assert len(in_one_transaction) == 3
    for statement in in_one_transaction:
        assert statement in text
    concurrently = [statement for statement in statements if statement.startswith(("CREATE INDEX", "DROP INDEX"))]
    assert len(concurrently) == 2
    for statement in concurrently:
        assert f"{statement};" in text


def test_what_is_counted_and_required_first_is_printed_too(legacy_database):
    text = printed(legacy_database)
    first = [
        statement
        for statement in sent(legacy_database, "0002")
        if "epic10_row_count" in statement or statement.startswith(("SELECT pg_catalog.set_config", "DO $epic10$"))
        if "PERFORM pg_catalog.set_config" not in statement  # the session's settings, and back again
        if "'search_path'" not in statement  # whatever it is: the tables are meant
        if "remedies text" not in statement  # the role's privileges, asked before the migration begins
    ]
    # The server, the keys, the preconditions, what event triggers may refuse, nine tables counted in two groups,
    # three commonest labels; the labels once more, when the trigger lets no other in; and before enforce takes its
    # locks the foreign key and who has lost theirs, the proofs, and the statistics of two tables.
    assert len(first) == 25
    for statement in first:
        assert statement in text


def test_it_changes_nothing(legacy_database):
    schema = legacy_database.dump_schema()
    printed(legacy_database)
    printed(legacy_database, backwards=True)
    assert legacy_database.dump_schema() == schema
