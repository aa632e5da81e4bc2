"""The prediction for one digit: the digit, its confidence and ten bars; and how a second model predicts it."""

from contextlib import nullcontext

import numpy as np
import streamlit as st

from digits.evaluation.evaluate import calibration_error
from digits.inference.detector import Detector
from digits.inference.prediction import Prediction, predict, predict_many, with_path
from digits.inference.recognizer import Recognizer
from digits.runs.run import Run
from pages.draw.answer import preprocessing, witnesses
from pages.draw.answer.preprocessing import AS_DRAWN, AS_MNIST
from pages.shared import cache, lesson, pickers
from pages.shared.charts import probability_bars
from pages.shared.glossary import linked
from pages.shared.text import DETECTOR_HELP, MIN_CONFIDENCE, NOT_A_DIGIT, confidence_text


def confidence_help(run: Run) -> str:
    """Return what to know about the confidence of a model, for people to read."""
    measured = calibration_error(run)
    if measured:
        error, test_set = measured
        calibrated = f"On {test_set}, confidence and accuracy differ by {error:.1%} on average."
    else:
        calibrated = "How closely this model keeps to that is not measured yet: open the Evaluate page."
    return linked(
        "The prediction is the place of the largest of the ten probabilities (argmax). "
        "Predictions shown with 90% confidence should be correct about 90% of the time. "
        f"{calibrated} Below {MIN_CONFIDENCE:.0%} it is no clear answer. {DETECTOR_HELP}"
    )


def show(
    ink: np.ndarray,
    recognizer: Recognizer,
    detector: Detector,
    help_text: str,
    above,
    details,
    *,
    path: np.ndarray | None = None,
    joined: bool = False,
) -> Prediction:
    """Show the digit in `above` and the bars in `details`; return what the page predicts.

    ink: (H, W) uint8, what was drawn. help_text: from `confidence_help`. path, joined: as `with_path` takes them.
    """
    raw = preprocessing.is_raw()
    if raw:
        lesson.note("as_drawn")
    prediction = with_path(predict(ink, recognizer, detector, raw=raw), path, joined=joined)
    with above:
        if prediction.is_digit:
            with st.container(horizontal=True) if raw else nullcontext():
                st.metric(AS_DRAWN if raw else "Prediction", prediction.digit, width="content")
                if raw:
                    st.metric(AS_MNIST, predict(ink, recognizer, detector).digit, width="content")
            # One element, not two: on a phone they share the row of the digit.
            lines = confidence_text(prediction.probabilities), witnesses.line(prediction.witnesses)
            st.caption("  \n".join(filter(None, lines)), help=help_text)
        else:
            st.markdown(f"**{NOT_A_DIGIT}**")
            st.caption(f"Closest: {prediction.digit}", help=help_text)
    with details:
        probability_bars(prediction.probabilities, highlight=prediction.digit if prediction.is_digit else None)
    return prediction


def show_empty() -> None:
    """Show the bars before the first stroke, so that nothing moves when it comes."""
    probability_bars(np.zeros(10), highlight=None)


def show_other(prediction: Prediction, run: Run | None) -> None:
    """Show how a second model predicts the same image; nothing if there is none or it is no digit. Raises DamagedFile.

    Whether it is a digit does not depend on the model.
    """
    if run is None or not prediction.is_digit:
        return
    [other] = predict_many(prediction.image[np.newaxis], cache.recognizer(run))
    st.text(f"{pickers.run_label(run)}: {other.digit} · {confidence_text(other.probabilities)}")
    probability_bars(other.probabilities, highlight=other.digit)
