"""Evaluate: judge a trained network on digits it has never seen. The verdict is computed once, by a worker."""

import streamlit as st

from digits.errors import DamagedFile
from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_sets
from pages.evaluate import embedding_map, mistakes, robustness, scores
from pages.shared import background, pickers
from pages.shared.errors import tell_damage, told
from pages.shared.prepare import prepared

VIEWS = {"Scores": scores, "Mistakes": mistakes, "Robustness": robustness, "Map": embedding_map}

st.title("Evaluate", anchor=False)
st.markdown("How good is it really? A score counts only on digits that the network has not learned from.")

run = pickers.model()
with told():
    sets = {chosen.name: chosen for chosen in test_sets(run.config)}
tell_damage(run)
name = st.segmented_control(
    "Test set",
    list(sets),
    default=next(iter(sets)),
    required=True,
    key="test",
    bind="query-params",
    help="\n\n".join(f"**{chosen.name}**: {chosen.title}" for chosen in sets.values()),
)
chosen = sets.get(name) or next(iter(sets.values()))

report, problem = None, ""
try:
    report = evaluate.stored(run, chosen)
except DamagedFile as damaged:
    problem = str(damaged)
if report is None:
    prepared(chosen.source)
    why = f"This model is still to be judged on {chosen.title}; it takes some seconds."
    if background.done(evaluate.job(run, chosen.name), why=why, action="Evaluate", icon=":material/fact_check:"):
        st.error(problem, icon=":material/error:")
    st.stop()
tabs = st.tabs(list(VIEWS), key="evaluate_view", bind="query-params", on_change="rerun")
for tab, view in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab:
            view.show(run, chosen, report)
