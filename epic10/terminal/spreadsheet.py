"""CSV cells that no spreadsheet takes for a formula."""

import unicodedata

FORMULA = ("=", "+", "-", "@")
CONTROL = ("\t", "\r", "\n")


def harmless(text: str) -> str:
    """The text, with an apostrophe before it if it begins like a formula, also in East Asian full width."""
    first = text[:1]
    # NFKC turns full-width, small and superscript forms into the ASCII sign.
    is_formula = first in CONTROL or unicodedata.normalize("NFKC", first) in FORMULA
    return f"'{text}" if first and is_formula else text
