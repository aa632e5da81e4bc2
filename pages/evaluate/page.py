"""Evaluate: how good a trained network is on digits that it has not learned from.

Here one chooses the model, the test set and one of the tabs. A worker evaluates each model once.
"""

import streamlit as st

from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_sets
from digits.networks.settings_table import SETTINGS
from pages.evaluate import embedding_map, mistakes, robustness, scores
from pages.shared import evaluation, links, pickers
from pages.shared.errors import told
from pages.shared.prepare import prepared

VIEWS = {"Scores": scores, "Mistakes": mistakes, "Robustness": robustness, "Map": embedding_map}
TITLES = SETTINGS["split"].choices

st.title("Evaluate", anchor=False)
st.markdown("How good is it really? A score counts only on digits that the network has not learned from.")

run = pickers.model()
sets = {chosen.name: chosen for chosen in test_sets(run.settings)}
links.follow("test", "evaluate_test", sets, next(iter(sets)))
name = st.segmented_control(
    "Test set", list(sets), format_func=TITLES.get, required=True, key="evaluate_test",
    help="\n\n".join(f"**{TITLES[name]}**: {chosen.title}" for name, chosen in sets.items()),
)  # fmt: skip
chosen = sets[name]

with told():
    report = evaluate.stored(run, chosen)
if report is None:
    prepared(chosen.source)
    evaluation.offer(run, chosen, why=f"This model has not been evaluated on {chosen.title}. It takes some seconds.")
    st.stop()
links.follow("evaluate_view", "evaluate_view", VIEWS, next(iter(VIEWS)))
tabs = st.tabs(list(VIEWS), key="evaluate_view", on_change="rerun")
for tab, view in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            view.show(run, chosen, report)
