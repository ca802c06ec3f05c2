"""CSV cells that no spreadsheet takes for a formula."""

import unicodedata

FORMULA = ("=", "+", "-", "@")
CONTROL = ("\t", "\r", "\n")


def harmless(text: str) -> str:
    """The text, behind an apostrophe where it begins like a formula: also in full width, as in East Asia."""
    first = text[:1]
    # NFKC makes the ASCII sign of its full-width, small and raised forms.
    is_formula = first in CONTROL or unicodedata.normalize("NFKC", first) in FORMULA
    return f"'{text}" if first and is_formula else text
