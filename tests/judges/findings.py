"""Findings of the judges in the release."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from django.conf import settings
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import analyse_sql_statements

from tests.judges.accepted import LINTER, SQUAWK, Finding

SCRIPTS = [settings.BASE_DIR / "ndas/migrations/epic_10" / name for name in ("migration.sql", "rollback.sql")]
OURS = ("epic10", "ndas")
OLDEST = "15.0"  # The server with the fewest ways out.

# psql's own commands, and what it puts in for a variable.
OF_PSQL = re.compile(r"^(?:SELECT.*\\gset|\\.*)$", re.MULTILINE)
# Half of the release stands in blocks, of which squawk sees the outside.
BLOCK = re.compile(r"^DO \$epic10\$(.*?)\$epic10\$;?", re.DOTALL | re.MULTILINE)
TEXT = r"(?:\$\$.*?\$\$|'(?:[^']|'')*'|[^;'$])*"
STATEMENT = re.compile(
    rf"(?:^|THEN|BEGIN)\s*((?:ALTER|CREATE|DROP)\b{TEXT};)|EXECUTE\s+(?:format\()?'((?:ALTER|CREATE|DROP)\b(?:''|[^'])*)'",
    re.DOTALL | re.MULTILINE,
)


def all_of_them() -> list[Finding]:
    return [*of_squawk(), *of_the_linter()]


def plain(script: str) -> str:
    """The script as statements that any reader of SQL knows: those inside blocks are taken out of them."""
    return OF_PSQL.sub("", BLOCK.sub(lambda block: "\n".join(_inside(block[1])), script))


def _inside(block):
    for found in STATEMENT.finditer(block):
        yield found[1] or f"{_filled_in(found[2])};"


def _filled_in(template):
    """A statement from one that format() makes."""
    text = template.replace("''", "'").replace("%s TRIGGER", "ENABLE TRIGGER").replace("%L", "'text'")
    return re.sub(r"(%[Is])+", "name", text)


@cache
def of_squawk() -> list[Finding]:
    return [finding for script in SCRIPTS for finding in squawk(script.name, plain(script.read_text()))]


def squawk(name: str, text: str) -> list[Finding]:
    command = [Path(sys.executable).with_name("squawk"), "--pg-version", OLDEST, "--reporter", "json"]
    finished = subprocess.run([*command, "--stdin-filepath", name], input=text, capture_output=True, text=True)
    if finished.returncode not in (0, 1):
        raise AssertionError(finished.stderr)
    lines = text.splitlines()
    found = json.loads(finished.stdout or "[]")
    return [Finding(SQUAWK, one["rule_name"], name, lines[one["line"]]) for one in found]


@cache
def of_the_linter() -> list[Finding]:
    linter = MigrationLinter(analyser_string="postgresql", no_cache=True, no_output=True)
    found = []
    for app, name in sorted(linter.migration_loader.disk_migrations):
        if app in OURS:
            errors, _, warnings = analyse_sql_statements(linter.sql_analyser_class, linter.get_sql(app, name), [])
            data = linter.analyse_data_migration(linter.migration_loader.disk_migrations[app, name])
            issues = [*errors, *warnings, *data[0], *data[2]]
            found += [Finding(LINTER, one.code, f"{app}.{name}", _said(one)) for one in issues]
    return found


def _said(issue):
    return f"{issue.message} ({issue.table}.{issue.column})" if issue.table else issue.message
