"""The queue as a run in it sees it: its place, when it starts, who else waits, and buttons to change the order.

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
from pages.shared.visitor import owner

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
    own = [other.id for other in queue if other.owner == task.owner]
    place = own.index(task.id) + 1
    why_not = permissions.why_not(Action.MOVE, run.owner)
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
        st.caption("Whoever started longest ago is next. You can change the order of your own.")
    rows = [{"Place": place, "Run": label} for place, label in enumerate(_labels(queue), start=1)]
    st.dataframe(rows, hide_index=True, alt="The runs that wait, the next to start first")


def _labels(queue: list[Task]) -> list[str]:
    """Return what each task is called; in a class only one's own by their names."""
    runs_by_task = {run.task_id: run for run in runs.queue()}
    visitor = owner()
    is_class = tasks.is_limited(visitor)
    return [
        "Somebody else's" if is_class and task.owner != visitor
        else run_label(runs_by_task[task.id]) if task.id in runs_by_task
        else KINDS.get(task.kind, "Something else")
        for task in queue
    ]  # fmt: skip
