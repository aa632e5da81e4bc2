"""What completes the steps of the lessons: each check returns in a sentence what was done, or nothing.

Only what was done after the lesson began counts.
"""

from collections.abc import Callable

from digits.lessons.learners import Learner
from digits.lessons.store import BEGUN
from digits.networks.architectures import TITLES

GOAL = 0.98  # of the test digits
CONFIDENT = 0.9
BROKEN = 0.5  # of the test digits: below it a network counts as broken
FALLEN = 0.05  # of the accuracy, for a distortion to count


def check(name: str, learner: Learner) -> str:
    """Return in a sentence what the learner did for the check of that name; empty while it is not done."""
    return (CHECKS[name](learner) or "") if BEGUN in learner.acts else ""


def _pixels(learner: Learner) -> str:
    seen = learner.acts.get("pixels")
    return (
        seen and f"You looked at the pixels of digit {seen.evidence['index']:,}. Its label is {seen.evidence['label']}."
    )


def _simplest(learner: Learner) -> str:
    guess = learner.acts.get("guess")
    found = learner.trained(guess.done) if guess else []
    for network in [network for network in found if network.architecture == "linear"][-1:]:  # the first
        return (
            f"You predicted {guess.evidence['accuracy']:.0%}. The network reached {network.accuracy:.1%}: "
            f"{100 * abs(network.accuracy - guess.evidence['accuracy']):.0f} points apart."
        )
    return ""


def _confident_mistake(learner: Learner) -> str:
    seen = learner.acts.get("confident_mistake")
    return seen and (
        f"You found digit {seen.evidence['index']:,}: a {seen.evidence['label']}, predicted as "
        f"{seen.evidence['predicted']} with {seen.evidence['confidence']:.0%} confidence."
    )


def _goal(learner: Learner) -> str:
    for network in learner.trained(learner.acts[BEGUN].done):
        if network.accuracy > GOAL and network.architecture != "linear":
            name = TITLES[network.architecture]
            return f"You reached {network.accuracy:.1%} with the network “{name}”."
    return ""


def _broken(learner: Learner) -> str:
    seen = learner.acts.get("broken")
    return seen and (
        f"With {seen.evidence.get('in_words', 'that damage')}, {seen.evidence['accuracy']:.0%} of the digits were "
        "predicted correctly."
    )


def _fine_tuned(learner: Learner) -> str:
    for learned in [network.learned for network in learner.networks if network.learned][:1]:
        return (
            f"Of the {learned['n']} drawings that the network learned, {learned['before']} were correct before and "
            f"{learned['after']} are now."
        )
    return ""


def _distorted(name: str) -> Callable[[Learner], str]:
    def done(learner: Learner) -> str:
        seen = learner.acts.get(name)
        return seen and (
            f"At {seen.evidence['strength']:g} {seen.evidence['unit']} accuracy was {seen.evidence['accuracy']:.0%} "
            f"instead of {seen.evidence['undistorted']:.0%}."
        )

    return done


def _noted(act: str, sentence: str) -> Callable[[Learner], str]:
    return lambda learner: sentence if act in learner.acts else ""


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
