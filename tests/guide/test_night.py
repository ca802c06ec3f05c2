"""The guide's own commands, typed as printed: by the roles of docs/least-privilege.md, and by a managed server's."""

import faulthandler
import io
from dataclasses import dataclass

import psycopg
import pytest
from django.core.management import call_command

from tests.guide import documents, place
from tests.guide import managed as managed_server
from tests.guide.documents import Typed
from tests.guide.people import Browser, Operator, new_application
from tests.servers.server import alias

GUIDE, BACK, ROLES = "deployment-guide.md", "rollback.md", "least-privilege.md"
DATABASE, BEFORE = "ndas_docs", "ndas_before"
# What the guide says is typed in the application's name.
OF_THE_APPLICATION = "expire_ndas"
# What would last a day, and what would write into the checkout: the rest of the line is as printed.
OTHERWISE = {"epic10_monitor --mail": "epic10_monitor --once --mail", "review.csv": "{home}/review.csv"}
AN_ACTIVE_CONTACT = "SELECT min(email) FROM contacts WHERE is_active"
OF_THE_PROVIDER = """
    SELECT (SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'), (SELECT evtname FROM pg_event_trigger),
           (SELECT nspname FROM pg_namespace WHERE nspname = 'monitor')"""
EXPIRED = "SELECT count(*) FROM ndas WHERE status = 'EXPIRED'"
# The applications at work, in the words of each, with what the page grants to their role.
OLD_WORK = """
    UPDATE ndas SET status = 'IN_REVISION', updated_at = now() AT TIME ZONE 'UTC'
     WHERE id = (SELECT min(id) FROM ndas WHERE status = 'EMAILED')"""
NEW_WORK = """
    UPDATE ndas SET nda_type = 'CONSULTANT', updated_at = now() AT TIME ZONE 'UTC'
     WHERE id = (SELECT min(id) FROM ndas WHERE status = 'CREATED')"""


@dataclass
class Night:
    """A register of before, its roles, and who types as ``migrator``."""

    site: place.Site
    operator: Operator
    migrator: str

    def url(self, role):
        return self.site.url(role, DATABASE)

    def has_run(self, heading, *, by=""):
        """The statements under a heading of the page, by a superuser or by a role."""
        with psycopg.connect(self.url(by) if by else self.site.server.url(DATABASE), autocommit=True) as session:
            session.execute(documents.sql(ROLES, heading))

    def types(self, typed: Typed, *, status=0):
        for printed, instead in OTHERWISE.items():
            typed = Typed(
                typed.line.replace(printed, instead.format(home=self.operator.home)), typed.printed, typed.sees
            )
        url = self.url("ndas_app") if OF_THE_APPLICATION in typed.line else ""
        ended = self.operator.types(typed, url=url)
        assert (ended.line, ended.status) == (typed.line, status), ended.said
        assert typed.broken_promises(ended.said) == [], ended.said
        return ended.said

    def works(self, statement):
        """The application, as its role."""
        with psycopg.connect(self.url("ndas_app"), autocommit=True, application_name="ndas-web") as session:
            assert session.execute(statement).rowcount == 1

    def one(self, query):
        with self.site.superuser(DATABASE) as session:
            return session.execute(query).fetchone()[0]


@pytest.fixture(scope="module")
def site():
    with place.site() as found:
        yield found


@pytest.fixture
def night(site, tmp_path, django_db_blocker, request):
    """NDAs that belong to whom they belonged before; then the documented roles, with passwords."""
    site.has_role(BEFORE)
    site.has_role("ndas_app")
    with site.superuser() as session:
        session.execute(f"CREATE DATABASE {DATABASE}")
    with site.superuser(DATABASE) as session:
        session.execute(f"GRANT CREATE ON SCHEMA public TO {BEFORE}")
    with django_db_blocker.unblock():
        _register(site, BEFORE, request.param)
    found = Night(site, Operator(tmp_path, site.url("ndas_migrator", DATABASE), DATABASE), "ndas_migrator")
    for heading in ("The owner", "The migrator", "The application"):
        found.has_run(heading)
    site.has_password("ndas_migrator")
    yield found
    _gone(found, "ndas_app", "ndas_migrator", "ndas_owner", BEFORE)


@pytest.fixture
def managed(site, tmp_path, django_db_blocker):
    """The same, where nobody who types is a superuser, and the provider has put its own into the database."""
    for role in ("provider_admin", "ndas_app"):
        site.has_role(role)
    with site.superuser() as session:
        session.execute(managed_server.ROLES)
        session.execute(f"CREATE DATABASE {DATABASE} OWNER provider_admin")
    with site.superuser(DATABASE) as session:
        session.execute(managed_server.IN_THE_DATABASE)
    with django_db_blocker.unblock():
        _register(site, "provider_admin", 300)
    operator = Operator(tmp_path, site.url("provider_admin", DATABASE), DATABASE)
    found = Night(site, operator, "provider_admin")
    found.has_run("The application", by="provider_admin")
    yield found
    _gone(found, "ndas_app", "provider_admin", "provider_superuser", "provider")


def _register(site, role, rows):
    with alias("guide", site.url(role, DATABASE)):
        call_command("migrate", "ndas", "0001", database="guide", stdout=io.StringIO())
        call_command("epic10_seed", rows=rows, database="guide", stdout=io.StringIO())


def _gone(night, *roles):
    print("\n".join(f"{ended.seconds:8.1f} s  {ended.line}" for ended in night.operator.typed))
    with night.site.superuser() as session:
        session.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        session.execute(f"DROP ROLE {', '.join(roles)}")


@pytest.mark.long
@pytest.mark.parametrize("night", [300, 50_000], indirect=True)
def test_the_guide_typed_as_printed_there_back_and_there_again_to_the_end(night):
    whole(night)


@pytest.mark.long
def test_the_same_on_a_managed_server(managed):
    whole(managed)
    with managed.site.superuser(DATABASE) as session:
        assert session.execute(OF_THE_PROVIDER).fetchall() == [("pg_stat_statements", "provider_watch", "monitor")]


def whole(night):
    # Each command has a limit of its own, and all of them together more than a test.
    faulthandler.cancel_dump_traceback_later()
    in_the_days_before(night)
    in_the_window(night)
    expired = night.one(EXPIRED)
    assert expired > 0
    back(night)
    once_more(night)
    in_the_window(night)
    assert night.one(EXPIRED) == expired
    said = "\n".join(night.types(typed) for typed in afterwards())
    assert "Epic 10 is finalized." in said


def in_the_days_before(night):
    for typed in documents.blocks(GUIDE, "In the days before"):
        if "createsuperuser" in typed.line:
            # Nobody is there to be asked for a password.
            line = typed.line.replace("dora.duarte@example.org", night.one(AN_ACTIVE_CONTACT))
            night.types(Typed(f"{line} --noinput"))
            for heading in ("Signing in", "The dashboard"):
                night.has_run(heading, by=night.migrator)
        else:
            night.types(typed)
        if night.one("SELECT EXISTS (SELECT FROM ndas WHERE status::text = 'EMAILED')"):
            night.works(OLD_WORK)


def in_the_window(night):
    """Its rows; where the new application is started, somebody signs in."""
    for typed in documents.rows(GUIDE, "The window"):
        night.types(typed)
        if typed.line == "python manage.py epic10_deploy":
            with new_application(night.operator, night.url("ndas_app")) as address:
                dora = Browser(address)
                assert dora.opens("/readyz") == (200, "ready\n")
                assert dora.signs_in("dora")[0] == 200
                for path in ("/", "/ndas/", "/epic10/", "/admin/", "/admin/auth/user/"):
                    status, page = dora.opens(path)
                    assert (path, status) == (path, 200)
                    assert "permission denied" not in page
            night.works(NEW_WORK)


def back(night):
    """The seven steps: refused while the application writes, then done."""
    refused, *done = documents.blocks(BACK, "The seven steps")
    with psycopg.connect(night.url("ndas_app"), application_name="ndas-web") as session:
        session.execute("UPDATE ndas SET updated_at = updated_at WHERE false")
        said = night.types(Typed(refused.line), status=1)
        assert "Nothing was changed: the application is still writing: pid" in said
        session.rollback()
    for typed in done:
        night.types(typed)


def once_more(night):
    """Prepared again; the rehearsal of before still counts."""
    *_, prepare, status = documents.blocks(GUIDE, "In the days before")
    night.types(prepare)
    night.types(status)


def afterwards():
    steps = documents.steps(GUIDE, "Afterwards")
    last = documents.blocks(GUIDE, "Afterwards")
    return [typed for typed in steps if typed.line not in {block.line for block in last}] + last
