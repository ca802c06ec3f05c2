"""The mapping between old and new values, as SQL."""

from epic10.postgres.catalog import literal


def mapped(source: str, labels: dict[str | None, str], *, otherwise: str | None = None) -> str:
    """
    An SQL expression of type text.

    It compares text, not enum values: a label that this type does not have
    would be an error even in a branch that is never taken.
    """
    cases = "".join(f" WHEN {literal(old)} THEN {literal(new)}" for old, new in labels.items() if old is not None)
    otherwise = otherwise or f"{source}::text"
    case = f"CASE {source}::text{cases} ELSE {otherwise} END" if cases else otherwise
    return f"coalesce({case}, {literal(labels[None])})" if None in labels else case


def written_to_the_old_one(rule, differs: str) -> str:
    """
    After the switch: has somebody set the old column, and nobody the new one?

    ``differs`` says that the new column is not what the old one becomes. Where
    nobody sets it, each has its default, and these become each other.
    """
    new, old = f"NEW.{rule.column}", f"NEW.{rule.legacy}"
    is_default = f"{new}::text IS NOT DISTINCT FROM {literal(rule.default)}"
    return (
        f"(CASE TG_OP WHEN 'INSERT' THEN {is_default} AND {old} IS NOT NULL AND {differs}\n"
        f"  ELSE {new}::text IS NOT DISTINCT FROM OLD.{rule.column}::text\n"
        f"   AND {old}::text IS DISTINCT FROM OLD.{rule.legacy}::text END)"
    )
