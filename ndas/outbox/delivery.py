"""Delivery of the mails that wait. It may run beside itself; at worst a mail is sent twice, and none is lost."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone

from ndas.outbox.models import Mail

# The pause doubles from a minute on, so the last try is 17 hours after the first.
TRIES = 11
MINUTE = timedelta(minutes=1)

logger = logging.getLogger(__name__)


@dataclass
class Delivery:
    """The result of a run: mails sent and refused; why the server could not be reached, if it could not."""

    sent: int = 0
    refused: int = 0
    unreachable: str = ""


def deliver(using: str) -> Delivery:
    """Send what is due, each mail in a transaction of its own; stop at a server that cannot be reached."""
    done, began = Delivery(), timezone.now()
    while not done.unreachable and _deliver_one(using, began, done):
        pass
    return done


def waiting(using: str):
    return Mail.objects.using(using).filter(next_try_at__isnull=False)


def given_up(using: str):
    return Mail.objects.using(using).filter(next_try_at__isnull=True)


def _deliver_one(using, began, done) -> bool:
    """Is there one more?"""
    with transaction.atomic(using=using):
        due = waiting(using).filter(next_try_at__lte=began).order_by("next_try_at", "pk")
        mail = due.select_for_update(skip_locked=True).first()
        if mail is None:
            return False
        server = get_connection()
        try:
            server.open()
        except OSError as error:
            # It is not the mail's fault, and the others would have to wait for it as long.
            done.unreachable = str(error)
            return False
        try:
            _send(mail, server)
        except (OSError, ValueError) as error:  # An SMTPException is an OSError; an impossible address, a ValueError.
            _try_later(mail, error)
            done.refused += 1
        else:
            mail.delete()
            done.sent += 1
        finally:
            server.close()
    return True


def _send(mail, server):
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.recipient], connection=server)
    message.attach_alternative(mail.html, "text/html")
    message.send()


def _try_later(mail, error):
    mail.tries += 1
    mail.refusal = str(error)
    mail.next_try_at = timezone.now() + MINUTE * 2 ** (mail.tries - 1) if mail.tries < TRIES else None
    mail.save(update_fields=["tries", "refusal", "next_try_at"])
    # The error may quote the address.
    logger.warning("Mail %s was refused, try %s of %s: %s", mail.pk, mail.tries, TRIES, type(error).__name__)
