"""Where the socket is."""

from django.urls import URLPattern, re_path

from voice.consumers import VoiceConsumer

websocket_urlpatterns: list[URLPattern] = [re_path(r"^ws/?$", VoiceConsumer.as_asgi())]
