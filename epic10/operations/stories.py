"""The phases of a release, collected from its stories."""

from collections.abc import Sequence

from epic10.operations import schemas
from epic10.operations.archive.park import Park
from epic10.operations.archive.parking import Parking
from epic10.operations.archive.parking_trigger import AddParkingTrigger, StopParking, SwitchParking
from epic10.operations.archive.unpark import Unpark
from epic10.operations.backfill.backfill import Backfill
from epic10.operations.backfill.other_columns import KeepOtherColumns, StopKeeping
from epic10.operations.columns import both_ways
from epic10.operations.columns.dependent_triggers import SwitchTriggers, TellTriggers
from epic10.operations.columns.open_both_ways import OpenBothWays
from epic10.operations.columns.shadow import CommonestLabel
from epic10.operations.columns.switch import Switch, SwitchType, switched
from epic10.operations.columns.sync_trigger import AddSyncTrigger
from epic10.postgres.locks import ACCESS_EXCLUSIVE, SHARE_ROW_EXCLUSIVE

from .add_successors import AddSuccessors, SwitchSuccessors
from .changes import Change, Table
from .counts import Analyze, CountRows
from .phase import Phase
from .require import RequireKnownLabels, RequirePreconditions, RequireProofs, RequireServer, RequireTextKeys
from .story import Story, explained, numbers
from .table_changes import of_the_table, table_changes
from .try_ddl import TryDdl
from .try_writes import RememberWrites, TryWrites
from .written import NEW, NEW_PREPARED, OLD

# The purpose of each phase.
EXPAND = "Add everything the new code needs; break nothing the old code uses."
BACKFILL = "Give existing rows their new values, a thousand at a time."
INDEX = "Build the indexes without blocking writers."
ENFORCE = "Validate the foreign key and prove the data; then let both applications write."
SWITCH = "Show it all to everybody, at once."


def phases(
    stories: list[Story], *, tables: list[Table], register: Sequence[str] = (), server: int, counted: list[CountRows]
) -> list[Phase]:
    """
    The five phases; each contains the stories' own operations, then those that a table has once.

    Every table of the ``register``, or of those that change, gets a view in either schema. ``tables`` are those that
    change; they are locked in this order, parents before children. A replaced column of the first one shows the switch.
    """
    parts = [table_changes(table, _changes(stories)) for table in tables]
    names = [table.name for table in tables]
    parents = [*dict.fromkeys(to for change in _changes(stories) for to in change.parents if to not in names)]
    for_old, for_new = _views(stories, parts, register or names)
    expand, backfill, index = for_old + _expand(stories, parts), _backfill(stories, parts), _index(stories, parts)
    proofs, enforce = _proofs(stories, parts, expand + backfill), _enforce(stories, parts) + for_new
    switch = _switch(stories, parts)
    done, prepared = switched(names[0], parts[0].shadows[0]), both_ways.are_open(names[0])
    before = [
        *(RequireServer(server), RequireTextKeys([*names, *parents])),
        *(RequirePreconditions(expand + index + backfill + for_new), TryDdl()),
        *counted,
        *_commonest(parts),
    ]
    remembered = _remembered(stories, parts)
    return [
        _expanding(_tried(stories, parts, expand, by=(OLD,)), before + remembered, parents, names, done, prepared),
        Phase("backfill", BACKFILL, backfill, first=[RequireKnownLabels(expand)], transaction=False, done=done),
        Phase("index", INDEX, index, transaction=False, done=done),
        Phase(
            "enforce",
            ENFORCE,
            _tried(stories, parts, enforce, by=(OLD, NEW_PREPARED)),
            # It scans the tables: before the transaction for which writers wait.
            first=proofs + remembered,
            lock=_locks(names, SHARE_ROW_EXCLUSIVE),
            # To drop a trigger takes more than to replace one.
            lock_back=_locks(names, ACCESS_EXCLUSIVE),
            done=done,
            in_place=prepared,
        ),
        Phase(
            "switch",
            SWITCH,
            _tried(stories, parts, switch, by=(NEW,)),
            first=remembered,
            lock=_locks(names, ACCESS_EXCLUSIVE),
        ),
    ]


def _expanding(operations, first, parents, names, done, prepared) -> Phase:
    return Phase(
        "expand",
        EXPAND,
        operations,
        first=first,
        lock=_locks(parents, SHARE_ROW_EXCLUSIVE) + _locks(names, ACCESS_EXCLUSIVE),
        # To drop the foreign key takes more of the table that it points at.
        lock_back=_locks(parents + names, ACCESS_EXCLUSIVE),
        done=done,
        in_place=prepared,
    )


def _views(stories, parts, register):
    """What is made for the old application first of all, and for the new one at the end of enforce."""
    replaced, by = numbers(stories, lambda change: change.types), "it works through them by its search_path."
    for_old = f"Views for the old application, until it is gone; {by}"
    for_new = f"Views for the new application, from here on; {by}"
    return [
        *explained(replaced, for_old, schemas.for_the_old_one(parts, register)),
        *explained(replaced, "Where the new types wait for the switch.", [schemas.for_the_new_types()]),
    ], explained(replaced, for_new, schemas.for_the_new_one(parts, register))


def _commonest(parts):
    return [CommonestLabel(part.name, shadow) for part in parts for shadow in part.shadows]


def _expand(stories, parts):
    own = [
        it
        for story in stories
        for it in explained(story.number, story.text, (it for change in story.changes for it in change.expand))
    ]
    return [
        *own,
        *explained(
            numbers(stories, lambda change: change.rules),
            "From here on whatever the running application writes is translated as it is written.",
            [
                *(AddSyncTrigger(part.table.model, part.name, part.rules) for part in parts if part.rules),
                *(AddSyncTrigger(part.table.model, part.name, beside=rule) for part in parts for rule in part.beside),
            ],
        ),
        *explained(
            numbers(stories, _parked),
            "Whatever the release fills changes no other column, such as updated_at, by a trigger of others.",
            (KeepOtherColumns(part.name) for part in parts if part.rules or part.fields),
        ),
        *explained(
            numbers(stories, _parked),
            "After a way back: what was put back and is changed by the old application is parked again.",
            map(AddParkingTrigger, _parkings(parts)),
        ),
    ]


def _backfill(stories, parts):
    operations = explained(
        numbers(stories, _parked),
        "What an earlier way back has parked; going back, what the old schema cannot hold.",
        [Park(_parkings(parts)), Unpark(_parkings(parts))],
    )
    for part in parts:
        operations += explained(
            numbers(stories, of_the_table(part.table, lambda change: change.rules)),
            f"The {part.table.unit} that were there before.",
            [Backfill(part.name, part.rules, unit=part.table.unit)] if part.rules else [],
        )
    return operations + explained(
        numbers(stories, lambda change: change.beside),
        "Where somebody has added a column before: ours, beside it.",
        (Backfill(part.name, beside=rule, unit=part.table.unit) for part in parts for rule in part.beside),
    )


def _index(stories, parts):
    own = [
        it
        for story in stories
        for change in story.changes
        for purpose, operation in change.indexes
        for it in explained(story.number, purpose, [operation])
    ]
    return own + explained(
        numbers(stories, _moved),
        "Indexes of others on a column that changes places: the new column needs what the old one has.",
        (AddSuccessors(part.name, part.moved) for part in parts if part.moved),
    )


def _proofs(stories, parts, proved):
    return [
        *explained(
            numbers(stories, lambda change: change.enforce),
            "The rows that were there before the foreign key.",
            (it for change in _changes(stories) for it in change.enforce),
        ),
        *explained(
            numbers(stories, lambda change: change.rules),
            "No row reads wrong any more, or the switch does not happen.",
            [RequireProofs(proved), Analyze(*(part.name for part in parts))],
        ),
    ]


def _enforce(stories, parts):
    return explained(
        numbers(stories, _parked),
        "From here on both applications may write, each its own labels; of what the new one writes nothing is parked.",
        [
            *(OpenBothWays(part.name, part.rules) for part in parts if part.rules),
            *(OpenBothWays(part.name, beside=rule) for part in parts for rule in part.beside),
            *(TellTriggers(part.name, part.rules) for part in parts if part.shadows),
            StopParking(_parkings(parts)),
        ],
    )


def _switch(stories, parts):
    replaced = [part for part in parts if part.shadows]
    return [
        *explained(
            numbers(stories, _parked),
            "From here on nothing is filled.",
            [
                SwitchParking(_parkings(parts)),
                *(StopKeeping(part.name) for part in parts if part.rules or part.fields),
            ],
        ),
        *explained(
            numbers(stories, lambda change: change.types),
            "The new labels take the name of the old ones.",
            (SwitchType(relabel, table.name) for change in _changes(stories) for table, relabel in change.types),
        ),
        *explained(
            numbers(stories, lambda change: change.state_operations),
            "So do the columns; from here on the legacy columns follow.",
            (Switch(part.name, part.rules, state_operations=part.state_operations) for part in replaced),
        ),
        *explained(
            numbers(stories, lambda change: change.state_operations),
            "Triggers of others that fire for a change of these columns go on doing so.",
            (SwitchTriggers(part.name, part.rules) for part in replaced),
        ),
        *explained(
            numbers(stories, lambda change: change.types),
            "Whoever works through the views for the old application finds the old types by their old names.",
            [schemas.switched(parts)],
        ),
        *_switch_others(stories, parts),
    ]


def _switch_others(stories, parts):
    """Columns that somebody has added before, and indexes of others."""
    return [
        *explained(
            numbers(stories, lambda change: change.beside),
            "Where somebody has added a column before, it makes room for ours.",
            (Switch(part.name, beside=rule) for part in parts for rule in part.beside),
        ),
        *explained(
            numbers(stories, _moved),
            "The successors of indexes of others take their names.",
            (SwitchSuccessors(part.name, part.moved) for part in parts if part.moved),
        ),
    ]


def _remembered(stories, parts):
    """Before a phase that tries what the applications write."""
    return explained(
        numbers(stories, lambda change: change.rules),
        "What the application writes is tried before the change, and taken back.",
        [RememberWrites([part.written for part in parts])],
    )


def _tried(stories, parts, operations, *, by: tuple[str, ...]):
    """After the change, either way; going there what is written ``by`` those who can write then."""
    written = [part.written for part in parts]
    return [
        TryWrites(written, is_last=False),
        *operations,
        *explained(
            numbers(stories, lambda change: change.rules),
            "It is tried again after the change: what was taken before and is refused now stops it.",
            [TryWrites(written, is_last=True, by=by)],
        ),
    ]


def _changes(stories) -> list[Change]:
    return [change for story in stories for change in story.changes]


def _parkings(parts) -> list[Parking]:
    return [part.parking for part in parts if part.rules or part.fields]


def _locks(tables: list[str], mode: str):
    return [(table, mode) for table in tables]


def _parked(change: Change):
    return [*change.rules, *change.parked]


def _moved(change: Change):
    return [*change.state_operations, *change.beside]
