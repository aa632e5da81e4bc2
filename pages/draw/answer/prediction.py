"""The prediction for one digit: the digit, its confidence, ten bars, and the stages to 28 x 28.

Also how a second model predicts the same drawing.
"""

import numpy as np
import streamlit as st

from digits.evaluation.evaluate import calibration_error
from digits.inference.detector import Detector
from digits.inference.prediction import Prediction, predict, predict_many
from digits.inference.recognizer import Recognizer
from digits.runs.run import Run
from pages.draw.answer import preprocessing
from pages.shared import cache
from pages.shared.charts import probability_bars
from pages.shared.text import DETECTOR_HELP, MIN_CONFIDENCE, NOT_A_DIGIT, confidence_text, isolated

AS_MNIST, AS_DRAWN = "As MNIST", "As drawn"


def confidence_help(run: Run) -> str:
    """Return what to know about the confidence of a model, for people to read."""
    measured = calibration_error(run)
    if measured:
        error, test_set = measured
        calibrated = f"On {test_set}, confidence and accuracy differ by {error:.1%} on average."
    else:
        calibrated = "How closely this model keeps to that is not measured yet: open the Evaluate page."
    return (
        "Predictions shown with 90% confidence should be correct about 90% of the time. "
        f"{calibrated} Below {MIN_CONFIDENCE:.0%} it is no clear answer. {DETECTOR_HELP}"
    )


def show(ink: np.ndarray, recognizer: Recognizer, detector: Detector, help_text: str, above, details) -> Prediction:
    """Show the digit in `above`, the bars and the stages in `details`; return what the page predicts.

    ink: (H, W) uint8, what was drawn. help_text: from `confidence_help`.
    """
    with details:
        raw = _choose_raw()
    prediction = predict(ink, recognizer, detector, raw=raw)
    if prediction.is_digit:
        with above, st.container(horizontal=True, vertical_alignment="bottom"):
            st.metric(AS_DRAWN if raw else "Prediction", prediction.digit, width="content")
            if raw:
                st.metric(AS_MNIST, predict(ink, recognizer, detector).digit, width="content")
            st.caption(confidence_text(prediction.probabilities), help=help_text)
    else:
        above.markdown(f"**{NOT_A_DIGIT}**")
        above.caption(f"Closest: {prediction.digit}", help=help_text)
    with details:
        probability_bars(
            prediction.probabilities, "draw_bars", highlight=prediction.digit if prediction.is_digit else None
        )
        preprocessing.show(ink, prediction, raw)
    return prediction


def show_empty() -> None:
    """Show what is there before the first stroke: the bars are mounted already, so they answer it sooner."""
    _choose_raw()
    probability_bars(np.zeros(10), "draw_bars", highlight=None)
    st.markdown(preprocessing.STEPS)


def show_other(image: np.ndarray, run: Run | None) -> None:
    """Show how a second model predicts the same image, (28, 28) uint8; nothing if there is none. Raises DamagedFile."""
    if run is None:
        return
    [other] = predict_many(image[np.newaxis], cache.recognizer(run))
    st.text(f"{isolated(run.name)}: {other.digit}, {confidence_text(other.probabilities)}")
    probability_bars(other.probabilities, "draw_other_bars", highlight=other.digit)


def _choose_raw() -> bool:
    """Let the user choose what the network sees; return whether that is the whole canvas, only shrunk."""
    chosen = st.segmented_control(
        "What the network sees", [AS_MNIST, AS_DRAWN], default=AS_MNIST, required=True, key="draw_input",
        help="As MNIST: with the size, place and stroke width of the digits that the network has learned from. As "
        "drawn: the whole canvas shrunk to 28 × 28, as most digit demos do. The prediction changes with it.",
    )  # fmt: skip
    return chosen == AS_DRAWN
