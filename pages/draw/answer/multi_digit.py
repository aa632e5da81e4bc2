"""Several digits: the number they make, each digit boxed and with its own bars."""

import cv2
import numpy as np
import streamlit as st

from digits.figures.probabilities import bars
from digits.inference.detector import Gate
from digits.inference.preprocessing import to_mnist
from digits.inference.recognizer import Recognizer
from digits.inference.segmentation import Part
from pages.shared.text import NO_DIGIT, if_it_is_one, verdict

BOX = 110, 168, 255  # red, green, blue of the frame around a digit: told from white ink and black paper
UNREAD = "?"  # stands in the number for what is no digit
WIDTH = 240  # screen px of the drawing with its boxes


def show(ink: np.ndarray, parts: list[Part], recognizer: Recognizer, gate: Gate, above, details) -> tuple[str, float]:
    """Read the digits of a drawing, (H, W) uint8: the number goes into `above`, its digits into `details`.

    Returns the number as text, a question mark for each part that is no digit, and the probability of its least sure
    digit.
    """
    seen = np.stack([to_mnist(part.ink) for part in parts])
    probabilities = recognizer.probabilities(seen)
    are_digits = gate.accepts(seen)
    answers = zip(probabilities.argmax(axis=1), are_digits, strict=True)
    said = "".join(str(digit) if is_digit else UNREAD for digit, is_digit in answers)
    least = int(probabilities.max(axis=1).argmin())
    with above, st.container(horizontal=True, vertical_alignment="bottom"):
        st.metric("Prediction", said, width="content")
        of_which = f", of digit {least + 1}, the least sure" if len(parts) > 1 else ""
        st.caption(verdict(probabilities[least]) + of_which)
    with details:
        st.image(_boxed(ink, parts), width=WIDTH, alt=f"Your drawing, a box around each of {said}", output_format="PNG")
        for position, part in enumerate(parts, start=1):
            if part.may_touch:
                st.caption(f":material/info: Digit {position} is wide: it may be two digits that touch. Leave a gap.")
        for position in np.flatnonzero(~are_digits) + 1:
            st.caption(f":material/block: Part {position} does not look like a digit.")
        with st.grid("auto", min_column_width=180):
            for position, part in enumerate(zip(seen, probabilities, are_digits, strict=True), start=1):
                _digit(position, *part)
    return said, float(probabilities[least].max())


def _digit(position: int, picture: np.ndarray, row: np.ndarray, is_digit: bool) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            large = cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
            st.image(large, width=56, alt=f"Digit {position} as 28 by 28 pixels", output_format="PNG")
            st.markdown(f"**{row.argmax()}**, {verdict(row)}" if is_digit else f"{NO_DIGIT} {if_it_is_one(row)}")
        st.plotly_chart(
            bars(row, highlight=int(row.argmax()) if is_digit else None, height=130),
            key=f"draw_bars_{position}",
            config={"displayModeBar": False},
            alt="; ".join(f"{digit}: {share:.0%}" for digit, share in enumerate(row)),
        )


def _boxed(ink: np.ndarray, parts: list[Part]) -> np.ndarray:
    """The drawing with a frame around each digit: (H, W, 3) uint8."""
    picture = np.repeat(ink[..., np.newaxis], 3, axis=2)
    for part in parts:
        height, width = part.ink.shape
        corner = part.left + width + 3, part.top + height + 3
        cv2.rectangle(picture, (part.left - 4, part.top - 4), corner, BOX, 2)
    return picture
