"""Answers that are asked for once, for as long as a page of one snapshot is made."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_answers: ContextVar[dict | None] = ContextVar("answers", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """Within, no statement is sent twice. Only for a transaction that reads and has one snapshot."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def once(connection, statement: str, parameters, ask: Callable[[], Any]) -> Any:
    """The answer to the statement; outside of ``remembered`` it is always asked for."""
    answers = _answers.get()
    if answers is None:
        return ask()
    key = connection.alias, statement, repr(parameters)
    if key not in answers:
        answers[key] = ask()
    return answers[key]


def know(connection, conditions: Iterable[str]):
    """Ask all these conditions on the catalog with one statement, so that ``holds`` knows each of them."""
    answers, wanted = _answers.get(), list(dict.fromkeys(conditions))
    if answers is None or not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(wanted)}")
        for condition, answer in zip(wanted, cursor.fetchone(), strict=True):
            answers[connection.alias, f"SELECT {condition}", repr(None)] = answer
