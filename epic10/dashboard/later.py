"""The migrations of the register that follow the release, and whether they are applied."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.migrations.loader import MigrationLoader

from epic10.postgres.catalog import holds, relation_exists
from epic10.postgres.session import fetch
from epic10.release import plan

APPLIED = f"SELECT name::text, max(applied) FROM {plan.RECORD} WHERE app::text = %s GROUP BY name"


@dataclass(frozen=True)
class Later:
    """Without ``applied`` it waits for ``migrate``."""

    name: str
    applied: datetime | None


def later(connection) -> list[Later]:
    there = holds(connection, relation_exists(plan.RECORD))
    applied = dict(fetch(connection, APPLIED, [plan.load().app_label])) if there else {}
    return [Later(name, applied.get(name)) for name in _names()]


@cache
def _names() -> list[str]:
    release = plan.load()
    nodes = MigrationLoader(connection=None).graph.nodes
    return sorted(name for app, name in nodes if app == release.app_label and name > release.name)
