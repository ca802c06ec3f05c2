"""
Numbering of the rows of one filling, and the choice of each of their values.

Every choice is a hash of the seed, of what is chosen and of the row's number, and does not depend on the order in which
PostgreSQL produces rows. Numbers are display_ids, so that a second filling of a database never collides with the first.
"""

import dataclasses
import zlib
from collections.abc import Iterable, Mapping

from ndas.seed.words import SUBAGENCIES


@dataclasses.dataclass(frozen=True)
class Batch:
    """The NDAs numbered ``first`` to ``last``. The methods return SQL."""

    seed: int
    first: int
    rows: int

    @property
    def last(self) -> int:
        return self.first + self.rows - 1

    @property
    def contacts(self) -> int:
        return min(self.rows, 12 + self.rows // 50)

    @property
    def agency_groups(self) -> int:
        return min(self.rows, 6 + self.rows // 5_000)

    def numbers(self, count):
        """The first ``count`` numbers of the batch, as ``n``."""
        return f"pg_catalog.generate_series({self.first}::bigint, {self.first + count - 1}) AS n"

    def key(self, kind, number):
        return f"md5('{self.seed} {kind} ' || {number})::uuid::text"

    def draw(self, what, sides, of="n"):
        """A number from 0 to ``sides`` - 1."""
        salt = zlib.crc32(f"{self.seed} {what}".encode())
        return f"((hashint8extended({of}, {salt}) & 2147483647) % {sides})"

    def pick(self, what, choices: Iterable[str | None], of="n"):
        """One of the choices, all equally likely."""
        wheel = list(choices)
        return f"({array(wheel)})[1 + {self.draw(what, len(wheel), of)}]"

    def weigh(self, what, choices: Mapping[str | None, int], of="n"):
        """One of the choices, with a probability by its weight."""
        return self.pick(what, [choice for choice, weight in choices.items() for _ in range(weight)], of)

    def contact(self, what, of="n"):
        return self.key("contact", f"({self.first} + {self.draw(what, self.contacts, of)})")

    def agency_group(self, of="n"):
        return self.key("agency group", self._agency_group_number(of))

    def subagency(self, of="n"):
        """A subagency of ``agency_group(of)``."""
        place = f"(1 + {self.draw('subagency', len(SUBAGENCIES), of)})"
        return self.key("subagency", f"{self._agency_group_number(of)} || '/' || {place}")

    def _agency_group_number(self, of):
        return f"({self.first} + {self.draw('agency group', self.agency_groups, of)})"


def array(values):
    literals = ("NULL" if value is None else "'" + value.replace("'", "''") + "'" for value in values)
    return f"ARRAY[{', '.join(literals)}]::text[]"
