"""
Snapshots of databases of a test's own.

``shelf``      an empty directory for snapshots
``snapshot``   ``epic10_snapshot`` on a database, its snapshots on the shelf: what it printed
"""

import io

import pytest
from django.core.management import call_command


@pytest.fixture
def shelf(tmp_path):
    return tmp_path / "snapshots"


@pytest.fixture
def epic10_snapshot(shelf):
    def run(action, *arguments, **options):
        output = io.StringIO()
        call_command("epic10_snapshot", action, *arguments, directory=shelf, stdout=output, **options)
        return output.getvalue()

    return run
