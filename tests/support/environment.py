"""The environment that settings.py reads under test: nothing of the machine's own configuration, random secrets."""

import os
import secrets
import sys

NOWHERE = "postgresql://execora_{role}:nobody-listens-at-port-1@127.0.0.1:1/none"
_REMOVED = (
    "REDIS_URL",
    "ALLOWED_HOSTS",
    "ALLOWED_ORIGINS",
    "METRICS_TOKEN",
    "TRUSTED_PROXIES",
    "JWT_SECRET_PREVIOUS",
    "PORT",
    "EXECORA_DEMO",
    "LOG_FILE",
    "CODE_SINK_FILE",
    "CODE_PROVIDER",
    "WHISPER_MODEL_DIR",
)
# Tests share an address and are quick; what is about limits sets its own.
_LIMITS = {
    **{
        f"LIMIT_{name}": "1000000/h"
        for name in (
            *("DEFAULT", "INVOICE", "LOGIN", "SOCKET", "WS_TICKET"),
            *("CODE_PHONE", "CODE_ADDRESS", "CODE_NETWORK", "CODE_GLOBAL", "CODE_TRIES"),
        )
    },
    "LIMIT_BURST": "100000/s",
}
_SECRETS = ("SECRET_KEY", "JWT_SECRET", "OTP_PEPPER", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")


def is_worker() -> bool:
    """Tell whether this process is a worker of pytest-xdist: it inherits the session's environment."""
    return "PYTEST_XDIST_WORKER" in os.environ


def prepare(data_dir: str) -> None:
    """Set the session's environment. A DATABASE_URL of the machine is never used: tests empty the database they get."""
    for name in _REMOVED:
        os.environ.pop(name, None)
    for name in _SECRETS:
        os.environ[name] = secrets.token_urlsafe(36)
    os.environ.update(_LIMITS)
    os.environ["TEST_ROLES_PASSWORD"] = secrets.token_urlsafe(36)
    os.environ["DJANGO_SETTINGS_MODULE"] = "execora.settings"
    os.environ["DATA_DIR"] = data_dir
    os.environ["REQUIRE_DURABLE_DATABASE"] = "0"  # tests/support/services.py starts PostgreSQL without fsync
    os.environ["DATABASE_URL"] = NOWHERE.format(role="app")
    os.environ["MIGRATE_DATABASE_URL"] = NOWHERE.format(role="owner")
    if "execora.settings" in sys.modules:
        raise RuntimeError("execora.settings was read before the tests' environment was set: see tests/conftest.py")
