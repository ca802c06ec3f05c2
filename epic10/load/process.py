"""
One process of the load: ``python -m epic10.load.process``, started by ``epic10.traffic``.

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

from epic10.load import requests
from epic10.load.applications import APPLICATIONS
from epic10.load.pool import Broken, Refused, Session
from epic10.load.vocabulary import NEW, OLD, VOCABULARIES

# What a session that knows the types of before is told after the switch, by statement:
# another type of result, no such label, another type of parameter, no such operator, no such column.
AT_THE_SWITCH = ("0A000", "22P02", "42804", "42883", "42703")
KNOWN = """
SELECT id, status, usmax_position, agency_group_id, opportunity_poc_id, relationship_poc_id, created_by_id
  FROM ndas WHERE id = ANY ($1)"""


class Load:
    def __init__(self, *, ndas: list[str], switched: str, seed: str):
        self.chance, self.switched = random.Random(seed), f"SELECT {switched}"
        self.answers, self.errors, self.handed_over, self.written = [], [], [], {}
        self.operations, self.shares = list(requests.MIX), list(accumulate(requests.MIX.values()))
        self.ndas, self.session, self.until = dict.fromkeys(ndas), None, math.inf
        self.connect()

    def run(self, start: float, pause: float):
        """A request each ``pause`` seconds; when it is to end those that were due by then are still sent."""
        for number in count():
            due = start + number * pause
            time.sleep(max(0.0, due - time.monotonic()))
            if due > self.until:
                return
            self.request(due)

    def end_when_told(self):
        """Or when nobody is there any more to tell."""
        sys.stdin.readline()
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
        """As the application whose hour it is, which looks at its NDAs afresh."""
        if self.session:
            self.session.close()
        self.session, session = None, Session()
        self.application = APPLICATIONS[NEW if session.rows(self.switched) == [["t"]] else OLD]
        session.prepare(self.application.statements)
        known = {row[0]: requests.Nda(*row) for row in session.rows(KNOWN, _array(self.ndas))}
        for id, nda in known.items():
            before = self.ndas[id]
            nda.pairs = before.pairs if before else self._read(nda)
        self.ndas, self.session = known, session
        self.choices = list(known.values())

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
        carry_out, nda = requests.drawn(operation, self.application, self.choices, self.chance)
        try:
            writes = carry_out(self.session)
        except Broken:
            # Written or not, nobody knows: it is not counted on.
            self.session = None
            if nda:
                self.ndas[nda.id] = None
                self.written.get("ndas", {}).pop(nda.id, None)
            raise
        for table, key, values in writes:
            self._remember(table, key, values, nda)

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
            nda.pairs = self._read(nda)
            written.update(nda.pairs)
            written.update(dict.fromkeys(APPLICATIONS[NEW].only))
        written.update({column: pair for column, pair in nda.pairs.items() if column in written})
        if key not in self.ndas:
            self.ndas[key] = nda
            self.choices.append(nda)

    def _read(self, nda):
        name = self.application.name
        return {column: known.read(name, getattr(nda, column)) for column, known in VOCABULARIES.items()}


def main():
    wishes = json.loads(sys.stdin.readline())
    try:
        load = Load(**wishes)
    except Refused as refusal:
        print(json.dumps({"failed": str(refusal)}))
        return
    print(json.dumps({"ready": len(load.ndas)}), flush=True)
    start, pause = json.loads(sys.stdin.readline())
    threading.Thread(target=load.end_when_told, daemon=True).start()
    # A collection in the middle would look like a stall of the server.
    gc.freeze()
    gc.disable()
    load.run(start, pause)
    told = ("answers", "errors", "handed_over", "written")
    json.dump({name: getattr(load, name) for name in told}, sys.stdout)


def _array(values):
    return "{" + ",".join(f'"{value}"' for value in values) + "}"


if __name__ == "__main__":
    main()
