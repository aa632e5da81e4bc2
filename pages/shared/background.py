"""What takes a worker some time: offer it, show how far it is, and go on when its file is there."""

import streamlit as st

from digits.errors import DigitsError
from digits.tasks.job import Job


def done(job: Job, *, why: str, action: str, icon: str) -> bool:
    """Whether the job's file is there; where it is not, show what to do about it.

    why: Markdown, what it is good for and how long it takes. action: the button. icon: of Material.
    """
    now = job.progress()
    if now.state == "done":
        return True
    key = "_".join(job.arguments)
    with st.container(border=True):
        if now.state == "working":
            _watch(job)
            return False
        if problem := st.session_state.pop(f"problem_{key}", now.error):
            st.warning(problem, icon=":material/warning:")
        st.markdown(why)
        st.button(action, type="primary", icon=icon, on_click=_start, args=(job, key), key=f"start_{key}")
    return False


def _start(job: Job, key: str) -> None:
    try:
        job.start()
    except DigitsError as error:
        st.session_state[f"problem_{key}"] = str(error)


@st.fragment(run_every="1s")
def _watch(job: Job) -> None:
    """How far it is. Hands back to the page when it has ended."""
    now = job.progress()
    if now.state != "working":
        st.rerun()
    st.progress(min(now.share, 1.0), text=f"{now.phase}…")
    st.caption("You can leave this page or close it: a process of its own does the work.")
