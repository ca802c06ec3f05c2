"""A story of the release, and the notes by which its number and text travel."""

from collections.abc import Callable, Iterable

from django.db.migrations.operations.base import Operation

from .changes import Change
from .phase import Note


class Story:
    """Changes with one reason. Number and text travel into the scripts and the docs."""

    def __init__(self, number: str, text: str, *changes: Change):
        self.number, self.text, self.changes = number, text, changes


def explained(number: str, text: str, operations: Iterable[Operation]) -> list[Operation]:
    """The operations, if there are any, after a note that says why."""
    operations = list(operations)
    return [Note(number, text), *operations] if operations else []


def numbers(stories, contributions: Callable[[Change], Iterable]) -> str:
    """The numbers of the stories that have such contributions."""
    numbers = [story.number for story in stories if any(map(contributions, story.changes))]
    return f"{numbers[0]} to {numbers[-1]}" if len(numbers) == len(stories) > 2 else ", ".join(numbers)
