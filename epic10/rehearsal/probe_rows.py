"""
Rows that only Epic 10 can hold: written between there and back, and checked after the way there again.

The fields and labels are those that the release parks on the way back. Nothing else of
a row is written, so that the way back leaves the old application what it had. History
entries are never changed, so new ones are added instead.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace

from django.db import connections, models
from django.db.migrations.state import ProjectState

from epic10.ledger.phase_record import attempts
from epic10.operations import Derived, Park, Parking, Shadow
from epic10.operations.columns.relabel import shadows
from epic10.postgres.catalog import array, literal, quoted
from epic10.postgres.session import execute, fetch
from epic10.rehearsal.load import HISTORIES, NDAS
from epic10.release import plan

# Two NDAs in five, and no more than one statement can list.
OF_FIVE, MOST = 2, 20_000
# With this prefix it is not part of the comparison with before.
REMEMBERED = "epic10_rehearsed_row"
CREATE = f"""
CREATE TABLE {REMEMBERED} (
  table_name text NOT NULL, row_id text NOT NULL, written jsonb, PRIMARY KEY (table_name, row_id))"""

NEWEST = f"SELECT coalesce(pg_catalog.max(display_id), 0) FROM {NDAS}"
CHOOSE = f"""
INSERT INTO {REMEMBERED} (table_name, row_id)
SELECT {literal(NDAS)}, id FROM {NDAS}
 WHERE display_id % 5 < {OF_FIVE} AND display_id <= {{newest}} AND id <> ALL ({{busy}})
 ORDER BY display_id LIMIT {MOST}"""

ADD_ENTRIES = f"""
WITH entries AS (
  INSERT INTO {HISTORIES} (id, nda_id, status, changed_by_id)
  SELECT pg_catalog.gen_random_uuid()::pg_catalog.text, id, status, created_by_id FROM {NDAS}
   WHERE status::pg_catalog.text = ANY ({{labels}})
     AND id IN (SELECT row_id FROM {REMEMBERED} WHERE table_name = {literal(NDAS)})
  RETURNING id
)
INSERT INTO {REMEMBERED} (table_name, row_id) SELECT {literal(HISTORIES)}, id FROM entries"""

REMEMBER = (
    f"UPDATE {REMEMBERED} SET written = {{held}} FROM {{table}} WHERE {{table}}.id = row_id AND table_name = {{name}}"
)

# How many the newest rollback has archived, and how many differ from what was written.
BECAME = f"""
SELECT pg_catalog.count(*),
       pg_catalog.count(*) FILTER (WHERE row_id IN (
         SELECT row_id FROM epic10_archive WHERE table_name = {{name}} AND event = {{event}}
            AND rollback_id = (SELECT pg_catalog.max(id) FROM epic10_rollback))),
       pg_catalog.count(*) FILTER (WHERE {{otherwise}}), pg_catalog.min(row_id) FILTER (WHERE {{otherwise}})
  FROM {REMEMBERED} LEFT JOIN {{table}} ON {{table}}.id = row_id
 WHERE table_name = {{name}}"""

COLUMNS = f"""
SELECT key, pg_catalog.count(*) FROM epic10_archive, pg_catalog.jsonb_object_keys(content) AS key
 WHERE table_name = {{name}} AND event = 'parked' AND rollback_id = (SELECT pg_catalog.max(id) FROM epic10_rollback)
   AND row_id IN (SELECT row_id FROM {REMEMBERED} WHERE table_name = {{name}})
 GROUP BY key ORDER BY key"""

A_DATE = "2031-02-28 03:04:05.678"


@dataclass(frozen=True)
class Written:
    """
    The counts for one table: rows written, parked, restored, and different now, with an example of the last.

    ``columns`` has the parked columns, each with the number of its rows.
    """

    table: str
    unit: str
    rows: int
    parked: int
    columns: dict[str, int]
    restored: int = 0
    other: int = 0
    such_as: str | None = None


def prepare(alias: str) -> int:
    """
    Create the table of probe rows before the first fingerprint, so that all fingerprints leave out the same.

    Returns the number of the newest NDA: those that the applications create meanwhile are theirs.
    """
    execute(connections[alias], CREATE)
    [[newest]] = fetch(connections[alias], NEWEST)
    return newest


def left_out() -> dict[str, str]:
    """A condition for each table that leaves out the added history entries; the NDAs come back as they were."""
    return {HISTORIES: f"id NOT IN (SELECT row_id FROM {REMEMBERED} WHERE table_name = {literal(HISTORIES)})"}


def write(alias: str, before: dict[str, list[str]], newest: int, busy: Iterable[str] = ()):
    """Write the probe rows; ``before`` has the columns before the release, ``busy`` the NDAs of the traffic."""
    execute(connections[alias], CHOOSE.format(busy=array(busy), newest=newest))
    labels = set()
    for parking, state in _parkings():
        labels |= {label for _, label, _ in _without_counterpart(parking)}
        if parking.fields:
            execute(connections[alias], _update(parking, state, before[parking.table]))
    execute(connections[alias], ADD_ENTRIES.format(labels=array(sorted(labels))))
    for parking, state in _parkings():
        held = _held(parking, state)
        execute(
            connections[alias], REMEMBER.format(held=held, table=quoted(parking.table), name=literal(parking.table))
        )


def parked(alias: str) -> list[Written]:
    """What was parked, after the way back."""
    written = []
    for parking, _ in _parkings():
        rows, there, *_ = _became(alias, parking, "parked", "false")
        columns = dict(fetch(connections[alias], COLUMNS.format(name=literal(parking.table))))
        written.append(Written(parking.table, parking.unit, rows, there, columns))
    return written


def restored(alias: str, written: list[Written]) -> dict:
    """What was restored, after the way there again, as plain data with the seconds of both backfills."""
    tables = []
    for (parking, state), one in zip(_parkings(), written, strict=True):
        found = _became(alias, parking, "restored", f"written IS DISTINCT FROM {_held(parking, state)}")
        _, there, other, such_as = found
        tables.append(asdict(replace(one, restored=there, other=other, such_as=such_as)))
    runs = [run for run in attempts(connections[alias]) if run.phase == "backfill" and run.finished_at]
    *_, back, again = [round(run.seconds, 2) for run in runs]
    return {"tables": tables, "parking": back, "restoring": again}


def failures(told: dict) -> Iterator[str]:
    for one in told["tables"]:
        table, rows = one["table"], f"{one['rows']:,} rows with what only Epic 10 can hold"
        if not one["rows"]:
            yield f"{table}: there is no row that could hold what only Epic 10 can, so nothing was parked."
        if one["parked"] != one["rows"]:
            yield f"{table}: of {rows} the way back has parked {one['parked']:,}."
        if one["restored"] != one["rows"]:
            yield f"{table}: of {rows} the way there again has put back {one['restored']:,}."
        if one["other"]:
            yield f"{table}: of {rows} {one['other']:,} do not read as written, such as {one['such_as']}."


def lines(told: dict) -> list[str]:
    return [
        *(
            f"only Epic 10 can hold: {one['rows']:,} {one['unit']} written, {one['parked']:,} parked, "
            f"{one['restored']:,} put back"
            for one in told["tables"]
        ),
        f"parking took {told['parking']:.2f} s, putting back and filling {told['restoring']:.2f} s",
    ]


def _parkings() -> list[tuple[Parking, ProjectState]]:
    [(park, state)] = [(one, state) for _, one, _, state in plan.load().operations if isinstance(one, Park)]
    return [(parking, state) for parking in park.parkings]


def _without_counterpart(parking) -> Iterator[tuple[Shadow, str, str]]:
    """Labels that the old schema does not have, with the old label that stands for each after the way back."""
    for shadow in shadows(parking.rules):
        for label in shadow.relabel.labels:
            old = shadow.relabel.goes_back_to(label)
            if shadow.relabel.becomes(old) != label:
                yield shadow, label, old


def _update(parking, state, before):
    model = state.apps.get_model(plan.load().app_label, parking.model)
    names = [*parking.fields, *(rule.target for rule in parking.rules if isinstance(rule, Derived))]
    # A column that existed before the release stays after the way back, so a value in it would be a difference.
    fields = [field for field in map(model._meta.get_field, names) if field.column not in before]
    assignments = [f"{quoted(field.column)} = {_value(field)}" for field in fields]
    for shadow in shadows(parking.rules):
        labels = [(label, old) for one, label, old in _without_counterpart(parking) if one is shadow]
        if labels:
            assignments.append(_labels(shadow, labels))
    return (
        f"UPDATE {quoted(parking.table)} SET {', '.join(assignments)}\n"
        f" WHERE id IN (SELECT row_id FROM {REMEMBERED} WHERE table_name = {literal(parking.table)})"
    )


def _labels(shadow, labels):
    """Set a new label whose old label stays the same, unless the old type has the new label, too."""
    column, legacy = quoted(shadow.column), quoted(shadow.legacy)
    known = "SELECT FROM pg_catalog.pg_enum WHERE enumtypid = pg_catalog.pg_typeof({}) AND enumlabel = {}"
    cases = " ".join(
        f"WHEN {legacy}::pg_catalog.text = {literal(old)} AND {column}::pg_catalog.text = "
        f"{literal(shadow.relabel.becomes(old))} AND NOT EXISTS ({known.format(legacy, literal(label))}) "
        f"THEN {literal(label)}::{quoted(shadow.relabel.type)}"
        for label, old in labels
    )
    return f"{column} = CASE {cases} ELSE {column} END"


def _value(field):
    if field.is_relation:
        return f"(SELECT pg_catalog.min(id) FROM {quoted(field.related_model._meta.db_table)})"
    if field.choices:
        return literal(field.choices[-1][0])
    if isinstance(field, models.BooleanField):
        return "true"
    return literal(A_DATE if isinstance(field, models.DateTimeField) else "As only Epic 10 can hold it.")


def _held(parking, state):
    table = quoted(parking.table)
    columns = [held.key for held in parking.held(plan.load().app_label, state)]
    return f"pg_catalog.jsonb_build_object({', '.join(f'{literal(key)}, {table}.{quoted(key)}' for key in columns)})"


def _became(alias, parking, event, otherwise):
    names = {"table": quoted(parking.table), "name": literal(parking.table)}
    [found] = fetch(connections[alias], BECAME.format(event=literal(event), otherwise=otherwise, **names))
    return found
