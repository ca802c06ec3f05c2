"""
A whole release with both applications at work: there, back, there again, and to its end.

The old application works in ``epic9`` from before the release until ``epic10_finalize``, the new one
in ``epic10`` as long as there is such a schema, and after it. No session is renewed, with one exception:
a client that writes the schema in front of every name works in ``public`` as long as its schema is not
there. That is also why the way back undoes the switch on its own, before the rest.

The release ends at 0002. The guards of 0003 would refuse what the old application does to an NDA that
waits for approval or has expired, which it sees as CREATED or FULLY_EXECUTED.
"""

import io
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.core.management import CommandError, call_command

from epic10.postgres import view_schemas
from ndas.release.vocabulary import NEW, OLD
from tests.clients import verification
from tests.clients.client import PROGRAMS, Client, Sample
from tests.clients.expected import Nda, first
from tests.clients.kinds import Kind
from tests.clients.statements import statements
from tests.clients.work import READS, WRITES, Work
from tests.migration.disturbances import LONG_ENOUGH, steps

EACH = len(WRITES + READS)  # operations of a round
EXISTING = 12  # NDAs of the register that each kind changes
RATE = 60.0
REFS = """
SELECT (SELECT min(id) FROM agency_groups), (SELECT min(id) FROM contacts), (SELECT max(id) FROM contacts)"""
NDAS = "SELECT id, company_name, status::text, usmax_position::text FROM ndas ORDER BY md5(id) LIMIT %s"


@dataclass
class Found:
    """By the clients and by comparing the register with what they were told. ``milliseconds`` by phase: its command."""

    samples: list[Sample] = field(default_factory=list)
    reconnects: dict[tuple[str, str], int] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)
    mislabelled: dict[str, list[str]] = field(default_factory=dict)
    sessions: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def failures(self) -> list[Sample]:
        return [sample for sample in self.samples if sample.against or sample.wrong]

    def is_flawless(self) -> bool:
        wrong = [*self.lost.values(), *self.mislabelled.values()]
        return bool(self.samples) and not self.failures and not any(self.reconnects.values()) and not any(wrong)


class Night:
    """
    ``rounds`` of every operation are done by every client in each phase, at least, besides what it does during
    the release's own command; ``rate`` is that of all of them.
    """

    def __init__(
        self, register, kinds: list[Kind], *, rate=RATE, rounds=1, say: Callable[[str], None] = lambda line: None
    ):
        self.register, self.kinds, self.rate, self.rounds, self.say = register, kinds, rate, rounds, say
        self.found, self.clients, self.state = Found(), {}, verification.UNDONE

    def whole(self) -> Found:
        with self._clients():
            self.there()
            self.switch_back()
            self.back()
            self.there(again=" again")
            self.finalize()
        return self.found

    def there_and_back(self) -> Found:
        """The short one: the switch and its way back, under both."""
        with self._clients():
            self.there()
            self.switch_back()
        return self.found

    def there(self, again=""):
        self._phase(
            f"prepare{again}", lambda: self.register.migrate(prepare=True), only_plain=True, then=verification.PREPARED
        )
        self._requalify(OLD, view_schemas.qualified(view_schemas.old()))
        self._open(NEW, view_schemas.new())
        self._phase(f"switch{again}", self.register.migrate, then=verification.SWITCHED)

    def switch_back(self):
        self._phase("switch back", lambda: steps()[-1].backwards(self.register), then=verification.PREPARED)

    def back(self):
        self._close(NEW)
        self._requalify(OLD, "public")
        self._phase("way back", lambda: self.register.migrate("0001"), only_plain=True, then=verification.UNDONE)
        self._phase("before again")

    def finalize(self):
        self._close(OLD)
        self._requalify(NEW, "public")
        self._phase("finalize", self._finalize, then=verification.FINALIZED)

    def _finalize(self):
        output, yes = io.StringIO(), {"yes_drop_legacy": True, "yes_drop_indexes": True}
        try:
            call_command("epic10_finalize", database=self.register.alias, stdout=output, **yes)
        except CommandError as error:
            error.add_note(output.getvalue())
            raise

    @contextmanager
    def _clients(self):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clients-")))
            shutil.copytree(PROGRAMS, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__*"))
            for kind in self.kinds:
                if kind.needs and kind.needs.name == "node":
                    for name in ("node_modules", "generated", "package.json"):
                        if not (folder / name).exists():
                            (folder / name).symlink_to(kind.needs.folder() / name)
            [[agency, author, approver]] = self.register.rows(REFS)
            self.refs = {"agency": agency, "author": author, "approver": approver}
            rows = self.register.rows(NDAS, [EXISTING * len(self.kinds)])
            for number, kind in enumerate(self.kinds):
                mine = [
                    Nda(key, name, first("status", OLD, status), first("usmax_position", OLD, position))
                    for key, name, status, position in rows[number :: len(self.kinds)]
                ]
                work = Work(kind.name, mine)
                for application in (OLD, NEW):
                    client = Client(kind, application, work, self.register, folder)
                    self.clients[kind.name, application] = client
                    stack.callback(client.kill)
            self._open(OLD, view_schemas.old(), otherwise="public")
            self._phase("before")
            yield
            self._close(OLD), self._close(NEW)

    def _open(self, application, schema, *, otherwise=None):
        for client in self._of(application):
            given = (self.refs, statements(application, self.refs, client.kind.placeholder))
            of_its_own = otherwise or view_schemas.qualified(schema)
            client.open(of_its_own if client.kind.qualifies else schema, given)
            who = (client.kind.name, application)
            self.found.sessions[who] = self.found.sessions.get(who, 0) + 1

    def _close(self, application):
        for client in self._of(application):
            client.close()

    def _requalify(self, application, schema):
        """A client that qualifies every name goes where they are, by a new session; all others stay."""
        for client in self._of(application):
            if client.kind.qualifies:
                client.close()
                client.open(schema, (self.refs, statements(application, self.refs, client.kind.placeholder)))
                self.found.sessions[client.kind.name, application] += 1

    def _of(self, application):
        return [client for (_, of), client in self.clients.items() if of == application]

    def _phase(self, name, action=lambda: None, *, only_plain=False, then=None):
        """Everybody at work before the action, during it, and after it; then the register is compared."""
        at_work = [client for client in self.clients.values() if client.process]
        self._tell(only_plain=only_plain, is_undone=self.state is verification.UNDONE and not only_plain)
        stop, began = threading.Event(), time.monotonic()
        pause = len(at_work) / self.rate
        threads = [
            threading.Thread(target=client.work_until, args=(stop, name, pause), daemon=True) for client in at_work
        ]
        for client in at_work:
            client.asked = 0
        try:
            for thread in threads:
                thread.start()
            _each_does(at_work, 3, threads)
            action()
            _each_does(at_work, EACH * self.rounds, threads)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.state = then or self.state
        self._compare(name, at_work)
        self.say(f"{name}: {sum(client.asked for client in at_work)} operations in {time.monotonic() - began:.1f} s")

    def _tell(self, **how):
        for client in self.clients.values():
            for name, value in how.items():
                setattr(client.work, name, value)

    def _compare(self, name, at_work):
        for client in at_work:
            client.count_reconnects()
            self.found.samples += client.samples
            client.samples = []
            self.found.reconnects[client.kind.name, client.application] = client.reconnects
        ndas = {kind.name: self.clients[kind.name, OLD].work for kind in self.kinds}
        for kind, work in ndas.items():
            lost, mislabelled = verification.lost_and_mislabelled(self.register, work.ndas + work.retired, self.state)
            self.found.lost.setdefault(kind, []).extend(f"{name}: {said}" for said in lost)
            self.found.mislabelled.setdefault(kind, []).extend(f"{name}: {said}" for said in mislabelled)


def _each_does(clients, number, threads):
    """Wait until each has done so many operations more."""
    deadline, wanted = time.monotonic() + LONG_ENOUGH, {client: client.asked + number for client in clients}
    while any(client.asked < count for client, count in wanted.items()):
        assert time.monotonic() < deadline, "a client has stopped answering"
        assert all(thread.is_alive() for thread in threads), "a client's thread has ended"
        time.sleep(0.01)
