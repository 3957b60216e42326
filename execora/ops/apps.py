from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "execora.ops"
    label = "ops"
