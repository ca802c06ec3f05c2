"""
What every program does: reads an operation a line, carries it out, answers with a line.

``{"op": "move", "args": [...]}`` becomes ``{"ms": 1.2, "value": ...}`` or ``{"ms": 1.2, "error": ..., "code": ...}``,
where the code is the SQLSTATE if the driver tells it. The first operation is ``open``. protocol.mjs is the same in
JavaScript. The operations, by their arguments:

open        refs: ids of rows to refer to; statements: SQL by name, with the driver's placeholders
by_status   status                              one_of      statuses, positions
by_cast     status, cast to the enum type       any_of      statuses, cast to an array of the enum type
statuses    none; returns the labels            history     id; returns the labels
one         id; returns [status, position]      whole       id, by SELECT *; returns [status, position]
create      id, name, position, history id      move        id, label, history id
put         id, label, position: ON CONFLICT    swap        id, label before, label: FOR UPDATE
place       id, position                        rename      id, name
"""

import asyncio
import inspect
import json
import os
import sys
import time
from urllib.parse import urlencode

APPLICATION = os.environ["APPLICATION"]
SEARCH_PATH = os.environ["SEARCH_PATH"]
NAME = os.environ["PGAPPNAME"]
AUTHOR, APPROVER, AGENCY = "author", "approver", "agency"


class Unmet(Exception):
    """The statement went well and did not find what has to be there."""


def serve(open_session):
    """``open_session(refs, statements)`` returns an object with a method for each operation; either may be async."""
    loop = asyncio.new_event_loop()

    def carried_out(function, arguments):
        found = function(*arguments)
        return loop.run_until_complete(found) if inspect.isawaitable(found) else found

    session = None
    for line in sys.stdin:
        wanted = json.loads(line)
        began = time.perf_counter()
        try:
            if wanted["op"] == "open":
                session, answer = carried_out(open_session, wanted["args"]), {}
            else:
                answer = {"value": carried_out(getattr(session, wanted["op"]), wanted["args"])}
        except Exception as error:
            answer = problem(error)
        answer["ms"] = (time.perf_counter() - began) * 1000
        print(json.dumps(answer), flush=True)


def problem(error) -> dict:
    """What went wrong, with the causes that a driver or an object mapper has wrapped."""
    code, said = None, []
    while error is not None and len(said) < 6:
        said.append(f"{type(error).__name__}: {error}")
        code = getattr(error, "sqlstate", None) or code
        if error.args and isinstance(error.args[0], dict):  # pg8000
            code = error.args[0].get("C", code)
        error = getattr(error, "orig", None) or error.__cause__
    return {"code": code or "client", "error": " ".join(" | ".join(said).split())[:500]}


def address(scheme="postgresql") -> str:
    """An address for what does not read the environment itself."""
    known = {"host": os.environ.get("PGHOST"), "port": os.environ.get("PGPORT"), "user": os.environ.get("PGUSER")}
    return (
        f"{scheme}:///{os.environ['PGDATABASE']}?{urlencode({name: value for name, value in known.items() if value})}"
    )


def step(label) -> str:
    """The statement by which an NDA gets to a status."""
    approves = APPLICATION == "new" and label == "SENT_PENDING_SIGNATURE"
    return "execute" if label == "FULLY_EXECUTED" else "approve" if approves else "move"


def found(rows: int):
    if rows != 1:
        raise Unmet(f"{rows} rows, and not one")


def labels(columns, row):
    """Of a row of SELECT *, whatever its other columns."""
    known = dict(zip(columns, row, strict=True))
    return [known["status"], known["usmax_position"]]
