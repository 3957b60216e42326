"""The OpenAPI document and the page that shows it."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from execora.api.limited import Limited


class SchemaView(Limited, SpectacularAPIView):
    """The OpenAPI document: public, and limited, for it is made anew for each who asks."""

    permission_classes = ()
    authentication_classes = ()


class DocsView(Limited, SpectacularSwaggerSplitView):
    """The page that shows the OpenAPI document."""

    permission_classes = ()
    authentication_classes = ()
    url_name = "schema"
    template_name = "execora/docs.html"
