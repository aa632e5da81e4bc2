"""Why this answer: which places of the digit speak for it, and what each stroke changes."""

import cv2
import numpy as np
import streamlit as st

from digits.errors import BlankDrawing
from digits.figures.evidence import evidence
from digits.figures.probabilities import changes
from digits.inference import strokes as canvas
from digits.inference.explanation import occlusion, without_each
from digits.inference.preprocessing import to_mnist
from digits.inference.recognizer import Recognizer
from digits.inference.strokes import Stroke

MOST = 8  # strokes; more than a digit has


def show(picture: np.ndarray, recognizer: Recognizer, strokes: list[Stroke], size: tuple[int, int]) -> None:
    """picture: (28, 28) uint8, what the network saw. strokes: those of a canvas of size = (width, height) px."""
    if not st.toggle(
        "Why this answer?", key="draw_why", persist_state="session",
        help="Covers the digit piece by piece, and leaves out your strokes one by one, to see what the answer needs.",
    ):  # fmt: skip
        return
    places, parts = st.columns([2, 3], gap="medium")
    digit = int(recognizer.probabilities(picture[np.newaxis])[0].argmax())
    with places:
        st.plotly_chart(
            evidence(picture, occlusion(picture, recognizer)),
            key="draw_evidence",
            config={"displayModeBar": False},
            alt=f"Your digit; blue where its ink speaks for {digit}, orange where it speaks against it",
        )
        st.caption(f"Blue ink speaks for {digit}, orange ink against it: what changes when that place is covered.")
    with parts:
        if 2 <= len(strokes) <= MOST:
            _strokes(recognizer, strokes, size)
        else:
            st.caption("Draw a digit in two to eight strokes to see what each of them does to the answer.")


def _strokes(recognizer: Recognizer, strokes: list[Stroke], size: tuple[int, int]) -> None:
    def read(some: list[Stroke]) -> np.ndarray:
        try:
            return recognizer.probabilities(to_mnist(canvas.paint(some, size))[np.newaxis])[0]
        except BlankDrawing:  # a stroke outside of the canvas
            return np.full(10, 0.1, np.float32)

    whole, without = read(strokes), without_each(strokes, read)
    st.plotly_chart(
        changes(without - whole, [f"without stroke {number}" for number in range(1, len(strokes) + 1)]),
        key="draw_strokes",
        config={"displayModeBar": False},
        alt="; ".join(f"without stroke {n}: {row.argmax()}" for n, row in enumerate(without, start=1)),
    )
    with st.container(horizontal=True):
        for left_out, row in enumerate(without):
            rest = strokes[:left_out] + strokes[left_out + 1 :]
            small = cv2.resize(canvas.paint(rest, size), (72, 72), interpolation=cv2.INTER_AREA)
            st.image(
                small, width=72, caption=f"{row.argmax()}, {row.max():.0%}", alt=f"Without stroke {left_out + 1}",
                output_format="PNG",
            )  # fmt: skip
