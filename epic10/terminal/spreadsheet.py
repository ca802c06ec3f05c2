"""CSV cells that no spreadsheet takes for a formula."""

from collections.abc import Iterable

# The signs that begin a formula, control characters that are passed over before one, and what NFKC makes a sign of:
# full-width, small, superscript and subscript forms, and two equals signs in one.
BEGINNINGS = frozenset(
    "=+-@\t\r\n\u207a\u207c\u208a\u208c\u2a75\u2a76\ufb29\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"
)


def harmless(text: str) -> str:
    """The text, with an apostrophe before it if it begins like a formula."""
    return f"'{text}" if text[:1] in BEGINNINGS else text


def harmless_all(texts: Iterable[str]) -> list[str]:
    """The same of many, without a call for each."""
    return [f"'{text}" if text[:1] in BEGINNINGS else text for text in texts]
