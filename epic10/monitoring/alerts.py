"""Alerts: who is notified, and what happens when they cannot be reached at once."""

import json
import logging
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.core.mail import send_mail

from epic10.monitoring.incidents import OPENED
from epic10.terminal.units import seconds

logger = logging.getLogger("epic10")

MAIL, WEBHOOK = "mail", "webhook"
PAUSES = (1.0, 2.0, 4.0)  # seconds between the attempts after one observation; the next observation tries again
TIMEOUT = 5.0
# A channel that is down for a day must not fill the memory.
MOST_WAITING = 200


@dataclass(frozen=True)
class Channels:
    """E-mail addresses, and a webhook URL that may itself be a secret and is never shown."""

    mail: tuple[str, ...] = ()
    webhook: str = ""

    @property
    def names(self) -> list[str]:
        return [MAIL] * bool(self.mail) + [WEBHOOK] * bool(self.webhook)


def tell(state: dict, messages: list[dict], channels: Channels, *, database: str):
    """Send the new messages, after those that could not be sent before. What still fails stays in ``state``."""
    waiting = state.get("untold", [])
    waiting += [message | {"database": database, "to": channels.names} for message in messages if channels.names]
    silent = set()
    for message in waiting:
        for name in list(message["to"]):
            if name in channels.names and name not in silent:
                if _sent(name, message, channels):
                    message["to"].remove(name)
                else:
                    silent.add(name)
    state["untold"] = [message for message in waiting if set(message["to"]) & set(channels.names)][-MOST_WAITING:]


def subject(message: dict) -> str:
    if message["state"] == OPENED:
        return f"[{message['database']}] {message['incident']}: {message['finding']}"
    return f"[{message['database']}] {message['incident']}: recovered after {seconds(message['seconds'])}"


def _sent(name, message, channels) -> bool:
    plain = {key: value for key, value in message.items() if key != "to"}
    complaint = _mailed(plain, channels.mail) if name == MAIL else _posted(plain, channels.webhook)
    if complaint:
        logger.warning("%s not told by %s: %s. The next look tries again.", message["incident"], name, complaint)
    return not complaint


def _mailed(message, addresses) -> str:
    lines = [
        subject(message),
        "",
        f"Since    {message['opened'][:19]} UTC",
        f"Now      {message['at'][:19]} UTC",
        f"Found    {message['finding']}",
        "",
        "docs/monitoring.md says what it means and what to do.",
    ]
    # A line break would start another header.
    short = " ".join(subject(message).split())[:200]
    try:
        send_mail(short, "\n".join(lines), None, list(addresses))
    except (OSError, SMTPException) as error:
        return type(error).__name__
    return ""


def _posted(message, url) -> str:
    """As JSON; "text" is what Slack, Mattermost and Teams show."""
    body = json.dumps(message | {"text": subject(message)}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", "User-Agent": "epic10"})
    for pause in (*PAUSES, None):
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT):
                return ""
        except urllib.error.HTTPError as error:
            complaint = f"{_host(url)} answered {error.code}"
            error.close()
        except (OSError, ValueError) as error:
            complaint = f"{_host(url)}: {type(error).__name__}"
        if pause is not None:
            time.sleep(pause)
    return complaint


def _host(url) -> str:
    return urlsplit(url).hostname or "the webhook"
