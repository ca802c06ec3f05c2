"""Server times of the pages for every filter, of the export and of the dashboard; the list's query before and after."""

import contextlib
import statistics
import time
from collections.abc import Iterator

from django.contrib.auth.models import Group, User
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from epic10.dashboard import census, live
from ndas.access.actors import actor_of
from ndas.models import Contact, Nda
from ndas.web.filters import Filters
from ndas.web.views.listing import A_PAGE, Pages
from tests.benchmarks.databases import seeded
from tests.databases import database, served
from tests.migration.disturbances import steps

LIST_LIMIT, DETAIL_LIMIT, EXPORT_LIMIT = 500, 200, 2000  # milliseconds
EXPORTED = "/ndas/export.csv?status=CREATED"  # 54,550 of 500,000
ASKED = 30
# The tables in which the new application keeps its own.
AROUND_IT = ("axes", "auth", "contenttypes", "sessions", "admin", "outbox")

# What the previous application's list asks, and the same of the new schema.
LISTED = """
    SELECT ndas.*, agency_groups.name FROM ndas JOIN agency_groups ON agency_groups.id = agency_group_id
     WHERE {} ORDER BY display_id DESC LIMIT 25"""
COMPARED = {
    "active": ("status NOT IN ('INACTIVE', 'CANCELLED')", "status NOT IN ('INACTIVE_CANCELED', 'EXPIRED')"),
    "sent": ("status = 'EMAILED'", "status = 'SENT_PENDING_SIGNATURE'"),
    "sub-contractor": ("usmax_position = 'SUB'", "usmax_position = 'SUB_CONTRACTOR'"),
}
QUERIES = (
    "",
    "status=ALL",
    "status=SENT_PENDING_SIGNATURE",
    "status=INACTIVE_CANCELED&sort=company",
    "type=CONSULTANT",
    "type=MUTUAL&position=OTHER&sort=expiration",
    "non_usmax=yes",
    "company=gran",
    "company=zzz",
    "effective_from=01/01/2024&effective_to=03/31/2024",
    "expiring=30",
    "expiring=90&sort=expiration",
    "q=granite",
    "q=granite+robotics+tampa",
    "q=zzz&status=ALL",
    "q=inc&sort=effective",
    "q=17",
    "q=castillo",
    "q=energy",
    "q=granite&status=CREATED&company=granite&effective_from=01/01/2024&effective_to=01/31/2024",
    "mine=on",
    "sort=status&page=400",
    "sort=-expiration",
    "sort=-effective&status=ALL",
    "sort=-company&page=400",
)


def measure(rows, rounds):
    with seeded(rows) as template, database(template) as db:
        for app in AROUND_IT:
            db.migrate(None, app=app, verbosity=0)
        dashboard(db, "before the release", rows, rounds)
        before = {name: timed(lambda s=old: db.rows(LISTED.format(s)), rounds) for name, (old, _) in COMPARED.items()}
        expand, *_ = steps()
        expand.forwards(db)
        dashboard(db, "in the middle of the release, with the rows to be filled", rows, rounds)
        switch(db)
        after = {name: timed(lambda s=new: db.rows(LISTED.format(s)), rounds) for name, (_, new) in COMPARED.items()}
        report(f"{rows:,} NDAs, the list's query before and after", before, after)
        dashboard(db, "after the release", rows, rounds)
        with serving(db):
            assert Nda.objects.exists()
            for role in ("Administrator", "NDA user"):
                pages(rows, rounds, role)
                print(f"\n{rows:,} NDAs, {role}: how a page of the list is found and counted\n\n{plans(role)}")


@contextlib.contextmanager
def serving(db):
    with served(db), override_settings(SECURE_SSL_REDIRECT=False, ALLOWED_HOSTS=["testserver"]):
        yield


def switch(db):
    """To the new application, with the tables in which it keeps its own."""
    db.migrate(None, verbosity=0)
    for app in AROUND_IT:
        db.migrate(None, app=app, verbosity=0)
    db.execute("VACUUM (ANALYZE)")


def pages(rows, rounds, role):
    account = somebody(role)
    client = signed_in(account)
    print(f"\n{rows:,} NDAs, pages as {role}, milliseconds at the server (median, 95th, worst)")
    for name, address, limit, found in times(account, rounds):
        line(name, found, limit, queries(client, address))
    lines = export(client).count(b"\r\n")
    line(f"export of {lines - 1:,} NDAs", timed(lambda: export(client), rounds), EXPORT_LIMIT)


def times(account, rounds) -> Iterator[tuple[str, str, int, list[float]]]:
    """Of each page its name, an address, its limit, and the milliseconds that it took."""
    client = signed_in(account)
    yield "start page", "/", LIST_LIMIT, timed(lambda: client.get("/"), rounds)
    for query in QUERIES:
        address = f"/ndas/?{query}"
        yield f"list `?{query}`", address, LIST_LIMIT, timed(lambda address=address: client.get(address), rounds)
    ids = list(Filters(actor_of(account), QueryDict("")).ndas().values_list("pk", flat=True)[:ASKED])
    details = [took for pk in ids for took in timed(lambda pk=pk: client.get(f"/ndas/{pk}/"), 1)]
    yield "detail", f"/ndas/{ids[0]}/", DETAIL_LIMIT, details


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def export(client) -> bytes:
    return b"".join(client.get(EXPORTED).streaming_content)


def dashboard(db, when, rows, rounds):
    """The dashboard when it counts, when it is loaded again within the minute, and what an open page polls."""
    with serving(db):
        account, _ = User.objects.get_or_create(username="dashboard", is_staff=True, is_superuser=True)
        client = signed_in(account)

        def counting():
            census._last.clear()
            live._last.clear()
            return client.get("/epic10/")

        print(f"\n{rows:,} NDAs, the dashboard {when}, milliseconds at the server (median, 95th, worst)")
        line("dashboard, counting", timed(counting, rounds), LIST_LIMIT)
        live._last.clear()
        line("dashboard", timed(lambda: client.get("/epic10/"), rounds), LIST_LIMIT, queries(client, "/epic10/"))
        line("its poll", timed(lambda: client.get("/epic10/status.json"), rounds), LIST_LIMIT)


def plans(role) -> str:
    """By which way the database finds and counts the NDAs of a page of the list."""
    account = somebody(role)
    lines = ["| list | milliseconds | by |", "| --- | --- | --- |"]
    for query in QUERIES:
        found = [explained(sql) for sql in asked(account, query)]
        took, by = sum(one["Execution Time"] for one in found), [way for one in found for way in ways(one["Plan"])]
        lines.append(f"| `?{query}` | {took:.1f} | {', '.join(dict.fromkeys(by))} |")
    return "\n".join(lines)


def asked(account, query) -> list[str]:
    """The statements about NDAs that a page of the list sends."""
    query = QueryDict(query)
    with CaptureQueriesContext(connection) as sent:
        list(Pages(Filters(actor_of(account), query).ndas(), A_PAGE).get_page(query.get("page")))
    return [one["sql"] for one in sent if 'FROM "ndas"' in one["sql"]]


def explained(sql) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        [[[found]]] = cursor.fetchall()
    return found


def ways(node):
    if "Index Name" in node:
        yield f"{node['Node Type'].lower()} `{node['Index Name']}`"
    elif "Relation Name" in node and node["Node Type"] != "Bitmap Heap Scan":
        yield f"{node['Node Type'].lower()} of `{node['Relation Name']}`"
    for child in node.get("Plans", ()):
        yield from ways(child)


def somebody(role):
    contact = Contact.objects.filter(is_active=True, agency_group_grants__isnull=False).order_by("email").first()
    account, _ = User.objects.get_or_create(username=role, email=contact.email)
    account.groups.set([Group.objects.get(name=role)])
    return account


def queries(client, address) -> int:
    with CaptureQueriesContext(connection) as sent:
        assert client.get(address).status_code == 200
    return len(sent)


def timed(ask, rounds) -> list[float]:
    """Milliseconds of each of ``rounds`` times ten, after one to warm up."""
    ask()
    taken = []
    for _ in range(rounds * 10 if rounds > 1 else 1):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def quantile(taken, share):
    return sorted(taken)[min(int(len(taken) * share), len(taken) - 1)]


def line(name, taken, limit, sent=None):
    told = f"{statistics.median(taken):8.0f}{quantile(taken, 0.95):8.0f}{max(taken):8.0f}"
    told += f"{sent:5} queries" if sent else ""
    print(f"{name:60}{told}{'' if quantile(taken, 0.95) <= limit else f'   over {limit}'}")


def report(title, before, after):
    print(f"\n{title}, milliseconds (median)")
    for name, taken in before.items():
        was, now = statistics.median(taken), statistics.median(after[name])
        print(f"{name:40}{was:8.1f}{now:8.1f}{now / was:8.2f} times")
