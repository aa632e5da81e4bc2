"""The prediction for a number: the number, the confidence of each digit, and each digit in a box and with its own bars.

A part that is not a digit is marked, and so is one that may be two digits that touch.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import streamlit as st

from digits.inference.detector import Detector
from digits.inference.numbers.parts import Part
from digits.inference.numbers.segmentation import separate
from digits.inference.prediction import NOT_A_DIGIT, Number, Prediction, predict_number
from digits.inference.preprocessing import FAINT
from digits.inference.recognizer import Recognizer
from digits.inference.strokes import read_strokes
from pages.draw.canvas.sources import NUMBER
from pages.shared import text
from pages.shared.charts import probability_bars
from pages.shared.picture import show_enlarged
from pages.shared.text import confidence_text, percent

BOX = 110, 168, 255  # red, green, blue of the frame around a digit: told from white ink and black paper
WIDTH = 240  # screen px of the drawing with its boxes
EDGE = 12  # px of the drawing around its ink
SURE = 128  # of 255: at least this much is ink, not the soft edge of a stroke
MAX_BARS = 12  # digits whose bars are shown


def find_digits(
    ink: np.ndarray, strokes: list[Any], recognizer: Recognizer, detector: Detector, count: str
) -> tuple[np.ndarray, list[Part]]:
    """Return the ink of the digits without stray dots, (H, W) uint8, and the digits of a number, left to right.

    There are no parts where the drawing is one digit. ink: (H, W) uint8. strokes: as the canvas sent them; none of a
    picture. count: AUTOMATIC or NUMBER. Raises BlankDrawing, UnreadablePicture.
    """
    parts = separate(ink, recognizer, detector, read_strokes({"objects": strokes}), is_number=count == NUMBER)
    if len(parts) > 1 or count == NUMBER:
        return ink, parts
    return (parts[0].on_paper(ink.shape) if _leave_out(parts, ink) else ink), []


def show(
    ink: np.ndarray,
    parts: list[Part],
    recognizer: Recognizer,
    detector: Detector,
    above,
    details,
    paths: list[np.ndarray | None],
) -> Number:
    """Show the number in `above`, its digits in `details`; return it. parts: from `find_digits`, at least one.

    paths: as `digits.inference.prediction.predict_number` takes them.
    """
    number = predict_number(parts, recognizer, detector, paths)
    with above, st.container(key="draw_number", gap=None):
        st.metric("Prediction", number.text, width="content")
        st.caption(f"Confidence: {' · '.join(_confidence(one) for one in number.predictions)}")
    with details:
        alt = f"Your drawing with a box around each digit of {number.text}"
        st.image(_boxed(ink, parts), width=WIDTH, alt=alt, output_format="PNG")
        if _leave_out(parts, ink):
            st.caption(":material/info: A dot, a comma or a dash is not a digit. It has no box and is left out.")
        for position, (part, prediction) in enumerate(zip(parts, number.predictions, strict=True), start=1):
            if part.is_cut:
                st.caption(f":material/info: Digit {position} touches another digit. Check it, or leave a gap.")
            elif part.may_touch:
                st.caption(f":material/info: Digit {position} is wide: it may be two digits that touch. Leave a gap.")
            if not prediction.is_digit:
                st.caption(f":material/block: Part {position} doesn't look like a digit.")
        with st.grid("auto", min_column_width=300):
            for position, prediction in enumerate(number.predictions[:MAX_BARS], start=1):
                _digit(position, prediction)
    return number


def _confidence(prediction: Prediction) -> str:
    if not prediction.is_digit:
        return f"**{NOT_A_DIGIT}** not a digit"
    return f"**{prediction.digit}** {percent(prediction.confidence)}"


def _digit(position: int, prediction: Prediction) -> None:
    digit, is_digit = prediction.digit, prediction.is_digit
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            show_enlarged(prediction.image, 2, alt=f"Digit {position} as 28 by 28 pixels")
            found = f"**{digit}** · {confidence_text(prediction.probabilities)}"
            st.markdown(found if is_digit else f"{text.NOT_A_DIGIT} Closest: {digit}")
        probability_bars(prediction.probabilities, highlight=digit if is_digit else None, height=200)


def _leave_out(parts: list[Part], ink: np.ndarray) -> bool:
    """Return whether some ink of the drawing, (H, W) uint8, belongs to none of the parts."""
    together = np.max([part.on_paper(ink.shape) for part in parts], axis=0)
    return bool((ink[together <= FAINT] > SURE).any())


def _boxed(ink: np.ndarray, parts: Sequence[Part]) -> np.ndarray:
    """Return the rows of the drawing that hold ink, with a frame around each digit: (h, W, 3) uint8."""
    picture = np.repeat(ink[..., np.newaxis], 3, axis=2)
    for part in parts:
        cv2.rectangle(picture, (part.left - 4, part.top - 4), (part.right + 3, part.bottom + 3), BOX, 2)
    rows = np.flatnonzero((ink > FAINT).any(axis=1))
    return picture[max(0, rows[0] - EDGE) : rows[-1] + EDGE]
