"""What the tab Mistakes shows: a cell of the confusion matrix, a gallery, a range of confidence, or one digit."""

import numpy as np
import streamlit as st

from digits.evaluation.galleries import GALLERIES, narrowed
from digits.evaluation.test_sets import TestSet
from pages.shared import links

PER_PAGE = 40  # digits of a sheet
ABOUT = {
    "Mistakes": "misclassified digits, the most confident first",
    "Hardest": "all digits, the one with the largest loss first",
    "Unsure": "correctly predicted digits, the least confident first",
    "Doubtful labels": "the 15 digits of MNIST's own test set whose labels five raters outvoted",
}


def cell() -> tuple[int, int] | None:
    """Return the chosen cell, (label, prediction); None unless both are chosen."""
    label, predicted = st.session_state.get("evaluate_label"), st.session_state.get("evaluate_predicted")
    return None if label is None or predicted is None else (label, predicted)


def from_click(point: dict) -> None:
    """Choose the cell that was clicked."""
    st.session_state["evaluate_label"], st.session_state["evaluate_predicted"] = int(point["y"]), int(point["x"])
    _settle()


def by_hand(chosen: TestSet) -> None:
    """Let the user choose the same and more by keyboard and finger."""
    for name, title in (("label", "Label"), ("predicted", "Prediction")):
        links.follow(name, f"evaluate_{name}", range(10))
        st.pills(title, range(10), key=f"evaluate_{name}", on_change=_settle)
    confidence, index = st.columns(2, gap="medium")
    confidence.slider("Confidence", 0, 100, (0, 100), format="%d%%", key="evaluate_confidence", on_change=_settle)
    last = len(chosen.indices) - 1
    links.follow("shown", "evaluate_shown", range(last + 1))
    index.number_input(
        "Open a digit by its index", 0, last, value=None, step=1, key="evaluate_shown", placeholder=f"0 to {last:,}"
    )


def digits(chosen: TestSet, labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Let the user choose a gallery; returns the indices of its digits that fit the other choices, in its order."""
    names = [name for name in GALLERIES if name != "Doubtful labels" or chosen.name == "official"]
    about = "\n\n".join(f"**{name}**: {ABOUT[name]}" for name in names)
    gallery = links.choose("Gallery", "gallery", "evaluate_gallery", names, help=about, on_change=_settle)
    low, high = st.session_state["evaluate_confidence"]
    return narrowed(
        GALLERIES[gallery](labels, probabilities),
        labels,
        probabilities,
        label=st.session_state["evaluate_label"],
        predicted=st.session_state["evaluate_predicted"],
        confidence=(low / 100, high / 100),
    )


def why_none() -> str:
    """Return in a sentence why there is no digit to show."""
    label, predicted = st.session_state["evaluate_label"], st.session_state["evaluate_predicted"]
    shows_all = st.session_state["evaluate_gallery"] in ("Mistakes", "Hardest")
    if st.session_state["evaluate_confidence"] != (0, 100) or not shows_all:
        return "No digit fits these choices."
    if predicted is None:
        return f"No {'digit' if label is None else label} was misclassified."
    return (
        f"No digit was misclassified as {predicted}." if label is None else f"No {label} was predicted as {predicted}."
    )


def open_digit(index: int) -> None:
    """Show that digit."""
    st.session_state["evaluate_shown"] = index


def open_in_mistakes(index: int) -> None:
    """Show that digit in the tab Mistakes, where the probabilities and similar training digits are."""
    open_digit(index)
    st.session_state["evaluate_view"] = "Mistakes"


def back(page: int = 1) -> None:
    """Show the sheet again, at that page."""
    st.session_state["evaluate_shown"], st.session_state["evaluate_page"] = None, page


def _settle() -> None:
    """Go back to the first sheet, in a gallery that can hold digits of the chosen cell."""
    back()
    if chosen := cell():
        is_correct = chosen[0] == chosen[1]
        if st.session_state.get("evaluate_gallery", "Mistakes") == ("Mistakes" if is_correct else "Unsure"):
            st.session_state["evaluate_gallery"] = "Hardest" if is_correct else "Mistakes"
