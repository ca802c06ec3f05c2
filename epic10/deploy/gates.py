"""What a deployment has to have behind it: a rehearsal and a snapshot of this database; and that it is no copy."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from django.db import connections

from epic10.deploy.run import OK, Run
from epic10.ledger import run_records
from epic10.ledger.models import RunRecord
from epic10.postgres.identity import identity_of
from epic10.release import revision
from epic10.snapshots import before_release
from epic10.snapshots.manifest import Manifest
from epic10.terminal.moments import moment
from epic10.terminal.refusal import Refusal
from epic10.terminal.units import seconds

# A rehearsal and a snapshot of longer ago were of another night.
A_WEEK = 7 * 86400.0
ACCEPT_COPY, WITHOUT_REHEARSAL = "--accept-copy", "--without-rehearsal"


class NotAsItHasToBe(Refusal):
    """A gate is closed, and nothing was changed; the message says what opens it."""


def insist_on_the_original(run: Run, *, accepted: bool):
    """Refuse a database whose own ledger tells of another one, unless it has taken the other's place."""
    connection, here = connections[run.using], asdict(identity_of(connections[run.using]))
    if there := _another(run.using, here):
        said = (
            f'database "{connection.settings_dict["NAME"]}" is a copy: the newest record in its ledger is of {there}.'
        )
        if not accepted:
            raise NotAsItHasToBe(
                f"Nothing was changed: {said}\n"
                f"HINT: Look at DATABASE_URL. If this database has taken the place of that one: {ACCEPT_COPY}"
            )
        run.override(ACCEPT_COPY, f"The {said}")
    # Not of a run that was refused: the next one would be let in.
    run.facts["identity"] = here


def _another(using, here) -> str:
    known = next((one for one in run_records.newest(using) if "identity" in one.body.get("facts", {})), None)
    if known is None or known.body["facts"]["identity"] == here:
        return ""
    where = f'database "{known.body["database"]}" on {known.body["server"]}'
    return f"{known.command}, {moment(known.finished_at)}, {where}"


def insist_on_a_rehearsal(run: Run, *, max_age: float, waived: bool):
    if waived:
        run.override(WITHOUT_REHEARSAL, "There is no rehearsal to rely on.")
    elif passed := last_rehearsal(run.using, max_age=max_age):
        run.decide(f"Rehearsed on {moment(passed.finished_at)}, record {passed.id}.")
    else:
        raise NotAsItHasToBe(
            "Nothing was changed: no rehearsal of this release, at this revision, on a snapshot of this database has "
            f"passed in the last {seconds(max_age)}.{_what_the_newest_lacks(run.using, max_age)}\n"
            "HINT: python manage.py epic10_snapshot take, then epic10_rehearse --from newest; "
            f"or {WITHOUT_REHEARSAL}, which is recorded as your decision."
        )


def last_rehearsal(using: str, *, max_age: float = A_WEEK) -> RunRecord | None:
    """The newest rehearsal that counts: it passed, on a snapshot of this database, with this release, lately."""
    return next((passed for passed in _passed(using) if not _lacking(passed, using, max_age)), None)


def lacking_in_snapshot(using: str, taken: Manifest, *, max_age: float) -> str:
    """Why this snapshot is none of this database before the release, or ""."""
    age = (datetime.now(UTC) - taken.taken_at).total_seconds()
    if taken.database != connections[using].settings_dict["NAME"]:
        return f'of the database "{taken.database}"'
    if not is_of(taken, using):
        return "of another database of that name"
    if not before_release.is_from_before(taken):
        return "of a half-way state: it has columns that the release adds"
    if age > max_age:
        return f"{seconds(age)} old, and {seconds(max_age)} is the most (--max-snapshot-age)"
    return ""


def is_of(taken: Manifest, using: str) -> bool:
    """Is the snapshot of this database? Where its role was not allowed to know, the name has to do."""
    here = identity_of(connections[using])
    return taken.seen is None or (taken.seen.server, taken.seen.database) == (here.server, here.database)


def _what_the_newest_lacks(using, max_age):
    newest = next(iter(_passed(using)), None)
    return f" The newest is {_lacking(newest, using, max_age)}: record {newest.id}." if newest else ""


def _lacking(record, using, max_age) -> str:
    release, known = record.body["release"], revision.identity()
    age = datetime.now(UTC) - record.finished_at
    if not _is_of_this_database(record.body["facts"]["source"], connections[using]):
        return "of another database"
    if release.get("digest") != known["digest"]:
        return "of a release with other SQL"
    if release.get("revision") != known["revision"]:
        return f"of revision {release.get('revision')}, and this is {known['revision']}"
    if age > timedelta(seconds=max_age):
        return f"{seconds(age.total_seconds())} old"
    return ""


def _is_of_this_database(source: dict, connection) -> bool:
    here = identity_of(connection)
    if not here.server:  # This role may not know; neither could the one that took the snapshot.
        return source.get("database") == connection.settings_dict["NAME"]
    return source.get("identity") == asdict(here)


def _passed(using) -> list[RunRecord]:
    # Looked into here: a lookup would call whatever operator of that name somebody has planted for its literals.
    found = run_records.newest(using, command="epic10_rehearse", verdict=OK)
    return [record for record in found if "snapshot" in record.body.get("facts", {}).get("source", {})]
