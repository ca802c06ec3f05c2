"""The machine on which something was measured, and how busy it may be."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime

# Above it times say more about the neighbors than about the release.
ALLOWED = 1.0


class TooBusy(Exception):
    pass


@dataclass(frozen=True)
class Machine:
    """``load`` is that of the beginning, ``allowed`` what was accepted."""

    load: float
    allowed: float

    def described(self, what: str, server: str) -> str:
        """A sentence for the page, with what was accepted, if that was more than ALLOWED."""
        accepted = (
            "" if self.allowed <= ALLOWED else f"; up to {self.allowed:g} was accepted (`--load {self.allowed:g}`)"
        )
        return (
            f"{what}; PostgreSQL {server} on {os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}, load average "
            f"{self.load:.1f} at the beginning and {busy():.1f} at the end{accepted}."
        )


def insist(allowed: float) -> Machine:
    """Raise TooBusy if more is going on than ``allowed``."""
    if (load := busy()) > allowed:
        raise TooBusy(
            f"The load average is {load:.1f}, and the times would be of a machine that is busier than {allowed:g}.\n"
            f"HINT: Wait, or accept it, which the documents will say: --load {load + 1:.0f}"
        )
    return Machine(load, allowed)


def busy() -> float:
    return os.getloadavg()[0]
