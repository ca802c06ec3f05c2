"""The table of the shapes, for people."""

from tests.shapes.trial import Trial

HEAD = "| shape | route | precheck | there | back | wrong |\n| --- | --- | --- | --- | --- | --- |"


def line(trial: Trial) -> str:
    """With what was said, where it does not go there and back."""
    found = "; ".join(trial.wrong) or "0"
    why = f" ({'; '.join(dict.fromkeys(trial.why))[:300]})" if trial.why else ""
    return f"| {trial.shape} | {trial.route} | {trial.word} | {trial.there} | {trial.back} | {found}{why} |"


def summary(trials: list[Trial]) -> str:
    shapes = len({trial.shape for trial in trials})
    wrong = [trial for trial in trials if trial.behaved_wrongly]
    stopped = [trial for trial in trials if trial.said_go_and_stopped]
    named = "".join(f"\n    {trial.shape}, {trial.route}" for trial in wrong + stopped)
    return f"{shapes} shapes: behaved wrongly {len(wrong)}, said GO and then stopped {len(stopped)}{named}"
