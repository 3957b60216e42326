"""The OpenAPI document and the page that shows it."""

import functools
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from execora.api.limited import Limited


@functools.cache
def _document() -> dict[str, Any]:
    """Return the OpenAPI document. The code is the same as long as the process, and making it takes a third of a second."""
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


class SchemaView(Limited, SpectacularAPIView):
    """The OpenAPI document."""

    permission_classes = ()
    authentication_classes = ()

    def _get_schema_response(self, request: Request) -> Response:
        return Response(_document(), headers={"Content-Disposition": 'inline; filename="execora.json"'})


class DocsView(Limited, SpectacularSwaggerSplitView):
    """The page that shows the OpenAPI document."""

    permission_classes = ()
    authentication_classes = ()
    url_name = "schema"
    template_name = "execora/docs.html"
