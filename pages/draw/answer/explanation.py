"""Why this prediction: which places of the digit support it, and what each stroke changes.

A place is covered, a stroke is left out, and the model predicts again.
"""

from typing import Any

import cv2
import numpy as np
import streamlit as st

from digits.errors import BlankDrawing
from digits.figures.evidence import evidence
from digits.figures.probabilities import changes, short_percent
from digits.inference.detector import Detector
from digits.inference.explanation import occlusion, without_each
from digits.inference.prediction import Prediction, predict
from digits.inference.recognizer import Recognizer
from digits.inference.strokes import Stroke, paint, read_strokes
from pages.shared import table
from pages.shared.charts import chart
from pages.shared.drawing import SIDE

MAX_STROKES = 8  # more than a digit has
SMALL = 72  # px, side of the drawing without a stroke


def show(prediction: Prediction, recognizer: Recognizer, detector: Detector, strokes: list[Any]) -> None:
    """Show both. strokes: plain ones, as `pages.shared.drawing.on_canvas` returns them; none of a picture."""
    places, parts = st.columns([2, 3], gap="medium")
    both = prediction.witnesses
    digit = int(both.picture.argmax()) if both else prediction.digit  # what the network in question predicts
    with places:
        chart(
            evidence(prediction.image, occlusion(prediction.image, recognizer)),
            key="draw_evidence",
            alt=f"Your digit; blue ink supports {digit}, orange ink opposes it",
        )
        st.caption(f"Blue ink supports {digit}, orange ink opposes it: what changes when that place is covered.")
    with parts:
        lines = read_strokes({"objects": strokes})
        if 2 <= len(lines) <= MAX_STROKES:
            _strokes(lines, recognizer, detector)
        else:
            st.caption("Draw a digit in two to eight strokes to see what each of them changes.")


def _strokes(strokes: list[Stroke], recognizer: Recognizer, detector: Detector) -> None:
    def probabilities(some: list[Stroke]) -> np.ndarray:
        try:
            return predict(paint(some, (SIDE, SIDE)), recognizer, detector).probabilities
        except BlankDrawing:  # a stroke outside of the canvas
            return np.full(10, 0.1, np.float32)

    whole, without = probabilities(strokes), without_each(strokes, probabilities)
    names = [f"without stroke {number}" for number in range(1, len(strokes) + 1)]
    chart(
        changes(without - whole, names),
        key="draw_strokes",
        alt="; ".join(f"{name}: {row.argmax()}" for name, row in zip(names, without, strict=True)),
    )
    st.caption("Each row leaves out a stroke. Its numbers say how many points each digit gains or loses.")
    table.behind(
        "draw_strokes",
        lambda: [
            {"Drawing": name} | {str(digit): round(100 * float(change), 1) for digit, change in enumerate(row)}
            for name, row in zip(names, without - whole, strict=True)
        ],
        about="How many points each digit gains or loses without each stroke",
    )
    with st.container(horizontal=True):
        for left_out, row in enumerate(without):
            rest = strokes[:left_out] + strokes[left_out + 1 :]
            small = cv2.resize(paint(rest, (SIDE, SIDE)), (SMALL, SMALL), interpolation=cv2.INTER_AREA)
            st.image(
                small, width=SMALL, caption=f"{row.argmax()}, {short_percent(row.max())}", output_format="PNG",
                alt=f"Without stroke {left_out + 1}",
            )  # fmt: skip
