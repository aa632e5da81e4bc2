"""Labels that are probably wrong, where networks that have not learned from a digit contradict its label."""

import streamlit as st

from digits.data.dataset import Dataset
from digits.data.splits import Split
from digits.evaluation import audit
from digits.figures.images import gallery
from digits.tasks import TRAINING
from pages.explore.one_digit import open_digit
from pages.shared import background, paging
from pages.shared.charts import chart
from pages.shared.errors import told
from pages.shared.text import percent

PER_PAGE, PAGE = 24, "explore_doubtful_page"
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
    issues = [{"rank": rank, **row} for rank, row in enumerate(found["issues"], start=1)]
    sheet, words = st.columns(2, gap="large")
    with words:
        digit = st.pills("Only the label", range(10), key="explore_doubtful_label", on_change=paging.back, args=(PAGE,))
        rows = [row for row in issues if digit is None or row["label"] == digit]
        if not rows:
            st.markdown("No label is doubtful." if digit is None else f"No label {digit} is doubtful.")
            return
        shown = rows[paging.turn(len(rows), PER_PAGE, PAGE)]
        st.caption(
            f"{len(issues):,} of the {found['n']:,} training labels are doubtful, the most doubtful first. Not all of "
            f"them are wrong. The networks predicted {found['accuracy']:.2%} of the labels correctly."
        )
        _table(shown)
    with sheet:
        titles = [f"rank {row['rank']}: index {row['index']:,}, {_in_words(row)}" for row in shown]
        chart(
            gallery(dataset.images[[row["index"] for row in shown]], titles, columns=6),
            key="explore_doubtful_gallery",
            on_click=lambda point: open_digit(shown[point["point_index"]]["index"]),
            alt="Digits with doubtful labels: " + "; ".join(map(_in_words, shown)),
        )
        st.caption("Point at a digit to see its label and the prediction. Select one to open it.")


def _in_words(row: dict) -> str:
    return f"label {row['label']}, prediction {row['predicted']}, {percent(row['confidence'])} confidence"


def _table(shown: list[dict]) -> None:
    """Show the same digits in words; a row opens its digit, too, which needs no mouse."""

    def open_row() -> None:
        if selected := st.session_state["explore_doubtful_rows"].selection.rows:
            open_digit(shown[selected[0]]["index"])

    titles = {"rank": "Rank", "index": "Index", "label": "Label", "predicted": "Prediction"}
    rows = [
        {title: row[name] for name, title in titles.items()} | {"Confidence": percent(row["confidence"])}
        for row in shown
    ]
    st.dataframe(
        rows, hide_index=True, height=420, key="explore_doubtful_rows", on_select=open_row,
        selection_mode="single-row", alt="Rank, index, label, prediction and confidence of the doubtful labels",
    )  # fmt: skip
