"""Train: choose a network, start its training, watch every epoch.

A process of its own trains; this page only reads what that process has stored.
"""

import os
from contextlib import suppress

import streamlit as st

from digits import tasks
from digits.errors import DigitsError
from pages.train import set_up, watch

# Who opens this page is about to train: a worker loads TensorFlow meanwhile. Starting it takes about 10 ms.
if not st.session_state.get("train_warmed") and os.environ.get("DIGITS_WARM") != "0":
    st.session_state["train_warmed"] = True
    with suppress(DigitsError):  # a start says it
        tasks.warm_up()

st.title("Train", anchor=False)
st.markdown("Choose a network, start the training and watch it learn. The training continues when you leave this page.")

new, runs = st.tabs(["Set up", "Watch"], key="train_view", bind="query-params", on_change="rerun")
if new.open:
    with new:
        set_up.show()
if runs.open:
    with runs:
        watch.show()
