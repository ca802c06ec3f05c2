"""Names of the triggers that keep old and new columns in sync, and of their functions."""

from epic10.operations.columns.convert import Beside

# BEFORE triggers fire in the order of their names. Ours has to see what the
# customer's triggers made of the row, hence the zz. Where the new application writes, theirs
# read the old column, which has to have followed before them: hence the same once more.
PREFIX = "zz_epic10_sync"
FIRST = "00_epic10_sync"


def pgid(table: str, beside: Beside | None = None) -> str:
    return f"{PREFIX}_{table}_{beside.column}" if beside else f"{PREFIX}_{table}"
