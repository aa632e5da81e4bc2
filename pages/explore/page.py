"""Explore: what the digits are, one by one, all together, and as the network gets them."""

import streamlit as st

from digits.data.sources import SOURCES
from digits.data.splits import SPLITS, split
from pages.explore import batches, doubtful, gallery, one_digit, overview
from pages.shared.prepare import prepared

VIEWS = {
    "Data set": overview,
    "One digit": one_digit,
    "Gallery": gallery,
    "Batches": batches,
    "Doubtful labels": doubtful,
}

st.title("Explore", anchor=False)
st.markdown("Look at the handwritten digits before you train on them.")

with st.container(horizontal=True, gap="large"):
    source = st.segmented_control(
        "Source",
        list(SOURCES),
        default="sample",
        required=True,
        key="source",
        bind="query-params",
        help="\n\n".join(f"**{name}**: {known.about}" for name, known in SOURCES.items()),
    )
    split_name = "tutorial"
    if SOURCES[source].num_test:
        split_name = st.segmented_control(
            "Split",
            list(SPLITS),
            default="tutorial",
            required=True,
            key="split",
            bind="query-params",
            help="**tutorial**: the first 80 % of the training digits to learn from, of which the first 20 % validate; "
            "the last 20 % test.\n\n**official**: MNIST's own 10,000 test digits test; the last 5,000 training digits "
            "validate.",
        )

dataset = prepared(source, choice="source")
parts = split(split_name, source)

tabs = st.tabs(list(VIEWS), key="view", bind="query-params", on_change="rerun")
for tab, view in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            view.show(dataset, parts)
