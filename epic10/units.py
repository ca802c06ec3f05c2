"""How do people write durations and sizes, and how do they read them?"""

import re

DURATIONS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# As PostgreSQL counts: 1 kB is 1024 bytes.
SIZES = {"B": 1, "kB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}


def duration(text: str) -> float:
    """Seconds, from "90s", "5m", "1h 30m", or a bare number of seconds. Raises ValueError with a sentence."""
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*([smhd]?)", text)
    if not parts or not re.fullmatch(r"(\s*\d+(\.\d+)?\s*[smhd]?\s*)+", text):
        raise ValueError(f'"{text}" is not a duration such as 90s, 5m or 1h 30m.')
    return sum(float(number) * DURATIONS[unit or "s"] for number, unit in parts)


def size(text: str) -> int:
    """Bytes, from "20GB", "512 MB", or a bare number of bytes. Raises ValueError with a sentence."""
    units = {unit.lower(): factor for unit, factor in SIZES.items()}
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?b)?\s*", text, re.IGNORECASE)
    if not found:
        raise ValueError(f'"{text}" is not a size such as 512MB or 20GB.')
    number, unit = found.groups()
    return int(float(number) * units[(unit or "B").lower()])


def seconds(number: float) -> str:
    """A duration as one reads it: 0.4 s, 12 s, 3 m 20 s, 2 h 5 m, 3 d 4 h."""
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
    """How long a query took, as one reads it: 4.2 ms, 1,250 ms."""
    return f"{number:.1f} ms" if number < 10 else f"{number:,.0f} ms"


def amount(number: float) -> str:
    """A size as one reads it: 412 MB, 1.3 GB."""
    unit, factor = next((unit, factor) for unit, factor in reversed(SIZES.items()) if number >= factor or factor == 1)
    value = number / factor
    return f"{value:.1f} {unit}" if value < 10 and factor > 1 else f"{value:,.0f} {unit}"
