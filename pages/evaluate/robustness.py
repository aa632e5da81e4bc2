"""How far digits may be moved, turned or faded before they are misread: live, and as curves over the strength."""

import cv2
import numpy as np
import streamlit as st

from digits.errors import DigitsError
from digits.evaluation import robustness
from digits.evaluation.distortions import DISTORTIONS, distort
from digits.evaluation.report import wilson_interval
from digits.evaluation.test_sets import TestSet, test_set
from digits.figures.robustness import Curve
from digits.figures.robustness import robustness as curves_figure
from digits.runs.run import Run
from pages.shared import background, cache, pickers
from pages.shared.errors import told
from pages.shared.prepare import prepared

LIVE = 2_000  # digits read at every touch of a slider: half a second of two cores for cnn-large, a tenth for cnn
ALL = "A narrower interval for a longer wait."
ZOOM = 3  # screen px for each pixel
WHY = (
    "See how accuracy falls as the digits are distorted more and more, a curve for each distortion. A worker reads the "
    "whole test set some sixty times: half a minute, with `cnn-large` up to two minutes."
)


def show(run: Run, chosen: TestSet, report: dict) -> None:
    """Sliders with the accuracy they lead to, then the stored curves, another model's over them if wanted."""
    prepared(chosen.source)
    st.fragment(_live)(run, chosen)
    st.subheader("Accuracy by strength", anchor=False)
    with told():
        if background.done(robustness.job(run, chosen), why=WHY, action="Measure", icon=":material/ssid_chart:"):
            _curves(run, chosen)


def _live(run: Run, chosen: TestSet) -> None:
    # The answer first: on a phone the columns lie below each other.
    answer, sliders = st.columns([2, 3], gap="large")
    with sliders:
        st.markdown("Distort the test digits and see what the network still reads. Several sliders add up.")
        with st.grid("auto", min_column_width=220):
            touched = {name: _slider(name) for name in DISTORTIONS}
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("As they are", icon=":material/restart_alt:", key="robust_reset", on_click=_reset)
            every = max(1, len(chosen.indices) // LIVE)
            if every > 1 and st.toggle(f"Read all {len(chosen.indices):,}", key="robust_all", help=ALL):
                every = 1
    # Only what does anything: so the digits as they are, which every other strength is compared with, are read once.
    strengths = {name: value for name, value in touched.items() if value != DISTORTIONS[name].neutral}
    with answer, told():
        _accuracy(run, chosen, strengths, every)
        _examples(run, chosen, strengths)


def _slider(name: str) -> float:
    known = DISTORTIONS[name]
    return st.slider(
        f"{known.title}, {known.unit}", float(known.strengths[0]), float(known.strengths[-1]), float(known.neutral),
        float(known.step), format="%g", key=f"robust_{name}", bind="query-params", persist_state="session",
    )  # fmt: skip


def _reset() -> None:
    for name, known in DISTORTIONS.items():
        st.session_state[f"robust_{name}"] = float(known.neutral)


def _accuracy(run: Run, chosen: TestSet, strengths: dict[str, float], every: int) -> None:
    right = cache.read_distorted(run, chosen, strengths, every)
    plain = cache.read_distorted(run, chosen, {}, every)
    low, high = wilson_interval(int(right.sum()), len(right))
    change = f"{100 * (right.mean() - plain.mean()):+.2f} points" if strengths else "As they are"
    st.metric(
        "Accuracy", f"{right.mean():.2%}", change, border=True,
        delta_arrow="off", delta_color="off", help=f"The same digits as they are: {plain.mean():.2%}.",
    )  # fmt: skip
    of = "all" if every == 1 else f"every {every}th of the"
    st.caption(f"95 % interval {low:.2%} to {high:.2%}: {len(right):,} digits, {of} {len(chosen.indices):,}.")


def _examples(run: Run, chosen: TestSet, strengths: dict[str, float]) -> None:
    """One digit of each class as the network gets it, with what it says."""
    images, labels = chosen.take(cache.dataset(chosen.source))
    firsts = np.array([np.argmax(labels == digit) for digit in range(10)])
    examples = distort(images[firsts], strengths)
    said = cache.recognizer(run).probabilities(examples).argmax(axis=1)
    with st.grid("auto", min_column_width=64):
        for digit, example in enumerate(examples):
            with st.container(gap="xxsmall"):
                large = cv2.resize(example, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_NEAREST)
                alt = f"A distorted {digit}, read as {said[digit]}"
                st.image(large, alt=alt, output_format="PNG", width="stretch")
                st.caption(f"{digit}" if said[digit] == digit else f":red[**{digit} → {said[digit]}**]")


def _curves(run: Run, chosen: TestSet) -> None:
    lines = {"this model": robustness.stored(run, chosen)["curves"]}
    other = pickers.other_model(run)
    if other and (theirs := _of_other(other, chosen)):
        lines["the other"] = theirs
    with st.grid("auto", min_column_width=300):
        for name, known in DISTORTIONS.items():
            curves = [Curve(line, row[name]["accuracy"], row[name]["interval"]) for line, row in lines.items()]
            strengths = list(known.strengths)
            st.plotly_chart(
                curves_figure(strengths, curves, unit=known.unit, neutral=known.neutral, title=known.title),
                key=f"robust_curve_{name}",
                config={"displayModeBar": False},
                alt=f"{known.title} in {known.unit}: " + "; ".join(_in_words(curve, strengths) for curve in curves),
            )
    st.caption("The bands are 95 % intervals; the dotted line marks the digits as they are.")


def _of_other(other: Run, chosen: TestSet) -> dict | None:
    """The curves of another model on the same digits; says what to do, or why not, where there are none."""
    try:
        theirs = test_set(chosen.name, other.config)
        if theirs.source != chosen.source:
            raise DigitsError("The other model is judged on other digits, so the curves cannot be compared.")
        job = robustness.job(other, theirs)
        why = "The other model's robustness on these digits has not been measured yet."
        if background.done(job, why=why, action="Measure the other model", icon=":material/ssid_chart:"):
            return robustness.stored(other, theirs)["curves"]
    except DigitsError as problem:
        st.warning(str(problem), icon=":material/warning:")
    return None


def _in_words(curve: Curve, strengths: list[float]) -> str:
    points = zip(strengths, curve.accuracy, strict=True)
    return f"{curve.name} " + ", ".join(f"{accuracy:.1%} at {strength:g}" for strength, accuracy in points)
