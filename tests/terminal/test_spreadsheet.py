"""Cells that no spreadsheet takes for a formula, in any script."""

import sys
import unicodedata

from epic10.terminal.spreadsheet import BEGINNINGS, harmless


def test_every_character_that_nfkc_makes_the_sign_of_a_formula_is_known():
    every = map(chr, range(sys.maxunicode + 1))
    signs = {one for one in every if unicodedata.normalize("NFKC", one)[:1] in ("=", "+", "-", "@")}
    assert signs | set("\t\r\n") == BEGINNINGS


def test_only_a_beginning_counts():
    assert [harmless(text) for text in ("", "1-1", "-1", "\u2a751")] == ["", "1-1", "'-1", "'\u2a751"]
