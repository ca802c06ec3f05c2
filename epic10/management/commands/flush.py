"""Django's flush, for a register that keeps its histories."""

from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.core.management.sql import emit_post_migrate_signal
from django.db import connections

from epic10.ledger import append_only


class Command(flush.Command):
    help = (
        f"{flush.Command.help} Refused where the register is: histories, audit and archive are never emptied. "
        "The test runner empties its own database."
    )

    def handle(self, **options):
        connection = connections[options["database"]]
        kept = append_only.tables(connection) if connection.vendor == "postgresql" else []
        if not kept:
            return super().handle(**options)
        if not append_only.is_of_the_test_runner(connection):
            raise CommandError(refusal(connection.settings_dict["NAME"], kept))
        with append_only.disabled(connection):
            super().handle(**options | {"inhibit_post_migrate": True})
        if not options.get("inhibit_post_migrate", False):
            # Outside of that transaction, as in Django's own.
            emit_post_migrate_signal(options["verbosity"], options["interactive"], options["database"])


def refusal(name, kept):
    return (
        f'The database "{name}" is not emptied, and nothing was changed: {", ".join(kept)} keep their rows for good.\n'
        "HINT: An empty register is a new database: createdb NAME, then python manage.py migrate with its DATABASE_URL."
    )
