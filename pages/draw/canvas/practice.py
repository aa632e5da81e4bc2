"""A misclassified test digit beside the canvas, to practise its style: its label and what the model predicts.

A link names it: `?practice=mnist-official-1234`.
"""

import re

import numpy as np
import streamlit as st

from digits.data.dataset import Dataset, is_prepared
from digits.data.sources import SOURCES
from digits.errors import DigitsError
from digits.evaluation.test_sets import TITLES
from digits.evaluation.test_sets import indices as indices_of
from digits.inference.prediction import predict_many
from digits.inference.recognizer import Recognizer
from pages.shared import cache
from pages.shared.picture import show_enlarged


def show(recognizer: Recognizer) -> None:
    """Show the digit that the link names; nothing without such a link."""
    link = read_link(st.query_params.get("practice", ""))
    if link is None:
        return
    try:
        dataset, index = _digit(*link)
    except DigitsError as error:
        st.warning(str(error), icon=":material/warning:")
        return
    image, label = np.array(dataset.images[index]), int(dataset.labels[index])
    [predicted] = predict_many(image[np.newaxis], recognizer)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="draw_practice"):
        show_enlarged(image, 4, alt=f"A {label} from the test set, prediction: {predicted.digit}")
        with st.container():
            st.markdown(f"This is a **{label}**; the model predicts **{predicted.digit}**. Draw some digits in this "
                        f"style and label each as {label}. Then you can fine-tune the model on them.")  # fmt: skip
            st.button("Close", icon=":material/close:", key="draw_practice_close", on_click=_forget)


def read_link(value: str) -> tuple[str, str, int] | None:
    """Return the source, the test set and the place in it that a link names; None for any other text."""
    # The test set of one's own digits is called like them.
    found = re.fullmatch(r"([a-z][a-z0-9-]{0,31})-([a-z]{1,20}|\1)-([0-9]{1,6})", value)
    return (found[1], found[2], int(found[3])) if found else None


def _digit(source: str, part: str, place: int) -> tuple[Dataset, int]:
    """Return the data and the index of a digit of a test set. Raises DigitsError."""
    if source not in SOURCES or part not in TITLES or not is_prepared(source):
        raise DigitsError("The link names a test digit that is not on this machine.")
    indices = indices_of(part, source)
    if place >= len(indices):
        raise DigitsError(f"The link names a test digit beyond the last one, {len(indices) - 1:,}.")
    return cache.dataset(source), indices[place]


def _forget() -> None:
    del st.query_params["practice"]
