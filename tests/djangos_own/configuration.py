"""
Settings of a run of Django's own tests, on a server of its own in NDAS_HOME.

By our backend, which starts it; by Django's own one where NDAS_PLAIN says so.
"""

import os
from pathlib import Path

from config.settings import *  # noqa: F403

DEBUG = False
SECRET_KEY = "django_tests_secret_key"
DATABASES = {
    alias: {
        "ENGINE": "config.backend",
        "NAME": name,
        "USER": "ndas",
        "HOME": Path(os.environ["NDAS_HOME"]),
    }
    for alias, name in (("default", "ndas"), ("other", "other"))
}
if os.environ.get("NDAS_PLAIN"):
    from config import embedded

    server = embedded.server(Path(os.environ["NDAS_HOME"]))
    server.join()
    for database in DATABASES.values():
        database |= {"ENGINE": "django.db.backends.postgresql", "HOST": str(server.socket_directory)}
# As Django's own tests are run: those that want another one say so.
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
USE_TZ = False
EPIC10_COUNT_ERRORS = False
LOGGING_CONFIG = None
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
