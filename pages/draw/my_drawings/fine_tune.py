"""Fine-tune the chosen model with My drawings: the button, the progress, and what came of it.

After a failure it can be tried again.
"""

import streamlit as st

from digits import tasks
from digits.data.sources import SOURCES
from digits.drawings import fine_tune
from digits.errors import UnknownRun
from digits.evaluation import fine_tune_result
from digits.runs import store as runs
from digits.runs.run import Run, RunState
from digits.training.fine_tuning import MIN_DRAWINGS, fine_tune_settings
from pages.draw.my_drawings import fine_tune_result as result_panel
from pages.draw.my_drawings import sharing
from pages.shared.errors import attempt, told
from pages.shared.my_drawings import Drawings
from pages.shared.text import counted
from pages.shared.visitor import owner, shows_everyone


def show(parent: Run, drawings: Drawings) -> None:
    """Offer to fine-tune `parent`; below, the run that was fine-tuned last in this visit, or else the chosen one."""
    with st.container(border=True, key="draw_fine_tune"):
        _offer(parent, drawings)
        run = _last() or (parent if parent.settings.parent and not parent.settings.damage else None)
        if run is None:
            return
        if not run.state.is_final:
            st.divider()
            _watch(run.id)
        elif fine_tune_result.stored(run):
            st.divider()
            result_panel.show(run)
        elif run.state != RunState.DONE:  # one that is done and has no result was imported
            st.divider()
            _offer_retry(run)


def _offer(parent: Run, drawings: Drawings) -> None:
    if parent.settings.members:
        st.info("An ensemble cannot be fine-tuned. Choose one of its networks.", icon=":material/info:")
        return
    num_learned = len(drawings.ids) - drawings.num_held_out
    rehearsed = SOURCES[fine_tune_settings(parent.settings, parent.id).source].title
    st.markdown("## Fine-tune this model")
    st.markdown(
        f"The model learns for some seconds from **{counted(num_learned, 'drawing')}** of yours. Each is varied many "
        f"times and mixed with digits that the model knows ({rehearsed}). The other "
        f"**{drawings.num_held_out}**, one in four by chance, are held out to check whether the model has learned your "
        "style. The result is a new model. This one stays as it is."
    )
    too_few = len(drawings.ids) < MIN_DRAWINGS or not num_learned
    st.button(
        "Fine-tune", type="primary", icon=":material/school:", key="draw_begin", on_click=attempt,
        args=(_begin, parent), disabled=too_few,
        help=f"You need at least {MIN_DRAWINGS} drawings. About twenty of one style are enough." if too_few else None,
    )  # fmt: skip
    sharing.offer_fine_tuning(parent)


def _begin(parent: Run) -> None:
    st.session_state["draw_fine_tuned"] = fine_tune.begin(parent, owner=owner(), everyone=shows_everyone()).id


def _last() -> Run | None:
    try:
        return runs.get(st.session_state["draw_fine_tuned"])
    except (KeyError, UnknownRun):
        return None


def _offer_retry(run: Run) -> None:
    """Show why a run has no result, and offer to continue it: with its evaluation, if only that is missing."""
    st.warning(run.cause or f"The fine-tuning was {run.state} early.", icon=":material/warning:")
    st.button("Try again", icon=":material/refresh:", key="draw_retry", on_click=attempt, args=(_retry, run.id))


def _retry(run_id: str) -> None:
    runs.resume(run_id)
    tasks.look_after()


@st.fragment(run_every="1s")
def _watch(run_id: str) -> None:
    """Show how far it is. Hands back to the page when it has ended."""
    with told():
        run = runs.get(run_id)  # which somebody may have deleted
    if run.state.is_final:
        st.rerun()
    st.progress(min(run.fraction, 1.0), text=_doing(run))
    st.caption("You can leave this page or close it. The fine-tuning continues.")
    if run.state != RunState.EVALUATING:
        st.button(
            "Stop", icon=":material/stop:", key="draw_stop", on_click=attempt, args=(runs.stop, run),
            disabled=bool(run.request),
        )  # fmt: skip


def _doing(run: Run) -> str:
    if not run.is_responding:
        return "Running, but not responding"
    if run.state == RunState.RUNNING and run.phase == "Training":
        return f"Epoch {min(run.epochs_done + 1, run.num_epochs)} of {run.num_epochs}"
    return f"{run.phase or 'Waiting for its turn'}…"
