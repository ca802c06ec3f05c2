"""Before the release, and after the way back, every page says so; none of them fails."""

import pytest
from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.dashboard.dashboards import with_logins
from tests.databases import served

PAGES = ("home", "ndas", "export")
SORRY = "This application needs release Epic 10, which is not live in its database yet."


def somebody(database, *, is_staff):
    [[email]] = database.rows("SELECT email FROM contacts WHERE is_active ORDER BY email LIMIT 1")
    create_permissions(apps.get_app_config("ndas"), verbosity=0)
    who = User.objects.create(username=f"staff {is_staff}", email=email, is_superuser=True, is_staff=is_staff)
    client = Client()
    client.force_login(who)
    return client


@pytest.mark.parametrize("goes_back", [False, True], ids=["before", "after the way back"])
def test_the_pages_say_that_the_register_is_being_updated(legacy_database, goes_back):
    if goes_back:
        legacy_database.migrate()
        legacy_database.migrate("0001")
    with_logins(legacy_database)
    [[pk]] = legacy_database.rows("SELECT min(id) FROM ndas")
    with served(legacy_database):
        client = somebody(legacy_database, is_staff=False)
        for address in [*map(reverse, PAGES), reverse("nda", args=[pk])]:
            response = client.get(address)
            assert (address, response.status_code) == (address, 503)
            assert SORRY in response.content.decode()
        assert "migrate ndas" not in response.content.decode()
        assert "python manage.py migrate ndas" in somebody(legacy_database, is_staff=True).get("/").content.decode()


def test_before_the_release_it_is_alive_and_not_ready(legacy_database):
    with served(legacy_database):
        ready, alive = (Client().get(address, secure=True) for address in ("/readyz", "/healthz"))
    assert (ready.status_code, ready.content) == (503, b"migration required: python manage.py migrate\n")
    assert (alive.status_code, alive.content) == (200, b"alive\n")


def test_through_its_views_the_new_application_is_ready_before_the_switch_and_after_it(legacy_database):
    with_logins(legacy_database)
    for step in ({"prepare": True}, {}):
        legacy_database.migrate(**step)
        for path, answer in (("epic10, public", 200), ("epic9, public", 503)):
            with served(legacy_database):
                connection.ensure_connection()
                connection.cursor().execute(f"SET search_path = {path}")
                assert (step, path, Client().get("/readyz").status_code) == (step, path, answer)
                connection.close()


def test_what_fails_for_another_reason_is_not_called_an_update(migrated_database, monkeypatch):
    with_logins(migrated_database)
    migrated_database.execute("ALTER TABLE ndas RENAME COLUMN company_name TO called")
    with served(migrated_database):
        client = somebody(migrated_database, is_staff=False)
        client.raise_request_exception = False
        assert client.get(reverse("ndas")).status_code == 500


def test_a_table_that_is_not_there_is_named(migrated_database):
    with served(migrated_database):
        nothing = Client().get("/readyz")
        assert nothing.status_code == 503
        assert nothing.content.decode().splitlines() == [
            "missing: auth_group, auth_group_permissions, auth_permission, auth_user, auth_user_groups, "
            "auth_user_user_permissions: python manage.py migrate auth",
            "missing: axes_accessattempt, axes_accessattemptexpiration, axes_accessfailurelog, axes_accesslog: "
            "python manage.py migrate axes",
            "missing: django_admin_log: python manage.py migrate admin",
            "missing: django_content_type: python manage.py migrate contenttypes",
            "missing: django_session: python manage.py migrate sessions",
            "missing: outbox_mail: python manage.py migrate outbox",
        ]
    with_logins(migrated_database)
    with served(migrated_database):
        assert (Client().get("/readyz").status_code, Client().get("/readyz").content) == (200, b"ready\n")


def test_a_table_that_the_role_may_not_read_or_write_is_named(migrated_database):
    role = f"{migrated_database.name}_app"
    migrated_database.execute(f"CREATE ROLE {role}")
    try:
        with_logins(migrated_database)
        migrated_database.execute(
            f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; REVOKE SELECT ON documents FROM {role}; "
            f"REVOKE INSERT, DELETE ON django_session FROM {role}"
        )
        with served(migrated_database):
            connection.ensure_connection()
            connection.cursor().execute(f"SET ROLE {role}")
            found = Client().get("/readyz")
        assert (found.status_code, found.content.decode().splitlines()) == (
            503,
            [
                f"no DELETE, INSERT on django_session: GRANT DELETE, INSERT ON django_session TO {role};",
                f"no SELECT on documents: GRANT SELECT ON documents TO {role};",
            ],
        )
    finally:
        migrated_database.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
