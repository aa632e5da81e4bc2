"""Teach the chosen model My digits: the button, the progress, and what came of it."""

import numpy as np
import streamlit as st

from digits.data.sources import SOURCES
from digits.drawings import fine_tune
from digits.drawings.drawing import Drawing
from digits.errors import DigitsError, UnknownRun
from digits.evaluation import fine_tune_result
from digits.runs import queue, runs
from digits.runs.run import Run, RunState
from digits.training.fine_tuning import LEAST, is_held_out, taught_config
from pages.draw.my_drawings import fine_tune_result as result_panel
from pages.shared.errors import attempt, told


def show(parent: Run, drawings: list[Drawing]) -> None:
    """Offer to teach `parent`; below, the run that was taught last in this visit, or how the chosen one was taught."""
    with st.container(border=True, key="draw_teach"):
        _offer(parent, drawings)
        run = _last() or (parent if parent.config.parent else None)
        if run is None:
            return
        st.divider()
        if run.state.is_final and (not run.has_model or fine_tune_result.stored(run)):
            result_panel.show(run)
        else:
            _watch(run.id)


def _offer(parent: Run, drawings: list[Drawing]) -> None:
    st.markdown("##### Teach it")
    held = sum(is_held_out(np.asarray(drawing.seen)) for drawing in drawings)
    n = len(drawings) - held
    rehearsed = SOURCES[taught_config(parent).source].title
    st.markdown(
        f"The model goes on learning for some seconds from **{n}** of your drawings, each varied many times, mixed "
        f"with digits that it knows ({rehearsed}). **{held}** are held back, one in four by chance, to see whether it "
        "has learned the style or only the pictures. The taught model is a new one; this one stays as it is."
    )
    st.button(
        "Teach it", type="primary", icon=":material/school:", key="draw_teach_it", on_click=_begin, args=(parent,),
        disabled=len(drawings) < LEAST or not n,
        help=f"Needs {LEAST} drawings; twenty of a style teach it." if len(drawings) < LEAST else None,
    )  # fmt: skip
    if problem := st.session_state.pop("draw_teach_problem", None):
        st.error(problem, icon=":material/error:")


def _begin(parent: Run) -> None:
    try:
        run = fine_tune.begin(parent)
        queue.start(run)
    except (DigitsError, OSError) as error:
        st.session_state["draw_teach_problem"] = str(error)
        return
    st.session_state["draw_taught"] = run.id


def _last() -> Run | None:
    try:
        return runs.find(st.session_state["draw_taught"])
    except (KeyError, UnknownRun):
        return None


@st.fragment(run_every="1s")
def _watch(run_id: str) -> None:
    """How far it is. Hands back to the page when what it changed is known."""
    with told():
        run = runs.find(run_id)  # which somebody may have deleted
        queue.advance()
    status = run.status()
    state, tick = status["state"], status.get("progress")
    if state.is_final and (not run.has_model or fine_tune_result.stored(run)):
        st.rerun()
    if state.is_final:
        st.progress(1.0, text="Comparing it with its parent…")
    elif tick and state == RunState.RUNNING:
        share = (tick["epoch"] - 1 + tick["step"] / tick["steps"]) / run.num_epochs
        st.progress(min(share, 1.0), text=f"Round {tick['epoch']} of {run.num_epochs}")
    else:
        st.progress(0.0, text=f"{status['phase'] or 'Starting'}…")
    st.caption("You can leave this page or close it: a process of its own does the work.")
    if not state.is_final:
        st.button("Stop", icon=":material/stop:", key="draw_teach_stop", on_click=attempt, args=(run.ask_to_stop,))
