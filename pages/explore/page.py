"""Explore: the digits one by one, all together, and as a network gets them; and digits of one's own."""

import streamlit as st

from digits.data import splits
from digits.data.sources import SOURCES, WithOwn
from digits.data.splits import Split, split
from digits.networks.settings_table import SETTINGS
from digits.notebooks import programs
from pages.explore import add_data, doubtful, facts, gallery, network_input, one_digit, predictions
from pages.shared import code, links
from pages.shared.prepare import prepared

VIEWS = {
    "One digit": one_digit,
    "Gallery": gallery,
    "What the network gets": network_input,
    "Facts": facts,
    "Doubtful labels": doubtful,
}
TEST_VIEWS = {"One digit": one_digit, "Gallery": gallery, "Facts": facts}
UNLABELLED_VIEWS = {"One digit": one_digit, "Gallery": gallery, "Predictions": predictions, "Facts": facts}
TITLES = WithOwn({name: SETTINGS["source"].choices[name] for name in ("sample", "mnist")}, lambda source: source.title)
SPLIT_TITLES = SETTINGS["split"].choices
SPLIT_HELP = (
    f"**{SPLIT_TITLES['tutorial']}**: the first 80% of the training digits train the network, and a fifth of them "
    f"validates it. The last 20% test it.\n\n**{SPLIT_TITLES['official']}**: the 10,000 test digits test it. The last "
    "5,000 training digits validate it."
)

with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    st.title("Explore", anchor=False, width="content")
    titles = dict(TITLES)
    about = "\n\n".join(f"**{title}**: {SOURCES[name].about}" for name, title in titles.items())
    source = links.choose("Data", "source", "explore_source", titles, help=about)
    split_name = "tutorial"
    if len(splits.names(source)) > 1:
        split_name = links.choose("Split", "split", "explore_split", SPLIT_TITLES, help=SPLIT_HELP)
    add_data.offer()
st.markdown("Look at the handwritten digits before you train on them.")
add_data.show()

dataset, known = prepared(source, choice="explore_source"), SOURCES[source]
if known.num_train:
    views, parts = VIEWS, split(split_name, source)
else:  # nothing to train on
    views = TEST_VIEWS if known.is_labelled else UNLABELLED_VIEWS
    parts = Split(range(0), range(0), range(known.num_test))
    st.info(known.about, icon=":material/info:")

links.show_tabs("view", "explore_view", views, dataset, parts)
shown = [st.session_state.get(key, 0) for key in ("explore_index", "explore_batch")]
code.show(programs.explore, source, parts, *shown, network_input.BATCH_SIZE)
