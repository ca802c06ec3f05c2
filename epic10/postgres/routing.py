"""The databases of the project that the release is for, according to its routers."""

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections, router

LEDGER = "epic10"


def is_for(alias: str) -> bool:
    """Do the routers allow the register in the database of this alias?"""
    return router.allow_migrate(alias, settings.EPIC10_MIGRATION[0])


def refusal(alias: str) -> str:
    """Why the release cannot run in the database of this alias, and what to do; empty if it can."""
    register, vendor = settings.EPIC10_MIGRATION[0], connections[alias].vendor
    if not is_for(alias):
        return (
            f'The database routers keep "{register}" out of the database "{alias}".\n'
            "HINT: --database with the alias of the register, or another answer of allow_migrate in DATABASE_ROUTERS."
        )
    if vendor != "postgresql":
        return (
            f'The database "{alias}" is {connections[alias].display_name}, and the register lives in PostgreSQL.\n'
            f'HINT: A router whose allow_migrate("{alias}", "{register}") and allow_migrate("{alias}", "{LEDGER}") '
            "are False keeps it out of there: DATABASE_ROUTERS."
        )
    if not router.allow_migrate(alias, LEDGER):
        return (
            f'The database routers let "{register}" into the database "{alias}", but not "{LEDGER}", its ledger.\n'
            f'HINT: Let allow_migrate of DATABASE_ROUTERS answer "{LEDGER}" as it answers "{register}".'
        )
    return ""


def insist(alias: str):
    if message := refusal(alias):
        raise CommandError(message)
