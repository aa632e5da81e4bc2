"""The confusion matrix, and the digits behind each of its numbers, the worst first."""

import streamlit as st

from digits.evaluation.test_sets import TestSet
from digits.figures.confusion import confusion
from digits.runs.run import Run
from pages.evaluate import choice, one_digit, predictions, sheet
from pages.shared.charts import chart


@st.fragment
def show(run: Run, chosen: TestSet, report: dict) -> None:
    """Show the confusion matrix on the left; on the right the digits of a cell, or one of them.

    report: from `digits.evaluation.evaluate`. The cell, the gallery and the digit are links.
    """
    matrix, digits = st.columns([5, 6], gap="large")
    with matrix:
        st.subheader("Confusion matrix", anchor=False)
        picture = st.container()  # above the choice, but drawn after it, when a cell from a link is known
        choice.by_hand(chosen)
        with picture:
            chart(
                confusion(report["confusion"], choice.cell()),
                key="evaluate_confusion",
                on_click=choice.from_click,
                alt="Confusion matrix, rows: label, columns: prediction: " + str(report["confusion"]),
            )
    with digits:
        loaded = predictions.load(run, chosen)
        if loaded is None:
            return
        images, labels, probabilities = loaded
        found = choice.digits(chosen, labels, probabilities)
        index = st.session_state["evaluate_shown"]
        if index is None:
            sheet.show(found, images, labels, probabilities)
        else:
            one_digit.show(run, chosen, found, index, images[index], int(labels[index]), probabilities[index])
