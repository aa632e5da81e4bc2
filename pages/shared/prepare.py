"""The way to a source that is not on this machine yet: prepare it, watch, or use the sample."""

import streamlit as st

from digits import tasks
from digits.data.dataset import Dataset, is_available
from digits.data.sources import SOURCES
from digits.errors import DigitsError
from digits.tasks import TaskState
from pages.shared import background, cache
from pages.shared.visitor import owner


def prepared(source: str, choice: str | None = None) -> Dataset:
    """Return the digits of `source`; where they are not ready, show what to do about it and end the page there.

    choice: the key of the page's own choice of a source, where the sample would do as well; "Use the sample" sets it.
    """
    problem = ""
    if is_available(source):
        try:
            return cache.dataset(source)
        except DigitsError as error:
            problem = str(error)
    task = tasks.find("prepare", source)
    if task and task.state in background.UNDER_WAY:
        with st.container(border=True, key="preparing"):
            _watch(source)
            if choice:  # not in the fragment: a click there cannot change the page's choice of a source
                st.button("Use the sample meanwhile", icon=":material/grid_view:", on_click=_use_sample, args=(choice,))
    else:
        failed = task.cause if task and task.state in (TaskState.FAILED, TaskState.LOST) else ""
        _offer(source, problem or failed, choice)
    st.stop()


def _offer(source: str, problem: str, choice: str | None) -> None:
    """An empty state: what is missing, one button that mends it, one way round it."""
    known = SOURCES[source]
    action = "Prepare it again" if problem else f"Prepare the full {known.title}"
    if known.is_own:
        st.warning(
            problem or f"The digits of {known.title} are not here any more. Add them again under this name.",
            icon=":material/warning:",
        )
        return
    with st.container(border=True, key="prepare"):
        st.header(f"{known.title} is not ready yet", anchor=False)
        if problem:
            st.warning(problem, icon=":material/warning:")
        st.markdown(known.about)
        if source == "mnist":
            st.caption(
                "Preparing it fetches 11 MB once and takes about half a minute. It continues if you leave this page."
            )
        with st.container(horizontal=True):
            st.button(action, type="primary", icon=":material/download:", on_click=_start, args=(source,))
            if choice and source != "sample":
                st.button("Use the sample", icon=":material/grid_view:", on_click=_use_sample, args=(choice,))
    if problem := st.session_state.pop("prepare_problem", None):
        st.error(problem, icon=":material/error:")


def _start(source: str) -> None:
    try:
        tasks.submit("prepare", source, owner=owner())
    except DigitsError as error:
        st.session_state["prepare_problem"] = str(error)


def _use_sample(choice: str) -> None:
    st.session_state[choice] = "sample"


@st.fragment(run_every="1s")
def _watch(source: str) -> None:
    """What the worker is doing now. Hands back to the page when it has ended."""
    task = tasks.find("prepare", source)
    if task is None or task.state not in background.UNDER_WAY:
        st.rerun()
    st.header(f"Preparing {SOURCES[source].title}", anchor=False)
    background.show_progress(task)
