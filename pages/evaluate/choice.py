"""What to look at: a cell of the confusion matrix, a gallery, a range of confidence, one digit. All of it is a link."""

import numpy as np
import streamlit as st

from digits.evaluation.galleries import GALLERIES, narrowed
from digits.evaluation.test_sets import TestSet

ABOUT = {
    "Mistakes": "the misread digits, the most confident mistake first",
    "Hardest": "all digits, the one to whose label the network gives the least first",
    "Unsure": "the digits that were read right, the least confident answer first",
    "Doubtful labels": "the 15 digits of MNIST's official test set whose labels five raters outvoted",
}


def cell() -> tuple[int, int] | None:
    """The chosen cell, (true digit, answer), if both are chosen."""
    true, said = st.session_state.get("true"), st.session_state.get("said")
    return None if true is None or said is None else (true, said)


def from_click() -> None:
    """Take the cell that was clicked."""
    if points := st.session_state["evaluate_confusion"].selection.points:
        st.session_state["true"], st.session_state["said"] = int(points[0]["y"]), int(points[0]["x"])
        _settle()


def by_hand(chosen: TestSet) -> None:
    """The same and more by keyboard and finger."""
    st.pills("True digit", range(10), key="true", bind="query-params", on_change=_settle)
    st.pills("Read as", range(10), key="said", bind="query-params", on_change=_settle)
    _forget_bad_index(len(chosen.indices))
    confidence, index = st.columns(2, gap="medium")
    confidence.slider(
        "Confidence of the answer", 0, 100, (0, 100), format="%d%%", key="evaluate_confidence", on_change=_settle
    )
    index.number_input(
        "Open a digit by its index", 0, len(chosen.indices) - 1, value=None, step=1, key="shown", bind="query-params",
        placeholder=f"0 to {len(chosen.indices) - 1:,}",
    )  # fmt: skip


def digits(chosen: TestSet, labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Let the user choose a gallery; returns the indices of its digits that fit all the rest, in its order."""
    names = [name for name in GALLERIES if name != "Doubtful labels" or chosen.name == "official"]
    gallery = st.segmented_control(
        "Gallery", names, default=names[0], required=True, key="gallery", bind="query-params", on_change=_settle,
        help="\n\n".join(f"**{name}**: {ABOUT[name]}" for name in names),
    )  # fmt: skip
    low, high = st.session_state["evaluate_confidence"]
    return narrowed(
        GALLERIES[gallery](labels, probabilities),
        labels,
        probabilities,
        true=st.session_state["true"],
        said=st.session_state["said"],
        confidence=(low / 100, high / 100),
    )


def opened() -> int | None:
    """The index of the one digit to show, if there is one."""
    return st.session_state["shown"]


def open_digit(index: int) -> None:
    """Show that digit."""
    st.session_state["shown"] = index


def back(page: int = 1) -> None:
    """Show the sheet again, at that page."""
    st.session_state["shown"], st.session_state["evaluate_page"] = None, page


def _forget_bad_index(count: int) -> None:
    """Streamlit itself passes over most bad values in a link, but an infinite or huge one ends in an OverflowError."""
    given = st.query_params.get("shown", "0")
    if len(given) > 9 or not given.isdecimal():
        del st.query_params["shown"]
        st.rerun()
    if (st.session_state.get("shown") or 0) >= count:  # another, smaller test set was chosen
        back()


def _settle() -> None:
    """Back to the first sheet, in a gallery that can hold digits of the chosen cell."""
    back()
    if chosen := cell():
        right = chosen[0] == chosen[1]
        if st.session_state.get("gallery") == ("Mistakes" if right else "Unsure"):
            st.session_state["gallery"] = "Hardest" if right else "Mistakes"
