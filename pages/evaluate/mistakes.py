"""The confusion matrix, and the digits behind each of its numbers, the worst first."""

import numpy as np
import streamlit as st

from digits.evaluation.report import largest_confusion
from digits.evaluation.test_sets import TestSet
from digits.figures.confusion import confusion
from digits.figures.images import gallery
from digits.runs.run import Run
from pages.evaluate import choice, one_digit, predictions
from pages.shared import paging, shortcuts, table
from pages.shared.charts import SAVE, chart
from pages.shared.text import counted, percent


@st.fragment
def show(run: Run, chosen: TestSet, report: dict) -> None:
    """Show the confusion matrix on the left; on the right the digits of a cell, or one of them.

    report: from `digits.evaluation.evaluate`. The cell, the gallery and the digit are links.
    """
    matrix, digits = st.columns([5, 6], gap="large")
    with matrix:
        st.header("Confusion matrix", anchor=False)
        picture = st.container()  # above the choice, but drawn after it, when a cell from a link is known
        with st.expander("Filter", icon=":material/filter_alt:", type="compact", key="evaluate_filter"):
            choice.by_hand(chosen)
        with picture:
            _matrix(report["confusion"])
    with digits:
        loaded = predictions.load(run, chosen)
        if loaded is None:
            return
        images, labels, probabilities = loaded
        found = choice.digits(chosen, labels, probabilities)
        index = st.session_state["evaluate_shown"]
        if index is None:
            _sheet(found, images, labels, probabilities)
        else:
            one_digit.show(run, chosen, found, index, images[index], int(labels[index]), probabilities[index])


def _matrix(counts: list[list[int]]) -> None:
    """Show the confusion matrix, (10, 10) counts, with a sentence and a table."""
    st.caption("Blue: correct. Orange: misclassified. Select a cell to see its digits.")
    chart(
        confusion(counts, choice.cell()),
        key="evaluate_confusion",
        on_click=choice.from_click,
        tools=SAVE,
        alt="Confusion matrix, rows: label, columns: prediction: " + str(counts),
    )
    often = "No digit was misclassified."
    if worst := largest_confusion(counts):
        label, predicted, n = worst
        often = f"The most frequent mistake is {label} predicted as {predicted}: {n:,} of {sum(counts[label]):,}."
    st.caption(often)
    table.behind(
        "evaluate_confusion",
        lambda: table.matrix_rows(counts),
        about="Confusion matrix, a row for each label, a column for each prediction",
    )


def _sheet(found: np.ndarray, images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray) -> None:
    """Show the digits with the indices `found`, a page at a time; a click opens one."""
    if not len(found):
        st.markdown(choice.why_none())
        return
    shown = found[paging.turn(len(found), choice.PER_PAGE, "evaluate_page")].tolist()
    titles, captions = [], []
    for index in shown:
        label, digit, confidence = labels[index], probabilities[index].argmax(), probabilities[index].max()
        titles.append(f"digit {index:,}: label {label}, prediction {digit}, {percent(confidence)} confidence")
        captions.append(f"{label} → {digit}" if label != digit else f"{digit}")
    chart(
        gallery(images[shown], titles, captions=captions),
        key="evaluate_sheet",
        on_click=lambda point: choice.open_digit(shown[point["point_index"]]),
        alt="Digits, label → prediction: " + ", ".join(captions),
    )
    st.caption(f"{counted(len(found), 'digit')}. Below each: label → prediction. Select one to open it.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Open the first digit", icon=":material/zoom_in:", shortcut=shortcuts.letter("O"),
            on_click=choice.open_digit, args=(shown[0],),
        )  # fmt: skip
        shortcuts.offer()
