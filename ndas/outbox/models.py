"""
The table of mails that wait.

It is an app of its own, as accounts and sessions are: ``migrate ndas`` neither creates nor drops it, so a way back
of the release loses no mail.
"""

from django.db import models
from django.utils import timezone


class Mail(models.Model):
    """A mail to one person, deleted as soon as the mail server has taken it."""

    recipient = models.TextField()
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # NULL: given up, until somebody says otherwise.
    next_try_at = models.DateTimeField(default=timezone.now, null=True, db_index=True)
    refusal = models.TextField(default="")

    def __str__(self):
        return self.subject
