"""docs/static-judges.md, written by ``python -m tests.judges``."""

from django.conf import settings

from tests.judges import findings
from tests.judges.accepted import ACCEPTED

PATH = settings.BASE_DIR / "docs" / "static-judges.md"
TITLE = """\
# Static judges: what they find, and why it stays

Written by `python -m tests.judges` from [its list](../tests/judges/accepted.py); a finding that is not in it fails
the tests, and so does a line of the list that finds nothing any more. Besides these, without findings
left: `ruff check`, `ruff format`, import-linter (`config` → `ndas` → `epic10`), `check --deploy`,
`makemigrations --check`, `epic10_scripts --check`; for the workflow its own
[linters](../CONTRIBUTING.md#the-workflow).

[squawk](https://squawkhq.com) reads `migration.sql` and `rollback.sql` as for PostgreSQL 15. Half of the release stands
in `DO` blocks, of which it would see the outside only: it is given the statements inside them as well.
[django-migration-linter](https://github.com/3YOURMIND/django-migration-linter) reads what `sqlmigrate` prints for the
migrations of `ndas` and `epic10`. It takes a block in which one column is renamed for a renaming of all it names.

| judge | rule | about | findings | why it stays |
| --- | --- | --- | --- | --- |
"""


def text() -> str:
    found = findings.all_of_them()
    return TITLE + "".join(_row(accepted, sum(map(accepted.covers, found))) for accepted in ACCEPTED)


def _row(accepted, times):
    rules = ", ".join(f"`{rule}`" for rule in accepted.rule.split("|"))
    return f"| {accepted.judge} | {rules} | {accepted.shown} | {times} | {accepted.reason} |\n"
