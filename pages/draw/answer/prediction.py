"""The answer: the digit, how sure the network is, and the ten bars."""

import numpy as np
import streamlit as st

from digits.evaluation.evaluate import calibration_error
from digits.figures.probabilities import bars
from digits.inference.detector import Gate
from digits.inference.preprocessing import Steps, as_drawn
from digits.inference.recognizer import Recognizer
from digits.runs.run import Run
from pages.draw.answer import preprocessing
from pages.shared.text import GATE_ERRORS, NO_DIGIT, NOT_SURE, if_it_is_one, verdict

AS_MNIST, AS_DRAWN = "As MNIST", "As drawn"


def how_sure(run: Run) -> str:
    """What to know about the confidence of a model, for people to read."""
    measured = calibration_error(run)
    if measured:
        honest = f"On {measured[1]}, what it says and how often it is right differ by {measured[0]:.1%} in the mean."
    else:
        honest = "How nearly is not measured yet for this model: the Evaluate page does it."
    return (
        f"Calibrated: of the answers with 90% about 90% should be right. {honest} "
        f"Under {NOT_SURE:.0%} it is called not sure. {GATE_ERRORS}"
    )


def show(
    ink: np.ndarray, way: Steps, recognizer: Recognizer, gate: Gate, how_sure: str, above, details
) -> tuple[np.ndarray, str, float]:
    """Read `ink`, (H, W) uint8, by its way: the digit goes into `above`, the bars and the way into `details`.

    Returns what the network saw, (28, 28) uint8, what is said of it, and the probability of that.
    """
    with details:
        raw = _is_raw()
    seen = as_drawn(ink) if raw else way.picture
    probabilities = recognizer.probabilities(seen[np.newaxis])[0]
    digit = int(probabilities.argmax())
    is_digit = bool(gate.accepts(way.picture[np.newaxis])[0])  # the same drawing, however it is shown
    if is_digit:
        with above, st.container(horizontal=True, vertical_alignment="bottom"):
            st.metric(AS_DRAWN if raw else "Prediction", digit, width="content")
            if raw:
                of_mnist = recognizer.probabilities(way.picture[np.newaxis])[0]
                st.metric(AS_MNIST, int(of_mnist.argmax()), width="content")
            st.caption(verdict(probabilities), help=how_sure)
    else:
        above.markdown(f"**{NO_DIGIT}**")
        above.caption(if_it_is_one(probabilities), help=how_sure)
    with details:
        _bars(probabilities, "draw_bars", highlight=digit if is_digit else None)
        preprocessing.show(ink, way, seen, digit, raw)
    return seen, str(digit) if is_digit else "no digit", float(probabilities.max())


def wait() -> None:
    """What stands there before the first stroke: the bars are drawn already, so that it is answered the sooner."""
    _is_raw()
    _bars(np.zeros(10), "draw_bars", highlight=None)
    st.markdown(preprocessing.WAY)


def compare(seen: np.ndarray, name: str, other: Recognizer) -> None:
    """What another network says of the same picture, (28, 28) uint8. name: of the other, plain text."""
    probabilities = other.probabilities(seen[np.newaxis])[0]
    digit = int(probabilities.argmax())
    st.text(f"{name}: {digit}, {verdict(probabilities)}")
    _bars(probabilities, "draw_other_bars", highlight=digit)


def _is_raw() -> bool:
    """Let the user choose what the network sees; whether that is the canvas as it is."""
    chosen = st.segmented_control(
        "What the network sees", [AS_MNIST, AS_DRAWN], default=AS_MNIST, required=True, key="draw_seen",
        help="As MNIST: brought to the size, place and stroke width that the network has learned from. As drawn: the "
        "whole canvas shrunk to 28 × 28, as most digit demos do. The answer changes with it.",
    )  # fmt: skip
    return chosen == AS_DRAWN


def _bars(probabilities: np.ndarray, key: str, *, highlight: int | None) -> None:
    st.plotly_chart(
        bars(probabilities, highlight=highlight),
        key=key,
        config={"displayModeBar": False},
        alt="; ".join(f"{digit}: {share:.0%}" for digit, share in enumerate(probabilities)),
    )
