"""
One process of the load: ``python -m ndas.release.load_process``, started by ``epic10.rehearsal.traffic``.

Reads what to do as a line of JSON, says that it is ready, begins when it is told
the moment, ends when it is told to or when whoever started it is gone, and
writes what happened as JSON. Requests have a fixed time to begin; one that has to
wait for another counts from that time, not from when its turn came.
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

from epic10.rehearsal.sessions import Broken, Refused, Session
from ndas.release import requests
from ndas.release.applications import APPLICATIONS
from ndas.release.vocabulary import NEW, OLD, VOCABULARIES

# What a session that knows the types of before is told after the switch, by statement:
# another type of result, no such label, another type of parameter, no such operator, no such column.
AT_THE_SWITCH = ("0A000", "22P02", "42804", "42883", "42703")
WRITTEN = (*VOCABULARIES, "abbreviated_name", *APPLICATIONS[NEW].only)
KNOWN = """
SELECT id, status, usmax_position, agency_group_id, opportunity_poc_id, relationship_poc_id, created_by_id
  FROM ndas WHERE id = ANY ($1)"""


class Client:
    """Whoever uses the applications: one session, requests one after the other, and what it knows of its NDAs."""

    def __init__(self, *, ndas: list[str], switched: str, seed: str):
        self.chance, self.switched = random.Random(seed), f"SELECT {switched}"
        self.answers, self.errors, self.handed_over, self.written = [], [], [], {}
        self.operations, self.shares = list(requests.MIX), list(accumulate(requests.MIX.values()))
        self.session, self.until, self.is_alone, self.choices = None, math.inf, False, []
        self.connect()
        self.choices = [requests.Nda(*row) for row in self.session.rows(KNOWN, _array(ndas))]
        for nda in self.choices:
            nda.pairs = requests.pairs(self.application, nda)

    def run(self, start: float, pause: float):
        """A request each ``pause`` seconds; when it is to end those that were due by then are still sent."""
        for number in count():
            due = start + number * pause
            time.sleep(max(0.0, due - time.monotonic()))
            if due > self.until:
                return
            self.request(due)

    def end_when_told(self):
        """Or when nobody is there any more to tell: then there is nobody to hear what became of it, either."""
        self.is_alone = not sys.stdin.readline()
        self.until = time.monotonic()

    def request(self, due: float):
        operation = self.operations[bisect(self.shares, self.chance.randrange(self.shares[-1]))]
        try:
            if self.session is None:
                self.connect()
            self._answered(operation, due)
        except Refused as refusal:
            self.errors.append([due, self.application.name, operation, refusal.sqlstate, str(refusal)])
        self.answers.append([due, time.monotonic(), operation, self.application.name])

    def connect(self):
        """As the application whose hour it is, which looks at each NDA afresh when it comes to it."""
        if self.session:
            self.session.close()
        self.session, session = None, Session()
        self.application = APPLICATIONS[NEW if session.rows(self.switched) == [["t"]] else OLD]
        session.prepare(self.application.statements)
        self.session = session
        for nda in self.choices:
            nda.is_stale = True

    def _answered(self, operation, due):
        try:
            self._carry_out(operation)
        except Refused as refusal:
            if refusal.sqlstate not in AT_THE_SWITCH or not self._has_switched():
                raise
            # The operator recycles the pools at the switch: the other application takes the request.
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
        """Written or not, nobody knows: nothing of the NDA is counted on, but that it is there if it was."""
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
            # Whatever it changes of a row, the row then reads as it left it, also to the new one.
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
    except Refused as refusal:
        print(json.dumps({"failed": str(refusal)}))
        return
    print(json.dumps({"ready": len(client.choices)}), flush=True)
    if not (begin := sys.stdin.readline()):
        return
    threading.Thread(target=client.end_when_told, daemon=True).start()
    # A collection in the middle would look like a stall of the server.
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
