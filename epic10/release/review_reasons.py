"""Reasons for values that nobody chose: one query for each kind of change, as SQL."""

from collections.abc import Iterator
from dataclasses import dataclass

from epic10.operations import AddColumn, Derived, Relabel, Shadow
from epic10.operations.columns.both_ways import are_open
from epic10.operations.columns.relabel import working_name
from epic10.operations.ownership import is_ours
from epic10.postgres.catalog import array, column_exists, holds, literal, quoted, relation_exists
from epic10.release import plan
from epic10.release.state import BEGAN_UTC

# What the release will choose; what it has chosen, in the columns beside the old ones, and by their names.
PREVIEW, PREPARED, SWITCHED = "preview", "prepared", "switched"


@dataclass(frozen=True)
class Subject:
    """
    A table whose rows are reviewed.

    ``names`` are the columns by which people know a row, the first of them its
    order; ``created`` and ``saved`` say, in UTC, when it was made and last written.
    """

    model: str
    table: str
    names: tuple[str, ...]
    created: str
    saved: str


@dataclass(frozen=True)
class Reason:
    """SQL for one column: which rows have a value nobody chose, what it was, what it is, and why."""

    column: str
    before: str
    after: str
    why: str
    condition: str


def columns(subject: Subject) -> list[str]:
    """The columns of the table that may have a value nobody chose."""
    return [source.name for source in _sources(subject)]


def reasons(connection, subject: Subject) -> Iterator[Reason]:
    """A preview at first, a record once the new application may write, and after the switch."""
    stage = _stage(connection, subject)
    for source in _sources(subject):
        if isinstance(source, Shadow):
            yield _relabelled(source, subject, stage)
        elif isinstance(source, Derived):
            yield _computed(source, subject, _theirs(connection, subject, source.target, stage), stage)
        elif theirs := _theirs(connection, subject, source.name, stage):
            yield _converted(source.beside, subject, theirs, stage)
        elif _is_new(connection, subject, source.name):
            yield _added(source, subject, stage)


def _stage(connection, subject) -> str:
    if plan.load().is_switched(connection):
        return SWITCHED
    has_ledger = holds(connection, relation_exists("epic10_created_object"))
    return PREPARED if has_ledger and holds(connection, are_open(subject.table)) else PREVIEW


def _sources(subject):
    """The rules and operations of the release that choose a value."""
    release = plan.load()
    for backfill in release.backfills():
        if backfill.table == subject.table:
            yield from backfill.rules
    for operation in release.all_of(AddColumn):
        if operation.model_name == subject.model and operation.field.has_db_default():
            yield operation


def _relabelled(shadow, subject, stage) -> Reason:
    """If the old label is also what the new one maps back to, it counts only if nobody has saved the row since."""
    new, relabel = _ours(shadow, stage), shadow.relabel
    old = quoted(shadow.legacy if stage == SWITCHED else shadow.column)
    after, condition = relabel.upwards(old), _is_lost(old, relabel)
    if stage != PREVIEW:
        # Whoever has saved a row since the release began has seen its new values.
        its_own = f"{quoted(subject.saved)} < {BEGAN_UTC} OR {old}::text IS DISTINCT FROM {relabel.downwards(new)}"
        after, condition = f"{new}::text", f"{condition} AND ({its_own})"
    return Reason(shadow.column, f"{old}::text", after, _why(old, relabel), condition)


def _is_lost(old, relabel):
    lost = [label for merged in _merged(relabel).values() for label in merged if label in relabel.up]
    return f"({old}::text = ANY ({array(lost)}){f' OR {old} IS NULL' if None in relabel.up else ''})"


def _why(old, relabel: Relabel):
    cases = [
        f" WHEN {relabel.upwards(old)} = {literal(label)}"
        f" THEN {literal(' and '.join(merged) + ' are one label now; the old one is kept')}"
        for label, merged in _merged(relabel).items()
    ]
    if None in relabel.up:
        cases.insert(0, f" WHEN {old} IS NULL THEN {literal(f'there was none: {relabel.up[None]} is the default')}")
    return f"CASE{''.join(cases)} END" if cases else "NULL"


def _merged(relabel: Relabel) -> dict[str, list[str]]:
    """New labels that replace several old ones, with those old labels."""
    merged = {}
    for label in relabel.legacy:
        merged.setdefault(relabel.becomes(label), []).append(label)
    return {new: old for new, old in merged.items() if len(old) > 1}


def _ours(rule, stage) -> str:
    return quoted(rule.target if stage == PREPARED else rule.column)


def _theirs(connection, subject, column, stage) -> str | None:
    """The column, quoted, with the values that somebody gave it before the release, if there is one."""
    name = f"{column}_legacy" if stage == SWITCHED else column
    other = working_name(column) if stage == PREPARED else name
    is_there = all(holds(connection, column_exists(subject.table, one)) for one in {name, other})
    return quoted(name) if is_there and not _is_new(connection, subject, column) else None


def _converted(rule, subject, theirs, stage) -> Reason:
    """For a column that already existed in another form: values that have changed."""
    is_shadow = isinstance(rule, Shadow)
    up = rule.relabel.upwards(theirs) if is_shadow else f"({rule.up.format(theirs=theirs, row='')})::text"
    now = up if stage == PREVIEW else f"{_ours(rule, stage)}::text"
    changed = f"{theirs}::text IS DISTINCT FROM {now}"
    if stage != PREVIEW:
        changed += f" AND {now} = {up} AND {quoted(subject.saved)} < {BEGAN_UTC}"
    why = f"CASE WHEN {theirs} IS NULL THEN 'there was none: ' || {now} || ' is the default'"
    why += f" ELSE {literal('Epic 10 does not know it; the old one is kept')} END"
    return Reason(rule.column, f"{theirs}::text", now, why, changed)


def _computed(derived, subject, theirs, stage) -> Reason:
    target = quoted(working_name(derived.target) if theirs and stage == PREPARED else derived.target)
    value = derived.value.format(quoted(derived.source))
    after, condition = f"({value})::text", f"({value}) IS NOT NULL"
    if stage != PREVIEW:
        after, condition = f"{target}::text", f"{target} = ({value}) AND {quoted(subject.saved)} < {BEGAN_UTC}"
    condition += f" AND {theirs} IS NULL" if theirs else ""
    return Reason(derived.target, "NULL", after, _computed_from(derived), condition)


def _computed_from(derived):
    return f"{literal(f'computed from {derived.source} ')} || {quoted(derived.source)}::text"


def _is_new(connection, subject, column) -> bool:
    """Has the release added the column? If it was there before, people have chosen its values."""
    if not holds(connection, column_exists(subject.table, column)):
        return True
    has_ledger = holds(connection, relation_exists("epic10_created_object"))
    return has_ledger and holds(connection, is_ours("column", f"{subject.table}.{column}"))


def _added(operation, subject, stage) -> Reason:
    column, default = quoted(operation.name), literal(_default(operation))
    why = f"{literal('the column is new: ')} || {default} || {literal(' is the default')}"
    if stage == PREVIEW:
        return Reason(operation.name, "NULL", default, why, "true")
    unchanged = f"{column}::text = {default} AND {quoted(subject.created)} < {BEGAN_UTC}"
    return Reason(operation.name, "NULL", f"{column}::text", why, unchanged)


def _default(operation):
    default = operation.field.db_default
    return str(default).lower() if isinstance(default, bool) else str(default)
