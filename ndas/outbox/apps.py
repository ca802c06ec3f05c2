from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "ndas.outbox"
    default_auto_field = "django.db.models.BigAutoField"
