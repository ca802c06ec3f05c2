"""A migration says what it does by itself: what becomes of the code around it later does not change it."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.databases import Scratch

ROOT = Path(settings.BASE_DIR)
MIGRATIONS = sorted(path for app in ("ndas", "epic10") for path in (ROOT / app / "migrations").glob("0*.py"))

# The vocabulary, whose every word has a test of its own, and which 0002 is written in.
VOCABULARY = re.compile(
    r"django\..*|pgtrigger\.compiler|epic10\.(operations|operations\.guards|postgres\.locks)|ndas\.fields"
)
# The ledger's tables are stated once, for migrate and for psql.
LEDGER = {"epic10.ledger.tables"}


def read(*arguments):
    url = Scratch(connection.settings_dict["NAME"])
    url.alias = "default"
    finished = subprocess.run(
        [sys.executable, "-m", "tests.migration.frozen", *arguments],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url.url},
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.slow
@pytest.mark.django_db
def test_neither_state_nor_sql_follows_what_is_alive():
    as_it_is = read()
    assert "SENT_PENDING_SIGNATURE" in as_it_is and "Sent/Pending Signature" in as_it_is
    assert read("changed") == as_it_is


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parts[-3]}.{path.stem}")
def test_a_migration_imports_the_vocabulary_and_nothing_of_the_domain(path):
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    assert {name for name in found - LEDGER if not VOCABULARY.fullmatch(name)} == set()
