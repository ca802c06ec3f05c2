"""The vocabulary of the release. Each operation can run twice, and can be undone even if it never ran."""

from epic10.operations.archive.park import Park
from epic10.operations.archive.parking import Parking
from epic10.operations.archive.parking_trigger import AddParkingTrigger, StopParking, SwitchParking
from epic10.operations.archive.unpark import Unpark
from epic10.operations.backfill.backfill import Backfill
from epic10.operations.backfill.other_columns import KeepOtherColumns, StopKeeping
from epic10.operations.columns.add import AddColumn
from epic10.operations.columns.convert import Convert
from epic10.operations.columns.dependent_triggers import SwitchTriggers, TellTriggers
from epic10.operations.columns.enums import CreateEnum
from epic10.operations.columns.open_both_ways import OpenBothWays
from epic10.operations.columns.relabel import Derived, Relabel, Shadow
from epic10.operations.columns.shadow import AddShadow, CommonestLabel
from epic10.operations.columns.switch import Switch, SwitchType, switched
from epic10.operations.columns.sync_trigger import AddSyncTrigger

from .add_successors import AddSuccessors, SwitchSuccessors
from .changes import EnumColumn, EnumType, Indexed, NewColumn, NewEnumColumn, NewReference, ReplaceEnum, Table
from .counts import Analyze, CountRows
from .foreign_keys import AddForeignKey, ValidateForeignKey
from .guards import AddGuard
from .indexes import AddIndex, AddShadowIndex
from .orphans import KeepOrphans
from .phase import Note, Phase
from .require import RequireKnownLabels, RequirePreconditions, RequireProofs, RequireServer
from .stories import phases
from .story import Story
from .try_ddl import TryDdl
