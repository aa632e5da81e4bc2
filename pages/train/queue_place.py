"""The queue as a run in it sees it: its place, when it starts, what else waits, and buttons to change the order.

A run that waits alone only says that it waits.
"""

import streamlit as st

from digits import permissions, tasks
from digits.permissions import Action
from digits.runs import store as runs
from digits.runs.run import Run
from digits.tasks import TRAINING, Task
from pages.shared import background
from pages.shared.errors import attempt
from pages.shared.pickers import run_label

KINDS = {"sweep": "A sweep", "audit": "A search for doubtful labels"}


def show(run: Run) -> None:
    """Show the place of `run`; nothing if it waits no longer."""
    queue = tasks.waiting(TRAINING)
    task = next((other for other in queue if other.id == run.task_id), None)
    if task is None:
        return
    text = background.queue_text(task)
    if len(queue) == 1:
        st.progress(0.0, text=text)
        return
    why_not = permissions.why_not(Action.MOVE, run.owner)
    own = [other.id for other in queue if other.owner == task.owner]
    place = own.index(task.id) + 1
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(text)
        if len(own) > 1:  # turns go round by person, so a run changes places with those of its person only
            st.button(
                "Move up", icon=":material/arrow_upward:", on_click=attempt, args=(runs.move, run, place - 1),
                disabled=bool(why_not) or place == 1, help=why_not or None, key=f"train_up_{run.id}",
            )  # fmt: skip
            st.button(
                "Move down", icon=":material/arrow_downward:", on_click=attempt, args=(runs.move, run, place + 1),
                disabled=bool(why_not) or place == len(own), help=why_not or None, key=f"train_down_{run.id}",
            )  # fmt: skip
    if len({other.owner for other in queue}) > 1:
        st.caption("People take turns. You can change the order of your own runs.")
    rows = _rows(queue)
    if len(rows) > 1:
        st.dataframe(rows, hide_index=True, alt="The runs that wait, the next to start first")


def _rows(queue: list[Task]) -> list[dict[str, object]]:
    """Return the place and the name of each task; in a class only of one's own."""
    labels = {run.task_id: run_label(run) for run in runs.queue()}
    shown = permissions.visible_owners()
    return [
        {"Place": place, "Run": labels.get(task.id) or KINDS.get(task.kind, "Something else")}
        for place, task in enumerate(queue, start=1)
        if shown is None or task.owner in shown
    ]
