"""The socket's addresses: none are served until the grammar that understands a command has landed."""

from django.urls import URLPattern

websocket_urlpatterns: list[URLPattern] = []
