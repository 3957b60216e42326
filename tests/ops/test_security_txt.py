"""Who finds a weakness finds whom to tell, without a login."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.deploy.conftest import deployment, manage


def test_it_names_the_contact_and_an_end(settings: Any) -> None:
    settings.SECURITY_CONTACT = "mailto:security@shop.example"
    answer = Client().get("/.well-known/security.txt")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert fields["Contact"] == "mailto:security@shop.example"
    expires = datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=170) < expires - datetime.now(UTC) < timedelta(days=365)


def test_without_a_contact_there_is_none(settings: Any) -> None:
    settings.SECURITY_CONTACT = ""
    assert Client().get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("contact", ["a@b.example", "http://shop.example", "mailto:a@b\nContact: x", "mailto:"])
def test_what_is_no_contact_ends_the_start(contact: str) -> None:
    done = manage("check", env=deployment(SECURITY_CONTACT=contact))
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "SECURITY_CONTACT must be an address" in done.stderr
