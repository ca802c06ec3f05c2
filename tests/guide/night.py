"""The guide from end to end, typed as printed: the days before, both kinds of night, the way back, and finalize."""

import contextlib
import io
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from django.core.management import call_command

from tests.guide import documents, place
from tests.guide import managed as managed_server
from tests.guide.documents import Typed
from tests.guide.people import Browser, Ended, Operator, new_application
from tests.servers.server import alias

GUIDE, BACK, ROLES = "deployment-guide.md", "rollback.md", "least-privilege.md"
DAYS_BEFORE, NIGHT, WINDOW, AFTERWARDS = "In the days before", "The night", "With a window", "Afterwards"
DATABASE, BEFORE = "ndas", "ndas_before"
# What the guide says is typed in the application's name, and through which schema that is.
OF_THE_APPLICATION = "expire_ndas"
IN_PUBLIC = "-csearch_path=public"
# What would last a day, and what would write into the checkout: the rest of the line is as printed.
OTHERWISE = {"epic10_monitor --mail": "epic10_monitor --once --mail", "review.csv": "{home}/review.csv"}
AN_ACTIVE_CONTACT = "SELECT min(email) FROM contacts WHERE is_active"
EXPIRED = "SELECT count(*) FROM ndas WHERE status = 'EXPIRED'"
IS_OLD = "SELECT EXISTS (SELECT FROM ndas WHERE status::text = 'EMAILED')"
# The applications at work, in the words of each, with what the page grants to their role.
OLD_WORK = """
    UPDATE ndas SET status = 'IN_REVISION', updated_at = now() AT TIME ZONE 'UTC'
     WHERE id = (SELECT min(id) FROM ndas WHERE status = 'EMAILED')"""
NEW_WORK = """
    UPDATE ndas SET nda_type = 'CONSULTANT', updated_at = now() AT TIME ZONE 'UTC'
     WHERE id = (SELECT min(id) FROM ndas WHERE status = 'CREATED')"""


@dataclass
class Night:
    """A register of before, its roles, and who types as ``migrator``; ``played`` is all that was typed, in order."""

    site: place.Site
    operator: Operator
    migrator: str
    played: list[tuple[Typed, Ended]] = field(default_factory=list)

    def url(self, role, options=""):
        return self.site.url(role, DATABASE, options)

    def has_run(self, heading, *, page=ROLES, by=""):
        """The statements under a heading of the page, by a superuser or by a role."""
        with psycopg.connect(self.url(by) if by else self.site.server.url(DATABASE), autocommit=True) as session:
            session.execute(documents.sql(page, heading))

    def types(self, typed: Typed, *, status=0, line=""):
        """Type it, or the ``line`` that stands for it here; what is said then, which has to be what is printed."""
        line = line or typed.line
        for printed, instead in OTHERWISE.items():
            line = line.replace(printed, instead.format(home=self.operator.home))
        url = self.url("ndas_app", IN_PUBLIC) if OF_THE_APPLICATION in line else ""
        ended = self.operator.types(line, typed.printed, url=url)
        # A page may really be slow while others use the machine.
        is_told = "--once" in line and "HINT: docs/monitoring.md" in ended.said
        assert (ended.line, ended.status) == (line, 1 if is_told else status), ended.said
        self.played.append((typed, ended))
        return ended.said

    def works(self, statement):
        """The old application through its views, by the setting of its role; the new one in public."""
        options = IN_PUBLIC if statement is NEW_WORK else ""
        with psycopg.connect(self.url("ndas_app", options), autocommit=True, application_name="ndas-web") as session:
            assert session.execute(statement).rowcount == 1

    def one(self, query):
        with self.site.superuser(DATABASE) as session:
            return session.execute(query).fetchone()[0]


@contextlib.contextmanager
def documented(site: place.Site, home: Path, rows: int):
    """NDAs that belong to whom they belonged before; then the documented roles, with passwords."""
    site.has_role(BEFORE)
    site.has_role("ndas_app")
    with site.superuser() as session:
        session.execute(f"CREATE DATABASE {DATABASE}")
    with site.superuser(DATABASE) as session:
        session.execute(f"GRANT CREATE ON SCHEMA public TO {BEFORE}")
    _register(site, BEFORE, rows)
    night = Night(site, Operator(home, site.url("ndas_migrator", DATABASE), DATABASE), "ndas_migrator")
    night.has_run("The owner")
    without_its_privileges(night)
    for heading in ("The migrator", "The application"):
        night.has_run(heading)
    site.has_password("ndas_migrator")
    try:
        yield night
    finally:
        _gone(night, "ndas_app", "ndas_migrator", "ndas_owner", BEFORE)


@contextlib.contextmanager
def managed(site: place.Site, home: Path, rows: int):
    """The same, where nobody who types is a superuser, and the provider has put its own into the database."""
    for role in ("provider_admin", "ndas_app"):
        site.has_role(role)
    with site.superuser() as session:
        session.execute(managed_server.ROLES)
        session.execute(f"CREATE DATABASE {DATABASE} OWNER provider_admin")
    with site.superuser(DATABASE) as session:
        session.execute(managed_server.IN_THE_DATABASE)
    _register(site, "provider_admin", rows)
    night = Night(site, Operator(home, site.url("provider_admin", DATABASE), DATABASE), "provider_admin")
    night.has_run("The application", by="provider_admin")
    try:
        yield night
    finally:
        _gone(night, "ndas_app", "provider_admin", "provider_superuser", "provider")


def _register(site, role, rows):
    with alias("guide", site.url(role, DATABASE)):
        call_command("migrate", "ndas", "0001", database="guide", stdout=io.StringIO())
        call_command("epic10_seed", rows=rows, database="guide", stdout=io.StringIO())


def _gone(night, *roles):
    print("\n".join(f"{ended.seconds:8.1f} s  {ended.line}" for ended in night.operator.typed))
    with night.site.superuser() as session:
        session.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        session.execute(f"DROP ROLE {', '.join(roles)}")


def without_its_privileges(night):
    """What the page of the roles shows: somebody who may only log in."""
    night.site.has_role(night.migrator)
    for typed in documents.blocks(ROLES, "The migrator"):
        night.types(typed, status=1)
    with night.site.superuser() as session:
        session.execute(f"DROP ROLE {night.migrator}")


def whole(night: Night):
    """With nobody stopped, back, and then with a window, to the end."""
    in_the_days_before(night)
    in_the_night(night, NIGHT)
    expired = night.one(EXPIRED)
    assert expired > 0
    back(night)
    once_more(night)
    in_the_night(night, WINDOW)
    assert night.one(EXPIRED) == expired
    said = "\n".join(night.types(typed) for typed in documents.everything(GUIDE, AFTERWARDS))
    assert "Epic 10 is finalized." in said


def in_the_days_before(night):
    for typed in documents.blocks(GUIDE, DAYS_BEFORE):
        if "createsuperuser" in typed.line:
            # Nobody is there to be asked for a password.
            line = typed.line.replace("dora.duarte@example.org", night.one(AN_ACTIVE_CONTACT))
            night.types(typed, line=f"{line} --noinput")
            for heading in ("Signing in", "The dashboard"):
                night.has_run(heading, by=night.migrator)
            night.has_run(DAYS_BEFORE, page=GUIDE, by="ndas_app")
        else:
            night.types(typed)
        if night.one(IS_OLD):
            night.works(OLD_WORK)


def in_the_night(night, heading):
    """What the heading has; once Epic 10 is in place, the new application is started, and somebody signs in."""
    for typed in documents.everything(GUIDE, heading):
        if "Epic 10 is in place." in night.types(typed):
            with new_application(night.operator, night.url("ndas_app", IN_PUBLIC)) as address:
                dora = Browser(address)
                assert dora.opens("/readyz") == (200, "ready\n")
                assert dora.signs_in("dora")[0] == 200
                for path in ("/", "/ndas/", "/epic10/", "/admin/", "/admin/auth/user/"):
                    status, page = dora.opens(path)
                    assert (path, status) == (path, 200)
                    assert "permission denied" not in page
            night.works(NEW_WORK)


def back(night):
    """Refused while the application writes, then done."""
    refused, *done = documents.blocks(BACK, "The seven steps")
    with psycopg.connect(night.url("ndas_app", IN_PUBLIC), application_name="ndas-web") as session:
        session.execute("UPDATE ndas SET updated_at = updated_at WHERE false")
        night.types(refused, status=1)
        session.rollback()
    for typed in done:
        night.types(typed)


def once_more(night):
    """Prepared again; the rehearsal of before still counts."""
    *_, prepare, status = documents.blocks(GUIDE, DAYS_BEFORE)
    night.types(prepare)
    night.types(status)
