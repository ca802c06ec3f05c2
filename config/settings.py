"""Temporary skeleton."""

import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ.get("SECRET_KEY", "x")
DEBUG = os.environ.get("DEBUG") == "1"
INSTALLED_APPS = ["epic10", "ndas", "pgtrigger"]
_url = urlsplit(os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path[1:],
        "USER": _url.username or "ndas",
        "HOST": parse_qs(_url.query).get("host", [_url.hostname])[0],
        "PORT": _url.port or 5432,
    }
}
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
EPIC10_MIGRATION = ("ndas", "0002_epic_10_customer_feedback")
