"""How well a model predicts distorted digits: live, with sliders, and in curves over the strength of each of them."""

import numpy as np
import streamlit as st

from digits.evaluation import robustness
from digits.evaluation.distortions import DISTORTIONS, distort
from digits.evaluation.report import wilson_interval
from digits.evaluation.test_sets import TestSet, test_sets
from digits.figures.robustness import robustness as curves_figure
from digits.runs.run import Run
from pages.shared import background, cache, pickers
from pages.shared.charts import chart
from pages.shared.errors import told
from pages.shared.picture import show_enlarged
from pages.shared.prepare import prepared

LIVE = 2_000  # digits predicted when a slider moves: half a second on two cores for cnn-large, a tenth for cnn
ICON = ":material/ssid_chart:"
WHY = (
    "See how accuracy falls with the strength of each distortion. The test set is predicted about sixty times. It "
    "takes half a minute, and up to two minutes with a large network."
)


def show(run: Run, chosen: TestSet, report: dict) -> None:
    """Show sliders with the accuracy they lead to, then the curves; offer to compute these."""
    prepared(chosen.source)
    st.fragment(_live)(run, chosen)
    st.subheader("Accuracy by strength", anchor=False)
    with told():
        measured = robustness.stored(run, chosen)
        if measured is None:
            background.offer("robustness", run.id, chosen.name, why=WHY, action="Measure", icon=ICON)
        else:
            _curves(run, chosen, measured)


def _live(run: Run, chosen: TestSet) -> None:
    # The result first: on a phone the columns lie below each other.
    result, sliders = st.columns([2, 3], gap="large")
    with sliders:
        st.markdown("Distort the test digits and see how well the network predicts them. Several sliders add up.")
        with st.grid("auto", min_column_width=220):
            touched = {name: _slider(name) for name in DISTORTIONS}
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Reset", icon=":material/restart_alt:", key="evaluate_reset", on_click=_reset)
            every = max(1, len(chosen.indices) // LIVE)
            takes_all = "It takes longer, and the interval is narrower."
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
    low, high = wilson_interval(int(are_correct.sum()), len(are_correct))
    change = f"{100 * (are_correct.mean() - undistorted):+.2f} points" if strengths else "Not distorted"
    st.metric(
        "Accuracy", f"{are_correct.mean():.2%}", change, border=True, delta_arrow="off", delta_color="off",
        help=f"The same digits without distortion: {undistorted:.2%}.",
    )  # fmt: skip
    part = "" if every == 1 else f", every {every}th of the {len(chosen.indices):,}"
    st.caption(f"95% interval {low:.2%} to {high:.2%}: {len(are_correct):,} digits{part}.")


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
                st.caption(f"{digit}" if predicted[digit] == digit else f":red[**{digit} → {predicted[digit]}**]")


def _curves(run: Run, chosen: TestSet, measured: dict) -> None:
    """Show a chart for each distortion, with the curve of another model if one is chosen."""
    lines = {"this model": measured["curves"]}
    if (other := pickers.other_model(run)) and (theirs := _of_other(other, chosen)):
        lines["the other"] = theirs["curves"]
    with st.grid("auto", min_column_width=300):
        for name, known in DISTORTIONS.items():
            curves = {line: measured[name] for line, measured in lines.items()}
            strengths = list(known.strengths)
            points = [_in_words(line, curve["accuracy"], strengths) for line, curve in curves.items()]
            chart(
                curves_figure(strengths, curves, unit=known.unit, neutral=known.neutral, title=known.title),
                key=f"evaluate_curve_{name}",
                alt=f"{known.title} in {known.unit}: " + "; ".join(points),
            )
    st.caption("The bands are 95% intervals. The dotted line marks the digits without distortion.")


def _of_other(other: Run, chosen: TestSet) -> dict | None:
    """Return what was measured of another model on the same digits; else say why not, or offer to measure it."""
    if chosen not in test_sets(other.settings):
        st.warning(
            "The curves of the other model cannot be compared: it was trained on these digits, or is tested on others.",
            icon=":material/warning:",
        )
        return None
    measured = robustness.stored(other, chosen)
    if measured is None:
        why = "The robustness of the other model on these digits has not been measured yet."
        background.offer("robustness", other.id, chosen.name, why=why, action="Measure the other model", icon=ICON)
    return measured


def _in_words(name: str, accuracies: list[float], strengths: list[float]) -> str:
    points = zip(strengths, accuracies, strict=True)
    return f"{name} " + ", ".join(f"{accuracy:.1%} at {strength:g}" for strength, accuracy in points)
