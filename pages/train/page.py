"""Train: choose a network, start its training, watch every epoch.

A process of its own trains; this page only reads what that process has stored.
"""

import os
from contextlib import suppress

import streamlit as st

from digits import tasks
from digits.errors import DigitsError
from pages.train import set_up, watch
from pages.train.sweep import tab

st.title("Train", anchor=False)

new, runs, search = st.tabs(["Set up", "Watch", "Sweep"], key="train_view", bind="query-params", on_change="rerun")
if new.open:
    with new:
        set_up.show()
if runs.open:
    with runs:
        watch.show()
if search.open:
    with search:
        tab.show()

# Somebody is about to train, so a worker loads TensorFlow now. At the end, because to start it takes about 30 ms.
if os.environ.get("DIGITS_WARM") != "0" and not st.session_state.get("train_warmed"):
    st.session_state["train_warmed"] = True
    with suppress(DigitsError):  # a training that cannot be started says why
        tasks.warm_up()
