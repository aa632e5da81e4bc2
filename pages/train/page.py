"""Train: choose a network, start it, watch every epoch. The training is a process of its own; this page only reads."""

import streamlit as st

from pages.train import set_up, watch

st.title("Train", anchor=False)
st.markdown("Choose a network, press Start and watch it learn. It goes on if you leave this page or close it.")

new, runs = st.tabs(["Set up", "Watch"], key="train_view", bind="query-params", on_change="rerun")
if new.open:
    with new:
        set_up.show()
if runs.open:
    with runs:
        watch.show()
