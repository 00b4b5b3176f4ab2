"""All settings, each from the environment with a default that fits one laptop. A bad value stops the start.

Without a clinic there is no database and no session store, and with one the walk uses neither: it leaves nothing here.
"""

import hashlib
import os
import secrets
import sys
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from threatmodel.sealing.handoff import NotAPublicKey, read_public_text

BASE_DIR = Path(__file__).resolve().parent.parent
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


def yes_or_no(name: str, default: str) -> bool:
    """Read a switch. Raises ``ImproperlyConfigured`` for anything but yes and no."""
    value = os.environ.get(name, default)
    if value not in ("yes", "no"):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be yes or no.")
    return value == "yes"


def web_address(name: str, default: str) -> str:
    """Read an http or https address. Raises ``ImproperlyConfigured`` for anything else."""
    value = os.environ.get(name, default)
    if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole web address, such as {default}.")
    return value


SQLITE = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=ON;"
    "PRAGMA temp_store=MEMORY;PRAGMA journal_size_limit=1048576;"
)
POSTGRESQL = {
    "connect_timeout": 3,
    "tcp_user_timeout": 5000,
    "keepalives_idle": 5,
    "options": "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s",
}


def database(url: str) -> dict[str, object]:
    """Read the address of a database. Raises ``ImproperlyConfigured`` for another kind than SQLite and PostgreSQL."""
    try:
        found = dj_database_url.parse(url, conn_health_checks=True)
    except (ValueError, KeyError) as fault:
        raise ImproperlyConfigured("DATABASE_URL is no address of a database, such as postgres://host/name.") from fault
    if found["ENGINE"] == "django.db.backends.sqlite3":
        options: dict[str, object] = {"transaction_mode": "IMMEDIATE", "timeout": 5, "init_command": SQLITE}
    elif found["ENGINE"] == "django.db.backends.postgresql":
        options = POSTGRESQL
    else:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite://.")
    return {**found, "OPTIONS": {**options, **found.get("OPTIONS", {})}}


def languages(name: str, default: str, known: set[str]) -> list[str]:
    """Read languages, English first. Raises ``ImproperlyConfigured`` for one that nothing here is in."""
    codes = [code.strip() for code in os.environ.get(name, default).split(",") if code.strip()]
    if unknown := set(codes) - known:
        raise ImproperlyConfigured(f"{name} names {', '.join(unknown)}; it may name {', '.join(sorted(known))}.")
    return list(dict.fromkeys(["en", *codes]))


def handoff_key(clinic: Path | None) -> bytes | None:
    """Read the key that codes for a clinic are sealed to. Raises ``ImproperlyConfigured`` for a damaged one."""
    text, kept = os.environ.get("THREATMODEL_HANDOFF_KEY", ""), clinic / "handoff.pub" if clinic else None
    where = "THREATMODEL_HANDOFF_KEY" if text else str(kept)
    try:
        text = text or (kept.read_text(encoding="utf-8") if kept and kept.exists() else "")
        return read_public_text(text) if text else None
    except (NotAPublicKey, UnicodeDecodeError) as fault:
        raise ImproperlyConfigured(
            f"{where} holds no clinic's key: a part is missing or was changed. Copy all of it again from the clinic."
        ) from fault


# Who may ask, and how. Only this machine over plain http unless the operator says otherwise.
HTTPS = yes_or_no("THREATMODEL_HTTPS", "no")
ALLOWED_HOSTS = [host for host in os.environ.get("THREATMODEL_HOSTS", "").split(",") if host] or sorted(LOOPBACK)
# An onion address needs no TLS: its own encryption ends in this machine, and its name is its key (docs/onion.md).
ONION = yes_or_no("THREATMODEL_ONION", "no")
ONIONS = {host for host in ALLOWED_HOSTS if ONION and host.endswith(".onion")}
if not HTTPS and set(ALLOWED_HOSTS) - LOOPBACK - ONIONS:
    raise ImproperlyConfigured(
        "THREATMODEL_HOSTS names a host that is not this machine, so THREATMODEL_HTTPS must be yes: "
        "answers must not travel in the clear."
    )
# Where the clear site says that its onion address is, and who hears of a weakness.
ONION_LOCATION = (
    web_address("THREATMODEL_ONION_LOCATION", "").rstrip("/") if os.environ.get("THREATMODEL_ONION_LOCATION") else ""
)
SECURITY_CONTACT = os.environ.get("THREATMODEL_SECURITY_CONTACT", "")
# How visitors are told apart by the limits, and whether there are any (a proxy may have its own).
CLIENT_ADDRESS_HEADER = os.environ.get("THREATMODEL_CLIENT_ADDRESS_HEADER", "")
LIMITS = yes_or_no("THREATMODEL_LIMITS", "yes")
# Signs nothing that outlives the process: Django wants one, and a fresh one a start cannot leak. With a clinic it must
# be the same in every worker, as sessions are held against it: then it lies in the clinic's directory.
SECRET_KEY = os.environ.get("THREATMODEL_SECRET_KEY") or secrets.token_urlsafe(48)
DEBUG = False

# Where "Leave this page" goes.
LEAVE_TO = web_address("THREATMODEL_LEAVE_TO", "https://www.weather.gov/")

# Where the walks' keys live: memory only (see threatmodel/sealing/keyring.py). One host: a directory on tmpfs, found by
# itself where it can be. Several hosts: a Redis or Valkey that keeps nothing, as in rediss://user:password@host:6379.
KEY_DIRECTORY = os.environ.get("THREATMODEL_KEY_DIRECTORY", "")
KEYS_ON_DISK = yes_or_no("THREATMODEL_KEYS_ON_DISK", "no")
KEY_RING = os.environ.get("THREATMODEL_KEY_RING", "")

PACK = Path(os.environ.get("THREATMODEL_PACK", BASE_DIR / "questions" / "us"))

# A file of the same shape as the pack's referrals.yaml, which it replaces: local help, listed by the operator.
REFERRALS = Path(referrals) if (referrals := os.environ.get("THREATMODEL_REFERRALS")) else None

INSTALLED_APPS = ["django.contrib.staticfiles", "django_htmx", "threatmodel.walkthrough.apps.Walkthrough"]
MIDDLEWARE = [
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "threatmodel.padding.padded",  # counts every header that may differ
    "threatmodel.headers.headers",
    "django.middleware.locale.LocaleMiddleware",  # before whatever may answer with a page of its own
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "threatmodel.limits.limited",
    "threatmodel.methods.explained",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "threatmodel.urls"
WSGI_APPLICATION = "threatmodel.wsgi.application"
DATABASES: dict[str, object] = {}

# The staff side, for a clinic: a directory for its keys and, unless DATABASE_URL names a PostgreSQL, for its database.
# Where none is named there is no staff side. The clinic's key opens the keys in that directory: from a file, from a
# command's output, or typed in after each start (`manage.py clinic unlock`) where neither is to be had.
CLINIC = Path(clinic) if (clinic := os.environ.get("THREATMODEL_CLINIC")) else None
CLINIC_KEY = Path(os.environ.get("THREATMODEL_CLINIC_KEY") or (CLINIC or BASE_DIR) / "clinic.key")
CLINIC_KEY_COMMAND = os.environ.get("THREATMODEL_CLINIC_KEY_COMMAND", "")
if CLINIC:
    if not os.environ.get("THREATMODEL_SECRET_KEY") and (CLINIC / "secret").is_file():
        SECRET_KEY = (CLINIC / "secret").read_text("ascii").strip() or SECRET_KEY
    DATABASES = {"default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{CLINIC.resolve()}/clinic.sqlite3")}
    INSTALLED_APPS += [
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "allauth",
        "allauth.account",
        "allauth.mfa",
        "threatmodel.clinic.apps.Clinic",
    ]
    MIDDLEWARE += ["allauth.account.middleware.AccountMiddleware", "threatmodel.clinic.door.door"]
    AUTH_USER_MODEL = "clinic.Staff"
# To whom a person may hand over their answers, as a code sealed to a clinic's public key: this clinic's own, or that of
# a clinic elsewhere. Without either, nobody is offered it.
HANDOFF_KEY = handoff_key(CLINIC)
HANDOFF_NAME = os.environ.get("THREATMODEL_HANDOFF_NAME", "").strip()
if os.environ.get("THREATMODEL_HANDOFF_KEY") and not HANDOFF_NAME:
    raise ImproperlyConfigured("THREATMODEL_HANDOFF_NAME is missing: people must read whose key they seal to.")
# Staff sign in with a name, a password and a second factor. Nobody's e-mail address is asked for or kept.
ACCOUNT_ADAPTER = "threatmodel.clinic.accounts.adapter.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_RATE_LIMITS = False  # they need addresses of people; ours do not (threatmodel/clinic/accounts/throttle.py)
ACCOUNT_LOGIN_TIMEOUT = 5 * 60  # seconds between the password and the second factor
MFA_ADAPTER = "threatmodel.clinic.accounts.adapter.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]  # recovery codes are ours: allauth would store the seed of its own
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TRUST_ENABLED = False
MFA_RATE_LIMITS = False
MFA_TOTP_TOLERANCE = 1
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "clinic-home"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = [
    {"NAME": f"{VALIDATORS}.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": f"{VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{VALIDATORS}.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ["name"]}},
]
# How long a session lasts, and how long without a page, is decided by threatmodel/clinic/door.py on what it holds.
SESSION_ENGINE = "threatmodel.clinic.accounts.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "threatmodel.walkthrough.context.site",
                *(["threatmodel.clinic.accounts.context.staff", "threatmodel.clinic.frame.frame"] if CLINIC else []),
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "threatmodel.documents.templatetags",
            ],
        },
    }
]

# Interface text. Content has its own languages.
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
# Those the operator may switch on. English always is, since the pack is written in it.
SPOKEN = {
    "en": "English",
    "es": "Español",
    "en-simple": "English, easy words",
    "es-simple": "Español, palabras fáciles",
    "ht": "Kreyòl ayisyen",
    "pt-br": "Português do Brasil",
    "zh-hans": "简体中文",
    "vi": "Tiếng Việt",
    "ar": "العربية",
}
LANGUAGES = [
    (code, SPOKEN[code]) for code in languages("THREATMODEL_LANGUAGES", "en,es,en-simple,es-simple", set(SPOKEN))
]
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"
STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
if not (BASE_DIR / "staticfiles" / "staticfiles.json").exists() and sys.argv[1:2] != ["collectstatic"]:
    # Commands and tests run without collected files.
    STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
    STATIC_ROOT = None
    WHITENOISE_USE_FINDERS = True
STORAGES = {"staticfiles": {"BACKEND": STORAGE}}

# By default any site may embed static files, so that a second host can serve them; there is none here.
WHITENOISE_ALLOW_ALL_ORIGINS = False

# The one style sheet stands inside every page; the policy lets in just that one, by its hash.
STYLE = (BASE_DIR / "static" / "style.css").read_text(encoding="utf-8")
STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CLINIC_STYLE = (BASE_DIR / "static" / "clinic.css").read_text(encoding="utf-8") if CLINIC else ""
CLINIC_STYLE_HASH = b64encode(hashlib.sha256(CLINIC_STYLE.encode()).digest()).decode()
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [f"'sha256-{one}'" for one in (STYLE_HASH, *([CLINIC_STYLE_HASH] if CLINIC else []))],
    "img-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    # htmx has the browser parse what it got; static/walk.js lets that through, and nothing else (docs/decisions/0013)
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["default"],
}
X_FRAME_OPTIONS = "DENY"
# `no-referrer` would make browsers send `Origin: null` and every form would be refused.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: those of the operator's domain are not ours to switch over
    "security.W021",  # HSTS preload: a public list that this site exists, and the operator's to choose
]
if not HTTPS:
    # Only this machine, or an onion address: either needs no TLS (docs/decisions/0003, docs/onion.md).
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W016"]
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Cookies end with the browser's session, are for this host alone, and out of reach of scripts.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}form"
CSRF_COOKIE_AGE = None
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
LANGUAGE_COOKIE_AGE = None
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}staff"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "threatmodel.walkthrough.faults.form_refused"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024  # docs/deploy/nginx.conf lets as much through
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400  # a lawyer's page on the longest plan has fewer
# A sealed plan is the only file anybody sends. It is read in memory; a larger one is dropped, never written down.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE

# A fault's report names the kind of the fault and the lines of code, whoever asks for it.
DEFAULT_EXCEPTION_REPORTER = "threatmodel.logs.Report"
ADMINS: list[tuple[str, str]] = []
# Nothing of a request is logged: Django's request logger would write paths, and with an error the request itself.
SILENT = {"handlers": ["nowhere"], "propagate": False, "level": "CRITICAL"}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"route_only": {"()": "threatmodel.logs.WithoutRequest"}},
    "formatters": {"plain": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["route_only"]},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Django's own choice would send mail to administrators, with the request in it
        "django": {"handlers": ["stderr"], "propagate": False, "level": "WARNING"},
        "django.request": SILENT,
        "django.security": SILENT,
        "django.server": SILENT,
        "weasyprint": SILENT,
        "fontTools": SILENT,
    },
}
