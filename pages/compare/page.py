"""Compare: runs side by side, on the same unseen digits."""

import streamlit as st

from pages.compare import curves, disagreements, scores, table
from pages.shared import links
from pages.shared.pickers import run_label

VIEWS = {"Scores": scores, "Disagreements": disagreements, "Curves": curves}

st.title("Compare", anchor=False)
st.markdown("Which network is better, and is the difference more than chance?")

chosen = table.choose()
if len(chosen) < 2:
    st.info("Choose two runs or more, in the table or by name.", icon=":material/info:")
    st.page_link("pages/train/page.py", label="Train a network", icon=":material/model_training:")
    st.stop()
named = dict(zip("ABCDEF", chosen, strict=False))  # what the page and its figures call them
st.text("\n".join(f"{letter}: {run_label(run)}" for letter, run in named.items()))  # no Markdown: names are the user's
links.show_tabs("compare_view", "compare_view", VIEWS, named)
