"""What the pages show and take: lists, filters, files, forms, the way in, and health."""

import csv
import datetime
import io
from datetime import timedelta

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ndas import services
from ndas.access.actors import actor_of
from ndas.choices import NdaStatus, NdaType, UsMaxPosition
from ndas.models import Nda
from ndas.web.views import listing
from tests.factories import PASSWORD, AgencyGroupFactory, ContactFactory, NdaFactory, SubagencyFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return UserFactory(role="Administrator")


@pytest.fixture
def browser(client, account):
    client.force_login(account)
    return client


def numbers(browser, **query):
    """The NDAs of the list, in its order; and those of the file, which are the same."""
    page = browser.get(reverse("ndas"), query).context["page"]
    exported = list(csv.reader(io.StringIO(content(browser.get(reverse("export"), query)))))
    shown = [nda.display_id for nda in page]
    assert [int(row[0]) for row in exported[1:]][: len(shown)] == shown
    return shown


def content(response):
    return b"".join(response.streaming_content).decode().lstrip("\ufeff")


def day(year, month, day):
    return datetime.datetime(year, month, day, tzinfo=datetime.UTC)


@pytest.mark.slow
def test_the_list_is_filtered_by_each_of_its_fields(browser, account):
    mine, group = actor_of(account).contact, AgencyGroupFactory()
    plain = NdaFactory(company_name="Cobalt Systems LP", abbreviated_name="COBSYS")
    in_a_month = timezone.now() + timedelta(days=29)
    special = NdaFactory(
        company_name="Éclair & Søns (100%)",
        authorized_purpose="Review of pricing",
        agency_group=group,
        nda_type=NdaType.CONSULTANT,
        usmax_position=UsMaxPosition.SUB_CONTRACTOR,
        is_non_usmax=True,
        status=NdaStatus.FULLY_EXECUTED,
        expiration_date=in_a_month,
        effective_date=day(2024, 2, 29),
        opportunity_poc=mine,
    )
    for query in (
        {"q": "pric"},
        {"q": "søns Éclair"},
        {"q": "Review PRICING"},
        {"q": str(special.display_id)},
        {"status": "FULLY_EXECUTED"},
        {"type": "CONSULTANT"},
        {"position": "SUB_CONTRACTOR"},
        {"non_usmax": "yes"},
        {"agency": group.pk},
        {"company": "Éclair &"},
        {"effective_from": "02/29/2024", "effective_to": "02/29/2024"},
        {"effective_from": "2024-02-29"},
        {"expiring": "30"},
        {"expiring": "90"},
        {"mine": "on"},
    ):
        assert numbers(browser, **query) == [special.display_id], query
    for query in ({"non_usmax": "no"}, {"type": "MUTUAL"}, {"q": "cobs sys"}, {"company": "COB"}):
        assert numbers(browser, **query) == [plain.display_id], query


@pytest.mark.parametrize("field", ["q", "company"])
@pytest.mark.parametrize("text", ["!!", "9" * 30, "x' OR 1=1 --", "%", "_", "a:*|b & !c", "\\", "<b>"])
def test_what_is_searched_for_is_never_a_pattern_or_a_query(browser, field, text):
    NdaFactory()
    assert numbers(browser, **{field: text}) == []


def test_a_page_that_there_is_not_is_the_last_or_the_first(browser):
    nda = NdaFactory()
    for page in ("-3", "x", "7", "\x00"):
        assert numbers(browser, page=page) == [nda.display_id], page


def test_what_is_over_is_hidden_unless_asked_for(browser):
    ndas = {status: NdaFactory(status=status).display_id for status in NdaStatus}
    hidden = {NdaStatus.INACTIVE_CANCELED, NdaStatus.EXPIRED}
    assert set(numbers(browser)) == {number for status, number in ndas.items() if status not in hidden}
    assert set(numbers(browser, status="ALL")) == set(ndas.values())
    for status in NdaStatus:
        assert numbers(browser, status=status) == [ndas[status]]


def test_the_list_is_sorted_as_asked(browser):
    dates = [day(2024, 1, 1), None, day(2023, 1, 1)]
    ndas = [
        NdaFactory(company_name=name, effective_date=date, expiration_date=date, status=status)
        for name, date, status in zip("BCA", dates, ["IN_REVISION", "CREATED", "PENDING_APPROVAL"], strict=True)
    ]
    wanted = {"": "210", "oldest": "012", "company": "201", "expiration": "201", "effective": "201", "status": "120"}
    for sort, order in wanted.items():
        assert numbers(browser, sort=sort) == [ndas[int(place)].display_id for place in order], sort


def test_a_page_has_25_and_the_file_has_all(browser):
    for _ in range(30):
        NdaFactory()
    assert len(numbers(browser)) == 25
    page = browser.get(reverse("ndas"), {"page": "2", "type": "MUTUAL"})
    assert len(page.context["page"]) == 5
    assert "30 NDAs, page 2 of 2" in page.content.decode()
    assert "type=MUTUAL&amp;page=1" in page.content.decode()
    assert len(content(browser.get(reverse("export"))).splitlines()) == 31


def test_who_hangs_up_in_the_middle_of_the_file_leaves_no_cursor_on_the_server(rf, account, monkeypatch):
    monkeypatch.setattr(listing, "A_PART", 1)
    for _ in range(3):
        NdaFactory()
    request = rf.get(reverse("export"))
    request.user = account
    response = listing.export(request)
    assert next(iter(response))
    assert open_cursors() == 1
    request_finished.disconnect(close_old_connections)  # It is the test's own one.
    response.close()  # as a server does
    request_finished.connect(close_old_connections)
    assert open_cursors() == 0


def open_cursors():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors WHERE name LIKE '%\\_curs\\_%'")
        return cursor.fetchone()[0]


def test_a_cell_of_the_file_is_never_a_formula(browser):
    NdaFactory(company_name='=HYPERLINK("http://x")', abbreviated_name="@x", fully_executed_date=day(2024, 2, 29))
    [header, row] = csv.reader(io.StringIO(content(browser.get(reverse("export")))))
    found = dict(zip(header, row, strict=True))
    assert found["Company"] == '\'=HYPERLINK("http://x")'
    assert (found["Abbreviated name"], found["Status"]) == ("'@x", "Created/Pending Release")
    assert (found["Type"], found["Non-USmax"], found["Fully executed"]) == ("Mutual NDA", "No", "02/29/2024")


@pytest.mark.parametrize("first", ["＝", "＋", "－", "＠", "﹦", "⁺", "=", "+", "-", "@", "\t", "\r", "\n"])  # noqa: RUF001
def test_nor_is_it_one_in_full_width_or_behind_a_tab(first):
    cells = listing.cells_of("company_name")
    assert cells([f"{first}1+1", f"1{first}1"]) == [f"'{first}1+1", f"1{first}1"]


def test_a_company_that_is_called_like_a_label_keeps_its_name(browser):
    NdaFactory(company_name="OTHER", company_city=None, effective_date=None)
    [header, row] = csv.reader(io.StringIO(content(browser.get(reverse("export")))))
    found = dict(zip(header, row, strict=True))
    assert (found["Company"], found["City"], found["Effective"]) == ("OTHER", "", "")


def test_the_file_comes_in_parts_and_no_row_is_lost_between_them(browser, monkeypatch):
    for _ in range(5):
        NdaFactory()
    monkeypatch.setattr(listing, "A_PART", 2)
    response = browser.get(reverse("export"), {"sort": "oldest"})
    parts = [part.decode() for part in response.streaming_content]
    assert [len(part.splitlines()) for part in parts] == [1, 2, 2, 1]
    rows = list(csv.reader(io.StringIO("".join(parts))))
    assert [int(row[0]) for row in rows[1:]] == [
        *Nda.objects.order_by("display_id").values_list("display_id", flat=True)
    ]


def test_the_number_of_queries_does_not_grow_with_the_rows(browser):
    nda = NdaFactory(subagency=SubagencyFactory(), contracts_poc=ContactFactory())

    def asked(address):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)

    addresses = ["/", reverse("ndas"), nda.get_absolute_url()]
    before = [asked(address) for address in addresses]
    for _ in range(20):
        other = NdaFactory(subagency=SubagencyFactory(), status=NdaStatus.PENDING_APPROVAL)
        nda.status_history.create(status=NdaStatus.CREATED, changed_by=other.created_by)
    after = [asked(address) for address in addresses]
    assert after == before
    assert max(after) <= 16


def words(**other):
    return {
        "company_name": "Beacon <Analytics>",
        "abbreviated_name": "BEAANA",
        "authorized_purpose": "Exchange of technical data",
        "nda_type": "MUTUAL",
        "usmax_position": "PRIME",
    } | other


def test_an_nda_is_written_on_a_form(browser, account):
    poc, group = ContactFactory(), AgencyGroupFactory()
    data = words(agency_group=group.pk, relationship_poc=f" {poc.email} ", effective_date="02/29/2024")
    response = browser.post(reverse("create"), data, follow=True)
    nda = Nda.objects.get()
    assert response.redirect_chain == [(nda.get_absolute_url(), 302)]
    assert (nda.relationship_poc, nda.opportunity_poc) == (poc, actor_of(account).contact)
    assert nda.effective_date == day(2024, 2, 29)
    page = response.content.decode()
    assert f"NDA {nda.display_id} is created." in page
    assert "Beacon &lt;Analytics&gt;" in page and "<Analytics>" not in page


def test_a_form_says_what_is_missing_and_saves_nothing(browser):
    response = browser.post(
        reverse("create"), words(company_name=" ", effective_date="2/30/2024", relationship_poc="x")
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert 'aria-invalid="true"' in page
    for complaint in ("This field is required.", "Write the date as mm/dd/yyyy.", "No active contact has this e-mail."):
        assert complaint in page
    assert not Nda.objects.exists()


def test_an_edit_changes_what_was_changed_and_keeps_the_time_of_day(browser):
    nda = NdaFactory(
        status=NdaStatus.FULLY_EXECUTED,
        fully_executed_date=day(2024, 2, 29),
        expiration_date=datetime.datetime(2025, 2, 28, 15, tzinfo=datetime.UTC),
    )
    address, poc = reverse("edit", args=[nda.pk]), ContactFactory()
    form = browser.get(address).context["form"]
    assert set(form.fields) == {"opportunity_poc", "contracts_poc", "relationship_poc", "expiration_date", "seen_at"}
    data = {name: form[name].value() or "" for name in form.fields}
    data |= {"expiration_date": "02/28/2025", "contracts_poc": poc.email}
    assert browser.post(address, data).status_code == 302
    nda.refresh_from_db()
    assert (nda.contracts_poc, nda.expiration_date.hour) == (poc, 15)
    again = browser.post(address, data | {"contracts_poc": ""})
    assert again.status_code == 422
    assert f"NDA {nda.display_id} was changed by somebody else while you were editing it." in again.content.decode()


def test_what_cannot_be_changed_any_more_says_so(browser):
    nda = NdaFactory(status=NdaStatus.EXPIRED)
    page = browser.get(reverse("edit", args=[nda.pk]), follow=True).content.decode()
    assert "is &quot;Expired&quot; and cannot be changed." in page


@pytest.mark.parametrize("date", ["infinity", "-infinity", "294276-12-31", "0044-03-15 BC"])
def test_a_date_that_python_does_not_know_keeps_no_page_from_being_read(browser, date):
    nda = NdaFactory(status=NdaStatus.FULLY_EXECUTED)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ndas SET fully_executed_date = %s, expiration_date = %s, effective_date = %s WHERE id = %s",
            [date, date, date, nda.pk],
        )
    assert numbers(browser) == [nda.display_id]
    assert browser.get(nda.get_absolute_url()).status_code == 200
    services.update(actor_of(UserFactory(role="Administrator")), nda.pk, contracts_poc=nda.created_by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT fully_executed_date = %s FROM ndas", [date])
        assert cursor.fetchone() == (True,)


def test_the_audit_of_the_previous_application_can_be_read_too(browser):
    from ndas.models import AuditLog

    nda = NdaFactory()
    for details in ({"before": "CREATED", "after": "EMAILED"}, {"before": None, "after": "CREATED"}, ["odd"], None):
        AuditLog.objects.create(action="nda_status_changed", entity_type="nda", entity_id=nda.pk, details=details)
    page = browser.get(nda.get_absolute_url()).content.decode()
    assert "Status: Created/Pending Release → EMAILED" in page


def test_the_start_page_shows_what_waits(browser, account):
    me = actor_of(account).contact
    waiting = NdaFactory(company_name="Waiting", status=NdaStatus.PENDING_APPROVAL)
    NdaFactory(company_name="Own", status=NdaStatus.PENDING_APPROVAL, created_by=me)
    draft = NdaFactory(company_name="Draft", created_by=me)
    soon = NdaFactory(status=NdaStatus.FULLY_EXECUTED, expiration_date=timezone.now() + timedelta(days=3))
    lists = {title: found for title, found, _ in browser.get("/").context["waiting"]}
    assert lists == {"To approve": [waiting], "My drafts": [draft], "Expiring within 30 days": [soon]}
    assert ("PENDING_APPROVAL", "Pending Approval", 2) in browser.get("/").context["counts"]


@pytest.mark.slow
def test_five_wrong_passwords_and_the_account_has_to_wait(account):
    account.set_password(PASSWORD)
    account.save()
    browser = Client()
    for _ in range(5):
        response = browser.post("/login/", {"username": account.username, "password": "wrong"})
    assert response.status_code == 429
    right = {"username": account.username, "password": PASSWORD}
    assert "The password was wrong too often." in browser.post("/login/", right).content.decode()
    assert browser.post("/admin/login/", right).status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert elsewhere.post("/login/", right).status_code == 302


def test_no_page_loads_anything_from_elsewhere(browser):
    nda = NdaFactory()
    for address in ("/", "/ndas/", nda.get_absolute_url(), "/ndas/new/", "/admin/"):
        response = browser.get(address)
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert "//" not in response.content.decode().replace("https://docs.djangoproject.com", "").split("<body")[0]
        assert response.headers["X-Frame-Options"] == "DENY"


def test_without_a_database_it_is_alive_and_not_ready(client, monkeypatch):
    monkeypatch.setattr(connection, "cursor", lambda: (_ for _ in ()).throw(__import__("django").db.OperationalError))
    assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 503)


def test_a_few_among_many_are_looked_up_by_their_keys_in_the_order_asked_for(client):
    client.force_login(UserFactory(role="Administrator"))
    ndas = [NdaFactory(company_name=f"Zebra {number:02}", status="CREATED") for number in range(30)]
    NdaFactory(company_name="Aster", status="CREATED")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/ndas/?q=zebra&sort=company&page=2").content.decode()
    assert [nda.company_name in page for nda in ndas] == [False] * 25 + [True] * 5
    [last] = [query["sql"] for query in asked if "LIMIT 5" in query["sql"] and "company_name" in query["sql"]]
    assert ndas[0].pk in last and "@@" not in last
