"""Compare: runs side by side, on the same unseen digits. The choice of runs is a link (`?compare=RUN,RUN`)."""

import streamlit as st

from digits.runs import models, runs
from pages.compare import curves, disagreements, scores, table
from pages.shared.errors import tell_damage, told
from pages.shared.pickers import run_label

VIEWS = {"Scores": scores, "Disagreements": disagreements, "Curves": curves}

st.title("Compare", anchor=False)
st.markdown("Which network is better, and is the difference more than chance?")

found = {run.id: run for run in [*runs.all_runs(), *models.usable()] if run.has_config}
chosen = table.choose(found)
if len(chosen) < 2:
    st.info("Choose two runs or more, in the table or by name.", icon=":material/info:")
    if len(found) < 2:
        st.page_link("pages/train/page.py", label="Train a network", icon=":material/model_training:")
    st.stop()
named = dict(zip("ABCDEF", chosen, strict=False))  # by which the page and its figures call them
st.text("\n".join(f"{letter}: {run_label(run)}" for letter, run in named.items()))  # no Markdown: names are the user's
for letter, run in named.items():
    tell_damage(run, letter)
tabs = st.tabs(list(VIEWS), key="compare_view", bind="query-params", on_change="rerun")
for tab, view in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab, told():
            view.show(named)
