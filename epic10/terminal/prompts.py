"""Confirmation by the operator."""

import shlex
import sys
from pathlib import Path

from epic10.terminal import signals
from epic10.terminal.refusal import Refusal


class NotConfirmed(Refusal):
    """The operator did not confirm."""


def ask(question: str, *, expected: str = "yes", otherwise: str):
    """
    Go on only when somebody types what is expected.

    ``otherwise`` is the option that confirms in advance, for when there is no terminal to type at.
    """
    try:
        answer = input(f'{question}\nType "{expected}" to go on: ')
    except (EOFError, OSError):
        raise NotConfirmed(f"Nobody is there to be asked; nothing was changed.\nHINT: {otherwise}") from None
    except KeyboardInterrupt:
        raise NotConfirmed("Interrupted. Nothing was changed.", returncode=signals.EXIT_STATUS) from None
    if answer.strip() != expected:
        raise NotConfirmed(
            f'Nothing was changed: the answer was not "{expected}".\nHINT: {_this_command()}; then type {expected}'
        )


def _this_command() -> str:
    """As it was typed, where it was typed at a command line."""
    program, *words = sys.argv
    return (
        shlex.join(["python", "manage.py", *words]) if Path(program).name == "manage.py" else "The same command again"
    )
