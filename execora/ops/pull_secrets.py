"""`manage.py pull_secrets`: from AWS Secrets Manager into the environment of a command, by way of memory alone.

Runs before Django and its settings, which read that environment. It fails closed, in less than DEADLINE_SECONDS, and
never says a value.
"""

import json
import os
import re
import shutil
import sys
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import NoReturn

DEFAULT_NAME = "execora/prod/secrets"
DEADLINE_SECONDS = 4.0
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
# Whoever may write the secret may not thereby choose which code runs, or take the deployment for a demo.
_REFUSED = re.compile(
    r"(LD|DYLD|PYTHON|GCONV|GLIBC|MALLOC|BASH|DJANGO|EXECORA_DEMO)(_.*)?|PYTHON.*|PATH|HOME|SHELL.*|ENV|IFS|PS4|AWS_CA_BUNDLE"
)


class Refused(Exception):
    """The secrets cannot be had, or cannot be used. The message says why, without a value."""


def main(arguments: Sequence[str]) -> int:
    """Replace this process by the command, with the secrets in its environment; without one, print the names found."""
    watchdog = threading.Timer(DEADLINE_SECONDS, _give_up)
    watchdog.daemon = True
    watchdog.start()
    asked = _parse(arguments)
    try:
        if asked.command and shutil.which(asked.command[0]) is None:
            raise Refused(f"The command {asked.command[0]!r} is not there, or may not be run.")
        secrets = read_secrets(_fetch(asked.name), required=asked.require)
    except Refused as fault:
        print(f"pull_secrets: {fault}", file=sys.stderr)
        return 1
    for name in asked.without:
        secrets.pop(name, None)
    watchdog.cancel()
    if not asked.command:
        print("\n".join(sorted(secrets)))
        return 0
    sys.stdout.flush()
    try:
        os.execvpe(asked.command[0], asked.command, {**os.environ, **secrets})  # noqa: S606  # no shell is meant
    except OSError as fault:
        print(f"pull_secrets: {asked.command[0]!r} cannot be run: {fault.strerror}.", file=sys.stderr)
        return 1


def read_secrets(text: str, *, required: Sequence[str] = ()) -> dict[str, str]:
    """Return the names and values of a secret's JSON object of strings.

    Raises:
        Refused: it is anything else, has a name that may not be set, or lacks one that is required.
    """
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except ValueError:
        raise Refused("The secret is not JSON.") from None
    if not text.lstrip().startswith("{"):
        raise Refused("The secret is not a JSON object.")
    found: dict[str, str] = {}
    for name, value in pairs:
        if not _NAME.fullmatch(name):
            raise Refused("A name in the secret is not of capitals, digits and _.")
        if _REFUSED.fullmatch(name):
            raise Refused(f"{name} may not be set by a secret.")
        if name in found:
            raise Refused(f"{name} stands twice in the secret.")
        if not isinstance(value, str) or "\0" in value:
            raise Refused(f"The value of {name} is not a text.")
        found[name] = value
    missing = [name for name in required if not found.get(name)]
    if missing:
        raise Refused(f"Missing in the secret, or empty: {', '.join(missing)}.")
    return found


def _fetch(name: str) -> str:
    import boto3  # takes half a second, which the usage message need not wait for
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    attempts = _setting("SECRETS_ATTEMPTS", 2)
    patience = Config(
        connect_timeout=_setting("SECRETS_CONNECT_SECONDS", 1.0),
        read_timeout=_setting("SECRETS_READ_SECONDS", 1.5),
        retries={"total_max_attempts": int(attempts), "mode": "standard"},
    )
    try:
        client = boto3.client("secretsmanager", config=patience, endpoint_url=_endpoint())
        answer = client.get_secret_value(SecretId=name)
    except ClientError as fault:
        raise Refused(f"AWS refused {name}: {fault.response['Error'].get('Code', 'unknown')}.") from None
    except (BotoCoreError, ValueError) as fault:
        raise Refused(f"{name} cannot be fetched: {fault}") from None
    if "SecretString" not in answer:
        raise Refused(f"{name} is binary, not a text.")
    return str(answer["SecretString"])


def _endpoint() -> str | None:
    """Return the endpoint when one is set. boto3 itself reads AWS_ENDPOINT_URL_SECRETS_MANAGER and AWS_ENDPOINT_URL."""
    # The name without the second underscore is an easy slip, and to pass it over would be to ask another server.
    return os.environ.get("SECRETS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT_URL_SECRETSMANAGER") or None


def _setting(name: str, default: float) -> float:
    try:
        value = float(os.environ.get(name) or default)
    except ValueError:
        value = 0.0
    if not 0 < value < 60:
        raise Refused(f"{name} is not a number from 1 to 60.")
    return value


def _parse(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(
        prog="manage.py pull_secrets",
        description="Fetch a JSON object of secrets from AWS Secrets Manager and run COMMAND with them in its environment, "
        "where they win over what is there. Endpoint: SECRETS_ENDPOINT_URL; region and credentials: boto3's own variables "
        "(AWS_REGION, ...); patience: SECRETS_CONNECT_SECONDS, SECRETS_READ_SECONDS, "
        "SECRETS_ATTEMPTS.",
    )
    named = os.environ.get("SECRETS_NAME") or DEFAULT_NAME
    parser.add_argument("--name", default=named, help="of the secret; SECRETS_NAME, or %(default)s")
    parser.add_argument("--require", action="extend", nargs="+", default=[], metavar="NAME", help="must be in it")
    parser.add_argument("--without", action="append", default=[], metavar="NAME", help="is kept from COMMAND")
    own, _, command = _split(arguments)
    asked = parser.parse_args(own)
    asked.command = command
    if not os.environ.get("AWS_DEFAULT_REGION") and os.environ.get("AWS_REGION"):
        os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"]  # boto3 reads only this one
    return asked


def _split(arguments: Sequence[str]) -> tuple[list[str], bool, list[str]]:
    given = list(arguments)
    if "--" not in given:
        return given, False, []
    place = given.index("--")
    return given[:place], True, given[place + 1 :]


def _give_up() -> NoReturn:
    """End the process, wherever its main thread hangs: a resolver's time-outs are not boto3's."""
    os.write(2, b"pull_secrets: AWS Secrets Manager did not answer in time.\n")
    os._exit(1)
