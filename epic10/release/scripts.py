"""The derived scripts: the release for somebody who has only psql.

Everything is read from the migration: a script cannot say anything else than
``migrate`` does. The words around it are in ``templates/epic10/scripts/``.
"""

import sys
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections
from django.template import Context, Engine

import epic10
from epic10 import checks
from epic10.ledger import tables
from epic10.operations import privileges, way_back
from epic10.operations.columns.switch import SwitchType
from epic10.operations.phase import Note, walk
from epic10.operations.require import insist
from epic10.postgres import session, view_schemas
from epic10.postgres.catalog import FINALIZED, literal, relation_exists
from epic10.postgres.migration_lock import KEY
from epic10.postgres.psql_script import ScriptEditor, notice
from epic10.release import plan
from epic10.release.early import early_phases
from epic10.release.plan import Plan

TEMPLATES = Path(epic10.__file__).parent / "templates" / "epic10" / "scripts"


def files(release: Plan) -> dict[Path, str]:
    """The text of every derived file, by its path next to the migration."""
    folder = Path(sys.modules[release.migration.__module__].__file__).parent / "epic_10"
    return {
        folder / "migration.sql": _rendered("migration.sql", release, **_migration(release)),
        folder / "rollback.sql": _rendered("rollback.sql", release, **_rollback(release)),
        folder / "verify.sql": _rendered("verify.sql", release, checks=_checks(release)),
        folder / "README.md": _rendered("README.md", release, **_readme(release)),
    }


def stale(files: dict[Path, str]) -> list[Path]:
    """The derived files that are missing on disk or out of date."""
    return [path for path, text in files.items() if not path.exists() or path.read_text() != text]


def write(files: dict[Path, str]):
    for path, text in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def _rendered(template, release, **context):
    names = {
        "app_label": release.app_label,
        "name": release.name,
        "previous": release.previous,
        "server": release.server.text(),
        "has_django_migrations": relation_exists("django_migrations"),
        "lock_key": ", ".join(map(str, KEY)),
        "settings": "\n".join(f"{statement};" for statement in [*session.statements(), view_schemas.block()]),
        "privileges": f"{privileges.insist(release.needs())};",
        "finalized": FINALIZED,
        "ledger": "\n".join(tables.statements()),
    }
    engine = Engine(dirs=[TEMPLATES])
    return engine.get_template(template).render(Context(names | context, autoescape=False))


def _migration(release):
    return {
        "started": notice("Migration started"),
        "phases": [_phase(release, phase, *states, forwards=True) for phase, *states in _phases(release)],
        "checks_after": f"{insist(check for check in release.checks() if check.blocking)};",
        "finished": notice("Migration completed"),
    }


def _rollback(release):
    # Those of the project's own release, whatever release this is a script of.
    early = early_phases() if release.app_label == plan.load().app_label else []
    return {
        "in_the_way": "\n".join(f"{statement};" for statement in way_back.statements(release.changed())),
        "started": notice("Rollback started"),
        "phases": [_phase(release, *undone, forwards=False) for undone in [*_phases(release), *early]][::-1],
        "finished": notice("Rollback completed"),
    }


def _phases(release):
    return walk(release.phases, release.app_label, release.before)


def _phase(release, phase, before, after, *, forwards):
    # Quoting needs a connection's settings, not a server.
    editor = ScriptEditor(connections[DEFAULT_DB_ALIAS])
    if forwards:
        phase.database_forwards(release.app_label, editor, before, after)
    else:
        phase.database_backwards(release.app_label, editor, after, before)
    return {"name": phase.name, "purpose": phase.purpose, "sql": "\n".join(editor.collected_sql)}


def _checks(release):
    """The derived checks, and the registered checks that are queries."""
    wanted = [*release.checks(), *checks.registered(checks.AFTER)]
    return [
        {
            "sql": check.find.sql,
            "only_if": check.find.only_if,
            "id": literal(check.id),
            "verdict": literal(checks.FAILED if check.blocking else checks.WARNING),
            "title": literal(check.title),
            "hint": literal(check.hint),
        }
        for check in wanted
        if isinstance(check.find, checks.Query)
    ]


def _readme(release):
    return {
        "phases": [
            {"name": phase.name, "purpose": phase.purpose, "transaction": "one" if phase.transaction else "many, short"}
            for phase in release.phases
        ],
        "changes": [
            {"story": operation.story, "phase": phase.name, "text": operation.text}
            for phase, operation, _, _ in release.operations
            if isinstance(operation, Note)
        ],
        "labels": [row for relabel in _relabels(release) for row in _label_rows(relabel)],
    }


def _relabels(release):
    return [operation.relabel for _, operation, _, _ in release.operations if isinstance(operation, SwitchType)]


def _label_rows(relabel):
    kept = [label for label in relabel.legacy if label not in relabel.up]
    for old in [*kept, *relabel.up]:
        new = relabel.becomes(old)
        yield {"type": relabel.type, "old": old or "NULL", "new": new, "back": relabel.goes_back_to(new)}
    for new in relabel.labels:
        if new not in kept and new not in relabel.up.values():
            old = "any other" if new == relabel.others else ""
            yield {"type": relabel.type, "old": old, "new": new, "back": relabel.goes_back_to(new)}
