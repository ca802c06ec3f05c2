"""
One process of the load: ``python -m ndas.release.load_process``, started by ``epic10.rehearsal.traffic``.

It reads its task as a line of JSON, reports that it is ready, begins at the time it is given, ends when it is told to
or when its parent is gone, and writes the result as JSON. Requests are due at fixed times; one that has to wait for
another counts from the time it was due, not from the time it was sent.
"""

import gc
import json
import math
import random
import sys
import threading
import time
from bisect import bisect
from itertools import accumulate, count

from epic10.postgres.catalog import quoted
from epic10.rehearsal.sessions import Broken, Session, StatementRefused
from ndas.release import requests
from ndas.release.applications import APPLICATIONS
from ndas.release.vocabulary import NEW, OLD, VOCABULARIES

# Errors that a session with the types from before gets after the switch: cached plan must not
# change result type, no such label, wrong type of parameter, no such operator, no such column.
AT_THE_SWITCH = ("0A000", "22P02", "42804", "42883", "42703")
WRITTEN = (*VOCABULARIES, "abbreviated_name", *APPLICATIONS[NEW].only)
KNOWN = """
SELECT id, status, usmax_position, agency_group_id, opportunity_poc_id, relationship_poc_id, created_by_id
  FROM ndas WHERE id = ANY ($1)"""


class Client:
    """
    A user of the applications: one session, one request after the other, and what it knows of its NDAs.

    With a ``schema`` of views it is a user of one application, and its session is never renewed.
    """

    def __init__(self, *, ndas: list[str], switched: str, seed: str, schema: str = "", is_new: bool = False):
        self.chance, self.switched = random.Random(seed), f"SELECT {switched}"
        self.schema, self.is_new = schema, is_new
        self.answers, self.errors, self.handed_over, self.written = [], [], [], {}
        self.operations, self.shares = list(requests.MIX), list(accumulate(requests.MIX.values()))
        self.session, self.until, self.is_alone, self.choices = None, math.inf, False, []
        self.connect()
        self.choices = [requests.Nda(*row) for row in self.session.rows(KNOWN, _array(ndas))]
        for nda in self.choices:
            nda.pairs = requests.pairs(self.application, nda)

    def run(self, start: float, pause: float):
        """Send a request every ``pause`` seconds; at the end, those that are due by then are still sent."""
        for number in count():
            due = start + number * pause
            time.sleep(max(0.0, due - time.monotonic()))
            if due > self.until:
                return
            self.request(due)

    def end_when_told(self):
        """End when told to, or when the parent is gone; then nobody wants the result, either."""
        self.is_alone = not sys.stdin.readline()
        self.until = time.monotonic()

    def request(self, due: float):
        operation = self.operations[bisect(self.shares, self.chance.randrange(self.shares[-1]))]
        try:
            if self.session is None:
                self.connect()
            self._answered(operation, due)
        except StatementRefused as refusal:
            self.errors.append([due, self.application.name, operation, refusal.sqlstate, str(refusal)])
        self.answers.append([due, time.monotonic(), operation, self.application.name])

    def connect(self):
        """Connect as the application that fits the database now; it reads each NDA again when it comes to it."""
        if self.session:
            self.session.close()
        self.session, session = None, Session()
        if self.schema:
            session.execute(f"SET search_path = {quoted(self.schema)}, public")
        is_new = self.is_new if self.schema else session.rows(self.switched) == [["t"]]
        self.application = APPLICATIONS[NEW if is_new else OLD]
        session.prepare(self.application.statements)
        self.session = session
        for nda in self.choices:
            nda.is_stale = True

    def _answered(self, operation, due):
        try:
            self._carry_out(operation)
        except StatementRefused as refusal:
            if self.schema or refusal.sqlstate not in AT_THE_SWITCH or not self._has_switched():
                raise
            # At the switch the operator recycles the connection pools, and the other application gets the request.
            self.connect()
            self.handed_over.append(due)
            self._carry_out(operation)

    def _carry_out(self, operation):
        nda = None
        try:
            carry_out, nda = requests.drawn(operation, self.session, self.application, self.choices, self.chance)
            writes = carry_out()
        except Broken:
            self.session = None
            if nda:
                self._lose_track(nda)
            raise
        for table, key, values in writes:
            self._remember(table, key, values, nda)

    def _lose_track(self, nda):
        """Whether the write was committed is unknown: nothing is expected of the NDA, except that it exists."""
        nda.pairs = {}
        if not nda.is_new:
            self.written.setdefault("ndas", {})[nda.id] = dict.fromkeys(WRITTEN)

    def _has_switched(self):
        is_new = self.session.rows(self.switched) == [["t"]]
        return is_new != (self.application.name == NEW)

    def _remember(self, table, key, values, nda):
        application = self.application.name
        written = self.written.setdefault(table, {}).setdefault(key, {})
        written.update(values)
        if table != "ndas":
            written["status"] = VOCABULARIES["status"].written(application, values["status"], None)
            return
        for column in values.keys() & VOCABULARIES.keys():
            setattr(nda, column, values[column])
            nda.pairs[column] = VOCABULARIES[column].written(application, values[column], nda.pairs.get(column))
        if application == OLD:
            # After any change of a row it reads as this application left it, also for the new application.
            nda.pairs = requests.pairs(self.application, nda)
            written.update(nda.pairs)
            written.update(dict.fromkeys(APPLICATIONS[NEW].only))
        written.update({column: pair for column, pair in nda.pairs.items() if column in written})
        if nda.is_new:
            nda.is_new = False
            self.choices.append(nda)


def main():
    wishes = json.loads(sys.stdin.readline())
    try:
        client = Client(**wishes)
    except StatementRefused as refusal:
        print(json.dumps({"failed": str(refusal)}))
        return
    print(json.dumps({"ready": len(client.choices)}), flush=True)
    if not (begin := sys.stdin.readline()):
        return
    threading.Thread(target=client.end_when_told, daemon=True).start()
    # A garbage collection would look like a stall of the server.
    gc.freeze()
    gc.disable()
    client.run(*json.loads(begin))
    if client.is_alone:
        return
    told = ("answers", "errors", "handed_over", "written")
    json.dump({name: getattr(client, name) for name in told}, sys.stdout)


def _array(values):
    return "{" + ",".join(f'"{value}"' for value in values) + "}"


if __name__ == "__main__":
    main()
