"""The result in one line, beside the digits that were misclassified with the highest confidence."""

import base64

import numpy as np
import streamlit as st

from digits.data.dataset import is_available
from digits.data.sources import SOURCES
from digits.evaluation.test_sets import OPTDIGITS, TestSet
from pages.shared import cache
from pages.shared.errors import told
from pages.shared.picture import png
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
    words, pictures = st.columns([2, 3], vertical_alignment="center")
    with words:
        st.header(f"{report['accuracy']:.1%}: {num_wrong:,} of {n:,} misclassified", anchor=False)
        st.caption(f"Test set: {report['title']}.{_source(chosen)}")
        if SOURCES[chosen.source].is_own:  # without Markdown: somebody else's words
            st.text(f"Origin: {SOURCES[chosen.source].origin}. Licence: {SOURCES[chosen.source].licence}.")
    if num_wrong and is_available(chosen.source):
        with pictures, told():
            _worst(chosen, report["misclassified"][:NUM_WORST])


def _source(chosen: TestSet) -> str:
    """Return where digits come from that are not MNIST's: their licence asks for it."""
    known = SOURCES[chosen.source]
    return f" Source: {known.citation}; {known.licence}." if chosen.name == OPTDIGITS else ""


def _worst(chosen: TestSet, rows: list[dict]) -> None:
    """Show some misclassified digits in a row: plain pictures, which a browser draws in no time, unlike a figure."""
    images, _ = chosen.take(cache.dataset(chosen.source))
    pictures = "".join(_picture(images[row["index"]], row) for row in rows)
    st.html(f'<div style="display: flex; gap: 0.5rem">{pictures}</div>')


def _picture(image: np.ndarray, row: dict) -> str:
    """Return a digit, (28, 28) uint8, with its label and prediction as HTML."""
    source = base64.b64encode(png(image)).decode()
    confidence = percent(row["confidence"])
    return (
        '<figure style="margin: 0; flex: 1; max-width: 4.5rem; text-align: center">'
        f'<img src="data:image/png;base64,{source}" style="width: 100%; image-rendering: pixelated" '
        f'alt="Label {row["label"]}, prediction {row["predicted"]}, {confidence} confidence">'
        f'<figcaption style="font-size: 0.875rem; white-space: nowrap">{row["label"]} → {row["predicted"]}</figcaption>'
        "</figure>"
    )
