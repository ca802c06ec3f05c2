from django.apps import AppConfig


class NdasConfig(AppConfig):
    name = "ndas"
    verbose_name = "NDA register"

    def ready(self):
        from ndas import before, checks  # noqa: F401  register what is asked before and after the release
