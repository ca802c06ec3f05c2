"""The load of the two applications, registered with the rehearsal."""

from epic10.rehearsal.load import Load, register
from ndas.release.acknowledged import lost_and_mislabelled
from ndas.release.applications import WRITTEN
from ndas.release.smoke_previous import probe

register(Load("ndas.release.load_process", WRITTEN, lost_and_mislabelled, probe))
