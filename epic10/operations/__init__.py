"""The vocabulary of the release. Each operation can run twice, and be undone when it never ran."""

from .backfill import Backfill
from .columns import AddColumn
from .counts import Analyze, CountRows
from .enums import CreateEnum
from .foreign_keys import AddForeignKey, ValidateForeignKey
from .guards import AddGuard, Guard
from .indexes import AddIndex, AddShadowIndex
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
    "AddSyncTrigger",
    "Analyze",
    "Backfill",
    "CommonestLabel",
    "CountRows",
    "CreateEnum",
    "Derived",
    "Guard",
    "Note",
    "Park",
    "Parking",
    "Phase",
    "Relabel",
    "Require",
    "RequireServer",
    "Shadow",
    "Switch",
    "SwitchParking",
    "SwitchType",
    "Unpark",
    "ValidateForeignKey",
    "switched",
]
