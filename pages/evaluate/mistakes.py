"""Which digit was read as which, and the digits behind every number, the worst first."""

import streamlit as st

from digits.data.dataset import is_prepared
from digits.data.sources import SOURCES
from digits.evaluation import evaluate
from digits.evaluation.test_sets import TestSet
from digits.figures.confusion import confusion
from digits.runs.run import Run
from pages.evaluate import choice, one_digit, sheet
from pages.shared import background, cache
from pages.shared.errors import told


@st.fragment
def show(run: Run, chosen: TestSet, report: dict) -> None:
    """The confusion matrix on the left; on the right the digits of a cell, or one of them.

    report: as `digits.evaluation.evaluate.judge` makes it. The cell, the gallery and the digit are a link.
    """
    matrix, digits = st.columns([5, 6], gap="large")
    with matrix:
        st.subheader("Which digit was read as which", anchor=False)
        picture = st.container()  # above the choice, but drawn after it, when a cell from a link is known
        choice.by_hand(chosen)
        picture.plotly_chart(
            confusion(report["confusion"], choice.cell()),
            key="evaluate_confusion",
            on_select=choice.from_click,
            selection_mode="points",
            config={"displayModeBar": False},
            alt="Confusion matrix, rows true digit, columns answer: " + str(report["confusion"]),
        )
    with digits:
        if not is_prepared(chosen.source):
            known = SOURCES[chosen.source].title
            st.info(f"To see the pictures, prepare {known} on the Explore page.", icon=":material/info:")
            st.page_link("pages/explore/page.py", label="Explore", query_params={"source": chosen.source})
            return
        with told():
            probabilities = evaluate.probabilities(run, chosen)
            images, labels = chosen.take(cache.dataset(chosen.source))
        if probabilities is None:
            background.done(
                evaluate.job(run, chosen.name),
                why="The starter comes with its scores. To show single digits it must read them once, in some seconds.",
                action="Read the test digits",
                icon=":material/fact_check:",
            )
            return
        found = choice.digits(chosen, labels, probabilities)
        index = choice.opened()
        if index is None:
            sheet.show(found, images, labels, probabilities)
        else:
            one_digit.show(run, chosen, found, index, images[index], int(labels[index]), probabilities[index])
