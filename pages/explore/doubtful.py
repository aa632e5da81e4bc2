"""Labels that are probably wrong: what networks that never learned a digit say of it, against what its label says."""

import math

import streamlit as st

from digits.data.dataset import Dataset
from digits.data.splits import Split
from digits.evaluation import audit
from digits.figures import images
from pages.shared import background
from pages.shared.errors import told
from pages.shared.text import percent

PER_PAGE = 24
WHY = (
    "Which labels are probably wrong? Five networks are trained, each on four fifths of the training digits, and read "
    "the fifth that they have not seen; where they contradict a label with good reason, it is doubtful (confident "
    "learning, Northcutt, Jiang & Chuang 2021). It takes half a minute for the sample and a minute or two for MNIST."
)


def show(dataset: Dataset, parts: Split) -> None:
    """The doubtful labels, the worst first; a click on one opens it."""
    with told():
        if not background.done(audit.job(dataset.source), why=WHY, action="Look for them", icon=":material/rule:"):
            return
        found = audit.stored(dataset.source)
    issues = found["issues"]
    sheet, words = st.columns(2, gap="large")
    with words:
        digit = st.pills("Only the label", range(10), key="doubtful_label", on_change=_to_first_page)
        rows = [(rank, row) for rank, row in enumerate(issues, start=1) if digit is None or row["label"] == digit]
        if not rows:
            st.success("None of these labels is doubtful.", icon=":material/check_circle:")
            return
        page = st.pagination(math.ceil(len(rows) / PER_PAGE), key="doubtful_page")
        shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
        st.caption(
            f"{len(issues):,} of the {found['n']:,} training labels are doubtful, the most doubtful first; not all of "
            f"them are wrong. The networks read {found['accuracy']:.2%} of the digits as they are labelled."
        )
        _table(shown)
    with sheet:
        st.plotly_chart(
            images.gallery(
                dataset.images[[row["index"] for _, row in shown]],
                [f"rank {rank}: index {row['index']:,}, {_in_words(row)}" for rank, row in shown],
                columns=6,
            ),
            key="doubtful_gallery",
            on_select=lambda: _open(shown),
            selection_mode="points",
            config={"displayModeBar": False},
            alt="Digits with doubtful labels: " + "; ".join(_in_words(row) for _, row in shown),
        )
        st.caption("Point at one to see its label and what the networks say, click to open it.")


def _in_words(row: dict) -> str:
    return f"labelled {row['label']}, read as {row['said']}, {percent(row['confidence'])} confidence"


def _table(shown: list[tuple[int, dict]]) -> None:
    """The same digits in words; a row opens its digit, too, which needs no mouse."""
    rows = [
        {
            "Rank": rank,
            "Index": row["index"],
            "Label": row["label"],
            "Read as": row["said"],
            "Confidence": percent(row["confidence"]),
        }
        for rank, row in shown
    ]
    st.dataframe(
        rows, hide_index=True, height=420, key="doubtful_rows", on_select=lambda: _open_row(shown),
        selection_mode="single-row", alt="Rank, index, label, what the networks say and their confidence",
    )  # fmt: skip


def _to_first_page() -> None:
    st.session_state["doubtful_page"] = 1


def _open(shown: list[tuple[int, dict]]) -> None:
    """Show the digit that was clicked, in the tab for one digit."""
    if points := st.session_state["doubtful_gallery"].selection.points:
        _go(shown[points[0]["point_index"]])


def _open_row(shown: list[tuple[int, dict]]) -> None:
    if rows := st.session_state["doubtful_rows"].selection.rows:
        _go(shown[rows[0]])


def _go(ranked: tuple[int, dict]) -> None:
    st.session_state["index"] = ranked[1]["index"]
    st.session_state["view"] = "One digit"
