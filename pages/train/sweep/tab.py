"""The tab Sweep: search for the best network, watch the search, take the winner."""

import streamlit as st

from digits.networks.backends import is_installed
from digits.sweeps import store
from digits.sweeps.store import Sweep
from pages.shared import links
from pages.shared.text import counted
from pages.shared.visitor import owners
from pages.train.sweep import results, set_up


def show() -> None:
    """Offer a new sweep, and show the one that is chosen, the newest at first."""
    sweeps = {sweep.id: sweep for sweep in store.page(owners=owners())}
    if is_installed("optuna"):
        with st.expander("New sweep", icon=":material/add:", expanded=not sweeps):
            set_up.show()
    else:
        st.info(
            "A sweep needs a package that is not installed here. Ask whoever runs this server to install the packages "
            "in requirements-sweep.txt.",
            icon=":material/info:",
        )
    if sweeps:
        links.follow("sweep", "sweep", sweeps, next(iter(sweeps)), always=True)
        st.selectbox("Sweep", list(sweeps), format_func=lambda each: _label(sweeps[each]), key="sweep")
        results.show(sweeps[st.session_state["sweep"]])


def _label(sweep: Sweep) -> str:
    return f"{sweep.title} · {counted(sweep.plan.num_trials, 'trial')}"
