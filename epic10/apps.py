from django.apps import AppConfig


class Epic10Config(AppConfig):
    name = "epic10"
    default_auto_field = "django.db.models.BigAutoField"  # As its migrations say, whatever the project's is.
    verbose_name = "Epic 10"

    def ready(self):
        from epic10.postgres import lookups

        lookups.register()
