"""Tables of other measurements: each is made where it is measured, and put into its page here."""

import io
import statistics

from django.core.management import call_command
from django.db import connection
from django.test.utils import override_settings

from tests.benchmarks import databases
from tests.benchmarks import statements as of_the_script
from tests.benchmarks.pages import plans, quantile, somebody, switch, times
from tests.databases import database, served
from tests.documents import marks
from tests.documents.machine import Machine
from tests.judges import document
from tests.versions import table

NDAS_OF_THE_STATES, NDAS_OF_THE_LISTS = 300, 500_000
# Ten times each in a round.
ROUNDS = 3
ROLES = ("Administrator", "NDA user")
APPLICATION, PLANS = marks.ROOT / "docs" / "nda-application.md", marks.ROOT / "docs" / "page-plans.md"


def judges(machine: Machine, rows: int):
    document.PATH.write_text(document.text())
    return ()


def versions(machine: Machine, rows: int):
    with database() as template:
        template.migrate("0001")
        call_command("epic10_seed", rows=NDAS_OF_THE_STATES, database=template.alias, stdout=io.StringIO())
        template.close()
        found = table.rows(template.name)
    marks.fill(table.PAGE, table.NAME, table.section(found))
    return ()


def statements(machine: Machine, rows: int):
    found = of_the_script.table(rows)
    marks.fill(table.PAGE, "statements", f"{machine.described(f'{rows:,} NDAs', _version())}\n\n{found}")
    return ()


def pages(machine: Machine, rows: int):
    with databases.seeded(NDAS_OF_THE_LISTS) as template, database(template) as copy:
        switch(copy)
        with served(copy), override_settings(SECURE_SSL_REDIRECT=False, ALLOWED_HOSTS=["testserver"]):
            accounts = {role: somebody(role) for role in ROLES}
            marks.fill(APPLICATION, "pages: times", _times(accounts))
            for role in ROLES:
                marks.fill(PLANS, f"pages: {role}", plans(role))
    for page in (APPLICATION, PLANS):
        marks.fill(page, "pages: machine", machine.described(f"{NDAS_OF_THE_LISTS:,} NDAs", _version()))
    return ()


def _times(accounts) -> str:
    lines = ["| page | limit | " + " | ".join(accounts) + " |", "| --- | --- |" + " --- |" * len(accounts)]
    for of_each in zip(*(times(account, ROUNDS) for account in accounts.values()), strict=True):
        name, _, limit, _ = of_each[0]
        lines.append(f"| {name} | {limit} | {' | '.join(_of_three(found) for *_, found in of_each)} |")
    return "\n".join(lines)


def _of_three(found) -> str:
    return f"{statistics.median(found):.0f} / {quantile(found, 0.95):.0f} / {max(found):.0f}"


def _version() -> str:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SHOW server_version")
        return cursor.fetchone()[0].split()[0]
