from django.apps import AppConfig


class Epic10Config(AppConfig):
    name = "epic10"
    verbose_name = "Epic 10"
