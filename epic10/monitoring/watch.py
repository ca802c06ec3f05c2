"""The loop of the watch: observe, judge, alert, keep."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError
from django.db import connections

from epic10.monitoring import alerts, incidents, prometheus, retention
from epic10.monitoring.incidents import OPENED
from epic10.monitoring.look import look
from epic10.monitoring.observation import Observation
from epic10.terminal import private_files
from epic10.terminal.units import amount, seconds

# Otherwise psycopg waits two minutes for a machine that is down.
CONNECT_SECONDS = "5"


@dataclass(frozen=True)
class WatchOptions:
    """The interval in seconds, and who is notified."""

    interval: float = 60.0
    thoroughly_every: float = 900.0
    channels: alerts.Channels = field(default_factory=alerts.Channels)
    prometheus: Path | None = None


@dataclass(frozen=True)
class Looked:
    """One observation, the incidents that it opened or closed, and those that are open after it."""

    seen: Observation
    messages: list[dict]
    open: dict[str, dict]
    complaint: str = ""

    @property
    def is_fine(self) -> bool:
        return not self.open and not self.seen.findings

    def as_json(self) -> dict:
        return {
            "at": self.seen.at.isoformat(),
            "fine": self.is_fine,
            "timings": {
                timing.name: {
                    "milliseconds": round(timing.milliseconds, 2),
                    "baseline": timing.baseline,
                    "limit": timing.limit,
                }
                for timing in self.seen.timings
            },
            "gauges": self.seen.gauges,
            "findings": {finding.name: finding.text for finding in self.seen.findings.values()},
            "unknown": self.seen.unknown,
            "facts": self.seen.facts,
            "incidents": {name: incident["opened"] for name, incident in self.open.items()},
            "told": self.messages,
            "complaint": self.complaint,
        }

    def lines(self) -> Iterator[str]:
        clock = f"{self.seen.at:%H:%M:%S}"
        for message in self.messages:
            if message["state"] == OPENED:
                yield f"{clock} OPENED {message['incident']}: {message['finding']}"
            else:
                yield f"{clock} RECOVERED {message['incident']}, after {seconds(message['seconds'])}"
        yield f"{clock} {self._verdict()}: {self._summary()}"
        if self.complaint:
            yield f"{clock} {self.complaint}"

    def _verdict(self):
        suspected = [name for name in self.seen.findings if name not in self.open]
        words = [f"{len(self.open)} open ({', '.join(self.open)})"] * bool(self.open)
        words += [f"suspected: {', '.join(suspected)}"] * bool(suspected)
        return "; ".join(words) or "fine"

    def _summary(self):
        seen = self.seen
        if not seen.knows:
            return "nobody answers"
        told = [_spelled(timing) for timing in seen.timings if timing.name in ("list", "detail")]
        slowest = max(seen.timings, key=lambda timing: timing.milliseconds, default=None)
        if slowest and slowest.name not in ("list", "detail"):
            told.append(f"slowest {_spelled(slowest)}")
        told.append(f"{seen.gauges.get('sessions', 0):.0f} sessions")
        told += [f"cpu {seen.gauges['cpu.share']:.0%}"] if "cpu.share" in seen.gauges else []
        told += [f"memory {amount(seen.gauges['memory.bytes'])}"] if "memory.bytes" in seen.gauges else []
        return ", ".join(told)


def once(using: str, wishes: WatchOptions) -> Looked:
    """Take one observation with the state of the last one, and keep the state for the next one."""
    with alone(using):
        return _look(using, retention.load(using), wishes)


def watch(using: str, wishes: WatchOptions, *, duration: float, show: Callable[[Looked], None]):
    """Observe repeatedly, for ``duration`` seconds, whatever happens to the database meanwhile."""
    with alone(using):
        state, began = retention.load(using), time.monotonic()
        due = began
        while due <= began + duration:
            time.sleep(max(due - time.monotonic(), 0))
            show(_look(using, state, wishes))
            # Observations missed because one took longer than the interval are not made up for.
            due = max(due + wishes.interval, time.monotonic())


@contextmanager
def alone(using: str) -> Iterator[None]:
    """Only one at a time, as two with the same state would send every alert twice. Connecting has a short timeout."""
    os.environ.setdefault("PGCONNECT_TIMEOUT", CONNECT_SECONDS)
    database = connections[using].settings_dict["NAME"]
    path = private_files.directory(settings.EPIC10_RECORDS) / f"epic10_monitor-{private_files.plain(database)}.alone"
    with ExitStack() as held:
        try:
            held.enter_context(private_files.locked(path))
        except BlockingIOError as error:
            raise CommandError(
                f'Another epic10_monitor is watching database "{database}".\n'
                "HINT: ps ax | grep epic10_monitor; one is enough."
            ) from error
        yield


def _look(using, state, wishes) -> Looked:
    connection = connections[using]
    try:
        seen = look(using, state, thoroughly_every=wishes.thoroughly_every)
        messages = incidents.advance(state, seen)
        alerts.tell(state, messages, wishes.channels, database=connection.settings_dict["NAME"])
        complaint = retention.keep(using, seen, state)
    finally:
        # The next observation opens a new one. Nothing stays open in between, so a restart does not matter.
        connection.close()
    if wishes.prometheus:
        prometheus.write(wishes.prometheus, seen, state, database=connection.settings_dict["NAME"])
    return Looked(seen, messages, incidents.open_ones(state), complaint)


def _spelled(timing):
    ratio = f" ({timing.milliseconds / timing.baseline:.1f} times before)" if timing.baseline else ""
    return f"{timing.name} {timing.milliseconds:.1f} ms{ratio}"
