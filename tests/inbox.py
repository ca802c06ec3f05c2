"""A mail server that keeps what arrives."""

import contextlib
import email
import email.policy
import socket

from aiosmtpd.controller import Controller

from tests.migration.disturbances import LONG_ENOUGH


class Inbox:
    """Mails by recipient; ``refuses`` makes it a server that accepts none, or none to the ``unknown``."""

    def __init__(self):
        self.mails, self.refuses, self.unknown = [], False, set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.unknown:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refuses:
            return "554 not today"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 OK"

    @property
    def recipients(self):
        return sorted(address for addresses, _ in self.mails for address in addresses)

    @property
    def subjects(self):
        # Django 6.1 folds a long header; the space at the start of the next line is not part of it.
        return [mail["Subject"].strip() for _, mail in self.mails]


@contextlib.contextmanager
def receiving(settings):
    """An inbox that receives Django's mail."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        host, port = free.getsockname()
    controller = Controller(inbox, hostname=host, port=port, ready_timeout=LONG_ENOUGH)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, port
    settings.EMAIL_USE_TLS = False
    yield inbox
    controller.stop()
