"""No secret is in the repository: detect-secrets looks at every file, and what it may find is told here, with the reason."""

import secrets
import string
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
NOT_TEXT = (".wav", ".webm", ".ogg", ".png")
# In tests a name beside a word in quotes, or a URL with a login, is an invented one. Keys by their form or randomness are looked for there too.
GUESSES = {"Secret Keyword", "Basic Auth Credentials"}
# file: {detector: how many}.
EXPECTED = {
    ".env.example": {"Basic Auth Credentials": 2},  # the word PASSWORD, which the settings refuse
    "execora/ops/cluster.py": {"Secret Keyword": 1},  # the name of a file
    "execora/ops/demo/secrets.py": {"Base64 High Entropy String": 1},  # the alphabet of passwords
    "execora/providers/whisper_model.py": {"Hex High Entropy String": 4},  # checksums of the weights
    "execora/settings.py": {"Secret Keyword": 1},  # a call that reads one
    "tests/core/test_tokens.py": {"Base64 High Entropy String": 1},  # a forged token's key
    "tests/deploy/test_refusals.py": {"Base64 High Entropy String": 1, "Hex High Entropy String": 1},  # what is refused
    "tests/ops/test_correlation.py": {"Hex High Entropy String": 1},  # a correlation id
    "tests/ops/test_logging.py": {"JSON Web Token": 1},  # a canary
}


def found_in(path: Path) -> Counter[str]:
    with default_settings():
        return Counter(secret.type for secret in scan_file(str(path)))


def files() -> list[str]:
    """Return what is in the repository, or would be with the next `git add`."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted(name for name in set(names) if name and not name.endswith(NOT_TEXT) and (ROOT / name).is_file())


def test_no_file_holds_a_secret() -> None:
    names = files()
    assert {"execora/settings.py", "README.md"} <= set(names)
    found = {}
    for name in names:
        types = found_in(ROOT / name)
        if name.startswith("tests/"):
            types = Counter({kind: count for kind, count in types.items() if kind not in GUESSES})
        if types - Counter(EXPECTED.get(name, {})):
            found[name] = dict(types)
    assert not found, "Take it out, make it anew where it was used, or say in EXPECTED why it is none"


def test_what_is_expected_is_still_there() -> None:
    for name, kinds in EXPECTED.items():
        assert not Counter(kinds) - found_in(ROOT / name), name


def _of(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


UPPER, ALPHANUMERIC = string.ascii_uppercase + string.digits, string.ascii_letters + string.digits
PLANTED = {
    "AWS Access Key": lambda: f"key = AKIA{_of(UPPER, 16)}",
    "Private Key": lambda: "-----BEGIN RSA PRIVATE " + "KEY-----",
    "GitHub Token": lambda: f"ghp_{_of(ALPHANUMERIC, 36)}",
    "Stripe Access Key": lambda: f"sk_live_{_of(ALPHANUMERIC, 24)}",
    "Base64 High Entropy String": lambda: f'x = "{secrets.token_urlsafe(48)}"',
    "Hex High Entropy String": lambda: f'x = "{secrets.token_hex(32)}"',
    "Basic Auth Credentials": lambda: f"postgres://execora:{_of(ALPHANUMERIC, 20)}@db/execora",
    "Secret Keyword": lambda: f'password = "{_of(string.ascii_lowercase, 12)}"',
}


@pytest.mark.parametrize("kind", PLANTED)
@pytest.mark.parametrize("name", ["settings.py", "compose.yaml", "app.env"])
def test_a_planted_key_is_found(kind: str, name: str, tmp_path: Path) -> None:
    planted = tmp_path / name
    planted.write_text(f"# nothing here\nA=1\n{PLANTED[kind]()}\n")
    if kind.endswith("Entropy String") and name == "app.env":
        planted.write_text(planted.read_text().replace("x = ", "X="))
    assert kind in found_in(planted)
