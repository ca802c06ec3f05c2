"""The base of what stops a command: the message says what is in the way, and its HINT what to type."""

from django.core.management import CommandError


class Refusal(CommandError):
    """Django prints it without a traceback, and the command exits with its ``returncode``."""
