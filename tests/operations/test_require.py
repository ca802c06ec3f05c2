"""What stops the release before its first change."""

import pytest
from django.db import ProgrammingError
from django.db.migrations.state import ProjectState

from epic10.operations import RequireServer


def test_a_server_that_is_too_old_is_refused(empty_database):
    with (
        empty_database.connection.schema_editor(atomic=False) as editor,
        pytest.raises(ProgrammingError) as refusal,
    ):
        RequireServer(99).database_forwards("ndas", editor, ProjectState(), ProjectState())
    [[version]] = empty_database.rows("SELECT current_setting('server_version')")
    said = refusal.value.__cause__.diag
    assert said.message_primary == f"Expected that the server is PostgreSQL 99 or newer; found: PostgreSQL {version}."
    assert said.message_hint == "Upgrade the server first."
