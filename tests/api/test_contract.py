"""What OpenAPI promises is what is answered, tried with inputs that nobody would think of."""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.factories import bearer, make_shop

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
METHODS = {"get", "post", "patch", "put", "delete"}
DOCUMENT = SchemaGenerator().get_schema(request=None, public=True)
OPERATIONS = sorted(
    (method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item if method in METHODS
)


def test_there_is_much_to_try() -> None:
    assert len(OPERATIONS) >= 25


@pytest.mark.parametrize("path", ["login", "refresh", "ws-ticket"])
def test_what_answers_tokens_creates_nothing_to_name(path: str) -> None:
    """A fuzzer cannot guess a password: that these answer 200 is asserted here."""
    answers = DOCUMENT["paths"][f"/api/v1/auth/{path}"]["post"]["responses"]
    assert next(status for status in answers if status.startswith("2")) == "200"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda part: part)
def test_every_answer_is_as_promised(method: str, path: str) -> None:
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.app = get_wsgi_application()
    shop = make_shop()
    headers = bearer(shop.admin_user)

    @settings(
        max_examples=20,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=schema[path][method].as_strategy())
    def tried(case: Any) -> None:
        case.headers = {**(case.headers or {}), **headers}
        answer = case.call()
        case.validate_response(answer, checks=CHECKS)

    tried()
