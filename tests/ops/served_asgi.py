"""Serve the routes of served.py through the project's own composition root."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "execora.settings")
django.setup()

from django.conf import settings  # noqa: E402  # the settings are changed before the application is built

settings.ROOT_URLCONF = os.environ.get("EXECORA_TEST_URLCONF", "tests.ops.served")
settings.HTTP_QUEUE = 64

from execora import http_protocol  # noqa: E402
from execora.asgi import application  # noqa: E402, F401

http_protocol.HEAD_SECONDS = float(os.environ.get("EXECORA_TEST_HEAD_SECONDS", http_protocol.HEAD_SECONDS))
