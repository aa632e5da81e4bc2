"""What the network sees: the stages from a drawing to 28 x 28 pixels, as pictures; before the first stroke, in words.

Also the choice to let it see the whole drawing, only shrunk.
"""

import cv2
import numpy as np
import streamlit as st

from digits.inference.prediction import Prediction
from digits.inference.preprocessing import to_size
from pages.shared.glossary import linked
from pages.shared.picture import png

SIDE = 112  # screen px of each picture
AS_MNIST, AS_DRAWN = "As MNIST", "As drawn"
STEPS = """
**From your drawing to 28 × 28 pixels**

1. The ink is cut out, wherever it is on the canvas.
2. Its strokes get the width of the digits that the network has learned from.
3. It is scaled to fit 20 × 20 pixels, and its centre of mass is put in the middle of 28 × 28.
4. The network turns these 784 pixels into ten probabilities, one for each digit.
"""


def is_raw() -> bool:
    """Return whether the network sees the whole drawing, only shrunk."""
    return st.session_state.get("draw_input") == AS_DRAWN


def show(ink: np.ndarray, prediction: Prediction | None) -> None:
    """Show the choice and the stages from left to right. ink: (H, W) uint8, what was drawn."""
    st.segmented_control(
        "Size and place", [AS_MNIST, AS_DRAWN], default=AS_MNIST, required=True, key="draw_input",
        persist_state="session",
        help=linked(
            "As MNIST: with the size, place and stroke width of the digits that the network has learned from. As "
            "drawn: the whole canvas shrunk to 28 × 28, as most digit demos do. The prediction changes with it."
        ),
    )  # fmt: skip
    if prediction is None:
        st.markdown(STEPS)
        return
    steps, image, raw = prediction.steps, prediction.image, is_raw()
    stages = (
        [("As drawn", ink), ("Shrunk: what the network sees", image)]
        if raw
        else [
            ("As drawn", ink),
            ("Cut out", steps.crop),
            (f"Scaled; strokes {steps.width_before:.1f} px", to_size(steps.crop)),
            (f"What the network sees; strokes {steps.width_after:.1f} px", image),
        ]
    )
    with st.container(horizontal=True):
        for number, (caption, stage) in enumerate(stages, start=1):
            alt = f"Your digit as 28 by 28 pixels, prediction: {prediction.digit}" if stage is image else caption
            caption = f"{number}. {caption}"
            st.image(png(_at_size(stage)), width=SIDE, caption=caption, alt=alt, output_format="PNG")


def _at_size(picture: np.ndarray) -> np.ndarray:
    """Put (h, w) uint8 in the middle of a black square of (SIDE, SIDE); a small picture keeps square pixels.

    At the size at which it is shown, because Streamlit would decode, shrink and encode it again.
    """
    side = max(picture.shape)
    height, width = picture.shape
    square = np.zeros((side, side), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = picture
    interpolation = cv2.INTER_AREA if side > SIDE else cv2.INTER_NEAREST
    return cv2.resize(square, (SIDE, SIDE), interpolation=interpolation)
