"""Damage the network instead of the digits, and see what it still can."""

import math

import numpy as np
import streamlit as st

from digits.evaluation.report import wilson_interval
from digits.evaluation.test_sets import TestSet
from digits.inference.recognizer import at_temperature
from digits.lessons.checks import BROKEN
from digits.networks import damage
from digits.networks.damage import BITS, Damage
from digits.runs.run import Run
from pages.evaluate import damaged, heal
from pages.shared import cache, drawing, lesson
from pages.shared.errors import attempt, told
from pages.shared.glossary import linked
from pages.shared.picture import show_enlarged
from pages.shared.prepare import prepared
from pages.shared.text import confidence_text

NUM_TESTED = 1_000  # digits predicted at most when a slider moves: a tenth of a second with mlp and cnn
HELPS = {
    "noise": "Adds a random number to each weight. At 1 it is about as large as the weights of the layer.",
    "weights": "Sets this fraction of the weights to 0, chosen at random in every layer.",
    "filters": "Sets this fraction of the filters of each convolution, or of the units of each hidden layer, to 0.",
    "bits": "How many different numbers a weight can be: 8 bits 255, 4 bits 15, 2 bits only three (quantisation).",
    "off": "Sets all weights of one layer to 0. Only its biases are left, which do not depend on the picture.",
}


def show(run: Run, chosen: TestSet, report: dict) -> None:
    """Show sliders with the accuracy they lead to, and what heals the network."""
    if run.settings.members:
        st.info("An ensemble cannot be damaged. Choose one of its networks.", icon=":material/info:")
        return
    prepared(chosen.source)
    st.markdown("Damage the network instead of the digits. Nothing is saved. Press **Reset** to make it whole again.")
    st.fragment(_damage)(run, chosen)
    heal.show()


def _damage(run: Run, chosen: TestSet) -> None:
    # The result first: on a phone the columns lie below each other.
    result, sliders = st.columns([2, 3], gap="large")
    with sliders:
        some = _choose(run)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Reset", icon=":material/restart_alt:", key="evaluate_whole", on_click=_reset)
            if st.button(
                "Heal it", type="primary", icon=":material/healing:", key="evaluate_heal", disabled=not some,
                on_click=attempt, args=(heal.begin, run, some),
                help=linked("Trains the damaged network for some seconds (fine-tuning). The result is a new run."),
            ):  # fmt: skip
                st.rerun()
    with result, told():
        _accuracy(run, chosen, some)
        _drawing(run, some)


def _choose(run: Run) -> Damage:
    layers = damage.kernels(run.settings)
    with st.grid("auto", min_column_width=220):
        noise = st.slider(
            "Noise on the weights", 0.0, 5.0, 0.0, 0.1, key="evaluate_break_noise", help=linked(HELPS["noise"])
        )
        share = st.slider("Weights that are 0", 0, 100, 0, 5, format="%d%%", key="evaluate_break_weights",
                          help=linked(HELPS["weights"]))  # fmt: skip
        filters = 0
        if len(layers) > 1:
            filters = st.slider("Filters or units that are 0", 0, 100, 0, 5, format="%d%%",
                                key="evaluate_break_filters", help=linked(HELPS["filters"]))  # fmt: skip
        bits = st.segmented_control("Bits of each weight", BITS, default=BITS[0], required=True,
                                    key="evaluate_break_bits", help=linked(HELPS["bits"]))  # fmt: skip
        off = st.selectbox("Layer that is off", ["None", *layers], key="evaluate_break_off", help=linked(HELPS["off"]))
    off = layers.index(off) + 1 if off in layers else 0
    return Damage(noise=noise, weights=share / 100, filters=filters / 100, bits=bits, off=off)


def _reset() -> None:
    for name, usual in (("noise", 0.0), ("weights", 0), ("filters", 0), ("bits", BITS[0]), ("off", "None")):
        st.session_state[f"evaluate_break_{name}"] = usual


def _accuracy(run: Run, chosen: TestSet, some: Damage) -> None:
    every = range(0, len(chosen.indices), math.ceil(len(chosen.indices) / NUM_TESTED))
    _, labels = chosen.take(cache.dataset(chosen.source))
    labels = labels[every.start : every.stop : every.step]
    num_correct, num_whole = (
        int((damaged.predicted(run, str(which), chosen, every) == labels).sum()) for which in (some, Damage())
    )
    n = len(labels)
    if num_correct < BROKEN * n:
        lesson.note("broken", in_words=some.in_words(run.settings), accuracy=num_correct / n)
    low, high = wilson_interval(num_correct, n)
    change = f"{100 * (num_correct - num_whole) / n:+.1f} points" if some else "Not damaged"
    st.metric(
        "Accuracy", f"{num_correct / n:.1%}", change, border=True, delta_arrow="off", delta_color="off",
        help=linked(f"The same digits without damage: {num_whole / n:.1%}. Accuracy by guessing: about 10%."),
    )  # fmt: skip
    st.caption(f"On {n:,} digits of {chosen.title}. 95% interval {low:.1%} to {high:.1%}.")


def _drawing(run: Run, some: Damage) -> None:
    """Show how the damaged network predicts the drawing at hand."""
    image = drawing.current()
    if image is None:
        st.page_link("pages/draw/page.py", label="Draw a digit to see it here, too", icon=":material/draw:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        show_enlarged(image, 3, alt="Your drawing as the network sees it")
        for name, which in (("Damaged", some), ("Whole", Damage())):
            rows = damaged.network(run, str(which)).probabilities(image[np.newaxis])
            row = at_temperature(rows, run.model.temperature or 1.0)[0]
            st.markdown(f"{name}: **{row.argmax()}**  \n:small[{confidence_text(row)}]")
