"""The queue, as a run that waits in it sees it."""

import streamlit as st

from digits.runs import queue
from digits.runs.run import Run
from pages.shared.errors import attempt
from pages.shared.text import isolated


def show(run: Run) -> None:
    """The place of `run`, who else waits, and buttons to change the order."""
    waits = queue.waiting()
    ids = [other.id for other in waits]
    if run.id not in ids:
        return
    place = ids.index(run.id) + 1
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Place **{place} of {len(ids)}** in the queue. It starts when the device is free.")
        st.button(
            "Earlier", icon=":material/arrow_upward:", on_click=attempt, args=(queue.move, run, place - 1),
            disabled=place == 1, key=f"train_earlier_{run.id}",
        )  # fmt: skip
        st.button(
            "Later", icon=":material/arrow_downward:", on_click=attempt, args=(queue.move, run, place + 1),
            disabled=place == len(ids), key=f"train_later_{run.id}",
        )  # fmt: skip
    rows = [{"Place": number, "Run": isolated(other.name)} for number, other in enumerate(waits, start=1)]
    st.dataframe(rows, hide_index=True, alt="The runs that wait for the device, the next to start first")
