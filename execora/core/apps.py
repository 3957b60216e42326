import time
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.core.signals import request_finished, request_started
from django.http import HttpRequest

# Where a session of the admin says when its login was, in seconds since 1970.
BEGAN = "began"


class CoreConfig(AppConfig):
    name = "execora.core"
    label = "core"
    verbose_name = "Shops and people"

    def ready(self) -> None:
        """Let no request begin or end with the business of another, and every login in the admin have a time."""
        for moment in (request_started, request_finished):
            moment.connect(_leave, dispatch_uid="execora.core.door.leave")
        user_logged_in.connect(_note_beginning, dispatch_uid="execora.core.apps.began")


def _leave(**given: Any) -> None:
    from execora.core.door import leave  # it needs the models

    leave()


def _note_beginning(request: HttpRequest, **given: Any) -> None:
    request.session[BEGAN] = int(time.time())
