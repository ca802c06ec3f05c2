"""In production, a real server: what goes wrong is on its standard error, and nobody's data."""

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import urllib.parse

import pytest
from django.conf import settings as project
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from ndas.models import AgencyGroup, Contact, Nda
from tests.factories import PASSWORD
from tests.inbox import receiving

SERVE = """
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server
from config.wsgi import application
class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass
server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
"""
SECRET = "Umbra Holdings, the secret one"


class Browser:
    """Behind a proxy that speaks TLS; urllib would not send a secure cookie."""

    def __init__(self, port):
        self.port, self.cookies, self.requests = port, {}, 0

    def ask(self, method, path, fields=None):
        self.requests += 1
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        headers = {
            "Host": "nda.example",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "198.51.100.7",
            "X-Request-ID": f"seen-{self.requests}",
            "Referer": "https://nda.example/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        body = None
        if fields is not None:
            body = urllib.parse.urlencode({"csrfmiddlewaretoken": self.cookies["csrftoken"], **fields})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        response.read()
        connection.close()
        return response.status

    def log_in(self, name, password=PASSWORD):
        self.ask("GET", "/login/")
        return self.ask("POST", "/login/", {"username": name, "password": password})


@contextlib.contextmanager
def serving(database, **environment):
    """A server process in production, a Browser of it, and after it has ended its standard error."""
    known = {"SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": "nda.example", "BEHIND_TLS_PROXY": "1", "TRUSTED_PROXIES": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        cwd=project.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database.url, **known, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = []
    try:
        yield Browser(int(process.stdout.readline())), said
    finally:
        process.terminate()
        said += process.communicate()[1].splitlines()


@pytest.fixture
def live(scratch, migrated_template):
    database = scratch(migrated_template)
    database.migrate(None)
    for app in ("auth", "sessions", "axes", "admin", "outbox"):
        database.migrate(None, app=app)
    return database


@pytest.fixture
def person(live):
    contact = Contact.objects.using(live.alias).filter(is_active=True).first()
    user = get_user_model().objects.db_manager(live.alias).create_user("anna", contact.email, PASSWORD)
    user.groups.add(Group.objects.using(live.alias).get(name="Administrator"))
    live.close()
    return user


def lines_of(said, path):
    return [line for line in said if f" path={path} " in line]


def test_an_error_names_path_account_and_request_and_where_it_was_raised(live, person):
    nda = Nda.objects.using(live.alias).first()
    with serving(live) as (browser, said):
        assert browser.log_in("anna") == 302
        live.execute("ALTER TABLE documents RENAME TO elsewhere")
        assert browser.ask("GET", nda.get_absolute_url() + "?q=" + urllib.parse.quote(SECRET)) == 500
        request = f"seen-{browser.requests}"
    [line] = lines_of(said, nda.get_absolute_url())
    assert re.fullmatch(
        rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ ERROR django\.request path={nda.get_absolute_url()} user={person.pk} "
        rf"request={request} Internal Server Error: {nda.get_absolute_url()}",
        line,
    )
    below = said[said.index(line) + 1 :]
    assert '  psycopg.errors.UndefinedTable: SQLSTATE 42P01, relation "documents" does not exist' in below
    assert any(re.search(r'File ".*/ndas/web/views/detail\.py", line \d+, in detail', one) for one in below)
    assert SECRET not in "\n".join(said) and "secret" not in "\n".join(said).lower()


@pytest.mark.slow
def test_a_row_that_the_server_quotes_is_not_in_the_log(live, person):
    live.execute("ALTER TABLE ndas ADD CONSTRAINT nobody CHECK (company_city <> 'Umbra') NOT VALID")
    group = AgencyGroup.objects.using(live.alias).first()
    with serving(live) as (browser, said):
        browser.log_in("anna")
        given = {"company_name": SECRET, "company_city": "Umbra", "abbreviated_name": "UMB", "nda_type": "MUTUAL"}
        given |= {"authorized_purpose": "p", "agency_group": group.pk, "relationship_poc": person.email}
        assert browser.ask("POST", "/ndas/new/", given | {"usmax_position": "PRIME"}) == 500
    text = "\n".join(said)
    assert 'SQLSTATE 23514, new row for relation "ndas" violates check constraint "nobody"' in text
    for private in ("Umbra", SECRET, person.email, PASSWORD, "Failing row"):
        assert private not in text


@pytest.mark.slow
def test_a_mail_that_is_not_taken_is_in_the_log_and_takes_nothing_back(live, person, settings):
    approver = Contact.objects.using(live.alias).filter(is_active=True).exclude(email=person.email).first()
    other = get_user_model().objects.db_manager(live.alias).create_user("bob", approver.email, PASSWORD)
    other.groups.add(Group.objects.using(live.alias).get(name="Administrator"))
    nda = Nda.objects.using(live.alias).filter(status="CREATED").first()
    with receiving(settings) as inbox:
        inbox.refuses = True
        mail = {"EMAIL_HOST": settings.EMAIL_HOST, "EMAIL_PORT": str(settings.EMAIL_PORT), "EMAIL_USE_TLS": "0"}
        with serving(live) as (browser, said):
            browser.log_in("anna")
            assert browser.ask("POST", f"/ndas/{nda.pk}/route/", {}) == 302
        sent = live.manage("send_mails", **mail)
    assert live.rows("SELECT status::text FROM ndas WHERE id = %s", [nda.pk]) == [("PENDING_APPROVAL",)]
    assert (sent.returncode, sent.stdout) == (0, "0 mails sent, 1 refused\n")
    assert live.rows("SELECT recipient, tries, refusal FROM outbox_mail") == [
        (approver.email, 1, "(554, b'not today')")
    ]
    [line] = [line for line in sent.stderr.splitlines() if " ndas.outbox.delivery " in line]
    assert re.search(r"WARNING .* path=- user=- request=- Mail 1 was refused, try 1 of 11: SMTPDataError$", line)
    assert approver.email not in "\n".join([*said, sent.stderr])


@pytest.mark.slow
def test_a_lock_out_and_a_refused_page_are_in_the_log(live, person):
    with serving(live) as (browser, said):
        statuses = [browser.log_in("anna", "not-the-pass-word") for _ in range(5)]
        assert statuses[-1] == 429
        assert browser.ask("GET", "/nowhere/%0A2026-01-01T00:00:00Z%20ERROR%20forged/") == 404
    [locked] = [line for line in said if " config.lockout " in line]
    assert f" WARNING config.lockout path=/login/ user=- request=seen-{2 * len(statuses)} Locked out: " in locked
    assert re.search(rf"account {person.pk} at 198\.51\.100\.7 for \d+ s; 5 wrong passwords there\.$", locked)
    [missing] = [line for line in said if "Not Found" in line]
    assert r"path=/nowhere/\n2026-01-01T00:00:00Z%20ERROR%20forged/ user=" in missing
    assert "not-the-pass-word" not in "\n".join(said)


@pytest.mark.slow
def test_cron_says_it_too(live, person):
    """Nobody asks for a page there, and what fails is as loud."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    live.execute(
        "UPDATE ndas SET status = 'FULLY_EXECUTED', fully_executed_date = now() - interval '1 year 1 day',"
        " expiration_date = now() - interval '1 day', opportunity_poc_id = "
        "(SELECT id FROM contacts WHERE email = %s) WHERE status = 'SENT_PENDING_SIGNATURE'",
        [person.email],
    )
    assert live.manage("expire_ndas").returncode == 0
    finished = live.manage("send_mails", EMAIL_HOST="127.0.0.1", EMAIL_PORT=str(port), EMAIL_USE_TLS="0")
    assert finished.returncode == 1
    assert finished.stderr.splitlines()[:2] == [
        "CommandError: The mail server cannot be reached: [Errno 111] Connection refused",
        "1 mails wait, 0 were given up.",
    ]
