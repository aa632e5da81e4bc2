"""Whether confidence agrees with accuracy, with and without calibration."""

import streamlit as st

from digits.evaluation.calibration import reliability
from digits.evaluation.test_sets import TestSet
from digits.figures import reliability as figures
from digits.inference.recognizer import at_temperature
from digits.runs.run import Run
from pages.evaluate import predictions
from pages.shared import table
from pages.shared.charts import SAVE, chart
from pages.shared.glossary import linked, more


def show(run: Run, chosen: TestSet, scores: dict) -> None:
    """Show the calibration error and the reliability diagram. scores: the card of `digits.evaluation.score_card`."""
    known = scores["calibration"]
    st.markdown(
        f"Confidence and accuracy differ by {known['error_after']:.2%} on average. Without calibration they would "
        f"differ by {known['error_before']:.2%}.",
        help=linked(
            "The mean gap over 15 ranges of confidence (expected calibration error). Calibration divides the outputs "
            f"of the last layer by {known['temperature']:.2f}, the temperature. It was fitted on the validation digits."
        ),
    )
    st.markdown(
        f"Loss: {scores['loss']:.4f}.",
        help=linked(
            "How far the probabilities are from the labels: 0 is best. It is the mean negative log-likelihood, in nats."
        ),
    )
    loaded = predictions.load(run, chosen)
    if loaded is None:
        return
    _, labels, calibrated = loaded
    curves = {
        "calibrated": reliability(labels, calibrated),
        "not calibrated": reliability(labels, at_temperature(calibrated, 1 / known["temperature"])),
    }
    chart(
        figures.reliability(curves), key="evaluate_reliability", tools=SAVE,
        alt="Accuracy by confidence, with and without calibration; the numbers are in the table below",
    )  # fmt: skip
    st.caption(
        "Predictions shown with 70% confidence should be correct about 70% of the time: the dotted line. A small point "
        "stands for few digits, and chance moves it far. " + more("calibration", "temperature", "confidence")
    )
    rows = [
        {"Confidence": f"{row['confidence']:.1%}", "Correct": f"{row['accuracy']:.1%}", "Predictions": row["n"]}
        for row in curves["calibrated"]
    ]
    table.show("evaluate_reliability", rows, about="Accuracy of predictions with about the same confidence")
