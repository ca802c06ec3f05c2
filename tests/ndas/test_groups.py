"""Who may do what after the migration, and what of it is the administrators' to change."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.django_db

# create, update, mark status, approve, see every agency
RIGHTS = ("add_nda", "change_nda", "mark_nda_status", "approve_nda", "view_every_nda")
TABLE = {
    "Administrator": "✓✓✓✓✓",
    "Approver": "✓✓✓✓·",
    "NDA user": "✓✓✓··",
    "Limited": "✓✓···",
    "Read-only": "·····",
}


def rights(group):
    held = set(group.permissions.values_list("codename", flat=True))
    assert "view_nda" in held
    return "".join("✓" if right in held else "·" for right in RIGHTS)


def test_every_group_has_its_rights():
    assert {group.name: rights(group) for group in Group.objects.all()} == TABLE


def test_nobody_but_an_administrator_keeps_the_agencies_and_their_grants():
    names = Group.objects.filter(permissions__codename="add_agencygroupgrant").values_list("name", flat=True)
    assert list(names) == ["Administrator"]


def test_what_an_administrator_takes_away_stays_away():
    Group.objects.get(name="Approver").permissions.remove(Permission.objects.get(codename="approve_nda"))
    Group.objects.get(name="Limited").delete()
    call_command("migrate", verbosity=0)
    assert rights(Group.objects.get(name="Approver")) == "✓✓✓··"
    assert not Group.objects.filter(name="Limited").exists()


@pytest.mark.slow
def test_a_group_that_was_there_before_gets_what_it_lacks(legacy_database):
    legacy_database.migrate(None, app="auth")
    Group.objects.using(legacy_database.alias).create(name="Approver")
    legacy_database.migrate(None, app="contenttypes")
    assert not Permission.objects.using(legacy_database.alias).filter(codename="approve_nda").exists()
    legacy_database.migrate(None)
    assert rights(Group.objects.using(legacy_database.alias).get(name="Approver")) == "✓✓✓✓·"


def test_without_accounts_there_are_no_groups_and_the_release_goes_on(legacy_database):
    legacy_database.migrate(None)
    assert "auth_group" not in connection.introspection.table_names(legacy_database.connection.cursor())
