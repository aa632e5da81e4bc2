"""What completes the steps of the lessons: each check returns in a sentence what was done, or nothing.

Only what was done after the lesson began counts.
"""

from collections.abc import Callable, Mapping

from digits.evaluation import evaluate, fine_tune_result
from digits.lessons.store import BEGUN, Act
from digits.networks.damage import Damage
from digits.networks.settings_table import SETTINGS
from digits.runs import store as runs
from digits.runs.run import Run, RunState

Acts = Mapping[str, Act]
GOAL = 0.98  # of the test digits
CONFIDENT = 0.9
BROKEN = 0.5  # of the test digits: below it a network counts as broken
FALLEN = 0.05  # of the accuracy, for a distortion to count


def check(name: str, owner: str, acts: Acts) -> str:
    """Return in a sentence what the learner did for the check of that name; empty while it is not done."""
    return (CHECKS[name](owner, acts) or "") if BEGUN in acts else ""


def trained(owner: str, since: str) -> list[tuple[Run, float]]:
    """Return the runs that somebody trained since then to their end, with their test accuracy, the newest first."""
    found = [run for run in runs.of_owner(owner, since) if run.state == RunState.DONE and not run.settings.parent]
    return [(run, report["accuracy"]) for run in found for report in evaluate.reports(run)[:1]]


def _pixels(owner: str, acts: Acts) -> str:
    seen = acts.get("pixels")
    return (
        seen and f"You looked at the pixels of digit {seen.evidence['index']:,}. Its label is {seen.evidence['label']}."
    )


def _simplest(owner: str, acts: Acts) -> str:
    guess = acts.get("guess")
    found = trained(owner, guess.done) if guess else []
    for accuracy in [accuracy for run, accuracy in found if run.settings.architecture == "linear"][-1:]:  # the first
        return (
            f"You predicted {guess.evidence['accuracy']:.0%}. The network reached {accuracy:.1%}: "
            f"{100 * abs(accuracy - guess.evidence['accuracy']):.0f} points apart."
        )
    return ""


def _confident_mistake(owner: str, acts: Acts) -> str:
    seen = acts.get("confident_mistake")
    return seen and (
        f"You found digit {seen.evidence['index']:,}: a {seen.evidence['label']}, predicted as "
        f"{seen.evidence['predicted']} with {seen.evidence['confidence']:.0%} confidence."
    )


def _goal(owner: str, acts: Acts) -> str:
    for run, accuracy in trained(owner, acts[BEGUN].done):
        if accuracy > GOAL and run.settings.architecture != "linear":
            network = SETTINGS["architecture"].choices[run.settings.architecture]
            return f"You reached {accuracy:.1%} with the network “{network}”."
    return ""


def _broken(owner: str, acts: Acts) -> str:
    seen = acts.get("broken")
    if not seen:
        return ""
    said = Damage.read(seen.evidence["damage"]).in_words(runs.get(seen.evidence["run"]).settings)
    return f"With {said}, {seen.evidence['accuracy']:.0%} of the digits were predicted correctly."


def _fine_tuned(owner: str, acts: Acts) -> str:
    for run in runs.of_owner(owner, acts[BEGUN].done):
        compared = None if run.settings.damage else fine_tune_result.stored(run)
        if compared and run.state == RunState.DONE:
            learned = compared["learned"]
            return (
                f"Of the {learned['n']} drawings that the network learned, {learned['before']} were correct before and "
                f"{learned['after']} are now."
            )
    return ""


def _distorted(name: str) -> Callable[[str, Acts], str]:
    def done(owner: str, acts: Acts) -> str:
        seen = acts.get(name)
        return seen and (
            f"At {seen.evidence['strength']:g} {seen.evidence['unit']} accuracy was {seen.evidence['accuracy']:.0%} "
            f"instead of {seen.evidence['undistorted']:.0%}."
        )

    return done


def _noted(act: str, sentence: str) -> Callable[[str, Acts], str]:
    return lambda owner, acts: sentence if act in acts else ""


CHECKS = {
    "pixels": _pixels,
    "simplest": _simplest,
    "confident_mistake": _confident_mistake,
    "goal": _goal,
    "broken": _broken,
    "fine_tuned": _fine_tuned,
    "as_drawn": _noted("as_drawn", "You let the network see your drawing as it was drawn."),
    "size": _distorted("size"),
    "thickness": _distorted("thickness"),
    "augmentation": _noted("augmentation", "You saw how augmentation varies the training digits."),
    "other_hands": _noted("other_hands", "You evaluated a network on the digits of other hands."),
}
