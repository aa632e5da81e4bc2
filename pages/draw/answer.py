"""The answer: the digit, how sure the network is, and what it saw."""

import cv2
import numpy as np
import streamlit as st

from digits.figures.probabilities import bars
from digits.inference.ink import as_drawn, steps
from digits.inference.recognizer import Recognizer
from pages.shared.words import sure

ZOOM = 6  # screen px for each of the network's 28 x 28
WAY = """
#### The way of your digit

1. The ink is cut out, wherever it is on the canvas.
2. Its strokes are made as wide as those of the digits that the network has learned from.
3. It is scaled to fit 20 × 20 pixels, and its centre of mass is put in the middle of 28 × 28.
4. The network turns these 784 pixels into ten probabilities, one for each digit.
"""


def show(ink: np.ndarray, recognizer: Recognizer, verdict, details) -> None:
    """Read `ink`, (H, W) uint8: the digit goes into `verdict`, the bars and the 28 x 28 into `details`.

    Raises BlankDrawing.
    """
    way = steps(ink)
    raw = st.session_state.get("draw_raw", False)
    seen = as_drawn(ink) if raw else way.picture
    probabilities = recognizer.probabilities(seen[np.newaxis])[0]
    digit = int(probabilities.argmax())
    with verdict, st.container(horizontal=True, vertical_alignment="bottom"):
        st.metric("Prediction", digit, width="content")
        st.caption(sure(probabilities[digit]), help="Calibrated: see the calibration error on the Evaluate page.")
    with details:
        st.plotly_chart(
            bars(probabilities, highlight=digit),
            key="draw_bars",
            config={"displayModeBar": False},
            alt="; ".join(f"{d}: {p:.0%}" for d, p in enumerate(probabilities)),
        )
        picture, words = st.columns([2, 3], vertical_alignment="center")
        large = cv2.resize(seen, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_NEAREST)
        picture.image(large, caption="What the network sees", alt=f"Your digit as 28 by 28 pixels, read as {digit}")
        words.caption(
            "The whole canvas, shrunk as it is: unlike anything that the network has learned from."
            if raw
            else "Cut out, scaled to fit 20 × 20 pixels and centred by its mass, like the digits that it learned from. "
            f"Your stroke would be {way.width_before:.1f} pixels wide; the network sees {way.width_after:.1f}."
        )
        words.toggle(
            "Show it the canvas as it is", key="draw_raw", persist_state="session",
            help="What happens when a drawing is not brought to MNIST's size, place and stroke width first.",
        )  # fmt: skip
