"""What a deployment's secrets must be before any process of it starts. Pure: reads only what it is given."""

from collections.abc import Mapping
from itertools import combinations
from urllib.parse import unquote, urlsplit

FEWEST_BYTES = 32
FEWEST_PASSWORD_BYTES = 16
FEWEST_DISTINCT = 8  # 32 random hexadecimal digits have 8 or fewer different ones once in ten million

REQUIRED = ("SECRET_KEY", "JWT_SECRET", "OTP_PEPPER", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")
OPTIONAL = ("SECRET_KEY_PREVIOUS", "JWT_SECRET_PREVIOUS", "METRICS_TOKEN", "S3_SECRET_ACCESS_KEY")
DATABASE_URLS = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "SUPERUSER_DATABASE_URL")

# Each is seven letters at least, so that no random value holds one by chance.
_MARKS_OF_A_DEFAULT = """
changeme change-me change_me in-production dev-secret django-insecure your-webhook your-256-bit your-secret your_secret
secret-here secret_here minioadmin password placeholder replace-me replaceme example insecure super-secret supersecret
verify-token verify_token webhook-secret webhook_secret offline 1234567 abcdefg qwertyu
""".split()
_CODE_PROVIDER_NEEDS = {
    "none": (),
    "console": (),
    "whatsapp": ("WHATSAPP_TOKEN", "WHATSAPP_CODE_TEMPLATE"),
    "sms": ("SMS_URL", "SMS_AUTHORIZATION"),
}
_KNOWN_PASSWORDS = frozenset(("postgres", "password", "execora", "execora_app", "execora_owner", "secret", "admin"))


def faults_of(environment: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the secrets, a sentence each, all at once; never a value."""
    faults = [f"{name} is missing." for name in (*REQUIRED, "DATABASE_URL") if not environment.get(name)]
    given = {name: environment[name] for name in (*REQUIRED, *OPTIONAL) if environment.get(name)}
    for name, value in given.items():
        faults += [f"{name} {fault}." for fault in _faults_of_value(value, FEWEST_BYTES)]
    for name in DATABASE_URLS:
        if environment.get(name):
            faults += [f"{name} {fault}." for fault in _faults_of_database(environment[name])]
    faults += [
        f"{one} and {other} are the same: each needs a value of its own."
        for one, other in combinations(given, 2)
        if given[one] == given[other]
    ]
    return faults


def refusal(faults: list[str]) -> str:
    """Return the whole message for whoever starts a process."""
    lines = "\n".join(f"  {fault}" for fault in faults)
    return (
        f"Execora does not start: its secrets are not fit for a deployment.\n{lines}\n"
        'Make a value with: python3 -c "import secrets; print(secrets.token_urlsafe(48))". See .env.example.'
    )


def fault_of_code_provider(name: str, environment: Mapping[str, str], *, demo: bool) -> str:
    """Return why one-time codes cannot be sent by `name`; empty when they can."""
    if name not in _CODE_PROVIDER_NEEDS or (name == "console" and not demo):
        return f"CODE_PROVIDER is {name!r}: say whatsapp, sms or none. In the demo, console too."
    missing = [variable for variable in _CODE_PROVIDER_NEEDS[name] if not environment.get(variable)]
    return f"CODE_PROVIDER is {name}, which needs {' and '.join(missing)} too." if missing else ""


def _faults_of_value(value: str, fewest_bytes: int) -> list[str]:
    faults = []
    if len(value.encode()) < fewest_bytes:
        faults.append(f"is shorter than {fewest_bytes} bytes")
    if any(mark in value.lower() for mark in _MARKS_OF_A_DEFAULT):
        faults.append("is a well-known default")
    elif len(value.encode()) >= fewest_bytes and (len(set(value)) < FEWEST_DISTINCT or _repeats(value)):
        faults.append("can be guessed: it repeats itself")
    return faults


def _repeats(value: str) -> bool:
    """Tell whether the value is one piece said twice or more."""
    return (value + value).find(value, 1) <= len(value) // 2


def _faults_of_database(url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        password, host = unquote(parts.password or ""), unquote(parts.hostname or "")
    except ValueError:
        return ["is not a URL"]
    if not password:
        # Over a Unix socket the system's own user is the proof.
        return [] if not host or host.startswith("/") else ["has no password"]
    if password.lower() in _KNOWN_PASSWORDS or password == unquote(parts.username or ""):
        return ["has a well-known password"]
    return [f"has a password that {fault}" for fault in _faults_of_value(password, FEWEST_PASSWORD_BYTES)]
