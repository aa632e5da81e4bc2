"""The result in one line, beside the digits that were misclassified with the highest confidence."""

import streamlit as st

from digits.data.dataset import is_available
from digits.data.sources import SOURCES
from digits.evaluation.test_sets import OPTDIGITS, TestSet
from digits.figures.images import gallery
from pages.evaluate import choice
from pages.shared import cache
from pages.shared.charts import chart
from pages.shared.errors import told
from pages.shared.text import percent

NUM_WORST = 8
ABOUT = {
    "tutorial": "the last fifth of the training digits. The network has not learned from them.",
    "official": "MNIST's 10,000 test digits, by other writers than its training digits.",
    OPTDIGITS: "1,797 digits by 13 writers who are not in MNIST, enlarged from 8 × 8 pixels. No network here learns "
    "from them.",
}


def available_first(sets: list[TestSet]) -> list[TestSet]:
    """Return the test sets whose digits are on this machine, then the others."""
    return sorted(sets, key=lambda chosen: not is_available(chosen.source))


def show(chosen: TestSet, report: dict) -> None:
    """Show the accuracy and the worst mistakes. report: from `digits.evaluation.evaluate`."""
    num_wrong, n = len(report["misclassified"]), report["n"]
    words, pictures = st.columns([2, 3], gap="large", vertical_alignment="center")
    with words:
        st.header(f"{report['accuracy']:.1%}: {num_wrong:,} of {n:,} misclassified", anchor=False)
        st.caption(f"Test set: {report['title']}.{_source(chosen)}")
    if num_wrong and is_available(chosen.source):
        with pictures, told():
            _worst(chosen, report["misclassified"][:NUM_WORST])


def _source(chosen: TestSet) -> str:
    """Return where digits come from that are not MNIST's: their licence asks for it."""
    known = SOURCES[chosen.source]
    return f" Source: {known.citation}; {known.licence}." if chosen.name == OPTDIGITS else ""


def _worst(chosen: TestSet, rows: list[dict]) -> None:
    """Show some misclassified digits; a click opens one in the tab Mistakes."""
    images, _ = chosen.take(cache.dataset(chosen.source))
    titles = [
        f"digit {row['index']:,}: label {row['label']}, prediction {row['predicted']}, "
        f"{percent(row['confidence'])} confidence"
        for row in rows
    ]
    captions = [f"{row['label']} → {row['predicted']}" for row in rows]
    chart(
        gallery(images[[row["index"] for row in rows]], titles, captions=captions),
        key="evaluate_worst",
        on_click=lambda point: choice.open_in_mistakes(rows[point["point_index"]]["index"]),
        alt="The mistakes with the highest confidence, label → prediction: " + ", ".join(captions),
    )
