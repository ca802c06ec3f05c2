"""What every table of the register has in common."""

from django.db import models

from ndas.fields import new_id


class Row(models.Model):
    """
    A row of a table that Django did not design.

    Tables, indexes and foreign keys are created by the migrations' own SQL, under the names they have in production.
    That is why a foreign key here has no index of its own, and why ``on_delete`` repeats what the database does.
    """

    id = models.TextField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


def required(to, related_name, **options):
    return models.ForeignKey(to, models.RESTRICT, related_name=related_name, db_index=False, **options)


def optional(to, related_name, **options):
    return models.ForeignKey(
        to, models.SET_NULL, related_name=related_name, db_index=False, null=True, blank=True, **options
    )
