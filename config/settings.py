"""The settings, all of them read from the environment, each with its default."""

import datetime
import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from config.database_url import database
from epic10.terminal.private_files import path
from epic10.terminal.units import LARGEST_NUMBER, shortened, whole_number

YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def flag(name: str, *, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value not in ("", *YES, *NO):
        raise ImproperlyConfigured(f'{name} is "{shortened(value)}".\nHINT: 1 or 0.')
    return value in YES if value else default


def number(name: str, default: int, *, least: int = 1, most: int = LARGEST_NUMBER) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    try:
        return whole_number(value, least=least, most=most)
    except ValueError:
        raise ImproperlyConfigured(
            f'{name} is "{shortened(value)}".\nHINT: A whole number, at least {least}, such as {default}.'
        ) from None


def place(name: str, default: Path) -> Path:
    """A directory."""
    try:
        return path(os.environ.get(name) or str(default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}\nHINT: A directory, such as {default}.") from None


def words(name: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = flag("DEBUG")
# Without a key every process generates its own. That is enough for migrate and for
# tests, but config/wsgi.py refuses to serve with it.
INSECURE = "django-insecure-"
SECRET_KEY = os.environ.get("SECRET_KEY") or INSECURE + ("debug" if DEBUG else get_random_secret_key())
ALLOWED_HOSTS = words("ALLOWED_HOSTS")

INSTALLED_APPS = [
    "epic10",  # first, because its migrate replaces Django's
    "ndas",
    "ndas.outbox",
    "pgtrigger",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",  # for indexes with operator classes
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
]
MIDDLEWARE = [
    "config.request_id.RequestId",
    "config.content_policy.ContentPolicy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # last, to see every refused login
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

EMBEDDED = {"ENGINE": "config.backend", "NAME": "ndas", "USER": "ndas", "HOME": BASE_DIR / ".postgres"}
if os.environ.get("DATABASE_URL"):
    DATABASES = {"default": database(os.environ["DATABASE_URL"])}
elif sys.platform == "win32":
    raise ImproperlyConfigured(
        "The embedded PostgreSQL does not run on Windows.\n"
        "HINT: Set DATABASE_URL to a PostgreSQL 15 or newer: postgresql://user:password@host:5432/name"
    )
else:
    DATABASES = {"default": EMBEDDED}

EPIC10_MIGRATION = ("ndas", "0002_epic_10_customer_feedback")
EPIC10_BATCH_SIZE = number("EPIC10_BATCH_SIZE", 1000)
EPIC10_BATCH_TARGET = number("EPIC10_BATCH_TARGET", 0, least=0)  # ms; above 0 a batch has as many rows as fit
EPIC10_WORKERS = number("EPIC10_WORKERS", 1)  # connections that share a backfill
EPIC10_LOCK_PATIENCE = number("EPIC10_LOCK_PATIENCE", 300)  # seconds
EPIC10_SNAPSHOTS = place("EPIC10_SNAPSHOTS", BASE_DIR / ".snapshots")
EPIC10_RECORDS = place("EPIC10_RECORDS", BASE_DIR / ".records")
EPIC10_MAX_LAG = number("EPIC10_MAX_LAG", 64, least=0)  # MB; 0 means not to wait for standbys
EPIC10_PAUSE_FILE = os.environ.get("EPIC10_PAUSE_FILE", "")
EPIC10_REVISION = os.environ.get("EPIC10_REVISION", "")  # if there is no git checkout to ask
EPIC10_OPERATOR_ZONE = os.environ.get("TZ", "")  # Django sets TZ to TIME_ZONE when it has read this module
EPIC10_SPARE_SERVER = EMBEDDED  # where a role that may not make a database rehearses the schema
EPIC10_PG_BIN = os.environ.get("NDAS_PG_BIN", "")
EPIC10_METRICS_TOKEN = os.environ.get("EPIC10_METRICS_TOKEN", "")  # lets Prometheus read /epic10/metrics
EPIC10_COUNT_ERRORS = flag("EPIC10_COUNT_ERRORS", default=True)  # by type, for epic10_monitor

# In addition to Django's own handlers, which show it if DEBUG=1: errors are counted,
# and in production everything that is logged goes to standard error.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.log.Formatter"}},
    "filters": {"shown": {"()": "config.log.NotShownAlready"}},
    "handlers": {
        "counted": {"class": "epic10.monitoring.error_log.ErrorCounter"},
        "stderr": {"class": "logging.StreamHandler", "level": "WARNING", "formatter": "line", "filters": ["shown"]},
    },
    "root": {"handlers": ["counted"] if DEBUG else ["counted", "stderr"], "level": "WARNING"},
    # It logs the name of a failed login, and somebody may have typed the password there.
    "loggers": {"axes": {"level": "ERROR"}},
}

# The site that mails link to: https://nda.example. Without it they have no link.
SITE_URL = os.environ.get("SITE_URL", "").rstrip("/")
# The contact in whose name the daily job acts, by e-mail; it is created if it does not exist.
SYSTEM_CONTACT = os.environ.get("NDA_SYSTEM_CONTACT", "nda-system@localhost")

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"  # the timestamp columns have no time zone and contain UTC

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # served from the source directories: nothing to collect, nothing to build

# Uploaded NDAs: readable by this account only, and served by a view that checks permissions.
MEDIA_ROOT = place("MEDIA_ROOT", BASE_DIR / "media")
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# Or in an S3 bucket, by the keys that the register has (s3_key): pip install "django-storages[s3]". The credentials
# are wherever boto3 looks for them.
if S3_BUCKET := os.environ.get("S3_BUCKET", ""):
    in_the_bucket = {"bucket_name": S3_BUCKET, "endpoint_url": os.environ.get("S3_ENDPOINT") or None}
    STORAGES = {
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**in_the_bucket, "file_overwrite": False}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }

LOGIN_URL = "login"
CSRF_FAILURE_VIEW = "ndas.web.typed.too_old"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

# The number of proxies in front of this server, each of which appends to
# X-Forwarded-For. Without a proxy anybody can write anything into that header.
TRUSTED_PROXIES = number("TRUSTED_PROXIES", 0, least=0)

# After five wrong passwords the account has to wait at that address, so nobody can
# lock another person out from elsewhere. The rest is in config/lockout.py.
AXES_HANDLER = "config.lockout.Handler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = datetime.timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # otherwise further attempts extend the lock forever
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "config.lockout.refused"
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"
AXES_CLIENT_IP_CALLABLE = "config.client_address.client"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False
# A working day, and no longer than the browser is open.
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Everything but DEBUG=1 is production: HTTPS only. HSTS lasts an hour by default, so
# that a mistake with it is soon over.
SECURE_SSL_REDIRECT = not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probed from inside, without TLS
SESSION_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_SECURE = not DEBUG
SECURE_HSTS_SECONDS = 0 if DEBUG else number("SECURE_HSTS_SECONDS", 3600)
# They affect all other hosts of the domain, preloading even for years: the owner of the domain decides.
SECURE_HSTS_INCLUDE_SUBDOMAINS = flag("SECURE_HSTS_INCLUDE_SUBDOMAINS")
SECURE_HSTS_PRELOAD = flag("SECURE_HSTS_PRELOAD")
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
if flag("BEHIND_TLS_PROXY"):  # only if the proxy removes this header from client requests
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Without a mail server, mails go to the terminal.
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = number("EMAIL_PORT", 587, most=65535)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "ndas@localhost")
