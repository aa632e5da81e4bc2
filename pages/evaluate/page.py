"""Evaluate: how good a trained network is on digits that it has not learned from."""

import streamlit as st

from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_sets
from digits.networks.settings_table import SETTINGS
from pages.evaluate import embedding_map, mistakes, robustness, scores
from pages.shared import evaluation, exports, links, pickers
from pages.shared.errors import told
from pages.shared.prepare import prepared

VIEWS = {"Scores": scores, "Mistakes": mistakes, "Robustness": robustness, "Map": embedding_map}
TITLES = SETTINGS["split"].choices

st.title("Evaluate", anchor=False)
st.markdown("How good is it really? A score counts only on digits that the network has not learned from.")

run = pickers.model()
sets = {chosen.name: chosen for chosen in test_sets(run.settings)}
about = "\n\n".join(f"**{TITLES[name]}**: {chosen.title}" for name, chosen in sets.items())
chosen = sets[links.choose("Test set", "test", "evaluate_test", {name: TITLES[name] for name in sets}, help=about)]

with told():
    report = evaluate.stored(run, chosen)
if report is None:
    prepared(chosen.source)
    evaluation.offer(run, chosen, why=f"This model has not been evaluated on {chosen.title}. It takes some seconds.")
    st.stop()
links.show_tabs("evaluate_view", "evaluate_view", VIEWS, run, chosen, report)
exports.show(run)
