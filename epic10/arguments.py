"""How does a command line say a duration or a size?"""

from argparse import ArgumentTypeError

from epic10 import units


def duration(text) -> float:
    return _parsed(units.duration, text)


def size(text) -> int:
    return _parsed(units.size, text)


def number(text) -> int:
    if not str(text).isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f'"{text}" is not a number above zero.')
    return int(text)


def _parsed(parse, text):
    try:
        return parse(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
