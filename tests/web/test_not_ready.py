"""Before the release, and after the way back, every page says so; none of them fails."""

import pytest
from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.databases import served

from .dashboards import with_logins

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


def test_what_fails_for_another_reason_is_not_called_an_update(migrated_database, monkeypatch):
    with_logins(migrated_database)
    migrated_database.execute("ALTER TABLE ndas RENAME COLUMN company_name TO called")
    with served(migrated_database):
        client = somebody(migrated_database, is_staff=False)
        client.raise_request_exception = False
        assert client.get(reverse("ndas")).status_code == 500
