"""Explore: the digits one by one, all together, and as a network gets them.

Here one chooses the data, the split and one of the tabs.
"""

import streamlit as st

from digits.data.sources import SOURCES
from digits.data.splits import split
from digits.networks.settings_table import SETTINGS
from pages.explore import batches, doubtful, gallery, one_digit, overview
from pages.shared import links
from pages.shared.prepare import prepared

VIEWS = {
    "Data set": overview,
    "One digit": one_digit,
    "Gallery": gallery,
    "Batches": batches,
    "Doubtful labels": doubtful,
}
TITLES, SPLIT_TITLES = SETTINGS["source"].choices, SETTINGS["split"].choices
SPLIT_HELP = (
    f"**{SPLIT_TITLES['tutorial']}**: the first 80% of the training digits train the network, and a fifth of them "
    f"validates it. The last 20% test it.\n\n**{SPLIT_TITLES['official']}**: the 10,000 test digits test it. The last "
    "5,000 training digits validate it."
)

st.title("Explore", anchor=False)
st.markdown("Look at the handwritten digits before you train on them.")

with st.container(horizontal=True, gap="large"):
    links.follow("source", "explore_source", SOURCES, "sample")
    source = st.segmented_control(
        "Data", list(SOURCES), format_func=TITLES.get, required=True, key="explore_source",
        help="\n\n".join(f"**{TITLES[name]}**: {known.about}" for name, known in SOURCES.items()),
    )  # fmt: skip
    split_name = "tutorial"
    if SOURCES[source].num_test:
        links.follow("split", "explore_split", SPLIT_TITLES, "tutorial")
        split_name = st.segmented_control(
            "Split", list(SPLIT_TITLES), format_func=SPLIT_TITLES.get, required=True, key="explore_split",
            help=SPLIT_HELP,
        )  # fmt: skip

dataset = prepared(source, choice="explore_source")
parts = split(split_name, source)

links.follow("view", "explore_view", VIEWS, next(iter(VIEWS)))
tabs = st.tabs(list(VIEWS), key="explore_view", on_change="rerun")
for tab, view in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            view.show(dataset, parts)
