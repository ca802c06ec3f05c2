"""What stops the release before its first change."""

import pytest
from django.db import ProgrammingError
from django.db.migrations.state import ProjectState

from epic10.operations import RequireServer


def test_a_server_that_is_too_old_is_refused(empty_database):
    with (
        empty_database.connection.schema_editor(atomic=False) as editor,
        pytest.raises(
            ProgrammingError, match=r"^This server is PostgreSQL .*; Epic 10 needs 99 or newer\.\n"
        ) as refusal,
    ):
        RequireServer(99).database_forwards("ndas", editor, ProjectState(), ProjectState())
    assert refusal.value.__cause__.diag.message_hint == "Upgrade the server first."
