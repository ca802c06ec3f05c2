"""The next command, as somebody has to type it who works on another database than the default one."""

import re

from django.db import DEFAULT_DB_ALIAS

# Those of ours that take --database; of a snapshot its actions do, but for the list, which is of files. Where it is
# named already, as in what somebody has typed, it stays.
OURS = (
    r"migrate|epic10_(?!scripts\b|snapshot\b)\w+|epic10_snapshot (?:take|verify|restore)"
    r"|send_mails|expire_ndas|createsuperuser"
)
COMMAND = re.compile(rf"python manage\.py (?:{OURS})\b(?! --database\b)")
# In JSON it stands in a string.
PLAIN = re.compile(r"[\w.-]+")


def naming(text: str, database: str | None) -> str:
    """The text, with the alias of the database in every command; typed without it, that would touch another one."""
    if not database or database == DEFAULT_DB_ALIAS or not PLAIN.fullmatch(database):
        return text
    return COMMAND.sub(rf"\g<0> --database={database}", text)


class NamingStream:
    """A text stream, whose advice is about ``database``. In all else it is the original stream."""

    def __init__(self, stream, database):
        self._stream, self.database = stream, database

    def write(self, text):
        self._stream.write(naming(text, self.database))
        return len(text)

    def __getattr__(self, name):
        return getattr(self._stream, name)


def name_the_database(command, options):
    """In whatever the command will write; also in the error that Django writes afterwards."""
    for name in ("stdout", "stderr"):
        if options.get(name):
            options[name] = _naming(options[name], options.get("database"))
        wrapper = getattr(command, name)
        wrapper._out = _naming(wrapper._out, options.get("database"))


def _naming(stream, database):
    return stream if stream is None or isinstance(stream, NamingStream) else NamingStream(stream, database)
