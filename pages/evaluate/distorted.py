"""The accuracy on test digits that the user distorts with sliders, and examples of them."""

import numpy as np
import streamlit as st

from digits.evaluation.distortions import DISTORTIONS, distort
from digits.evaluation.report import wilson_interval
from digits.evaluation.test_sets import TestSet
from digits.lessons.checks import FALLEN
from digits.runs.run import Run
from pages.shared import cache, lesson
from pages.shared.errors import told
from pages.shared.glossary import linked
from pages.shared.picture import show_enlarged

MOST = 2_000  # digits predicted when a slider moves: half a second on two cores for cnn-large, a tenth for cnn


def show(run: Run, chosen: TestSet) -> None:
    """Show the sliders on the right and their result on the left."""
    # The result first: on a phone the columns lie below each other.
    result, sliders = st.columns([2, 3], gap="large")
    with sliders:
        st.markdown("Distort the test digits and see how well the network predicts them. Several sliders add up.")
        with st.grid("auto", min_column_width=220):
            touched = {name: _slider(name) for name in DISTORTIONS}
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Reset", icon=":material/restart_alt:", key="evaluate_reset", on_click=_reset)
            every = max(1, len(chosen.indices) // MOST)
            takes_all = linked("It takes longer, and the interval is narrower.")
            if every > 1 and st.toggle(f"All {len(chosen.indices):,} digits", key="evaluate_all", help=takes_all):
                every = 1
    # Without neutral strengths, the undistorted digits, with which all others are compared, are predicted once.
    strengths = {name: value for name, value in touched.items() if value != DISTORTIONS[name].neutral}
    with result, told():
        _accuracy(run, chosen, strengths, every)
        _examples(run, chosen, strengths)


def _slider(name: str) -> float:
    known = DISTORTIONS[name]
    return st.slider(
        f"{known.title}, {known.unit}", float(known.strengths[0]), float(known.strengths[-1]), float(known.neutral),
        float(known.step), format="%g", key=f"evaluate_{name}", bind="query-params", persist_state="session",
    )  # fmt: skip


def _reset() -> None:
    for name, known in DISTORTIONS.items():
        st.session_state[f"evaluate_{name}"] = float(known.neutral)


def _accuracy(run: Run, chosen: TestSet, strengths: dict[str, float], every: int) -> None:
    are_correct = cache.correct_when_distorted(run, chosen, strengths, every)
    undistorted = cache.correct_when_distorted(run, chosen, {}, every).mean()
    _note(strengths, are_correct.mean(), undistorted)
    low, high = wilson_interval(int(are_correct.sum()), len(are_correct))
    change = f"{100 * (are_correct.mean() - undistorted):+.2f} points" if strengths else "Not distorted"
    st.metric(
        "Accuracy", f"{are_correct.mean():.2%}", change, border=True, delta_arrow="off", delta_color="off",
        help=f"The same digits without distortion: {undistorted:.2%}.",
    )  # fmt: skip
    part = "" if every == 1 else f", every {every}th of the {len(chosen.indices):,}"
    st.caption(f"95% interval {low:.2%} to {high:.2%}: {len(are_correct):,} digits{part}.")


def _note(strengths: dict[str, float], accuracy: float, undistorted: float) -> None:
    """Tell the lessons where a single distortion costs much."""
    if len(strengths) == 1 and accuracy <= undistorted - FALLEN:
        [(name, strength)] = strengths.items()
        if act := {"scale": "size", "thickness": "thickness"}.get(name):
            unit = DISTORTIONS[name].unit
            lesson.note(act, strength=strength, unit=unit, accuracy=float(accuracy), undistorted=float(undistorted))


def _examples(run: Run, chosen: TestSet, strengths: dict[str, float]) -> None:
    """Show one digit of each class as the network gets it, with the prediction."""
    images, labels = chosen.take(cache.dataset(chosen.source))
    firsts = np.array([np.argmax(labels == digit) for digit in range(10)])
    examples = distort(images[firsts], strengths)
    predicted = cache.recognizer(run).probabilities(examples).argmax(axis=1)
    with st.grid("auto", min_column_width=64):
        for digit, example in enumerate(examples):
            with st.container(gap="xxsmall"):
                alt = f"A distorted {digit}, prediction {predicted[digit]}"
                show_enlarged(example, 3, alt=alt, width="stretch")
                is_correct = predicted[digit] == digit
                # Not a caption, whose paleness makes red unreadable.
                st.markdown(f":small[{digit}]" if is_correct else f":small[:red[**{digit} → {predicted[digit]}**]]")
