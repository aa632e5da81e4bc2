"""Compare: runs side by side, on the same unseen digits."""

import streamlit as st

from pages.compare import curves, disagreements, scores, seeds, table
from pages.shared import links

VIEWS = {"Scores": scores, "Disagreements": disagreements, "Curves": curves}

st.title("Compare", anchor=False)
st.markdown(
    "Which network is better, and is the difference more than chance? Tick two runs or more.",
    help="With the keyboard: go to a row with the arrow keys and press Shift+Space.",
)

chosen = table.choose()
if len(chosen) < 2:
    st.page_link("pages/train/page.py", label="Train another network", icon=":material/model_training:")
    st.stop()
seeds.show(chosen)
links.show_tabs("compare_view", "compare_view", VIEWS, chosen)
