"""Execora's settings: the only reader of the environment.

Every deployment runs this one file; what differs comes from environment variables (see .env.example). When DATABASE_URL is
not set and the demo has written DATA_DIR/demo.env, that file is read, so that management commands reach the running demo.
"""

import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from execora.ops.logging import logging_config
from execora.ops.proxies import trusted_networks
from execora.ops.secret_rules import fault_of_code_provider, faults_of, refusal
from execora.ops.setting_values import contact, dated_rupees, exact_origins, limit_of, s3_storage

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

env = environ.Env()
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()
DEMO_ENV_FILE = DATA_DIR / "demo.env"
# `manage.py demo` itself starts from what it is told, not from what it wrote the last time.
if "DATABASE_URL" not in os.environ and sys.argv[1:2] != ["demo"] and DEMO_ENV_FILE.is_file():
    env.read_env(DEMO_ENV_FILE)

DEMO: bool = env.bool("EXECORA_DEMO", default=False)
DEBUG = False
# The logins of the demo shop, made by `manage.py demo`; nothing else has them.
DEMO_PASSWORDS = {role: env.str(f"DEMO_{role.upper()}_PASSWORD", default="") for role in ("admin", "staff", "customer")}
# Commands that only look at code (makemigrations, checks of types) run without a deployment's secrets.
_NEEDS_NO_DEPLOYMENT = {"demo", "makemigrations", "help", "spectacular"}
_OFFLINE = not DEMO and (len(sys.argv) < 2 or sys.argv[1] in _NEEDS_NO_DEPLOYMENT) and "DATABASE_URL" not in os.environ


if not DEMO and not _OFFLINE and (_faults := faults_of(os.environ)):
    raise SystemExit(refusal(_faults))


def _secret(name: str) -> str:
    """Return the secret `name`; for commands that serve nobody, one that nobody knows."""
    return env.str(name, default=secrets.token_urlsafe(48)) if _OFFLINE else env.str(name)


SECRET_KEY = _secret("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = [key for key in (env.str("SECRET_KEY_PREVIOUS", default=""),) if key]
JWT_SECRET = _secret("JWT_SECRET")
# While a secret is rotated: what the one before it signed is still read.
JWT_SECRET_PREVIOUS: str = env.str("JWT_SECRET_PREVIOUS", default="")
# Without it, whoever has read the database could find a one-time code by trying all of them.
OTP_PEPPER = _secret("OTP_PEPPER")
WHATSAPP_APP_SECRET = _secret("WHATSAPP_APP_SECRET")
WHATSAPP_VERIFY_TOKEN = _secret("WHATSAPP_VERIFY_TOKEN")

try:
    PORT: int = env.int("PORT", default=3000)
except ValueError:
    raise SystemExit(f"PORT is {env.str('PORT')!r}: give a number, such as 3001.") from None
_LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=_LOOPBACK)
if DEMO and not set(ALLOWED_HOSTS) <= set(_LOOPBACK):
    raise SystemExit("EXECORA_DEMO is for this machine alone: unset it, or leave ALLOWED_HOSTS at loopback names.")
# Pages of these origins may open the socket; a client that sends no Origin (not a browser) is let through to its token.
ALLOWED_ORIGINS: list[str] = env.list(
    "ALLOWED_ORIGINS", default=[f"http://localhost:{PORT}", f"http://127.0.0.1:{PORT}"]
)
CSRF_TRUSTED_ORIGINS = ALLOWED_ORIGINS
# Pages of these other origins may call /api/v1 from a browser, with a token and never with cookies.
CORS_ALLOWED_ORIGINS = exact_origins("CORS_ALLOWED_ORIGINS", env.list("CORS_ALLOWED_ORIGINS", default=[]))
CORS_URLS_REGEX = r"^/api/v1/"
CORS_ALLOW_HEADERS = ("accept", "authorization", "content-type", "idempotency-key", "x-correlation-id")
CORS_ALLOW_METHODS = ("GET", "POST", "PATCH", "DELETE")
CORS_EXPOSE_HEADERS = (
    *("X-Correlation-ID", "Idempotent-Replay", "Retry-After"),
    *("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit", "RateLimit-Policy"),
)
CORS_PREFLIGHT_MAX_AGE = 600
LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO")
LOGGING_CONFIG = "logging.config.dictConfig"
# Every process appends its log lines there too, as JSON, for whoever watches a running system.
LOG_FILE: str = env.str("LOG_FILE", default="")
LOGGING = logging_config(LOG_LEVEL, demo=DEMO, log_file=LOG_FILE)

# HTTP: the bridge of execora/bridge.py.
MAX_BODY_BYTES: int = env.int("MAX_BODY_BYTES", default=1024 * 1024)
# Meta sends up to 3 MB. Its requests in hand at once, so that a flood of them leaves room in the queue for the others.
WEBHOOK_MAX_BODY_BYTES: int = env.int("WEBHOOK_MAX_BODY_BYTES", default=3 * 1024 * 1024)
WEBHOOK_AT_ONCE: int = env.int("WEBHOOK_AT_ONCE", default=32)
# Paths with ceilings of their own: bytes of a body, requests at once in a process.
CEILINGS: dict[str, tuple[int, int]] = {"/api/v1/webhook/whatsapp": (WEBHOOK_MAX_BODY_BYTES, WEBHOOK_AT_ONCE)}
# The bridge has bounded bodies before Django reads one.
DATA_UPLOAD_MAX_MEMORY_SIZE = max(MAX_BODY_BYTES, WEBHOOK_MAX_BODY_BYTES)
# Proxies in front, addresses and networks: what they say of a client's address and scheme is believed, and nobody else.
try:
    TRUSTED_PROXIES = trusted_networks(env.list("TRUSTED_PROXIES", default=[]))
except ValueError as _fault:
    raise SystemExit(f"TRUSTED_PROXIES: {_fault}") from None
HTTP_THREADS: int = env.int("HTTP_THREADS", default=4)
HTTP_QUEUE: int = env.int("HTTP_QUEUE", default=256)
MAX_FRAME_BYTES: int = env.int("MAX_FRAME_BYTES", default=256 * 1024)
# Sockets: what comes faster waits. Audio at 48 kHz is 96,000 bytes a second.
FRAMES_PER_SECOND: int = env.int("FRAMES_PER_SECOND", default=20)
AUDIO_BYTES_PER_SECOND: int = env.int("AUDIO_BYTES_PER_SECOND", default=512 * 1024)
OPEN_SOCKETS_PER_USER: int = env.int("OPEN_SOCKETS_PER_USER", default=10)
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "corsheaders",
    "procrastinate.contrib.django",
    "execora.ops",
    "execora.core",
    "customers",
    "ledger",
    "billing",
    "reminders",
    "voice",
    "webhooks",
]
MIDDLEWARE = [
    "execora.ops.middleware.RequestMiddleware",
    "execora.api.headers.BrowserHeaders",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "execora.api.middleware.TrailingSlash",
    "execora.api.middleware.AdminSessionMiddleware",
    "execora.api.middleware.AdminCsrfMiddleware",
    "execora.api.middleware.AdminAuthenticationMiddleware",
    "execora.api.middleware.AdminMessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "execora.urls"
ASGI_APPLICATION = "execora.asgi.application"
APPEND_SLASH = False
LOGIN_REDIRECT_URL = "/admin/"
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
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Kolkata"
# So much in cash from one person in a day is worth a warning (Income-tax Act, section 269ST), as the law is now.
CASH_FROM_ONE_PERSON_PAISE = env.int("CASH_FROM_ONE_PERSON_RUPEES", default=2_00_000) * 100
LANGUAGE_CODE = "en-in"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
# The admin's: a quarter of an hour without a click ends it.
SESSION_COOKIE_AGE = 900
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO
if not DEMO:
    # With this prefix a browser takes them from this very host over TLS alone: a neighbouring name cannot plant one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    # Told on answers over TLS. What holds for other names of the domain, and for good, is for its owner to say.
    SECURE_HSTS_SECONDS: int = env.int("HSTS_SECONDS", default=365 * 86_400)
    SECURE_HSTS_INCLUDE_SUBDOMAINS: bool = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
    SECURE_HSTS_PRELOAD: bool = env.bool("HSTS_PRELOAD", default=False)
# Whom to tell of a weakness: mailto:, https: or tel:. /.well-known/security.txt names it.
SECURITY_CONTACT = contact("SECURITY_CONTACT", env.str("SECURITY_CONTACT", default=""))
SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # CSRF is checked by AdminCsrfMiddleware, where cookies are; REST takes no cookie
    "security.W005",  # HSTS_INCLUDE_SUBDOMAINS says so
    "security.W008",  # the proxy in front redirects to HTTPS; /health is asked for without it from inside
    "security.W021",  # HSTS_PRELOAD says so
]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Database: "default" is the application role, which owns nothing; "owner" is used by `manage.py migrate` alone.
APPLICATION_ROLE: str = env.str("APPLICATION_ROLE", default="execora_app")
# Nobody logs in as this one: it owns the functions that look across businesses.
DEFINER_ROLE: str = env.str("DEFINER_ROLE", default="execora_definer")
_POSTGRES_OPTIONS = {
    "server_side_binding": True,
    "prepare_threshold": 3,
    "connect_timeout": 5,
    "options": "-c lock_timeout=5s -c statement_timeout=20s -c idle_in_transaction_session_timeout=60s"
    # How near a misheard name must be to be looked at; what is found is scored again, word by word.
    " -c pg_trgm.word_similarity_threshold=0.4",
}


def _database(variable: str, default: str) -> dict[str, object]:
    parsed = env.db_url(variable, default=default, engine="django.db.backends.postgresql")
    options = {**_POSTGRES_OPTIONS, **parsed.pop("OPTIONS", {})}
    return {**parsed, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


_NO_DATABASE = "postgres://offline@127.0.0.1:1/offline"
DATABASES = {"default": _database("DATABASE_URL", _NO_DATABASE)}
# How long a migration may wait for a table, and all who come after it with it.
MIGRATE_LOCK_TIMEOUT: str = env.str("MIGRATE_LOCK_TIMEOUT", default="10s")
if "MIGRATE_DATABASE_URL" in os.environ:
    DATABASES["owner"] = _database("MIGRATE_DATABASE_URL", _NO_DATABASE)
    DATABASES["owner"]["CONN_MAX_AGE"] = 0
    DATABASES["owner"]["OPTIONS"] = {"connect_timeout": 5, "options": f"-c lock_timeout={MIGRATE_LOCK_TIMEOUT}"}
    DATABASES["owner"]["TEST"] = {"MIRROR": "default"}

# For `manage.py create_roles` alone.
SUPERUSER_DATABASE_URL: str = env.str("SUPERUSER_DATABASE_URL", default="")

# /health refuses a PostgreSQL that a power cut would rob of what it committed. The tests' own runs that way for speed.
REQUIRE_DURABLE_DATABASE: bool = env.bool("REQUIRE_DURABLE_DATABASE", default=True)

REDIS_URL: str = env.str("REDIS_URL", default="")
if REDIS_URL:
    # socket_timeout: without it redis-py 8 drops every socket that is idle for 5 s (channels_redis issue 422).
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 15}]},
        }
    }
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# GSTR-1, table 5A: from which value on a bill is listed by itself, in paise, by the first day of each limit.
GSTR1_LARGE_ABOVE = dated_rupees(
    "GSTR1_LARGE_ABOVE", env.list("GSTR1_LARGE_ABOVE", default=["2017-07-01:250000", "2024-08-01:100000"])
)

# Recordings: a directory of this machine, or with S3_BUCKET an S3-compatible store. Links to it name S3_PUBLIC_URL, for
# the store's address as clients see it may be another than ours.
RECORDING_MAX_BYTES: int = env.int("RECORDING_MAX_BYTES", default=64 * 1024 * 1024)
RECORDING_RETENTION_DAYS: int = env.int("RECORDING_RETENTION_DAYS", default=90)
S3_BUCKET: str = env.str("S3_BUCKET", default="")


def _s3(endpoint_url: str, folder: str = "") -> dict[str, object]:
    return s3_storage(
        S3_BUCKET,
        folder=folder,
        endpoint_url=endpoint_url,
        region=env.str("S3_REGION", default="ap-south-1"),
        access_key=env.str("S3_ACCESS_KEY_ID", default=""),
        secret_key=env.str("S3_SECRET_ACCESS_KEY", default=""),
        addressing_style=env.str("S3_ADDRESSING_STYLE", default="path"),
    )


_FILES = "django.core.files.storage.FileSystemStorage"
_ONLY_OURS = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
_RECORDINGS_HERE = {"BACKEND": _FILES, "OPTIONS": {"location": DATA_DIR / "recordings", **_ONLY_OURS}}
_DOCUMENTS_HERE = {
    "BACKEND": _FILES,
    "OPTIONS": {"location": DATA_DIR / "documents", "allow_overwrite": True, **_ONLY_OURS},
}
_S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", default="")
STORAGES = {
    "default": _RECORDINGS_HERE,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "documents": _s3(_S3_ENDPOINT_URL, folder="documents") if S3_BUCKET else _DOCUMENTS_HERE,
    "recordings": _s3(_S3_ENDPOINT_URL) if S3_BUCKET else _RECORDINGS_HERE,
    "recording_links": (_s3(env.str("S3_PUBLIC_URL", default=_S3_ENDPOINT_URL)) if S3_BUCKET else _RECORDINGS_HERE),
}

# Limits: how often whom, "20/s", "5/m", "100/h" or "24/d". What is counted where: execora/api/limits.py.
LIMITS: dict[str, tuple[int, int]] = {
    name: limit_of(f"LIMIT_{name.upper()}", env.str(f"LIMIT_{name.upper()}", default=default))
    for name, default in {
        "default": "1000/h",
        "burst": "20/s",
        "invoice": "100/h",
        "login": "5/m",
        "socket": "24/d",
        "ws_ticket": "60/h",
        "code_phone": "5/h",
        "code_address": "20/h",
        "code_network": "100/h",
        "code_global": "1000/h",
        "code_tries": "20/d",
    }.items()
}
RATELIMIT_USE_CACHE = "limits"
CACHES["limits"] = {"BACKEND": "execora.api.counting.CountingCache", "LOCATION": REDIS_URL}

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["execora.core.backends.DoorBackend"]
PASSWORD_HASHERS = ["execora.core.hashers.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CUSTOMER_TOKEN_SECONDS: int = env.int("CUSTOMER_TOKEN_SECONDS", default=86_400)
STAFF_TOKEN_SECONDS: int = env.int("STAFF_TOKEN_SECONDS", default=900)
# A login lasts so long at most, however often it is refreshed.
REFRESH_SECONDS: int = env.int("REFRESH_SECONDS", default=30 * 86_400)
JWT_ISSUER, JWT_AUDIENCE = "execora", "execora-api"
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SECRET,
    "ISSUER": JWT_ISSUER,
    "AUDIENCE": JWT_AUDIENCE,
    "USER_ID_CLAIM": "sub",
    "TOKEN_TYPE_CLAIM": "typ",
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=CUSTOMER_TOKEN_SECONDS),
    "UPDATE_LAST_LOGIN": False,
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["execora.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["execora.api.permissions.DeclaredPermission"],
    "DEFAULT_RENDERER_CLASSES": ["execora.api.wire.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["execora.api.wire.OrjsonParser"],
    "EXCEPTION_HANDLER": "execora.api.errors.answer_error",
    "DEFAULT_SCHEMA_CLASS": "execora.api.schema.WireSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Execora",
    "DESCRIPTION": "The back end of a shop that speaks. Money is in rupee strings with two decimals.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    "POSTPROCESSING_HOOKS": ["execora.api.schema.add_error_answers"],
}

# Jobs: procrastinate, in the same PostgreSQL.
PROCRASTINATE_ON_APP_READY = "execora.core.jobs.on_app_ready"
PROCRASTINATE_IMPORT_PATHS = ["billing.jobs", "customers.jobs", "reminders.jobs", "voice.jobs", "webhooks.jobs"]

# A line "phone code" for each one-time code, so that a tester can log in as a customer: never outside the demo.
CODE_SINK_FILE: str = env.str("CODE_SINK_FILE", default="")
if CODE_SINK_FILE and not DEMO:
    raise ImproperlyConfigured("CODE_SINK_FILE shows one-time codes and is refused outside the demo. Unset it")

# One-time codes: "console" shows them and is for the demo alone, "none" sends none.
CODE_PROVIDER: str = env.str("CODE_PROVIDER", default="console" if DEMO else "none")
WHATSAPP_API_URL: str = env.str("WHATSAPP_API_URL", default="https://graph.facebook.com/v25.0").rstrip("/")
WHATSAPP_TOKEN: str = env.str("WHATSAPP_TOKEN", default="")
WHATSAPP_CODE_TEMPLATE: str = env.str("WHATSAPP_CODE_TEMPLATE", default="")
WHATSAPP_CODE_LANGUAGE: str = env.str("WHATSAPP_CODE_LANGUAGE", default="en")
SMS_URL: str = env.str("SMS_URL", default="")
SMS_AUTHORIZATION: str = env.str("SMS_AUTHORIZATION", default="")
SMS_BODY: str = env.str(
    "SMS_BODY", default='{"to": "{phone}", "text": "{code} is your code. It is good for 5 minutes."}'
)
if _code_fault := fault_of_code_provider(CODE_PROVIDER, os.environ, demo=DEMO):
    raise SystemExit(_code_fault)

# Speech and messages.
STT_PROVIDER: str = env.str("STT_PROVIDER", default="whisper")
WHISPER_MODEL_DIR: str = env.str("WHISPER_MODEL_DIR", default="")
MESSAGE_PROVIDER: str = env.str("MESSAGE_PROVIDER", default="console")

UNFOLD = {
    "LOGIN": {"form": "execora.api.admin_pages.LoginForm"},
    "ACCOUNT": {"navigation": [{"title": "Second factor", "link": "/admin/second-factor/"}]},
    **{"SITE_TITLE": "Execora", "SITE_HEADER": "Execora", "SITE_URL": "/", "SHOW_HISTORY": False},
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": f"/{STATIC_URL}voice/icon.svg"}],
}
