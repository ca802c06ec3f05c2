"""``python -m tests.versions``: try both versions on every state of a small register, and write the table."""

import io
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  Django has to be set up first.

from tests.databases import database  # noqa: E402
from tests.versions import table  # noqa: E402

NDAS = 300


def main():
    with database() as template:
        template.migrate("0001")
        call_command("epic10_seed", rows=NDAS, database=template.alias, stdout=io.StringIO())
        template.close()
        section = table.section(table.rows(template.name))
    table.PAGE.write_text(table.with_section(table.PAGE.read_text(), section))
    print(section)


if __name__ == "__main__":
    main()
