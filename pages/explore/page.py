"""Explore: the digits one by one, all together, and as a network gets them."""

import streamlit as st

from digits.data.sources import SOURCES
from digits.data.splits import split
from digits.networks.settings_table import SETTINGS
from digits.notebooks import programs
from pages.explore import doubtful, facts, gallery, network_input, one_digit
from pages.shared import code, links
from pages.shared.prepare import prepared

VIEWS = {
    "One digit": one_digit,
    "Gallery": gallery,
    "What the network gets": network_input,
    "Facts": facts,
    "Doubtful labels": doubtful,
}
TITLES, SPLIT_TITLES = SETTINGS["source"].choices, SETTINGS["split"].choices
SPLIT_HELP = (
    f"**{SPLIT_TITLES['tutorial']}**: the first 80% of the training digits train the network, and a fifth of them "
    f"validates it. The last 20% test it.\n\n**{SPLIT_TITLES['official']}**: the 10,000 test digits test it. The last "
    "5,000 training digits validate it."
)

with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    st.title("Explore", anchor=False, width="content")
    about = "\n\n".join(f"**{TITLES[name]}**: {SOURCES[name].about}" for name in TITLES)
    source = links.choose("Data", "source", "explore_source", TITLES, help=about)
    split_name = "tutorial"
    if SOURCES[source].num_test:
        split_name = links.choose("Split", "split", "explore_split", SPLIT_TITLES, help=SPLIT_HELP)
st.markdown("Look at the handwritten digits before you train on them.")

dataset = prepared(source, choice="explore_source")
parts = split(split_name, source)

links.show_tabs("view", "explore_view", VIEWS, dataset, parts)
shown = [st.session_state.get(key, 0) for key in ("explore_index", "explore_batch")]
code.show(programs.explore, source, parts, *shown, network_input.BATCH_SIZE)
