from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "execora.core"
    label = "core"
    verbose_name = "Shops and people"
