"""Labels that are probably wrong, where networks that have not learned from a digit contradict its label.

A worker looks for them once; here they are listed by rank, and a click opens a digit.
"""

import math

import streamlit as st

from digits.data.dataset import Dataset
from digits.data.splits import Split
from digits.evaluation import audit
from digits.figures import images
from digits.tasks import TRAINING
from pages.shared import background
from pages.shared.errors import told
from pages.shared.text import percent

PER_PAGE = 24
WHY = (
    "Which labels are probably wrong? Five networks are trained, each on four fifths of the training digits. Each "
    "predicts the fifth that it has not learned from. A label is doubtful if they contradict it with high confidence "
    "(confident learning, Northcutt, Jiang & Chuang 2021). It takes half a minute for 5,000 digits, and one or two "
    "minutes for 70,000."
)


def show(dataset: Dataset, parts: Split) -> None:
    """Show the doubtful labels, the most doubtful first; offer to look for them if nobody has yet."""
    with told():
        found = audit.stored(dataset.source)
        if found is None:
            background.offer(
                "audit", dataset.source, why=WHY, action="Find doubtful labels", icon=":material/rule:", lane=TRAINING
            )
            return
    issues = found["issues"]
    sheet, words = st.columns(2, gap="large")
    with words:
        digit = st.pills("Only the label", range(10), key="explore_doubtful_label", on_change=_to_first_page)
        rows = [(rank, row) for rank, row in enumerate(issues, start=1) if digit is None or row["label"] == digit]
        if not rows:
            st.success("None of these labels is doubtful.", icon=":material/check_circle:")
            return
        page = st.pagination(math.ceil(len(rows) / PER_PAGE), key="explore_doubtful_page")
        shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
        st.caption(
            f"{len(issues):,} of the {found['n']:,} training labels are doubtful, the most doubtful first. Not all of "
            f"them are wrong. The networks predicted {found['accuracy']:.2%} of the labels."
        )
        _table(shown)
    with sheet:
        st.plotly_chart(
            images.gallery(
                dataset.images[[row["index"] for _, row in shown]],
                [f"rank {rank}: index {row['index']:,}, {_in_words(row)}" for rank, row in shown],
                columns=6,
            ),
            key="explore_doubtful_gallery",
            on_select=lambda: _open(shown),
            selection_mode="points",
            config={"displayModeBar": False},
            alt="Digits with doubtful labels: " + "; ".join(_in_words(row) for _, row in shown),
        )
        st.caption("Point at a digit to see its label and the prediction. Click to open it.")


def _in_words(row: dict) -> str:
    return f"label {row['label']}, prediction {row['predicted']}, {percent(row['confidence'])} confidence"


def _table(shown: list[tuple[int, dict]]) -> None:
    """Show the same digits in words; a row opens its digit, too, which needs no mouse."""
    rows = [
        {
            "Rank": rank,
            "Index": row["index"],
            "Label": row["label"],
            "Prediction": row["predicted"],
            "Confidence": percent(row["confidence"]),
        }
        for rank, row in shown
    ]
    st.dataframe(
        rows, hide_index=True, height=420, key="explore_doubtful_rows", on_select=lambda: _open_row(shown),
        selection_mode="single-row", alt="Rank, index, label, prediction and confidence of the doubtful labels",
    )  # fmt: skip


def _to_first_page() -> None:
    st.session_state["explore_doubtful_page"] = 1


def _open(shown: list[tuple[int, dict]]) -> None:
    """Open the digit that was clicked, in the tab for one digit."""
    if points := st.session_state["explore_doubtful_gallery"].selection.points:
        _go(shown[points[0]["point_index"]])


def _open_row(shown: list[tuple[int, dict]]) -> None:
    if rows := st.session_state["explore_doubtful_rows"].selection.rows:
        _go(shown[rows[0]])


def _go(ranked: tuple[int, dict]) -> None:
    st.session_state["explore_index"] = ranked[1]["index"]
    st.session_state["explore_view"] = "One digit"
