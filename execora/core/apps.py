from typing import Any

from django.apps import AppConfig
from django.core.signals import request_finished, request_started


class CoreConfig(AppConfig):
    name = "execora.core"
    label = "core"
    verbose_name = "Shops and people"

    def ready(self) -> None:
        """Let no request begin or end with the business of another."""
        for moment in (request_started, request_finished):
            moment.connect(_leave, dispatch_uid="execora.core.door.leave")


def _leave(**given: Any) -> None:
    from execora.core.door import leave  # it needs the models

    leave()
