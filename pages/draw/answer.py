"""The answer: the digit, how sure the network is, the way of the digit, and what the network saw."""

import cv2
import numpy as np
import streamlit as st

from digits.figures.probabilities import bars
from digits.inference.ink import Steps, as_drawn, steps, to_mnist
from digits.inference.recognizer import Recognizer
from pages.shared.picture import png
from pages.shared.words import NOT_SURE, verdict

PICTURE = 112  # screen px, side of each picture on the way
WAY = """
#### The way of your digit

1. The ink is cut out, wherever it is on the canvas.
2. Its strokes are made as wide as those of the digits that the network has learned from.
3. It is scaled to fit 20 × 20 pixels, and its centre of mass is put in the middle of 28 × 28.
4. The network turns these 784 pixels into ten probabilities, one for each digit.
"""
CALIBRATED = (
    f"Calibrated: of the answers with 90% about 90% should be right; the Evaluate page says how nearly. "
    f"Under {NOT_SURE:.0%} it is called not sure."
)


def show(ink: np.ndarray, recognizer: Recognizer, above, details) -> tuple[np.ndarray, np.ndarray]:
    """Read `ink`, (H, W) uint8: the digit goes into `above`, the bars and the way into `details`.

    Returns what the network saw, (28, 28) uint8, and its ten probabilities. Raises BlankDrawing.
    """
    way = steps(ink)
    raw = st.session_state.get("draw_raw", False)
    seen = as_drawn(ink) if raw else way.picture
    probabilities = recognizer.probabilities(seen[np.newaxis])[0]
    digit = int(probabilities.argmax())
    with above, st.container(horizontal=True, vertical_alignment="bottom"):
        st.metric("Prediction", digit, width="content")
        st.caption(verdict(probabilities), help=CALIBRATED)
    with details:
        _bars(probabilities, "draw_bars")
        _pictures(ink, way, seen, digit, raw)
        st.toggle(
            "Show it the canvas as it is", key="draw_raw", persist_state="session",
            help="What happens when a drawing is not brought to MNIST's size, place and stroke width first.",
        )  # fmt: skip
    return seen, probabilities


def compare(seen: np.ndarray, name: str, other: Recognizer) -> None:
    """What another network says of the same picture, (28, 28) uint8. name: of the other, plain text."""
    probabilities = other.probabilities(seen[np.newaxis])[0]
    st.text(f"{name}: {probabilities.argmax()}, {verdict(probabilities)}")
    _bars(probabilities, "draw_other_bars")


def _bars(probabilities: np.ndarray, key: str) -> None:
    st.plotly_chart(
        bars(probabilities, highlight=int(probabilities.argmax())),
        key=key,
        config={"displayModeBar": False},
        alt="; ".join(f"{digit}: {share:.0%}" for digit, share in enumerate(probabilities)),
    )


def _pictures(ink: np.ndarray, way: Steps, seen: np.ndarray, digit: int, raw: bool) -> None:
    """The stages from the strokes to the 28 x 28, left to right."""
    stages = (
        [("As drawn", ink), ("Shrunk as it is: what the network sees", seen)]
        if raw
        else [
            ("As drawn", ink),
            ("Cut out", way.crop),
            (f"Scaled; strokes {way.width_before:.1f} px", to_mnist(ink, normalise_width=False)),
            (f"What the network sees; strokes {way.width_after:.1f} px", seen),
        ]
    )
    with st.container(horizontal=True):
        for number, (caption, stage) in enumerate(stages, start=1):
            alt = f"Your digit as 28 by 28 pixels, read as {digit}" if stage is seen else caption
            caption = f"{number}. {caption}"
            st.image(png(_enlarged(stage)), width=PICTURE, caption=caption, alt=alt, output_format="PNG")


def _enlarged(picture: np.ndarray) -> np.ndarray:
    """(h, w) uint8 on a black square of a whole multiple of its side, pixels kept square."""
    side = max(picture.shape)
    height, width = picture.shape
    top, left = (side - height) // 2, (side - width) // 2
    square = np.pad(picture, ((top, side - height - top), (left, side - width - left)))
    return cv2.resize(square, None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST) if side < 2 * PICTURE else square
