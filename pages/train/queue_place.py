"""The queue as a run in it sees it: its place, who else waits, and buttons to change the order.

A run that waits alone only says that it waits.
"""

import streamlit as st

from digits import permissions
from digits.permissions import Action
from digits.runs import store as runs
from digits.runs.run import Run
from pages.shared.errors import attempt
from pages.shared.pickers import run_label


def show(run: Run) -> None:
    """Show the place of `run`; nothing if it waits no longer."""
    queue = runs.queue()
    ids = [other.id for other in queue]
    if run.id not in ids:
        return
    if len(ids) == 1:
        st.progress(0.0, text="Waiting for its turn…")
        return
    place = ids.index(run.id) + 1
    why_not = permissions.why_not(Action.MOVE, run.owner)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Place **{place} of {len(ids)}** in the queue. It starts when those before it have ended.")
        st.button(
            "Move up", icon=":material/arrow_upward:", on_click=attempt, args=(runs.move, run, place - 1),
            disabled=bool(why_not) or place == 1, help=why_not or None, key=f"train_up_{run.id}",
        )  # fmt: skip
        st.button(
            "Move down", icon=":material/arrow_downward:", on_click=attempt, args=(runs.move, run, place + 1),
            disabled=bool(why_not) or place == len(ids), help=why_not or None, key=f"train_down_{run.id}",
        )  # fmt: skip
    rows = [{"Place": number, "Run": run_label(other)} for number, other in enumerate(queue, start=1)]
    st.dataframe(rows, hide_index=True, alt="The runs that wait, the next to start first")
