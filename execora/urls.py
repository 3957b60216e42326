"""The composition root of HTTP: every address that Execora answers."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from execora.api.admin_pages import password_change, second_factor
from execora.api.docs import DocsView, SchemaView
from execora.ops.health import health, livez
from execora.ops.metrics import metrics
from execora.ops.security_txt import security_txt
from voice.page import page
from voice.views import sound

API_ROOMS = (
    "execora.api.urls",
    "customers.urls",
    "ledger.urls",
    "billing.urls",
    "reminders.urls",
    "voice.urls",
    "webhooks.urls",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", page, name="page"),
    path("health", health),
    path("livez", livez),
    path("metrics", metrics),
    path(".well-known/security.txt", security_txt),
    path("api/schema", SchemaView.as_view(), name="schema"),
    path("api/docs", DocsView.as_view()),
    path("media/recordings/<path:name>", sound),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/password_change/", admin.site.admin_view(password_change)),
    path("admin/second-factor/", admin.site.admin_view(second_factor), name="second-factor"),
    path("admin/", admin.site.urls),
    *(path("api/v1/", include(room)) for room in API_ROOMS),
]
handler400 = "execora.api.errors.bad_request"
handler403 = "execora.api.errors.permission_denied"
handler404 = "execora.api.errors.not_found"
handler500 = "execora.api.errors.server_error"
