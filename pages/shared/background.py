"""What takes a worker some time: offer it, show how far it is, and let the page go on when its result is there."""

import streamlit as st

from digits import permissions, tasks
from digits.errors import DigitsError
from digits.permissions import Action
from digits.runs import waiting
from digits.tasks import COMPUTING, Task, TaskState
from pages.shared.errors import attempt
from pages.shared.text import duration
from pages.shared.visitor import owner

SOON = 10.0  # s; below that nobody needs a number
UNDER_WAY = (TaskState.QUEUED, TaskState.RUNNING)


def offer(kind: str, subject: str, part: str = "", *, why: str, action: str, icon: str, lane: str = COMPUTING) -> None:
    """Show what to do about a result that is not there: a button, or how far the task is that computes it.

    why: Markdown, what it is good for and how long it takes. action: the button. icon: of Material.
    """
    with st.container(border=True):
        task = tasks.find(kind, subject, part)
        if task and task.state in UNDER_WAY:
            st.fragment(watch, run_every="1s")(kind, subject, part)
            return
        key = f"{kind}_{subject}_{part}"
        problem = task.cause if task and task.state in (TaskState.FAILED, TaskState.LOST) else ""
        if problem := st.session_state.pop(f"problem_{key}", problem):
            st.warning(problem, icon=":material/warning:")
        st.markdown(why)
        st.button(
            "Try again" if problem else action, type="primary", icon=icon, on_click=_start,
            args=(kind, subject, part, lane), key=f"start_{key}",
        )  # fmt: skip


def is_under_way(kind: str, subject: str, part: str = "") -> bool:
    """Return whether a task waits or runs."""
    task = tasks.find(kind, subject, part)
    return task is not None and task.state in UNDER_WAY


def show_progress(task: Task) -> None:
    """Show how far a task is that waits or runs."""
    if task.state == TaskState.QUEUED:
        st.progress(0.0, text=queue_text(task))
    elif not task.is_responding:
        st.progress(min(task.fraction, 1.0), text="Running, but not responding")
    else:
        st.progress(min(task.fraction, 1.0), text=f"{task.phase or 'Starting'}…")
    st.caption("You can leave or close this page. The work continues.")


def queue_text(task: Task) -> str:
    """Return the place of a task that waits and about when it begins, in Markdown; or what else it waits for."""
    if task.phase:
        return f"{task.phase}."
    place = waiting.place(task)
    if place is None or (place.total == 1 and not place.seconds):
        return "Waiting for its turn…"
    if place.seconds is None:
        begins = "when those before it have ended"
    else:
        begins = f"in about {duration(place.seconds)}" if place.seconds >= SOON else "in a few seconds"
    return f"Place **{place.number} of {place.total}** in the queue. It starts {begins}."


def left_text(seconds: float | None) -> str:
    """Return how long work still takes; None while nobody can know."""
    if seconds is None:
        return "estimating the time left"
    return f"about {duration(seconds)} left" if seconds >= SOON else "a few seconds left"


def _start(kind: str, subject: str, part: str, lane: str) -> None:
    try:
        tasks.submit(kind, subject, part, owner=owner(), lane=lane)
    except DigitsError as error:
        st.session_state[f"problem_{kind}_{subject}_{part}"] = str(error)


def watch(kind: str, subject: str, part: str = "") -> None:
    """Show how far a task is, with a button that stops it. Hands back to the page when it has ended."""
    task = tasks.find(kind, subject, part)
    if task is None or task.state not in UNDER_WAY:
        st.rerun()
    show_progress(task)
    st.button(
        "Stop", icon=":material/stop:", key=f"stop_{kind}_{subject}_{part}", on_click=attempt,
        args=(tasks.stop, task.id), disabled=bool(task.request or not permissions.may(Action.STOP, task.owner)),
        help=permissions.why_not(Action.STOP, task.owner) or None,
    )  # fmt: skip
