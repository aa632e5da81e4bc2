"""The prediction for several digits: the number, each digit in a box on the drawing and with its own bars.

A part that is not a digit is marked, and so is one that may be two digits that touch.
"""

from typing import Any

import cv2
import numpy as np
import streamlit as st

from digits.inference.detector import Detector
from digits.inference.parts import Part
from digits.inference.prediction import Number, Prediction, predict_number
from digits.inference.recognizer import Recognizer
from digits.inference.segmentation import separate
from digits.inference.strokes import read_strokes
from pages.shared.charts import probability_bars
from pages.shared.picture import show_enlarged
from pages.shared.text import NOT_A_DIGIT, confidence_text

BOX = 110, 168, 255  # red, green, blue of the frame around a digit: told from white ink and black paper
WIDTH = 240  # screen px of the drawing with its boxes


def show(ink: np.ndarray, strokes: list[Any], recognizer: Recognizer, detector: Detector, above, details) -> Number:
    """Show the number in `above`, its digits in `details`; return it.

    ink: (H, W) uint8. strokes: as the canvas sent them; none of a picture. Raises BlankDrawing, UnreadablePicture.
    """
    parts = separate(ink, recognizer, detector, read_strokes({"objects": strokes}), is_number=True)
    number = predict_number(parts, recognizer, detector)
    least = number.predictions[number.least_confident]
    with above, st.container(horizontal=True, vertical_alignment="bottom"):
        st.metric("Prediction", number.text, width="content")
        which = f" (digit {number.least_confident + 1}, the lowest)" if len(parts) > 1 else ""
        st.caption(confidence_text(least.probabilities) + which)
    with details:
        alt = f"Your drawing with a box around each digit of {number.text}"
        st.image(_boxed(ink, parts), width=WIDTH, alt=alt, output_format="PNG")
        for position, (part, prediction) in enumerate(zip(parts, number.predictions, strict=True), start=1):
            if part.may_touch:
                st.caption(f":material/info: Digit {position} is wide: it may be two digits that touch. Leave a gap.")
            if not prediction.is_digit:
                st.caption(f":material/block: Part {position} doesn't look like a digit.")
        with st.grid("auto", min_column_width=180):
            for position, prediction in enumerate(number.predictions, start=1):
                _digit(position, prediction)
    return number


def _digit(position: int, prediction: Prediction) -> None:
    digit, is_digit = prediction.digit, prediction.is_digit
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            show_enlarged(prediction.image, 2, alt=f"Digit {position} as 28 by 28 pixels")
            found = f"**{digit}**, {confidence_text(prediction.probabilities)}"
            st.markdown(found if is_digit else f"{NOT_A_DIGIT} Closest: {digit}")
        probability_bars(
            prediction.probabilities, f"draw_bars_{position}", highlight=digit if is_digit else None, height=130
        )


def _boxed(ink: np.ndarray, parts: list[Part]) -> np.ndarray:
    """Return the drawing with a frame around each digit: (H, W, 3) uint8."""
    picture = np.repeat(ink[..., np.newaxis], 3, axis=2)
    for part in parts:
        height, width = part.ink.shape
        corner = part.left + width + 3, part.top + height + 3
        cv2.rectangle(picture, (part.left - 4, part.top - 4), corner, BOX, 2)
    return picture
