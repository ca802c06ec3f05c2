"""The vocabulary of the release. Each operation can run twice, and be undone when it never ran."""

from .add_successors import AddSuccessors, SwitchSuccessors
from .backfill import Backfill
from .beside import BackfillBeside, FollowBeside, SwitchBeside
from .bystanders import TellTriggers
from .columns import AddColumn
from .convert import Convert, is_beside
from .counts import Analyze, CountRows
from .enums import CreateEnum, CreateEnumBeside
from .foreign_keys import AddForeignKey, ValidateForeignKey, is_in_place
from .guards import AddGuard, Guard
from .indexes import AddIndex, AddShadowIndex
from .orphans import KeepOrphans
from .park import Park
from .parking import Parking
from .parking_trigger import AddParkingTrigger, SwitchParking
from .phase import Note, Phase
from .relabel import Derived, Relabel, Shadow
from .require import Require, RequireServer
from .shadows import AddShadow, CommonestLabel
from .switch import Switch, SwitchType, switched
from .sync import AddSyncTrigger
from .unpark import Unpark

__all__ = [
    "AddColumn",
    "AddForeignKey",
    "AddGuard",
    "AddIndex",
    "AddParkingTrigger",
    "AddShadow",
    "AddShadowIndex",
    "AddSuccessors",
    "AddSyncTrigger",
    "Analyze",
    "Backfill",
    "BackfillBeside",
    "CommonestLabel",
    "Convert",
    "CountRows",
    "CreateEnum",
    "CreateEnumBeside",
    "Derived",
    "FollowBeside",
    "Guard",
    "KeepOrphans",
    "Note",
    "Park",
    "Parking",
    "Phase",
    "Relabel",
    "Require",
    "RequireServer",
    "Shadow",
    "Switch",
    "SwitchBeside",
    "SwitchParking",
    "SwitchSuccessors",
    "SwitchType",
    "TellTriggers",
    "Unpark",
    "ValidateForeignKey",
    "is_beside",
    "is_in_place",
    "switched",
]
