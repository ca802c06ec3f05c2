from django.apps import AppConfig
from django.db.models.signals import post_migrate


class NdasConfig(AppConfig):
    name = "ndas"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "NDA register"

    def ready(self):
        from ndas.access.groups import give_groups_their_permissions

        # Each registers its checks, smoke tests, queries or load.
        from ndas.release import before, checks, load, page_queries, smoke, smoke_previous  # noqa: F401

        post_migrate.connect(give_groups_their_permissions, sender=self)
