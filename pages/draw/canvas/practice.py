"""A misread test digit beside the canvas, to draw one like it: `?like=mnist-official-1234`."""

import re

import cv2
import numpy as np
import streamlit as st

from digits.data.dataset import Dataset, is_prepared
from digits.data.sources import SOURCES
from digits.data.splits import SPLITS, split
from digits.errors import DigitsError
from digits.inference.recognizer import Recognizer
from pages.shared import cache

ZOOM = 4  # screen px for each of 28 x 28


def show(recognizer: Recognizer) -> None:
    """The digit that the link names, what it is and what the network reads; nothing without such a link."""
    found = re.fullmatch(r"([a-z]+)-([a-z]+)-([0-9]{1,5})", str(st.query_params.get("like", "")))
    if not found:
        return
    try:
        dataset, index = _digit(found[1], found[2], int(found[3]))
    except DigitsError as error:
        st.warning(str(error), icon=":material/warning:")
        return
    image, label = np.array(dataset.images[index]), int(dataset.labels[index])
    said = int(recognizer.probabilities(image[np.newaxis])[0].argmax())
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="draw_like"):
        large = cv2.resize(image, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_NEAREST)
        st.image(large, width=28 * ZOOM, alt=f"A {label} from the test set, read as {said}", output_format="PNG")
        with st.container():
            st.markdown(f"Somebody wrote this **{label}**; the model reads **{said}**. Draw some like it your way, and "
                        f"say each time that it is a {label}: then you can teach it.")  # fmt: skip
            st.button("Done with it", icon=":material/close:", key="draw_like_done", on_click=_forget)


def _digit(source: str, part: str, place: int) -> tuple[Dataset, int]:
    """The data and the index of a digit of a test set. Raises DigitsError."""
    if source not in SOURCES or part not in SPLITS or not is_prepared(source):
        raise DigitsError("The link names a test digit that is not on this machine.")
    indices = split(part, source).test
    if place >= len(indices):
        raise DigitsError(f"The link names a test digit beyond the last, {len(indices) - 1:,}.")
    return cache.dataset(source), indices[place]


def _forget() -> None:
    del st.query_params["like"]
