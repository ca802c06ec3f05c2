"""The deployment with nobody stopped: who would notice it, before it begins."""

from django.core.management import CommandError
from django.db import connections

from epic10.deploy.run import Run
from epic10.deploy.writers import ACCEPT_WRITERS
from epic10.postgres import view_schemas, view_users
from epic10.postgres.catalog import array, holds, literal, schema_exists
from epic10.postgres.session import fetch
from epic10.release import plan
from epic10.release.preparation import is_prepared

UNPLACED = "at work, and nobody saw where"
HIDDEN = "connected, and this role may not see whether they work"
NOTHING_CHANGED, NOTHING_DROPPED = "Nothing was changed: ", "Nothing was dropped: "
STOP_IT = "Stop the old application, and give its role the tables: ALTER ROLE ... RESET search_path"

VIEWS = """
SELECT c.oid::int8 FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
 WHERE relkind = 'v' AND nspname::text = ANY ({schemas}) ORDER BY 1"""

# By number: to the transaction that has dropped them they have no names any more.
NOBODY_WAITS = """\
DO $epic10$
DECLARE
  waiting text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.format('pid %s, %s%s', a.pid, a.usename,
           ' (' || nullif(a.application_name, '') || ')'), '; ' ORDER BY a.pid) INTO waiting
    FROM pg_stat_activity a
   WHERE a.datname = current_database() AND EXISTS (
         SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'relation' AND NOT l.granted
            AND l.database = a.datid AND l.relation = ANY (ARRAY[{views}]::oid[]));
  IF waiting IS NOT NULL THEN
    RAISE EXCEPTION '%', {said} || waiting || '.' USING HINT = {hint};
  END IF;
END
$epic10$"""


def insist_on_the_preparation(connection):
    """What there is to switch to has to be there, and time for the old application to go to its views."""
    if not is_prepared(connection):
        raise CommandError(
            "Nothing was changed: --rolling comes after --prepare, and this database is not prepared.\n"
            "HINT: python manage.py epic10_deploy --prepare"
        )


def insist_that_nobody_is_hurt(run: Run, *, accepted: bool):
    """Raise CommandError while a session is at work on the tables themselves: the switch would change them for it."""
    old = view_schemas.old()
    _insist(
        run,
        view_users.past_both,
        accepted=accepted,
        said=f"at work on the tables themselves, where they would notice the switch, and not through {old}",
        hint=f"ALTER ROLE … SET search_path = {old}, public; and new sessions for them, one after the other",
    )


def insist_that_only_the_old_one_works(run: Run, *, accepted: bool):
    """Raise CommandError while a session is at work that the way back would take the tables or the views from."""
    old = view_schemas.old()
    if not holds(connections[run.using], schema_exists(old)):
        raise CommandError(
            f"Nothing was changed: there is no schema {old} for the old application to work through.\n"
            "HINT: python manage.py epic10_rollback, with the application stopped."
        )
    _insist(
        run,
        lambda found: [session for session in found if session.schema not in view_schemas.of(old)],
        accepted=accepted,
        said=f"at work, and not through {old}: the way back would take what they work with",
        hint="Stop the new application, or start the old one in its place",
    )


def insist_that_the_old_one_is_gone(run: Run, *, accepted: bool, nothing: str = NOTHING_CHANGED):
    """
    Raise CommandError while a session is at work through the views that go for good.

    The new application may be at work, and too briefly to be seen where: ``nobody_waits_for_the_old_one``
    tells for certain.
    """
    gone = view_schemas.of(view_schemas.old())
    found = [session for session in _at_work(run).found if session.schema in gone]
    if found:
        _refuse(run, f"{_through_the_old_one()}: {view_users.named(found)}", accepted, STOP_IT, nothing)


def nobody_waits_for_the_old_one(connection) -> list[str]:
    """For the transaction that has dropped its views: a statement that refuses while somebody waits for one."""
    schemas = view_schemas.of(view_schemas.old())
    views = [str(number) for [number] in fetch(connection, VIEWS.format(schemas=array(schemas)))]
    said, hint = f"{NOTHING_DROPPED}{_through_the_old_one()}: ", _then(STOP_IT)
    return [NOBODY_WAITS.format(views=", ".join(views), said=literal(said), hint=literal(hint))] if views else []


def _through_the_old_one():
    return f"at work through {view_schemas.old()}, which goes with the old labels"


def _insist(run, hurt, *, accepted, said, hint):
    """A session that nobody can place may be one that is hurt: a wrong 0 would read as a go."""
    seen = _at_work(run, view_users.PATIENCE)
    found = {said: hurt(seen.found), UNPLACED: seen.unplaced, HIDDEN: seen.hidden}
    complaint = "; ".join(f"{what}: {view_users.named(those)}" for what, those in found.items() if those)
    if not complaint:
        return
    hints = [hint] if found[said] or seen.unplaced else []
    if seen.unplaced:
        pids = ", ".join(str(session.pid) for session in seen.unplaced)
        hints.append(f"SELECT pid, query FROM pg_stat_activity WHERE pid IN ({pids}) says what they do")
    if seen.hidden:
        hints.append("GRANT pg_read_all_stats TO your role")
    _refuse(run, complaint, accepted, "; ".join(hints), NOTHING_CHANGED)


def _refuse(run, complaint, accepted, hint, nothing):
    if not accepted:
        raise CommandError(f"{nothing}{complaint}.\nHINT: {_then(hint)}")
    run.override(ACCEPT_WRITERS, f"Somebody was {complaint}.")


def _then(hint):
    return f"{hint}; then run the same command again. {ACCEPT_WRITERS} goes on, and they get errors."


def _at_work(run, patience: float = 0.0) -> view_users.Look:
    times = {"seconds": view_users.SECONDS, "patience": patience}
    seen = view_users.look(connections[run.using], plan.load().tables(), **times)
    run.facts["at_work"] = list(view_users.lines(seen))
    run.decide(". ".join(run.facts["at_work"]) + ".")
    return seen
