"""
Both ways before the switch: either application writes its own labels, and the others follow.

From enforce on the new application may write, too, through a view of the columns beside
the old ones. By which column a statement wrote, the trigger knows whose write it is: of
an UPDATE the one that changed; of an INSERT the new one, which has no default of its own
until the switch, so that it is NULL unless the new application has written it.

The trigger runs twice for each row. Before the triggers of others it sees what the
statement wrote, and those see the old label that belongs to it. They know no
other: where the two labels do not belong together any more afterwards, one of them has
changed the old one.
"""

from epic10.operations.columns.convert import Beside, Convert
from epic10.operations.columns.relabel import Rule, Shadow
from epic10.operations.columns.trigger_names import FIRST, pgid
from epic10.operations.ownership import claim, is_ours, release

KIND = "both ways"
IS_FIRST = f"pg_catalog.starts_with(TG_NAME::text, '{FIRST}')"


def are_open(table: str, beside: Beside | None = None) -> str:
    """A condition on the ledger: both applications may write, from enforce until its way back."""
    return is_ours(KIND, pgid(table, beside))


def opened(table: str, beside: Beside | None = None) -> str:
    return claim(KIND, pgid(table, beside), exists="false")


def closed(table: str, beside: Beside | None = None) -> str:
    return release(KIND, pgid(table, beside))


def follow_both(rules: list[Rule]) -> str:
    """The trigger body; computed columns follow once, when everybody has written what they are computed from."""
    labels = [rule for rule in rules if isinstance(rule, Shadow)]
    last = [
        *map(_follow_last, labels),
        *(
            _convert(rule) if isinstance(rule, Convert) else rule.follow(is_switched=False)
            for rule in rules
            if rule not in labels
        ),
    ]
    if not labels:
        return "\n".join(last)
    return "\n".join([f"IF {IS_FIRST} THEN", *map(_follow_first, labels), "ELSE", *last, "END IF;"])


def _follow_first(shadow: Shadow) -> str:
    new, old, up = _named(shadow)
    return (
        f"IF {_by_the_old_one(shadow)} THEN\n"
        f"  {new} := {up};\n"
        f"ELSIF (TG_OP = 'INSERT' AND {old} IS NULL OR {up} IS DISTINCT FROM {new}::text) THEN\n"
        f"  {old} := {shadow.relabel.downwards_into(old, new)};\n"
        f"END IF;"
    )


def _follow_last(shadow: Shadow) -> str:
    new, old, up = _named(shadow)
    return (
        f"IF {_by_the_old_one(shadow)} THEN\n"
        f"  {new} := {up};\n"
        f"ELSIF ({up} IS DISTINCT FROM {new}::text\n"
        f"   AND {old}::text IS DISTINCT FROM {shadow.relabel.downwards(new)}) THEN\n"
        f"  {new} := CASE WHEN TG_OP = 'UPDATE' AND {old}::text IS NOT DISTINCT FROM OLD.{shadow.column}::text\n"
        f"    THEN OLD.{shadow.target}::text ELSE {up} END;\n"
        f"END IF;"
    )


def _by_the_old_one(shadow: Shadow) -> str:
    new, old, _ = _named(shadow)
    return (
        f"(CASE TG_OP WHEN 'INSERT' THEN {new} IS NULL\n"
        f"  ELSE {new}::text IS NOT DISTINCT FROM OLD.{shadow.target}::text\n"
        f"   AND {old}::text IS DISTINCT FROM OLD.{shadow.column}::text END)"
    )


def _named(shadow: Shadow):
    new, old = f"NEW.{shadow.target}", f"NEW.{shadow.column}"
    return new, old, shadow.relabel.upwards(old)


def _convert(rule: Convert) -> str:
    """Their column holds what ours does, and is the last to be asked: nobody's trigger has to know of it."""
    new, old = f"NEW.{rule.target}", f"NEW.{rule.column}"
    up = rule.upwards(old, "NEW.")
    written = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in rule.sources)
    differs = f"({up} IS DISTINCT FROM {new})"
    return (
        f"IF (CASE TG_OP WHEN 'INSERT' THEN {new} IS NULL\n"
        f"  ELSE {new} IS NOT DISTINCT FROM OLD.{rule.target} AND ({written}) END) THEN\n"
        f"  {new} := {up};\n"
        # Through its view the new application names ours alone; theirs may have no default, and take no NULL.
        f"ELSIF (CASE TG_OP WHEN 'INSERT' THEN {old} IS NULL OR {differs}\n"
        f"  ELSE {new} IS DISTINCT FROM OLD.{rule.target} AND {differs} END) THEN\n"
        f"  {old} := {new};\n"
        f"END IF;"
    )
