"""Databases with the tables of logging in and somebody to look at them, in whatever state they are."""

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

LOGIN = ("contenttypes", "auth", "sessions", "admin", "axes", "outbox")


def with_logins(database):
    """The tables of logging in, as ``migrate`` of each app would make them, but at once."""
    with database.connection.schema_editor() as editor:
        for label in LOGIN:
            for model in apps.get_app_config(label).get_models():
                editor.create_model(model)
    return database


def client_of(name="dora", *, is_staff=True):
    """A browser of somebody who is logged in, of the database that is served."""
    user = User.objects.create_user(name, is_staff=is_staff)
    client = Client()
    client.force_login(user)
    connection.close()
    return client
