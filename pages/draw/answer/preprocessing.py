"""The way of a digit from the strokes to the 28 x 28 that the network sees, in pictures and in words."""

import cv2
import numpy as np
import streamlit as st

from digits.inference.preprocessing import Steps, to_size
from pages.shared.picture import png

PICTURE = 112  # screen px, side of each picture on the way
WAY = """
#### The way of your digit

1. The ink is cut out, wherever it is on the canvas.
2. Its strokes are made as wide as those of the digits that the network has learned from.
3. It is scaled to fit 20 × 20 pixels, and its centre of mass is put in the middle of 28 × 28.
4. The network turns these 784 pixels into ten probabilities, one for each digit.
"""


def show(ink: np.ndarray, way: Steps, seen: np.ndarray, digit: int, raw: bool) -> None:
    """The stages from the strokes to the 28 x 28, left to right.

    ink: (H, W) uint8, what was drawn. seen: (28, 28) uint8, what the network read as `digit`. raw: whether that is the
    canvas as it is.
    """
    stages = (
        [("As drawn", ink), ("Shrunk as it is: what the network sees", seen)]
        if raw
        else [
            ("As drawn", ink),
            ("Cut out", way.crop),
            (f"Scaled; strokes {way.width_before:.1f} px", to_size(way.crop)),
            (f"What the network sees; strokes {way.width_after:.1f} px", seen),
        ]
    )
    with st.container(horizontal=True):
        for number, (caption, stage) in enumerate(stages, start=1):
            alt = f"Your digit as 28 by 28 pixels, read as {digit}" if stage is seen else caption
            caption = f"{number}. {caption}"
            st.image(png(_at_size(stage)), width=PICTURE, caption=caption, alt=alt, output_format="PNG")


def _at_size(picture: np.ndarray) -> np.ndarray:
    """(h, w) uint8 -> (PICTURE, PICTURE) uint8: in the middle of a black square, small ones with square pixels.

    At the size at which it is shown, because Streamlit would decode, shrink and encode it once more.
    """
    side = max(picture.shape)
    height, width = picture.shape
    square = np.zeros((side, side), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = picture
    way = cv2.INTER_AREA if side > PICTURE else cv2.INTER_NEAREST
    return cv2.resize(square, (PICTURE, PICTURE), interpolation=way)
