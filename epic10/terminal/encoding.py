"""Output for terminals that know less than Unicode: with LANG=C, or with an older encoding."""

import codecs
import os
import sys

# What messages and bars consist of beyond ASCII; anything else, such as a name, is escaped.
SPELLED = {"…": "...", "━": "-", "╸": "-", "╺": "-", "•": "*"}
PLAIN = "epic10.plain"


def fit_the_terminal():
    """Spell out what the terminal cannot show, so that no message is garbled, and none is lost for one character."""
    codecs.register_error(PLAIN, _spelled)
    for stream in (sys.stdout, sys.stderr):
        if stream is None or not hasattr(stream, "reconfigure"):
            continue
        if _is_c_locale() and stream.isatty():
            stream.reconfigure(encoding="ascii", errors=PLAIN)
        # A file or a pipe keeps its encoding: there may be a table of somebody's data in it.
        elif not stream.encoding.lower().startswith("utf"):
            stream.reconfigure(errors=PLAIN)


def _is_c_locale() -> bool:
    """Python then pretends that it is UTF-8, as if everybody's terminal were (PEP 538 and 540)."""
    wanted = bool(os.environ.get("PYTHONUTF8")) or "utf8" in sys._xoptions or sys.version_info >= (3, 15)
    return bool(sys.flags.utf8_mode) and not wanted


def _spelled(error):
    text = error.object[error.start : error.end]
    plain = "".join(SPELLED.get(one) or one.encode("ascii", "backslashreplace").decode() for one in text)
    return plain, error.end
