"""A database of a test's own: created empty or as a copy, and dropped afterwards."""

import contextlib
import functools
import io
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from epic10.postgres import client_programs, fingerprint, scratch_database

# Most tests are about the release; later migrations enforce rules that these tests break on purpose.
RELEASE = "0002"


class Scratch:
    """
    A database, reached as a test needs it.

    In this process it is the Django alias ``alias`` (``Nda.objects.using(db.alias)``,
    ``call_command(…, database=db.alias)``), or use ``rows()``, ``execute()`` and
    ``psql()``; ``manage()`` and ``start()`` reach it from a process of its own. Close
    connections that you open with ``url``: threads have their own.
    """

    def __init__(self, name):
        self.name = self.alias = name

    @property
    def connection(self):
        return connections[self.alias]

    @property
    def url(self):
        """For DATABASE_URL of another process, or psycopg.connect()."""
        known = self.connection.get_connection_params()
        parts = {key: known[key] for key in ("host", "port", "user", "password") if known.get(key)}
        return f"postgresql:///{quote(known['dbname'], safe='')}?{urlencode(parts, quote_via=quote)}"

    @property
    def announced(self):
        """The first line of every command in a process of its own."""
        from epic10.management import target  # Models: not while pytest reads the settings.

        return f"{target.line(self.connection)}\n"

    def rows(self, sql, params=None):
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall()

    def execute(self, sql, params=None):
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)

    def migrate(self, target=RELEASE, *, app="ndas", **options):
        """``migrate ndas target`` in this process, to the newest if that is None; returns the output."""
        output = io.StringIO()
        arguments = [app] if target is None else [app, target]
        options = {"database": self.alias, "stdout": output, "stderr": output, "no_color": True} | options
        call_command("migrate", *arguments, **options)
        return output.getvalue()

    def psql(self, script, *arguments):
        """Run SQL, or the file at a Path, stopping at the first error; returns psql's output."""
        if isinstance(script, Path):
            script = script.read_text(encoding="utf-8")
        return client_programs.run(
            self.connection, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments, input=script
        )

    def manage(self, *arguments, **environment):
        """``manage.py`` in a process of its own, finished: returncode, stdout, stderr."""
        process = self.start(*arguments, **environment)
        stdout, stderr = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def start(self, *arguments, **environment):
        """``manage.py`` in a process of its own, still running, to be killed or to compete with."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": self.url} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def dump_schema(self):
        """The schema as pg_dump writes it, without the ledger and Django's own tables."""
        return fingerprint.schema(self.connection)

    def close(self):
        self.connection.close()


@contextlib.contextmanager
def database(template=scratch_database.ENTIRELY_EMPTY, *, using="default"):
    """A Scratch on the server of ``using``, copied from ``template``, to which nobody may be connected."""
    # One server serves several workers, and several runs of the suite.
    prefix = f"scratch_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_"
    with scratch_database.database(using, prefix=prefix, template=template, strategy=_quickest(using)) as alias:
        yield Scratch(alias)


@contextlib.contextmanager
def prepared(template, prepare):
    """The name of a copy of ``template`` that ``prepare`` has changed, to be copied; and what that returned."""
    with database(template) as db:
        found = prepare(db)
        db.close()
        yield db.name, found


@functools.cache
def _quickest(using) -> str:
    """The faster strategy, unless the files have to be synced to a disk. Before PostgreSQL 15 there is no choice."""
    with connections[using]._nodb_cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('server_version_num')::int")
        fsync, version = cursor.fetchone()
    return "FILE_COPY" if fsync == "off" and version >= 150000 else ""


@contextlib.contextmanager
def served(db):
    """Use the scratch database as the default one within the block."""
    db.close()
    connection.close()
    name, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], db.name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
