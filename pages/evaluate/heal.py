"""Heal a damaged network: train it for some seconds, and see how it comes back, epoch by epoch."""

import streamlit as st

from digits.networks.damage import Damage
from digits.runs import healing
from digits.runs import store as runs
from digits.runs.run import Run, RunState
from pages.shared import background
from pages.shared.errors import told
from pages.shared.visitor import owner


def begin(run: Run, some: Damage) -> None:
    """Make a run that heals the network of `run` after some damage. Raises DigitsError."""
    st.session_state["evaluate_healed"] = healing.begin(run, some, owner=owner()).id


def show() -> None:
    """Show the network that was healed last in this visit; nothing before."""
    run_id = st.session_state.get("evaluate_healed")
    if run_id is None:
        return
    with told():
        live = not runs.get(run_id).state.is_final
    with st.container(border=True, key="evaluate_healing"):
        st.fragment(_watch, run_every="1s" if live else None)(run_id, live)


def _watch(run_id: str, live: bool) -> None:
    with told():
        run = runs.get(run_id)  # which somebody may have deleted
    is_healed = run.model is not None and not live
    st.header("Healed" if is_healed else "Healing", anchor=False)
    epochs = runs.epochs(run_id)
    said = f"Damage: {Damage.read(run.settings.damage).in_words(run.settings)}."
    if epochs:
        steps = " → ".join(f"{row['val_accuracy']:.1%}" for row in epochs)
        said += f" Validation accuracy after each epoch: {steps}."
    elif live:
        said += " It learns its own training digits again for some seconds."
    st.markdown(said)
    if live:
        background.watch("train", run_id)  # hands back to the page at its end
    elif run.state != RunState.DONE:
        st.warning(run.cause or f"The healing was {run.state} early.", icon=":material/warning:")
    if is_healed:
        st.page_link(
            "pages/evaluate/page.py", label="Evaluate the healed network", icon=":material/fact_check:",
            query_params={"model": run_id},
        )  # fmt: skip
