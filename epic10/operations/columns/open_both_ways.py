"""The operation that lets the new application write before the switch."""

from django.db.migrations.operations import RunSQL

from epic10.operations import privileges
from epic10.operations.columns.both_ways import are_open, closed, opened
from epic10.operations.columns.convert import Beside, is_beside
from epic10.operations.columns.relabel import Rule
from epic10.operations.columns.sync_trigger import (
    follow_both_applications,
    follow_the_old_application,
    pgid,
)
from epic10.operations.ownership import block_if
from epic10.operations.release_operation import ReleaseOperation


class OpenBothWays(ReleaseOperation, RunSQL):
    """
    From enforce to the switch either application may write: the trigger of the table goes both ways.

    Where ours is ``beside`` one of theirs, by that column's own trigger. Nobody who
    reads waits for it. On the way back only the old application is followed.
    """

    def __init__(self, table: str, rules: list[Rule] = (), *, beside: Beside | None = None):
        self.table, self.rules, self.beside = table, [beside] if beside else rules, beside
        name, applies = pgid(table, beside), is_beside(table, beside) if beside else "true"
        both, one = (
            str(follow(table, self.rules, name=name))
            for follow in (follow_both_applications, follow_the_old_application)
        )
        super().__init__(
            sql=[block_if(applies, opened(table, beside), both)],
            reverse_sql=[block_if(are_open(table, beside), one, closed(table, beside))],
        )

    def needs(self, app_label, state):
        return [*privileges.table(self.table), privileges.Need("function", pgid(self.table, self.beside))]

    def signs(self, app_label, state):
        # Elsewhere what is beside theirs has nothing to show.
        return [] if self.beside else [are_open(self.table)]

    def describe(self):
        if self.beside:
            return f"Let {self.beside.target} and a column {self.beside.column} of theirs follow each other"
        return f"Let old and new columns of {self.table} follow each other"
