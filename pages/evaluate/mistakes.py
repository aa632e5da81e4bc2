"""The misread digits, the most confident mistakes first."""

import math

import cv2
import numpy as np
import streamlit as st

from digits.data.dataset import is_prepared
from digits.data.sources import SOURCES
from digits.evaluation.test_sets import TestSet
from digits.training.run import Run
from pages.shared import cache
from pages.shared.errors import told
from pages.shared.picture import png
from pages.shared.words import sure

PER_PAGE = 24
ZOOM = 4  # screen px for each pixel


def show(run: Run, chosen: TestSet, report: dict) -> None:
    """A gallery of the errors, with what was said and what was true; filtered by the true digit."""
    misread = report["misread"]
    if not misread:
        st.success("Not one of them was misread.", icon=":material/check_circle:")
        return
    if not is_prepared(chosen.source):
        st.info(
            f"To see the pictures, prepare {SOURCES[chosen.source].title} on the Explore page.", icon=":material/info:"
        )
        return
    digit = st.pills("Only the true digit", range(10), key="evaluate_digit", on_change=_to_first_page)
    rows = [row for row in misread if digit is None or row["label"] == digit]
    if not rows:
        st.success(f"No {digit} was misread.", icon=":material/check_circle:")
        return
    st.caption(f"{len(rows):,} digits, the most confident mistakes first.")
    with told():
        images, _ = chosen.take(cache.dataset(chosen.source))
    pages = math.ceil(len(rows) / PER_PAGE)
    page = min(st.pagination(pages, key="evaluate_page") if pages > 1 else 1, pages)
    with st.grid("auto", min_column_width=112):
        for row in rows[(page - 1) * PER_PAGE : page * PER_PAGE]:
            with st.container():
                _picture(images[row["index"]], row)


def _picture(image: np.ndarray, row: dict) -> None:
    large = cv2.resize(np.asarray(image), None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_NEAREST)
    said, true = row["predicted"], row["label"]
    alt = f"A {true} that was read as {said}, digit {row['index']} of the test set"
    st.image(png(large), alt=alt, output_format="PNG")
    st.caption(f"is **{true}**, said **{said}**  \n{sure(row['confidence'])}")


def _to_first_page() -> None:
    st.session_state["evaluate_page"] = 1
