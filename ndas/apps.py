from django.apps import AppConfig


class NdasConfig(AppConfig):
    name = "ndas"
    verbose_name = "NDA register"

    def ready(self):
        from ndas import checks  # noqa: F401  registers what must be true after the release
