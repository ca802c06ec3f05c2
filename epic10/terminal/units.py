"""Durations, sizes and whole numbers, as people write and read them."""

import re

DURATIONS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# As PostgreSQL counts: 1 kB is 1024 bytes.
SIZES = {"B": 1, "kB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}


# Longer than anybody waits, and far below the limits of a date or a float.
LONGEST = 3650 * DURATIONS["d"]
LARGEST_SIZE = 2**63 - 1
LARGEST_NUMBER = 2**31 - 1
# Nobody means a number with more digits than this, and int() takes quadratic time for them.
DIGITS = 19
NUMBER = rf"[0-9]{{1,{DIGITS}}}(?:\.[0-9]{{1,{DIGITS}}})?"
PART = re.compile(rf"\s*({NUMBER})(?![0-9.])\s*([smhd]?)")


def duration(text: str) -> float:
    """Seconds, from "90s", "5m", "1h 30m", or a bare number of seconds. Raises ValueError with a sentence."""
    total, place = 0.0, 0
    while part := PART.match(text, place):
        number, unit = part.groups()
        total, place = total + float(number) * DURATIONS[unit or "s"], part.end()
    if not place or text[place:].strip():
        raise ValueError(f'"{shortened(text)}" is not a duration such as 90s, 5m or 1h 30m.')
    if total > LONGEST:
        raise ValueError(f'"{shortened(text)}" is longer than {seconds(LONGEST)}.')
    return total


def size(text: str) -> int:
    """Bytes, from "20GB", "512 MB", or a bare number of bytes. Raises ValueError with a sentence."""
    units = {unit.lower(): factor for unit, factor in SIZES.items()}
    found = re.fullmatch(rf"\s*({NUMBER})\s*([kmgt]?b)?\s*", text, re.IGNORECASE)
    if not found:
        raise ValueError(f'"{shortened(text)}" is not a size such as 512MB or 20GB.')
    number, unit = found.groups()
    bytes = int(float(number) * units[(unit or "B").lower()])
    if bytes > LARGEST_SIZE:
        raise ValueError(f'"{shortened(text)}" is more than any disk holds.')
    return bytes


def whole_number(text: str, *, least: int = 1, most: int = LARGEST_NUMBER) -> int:
    """From ASCII digits only: Python also reads 1_000 and the digits of every script, which people do not mean."""
    if not re.fullmatch(rf"-?[0-9]{{1,{DIGITS}}}", text) or not least <= int(text) <= most:
        raise ValueError(f'"{shortened(text)}" is not a whole number from {least:,} to {most:,}.')
    return int(text)


def shortened(text: str) -> str:
    """What somebody typed, short enough to be repeated in a message."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def seconds(number: float) -> str:
    """A duration for people: 0.4 s, 12 s, 3 m 20 s, 2 h 5 m, 3 d 4 h."""
    if 0 < number < 0.1:
        return f"{number * 1000:.0f} ms"
    if number < 10 and number != round(number):
        return f"{number:.1f} s"
    whole = round(number)
    for large, small in (("d", "h"), ("h", "m"), ("m", "s")):
        if whole >= DURATIONS[large]:
            rest = whole % DURATIONS[large] // DURATIONS[small]
            return f"{whole // DURATIONS[large]} {large}" + (f" {rest} {small}" if rest else "")
    return f"{whole} s"


def milliseconds(number: float) -> str:
    """The duration of a query, for people: 4.2 ms, 1,250 ms."""
    return f"{number:.1f} ms" if number < 10 else f"{number:,.0f} ms"


def amount(number: float) -> str:
    """A size for people: 412 MB, 1.3 GB."""
    unit, factor = next((unit, factor) for unit, factor in reversed(SIZES.items()) if number >= factor or factor == 1)
    value = number / factor
    return f"{value:.1f} {unit}" if value < 10 and factor > 1 else f"{value:,.0f} {unit}"
