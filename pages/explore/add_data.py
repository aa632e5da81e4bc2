"""Add digits of one's own: choose files, watch them being read, then look at what was found.

`pages.explore.preview` shows that.
"""

import streamlit as st

from digits import tasks
from digits.data import adding
from digits.data.adding import READ
from digits.data.sources import SOURCES
from pages.explore import preview
from pages.shared import background
from pages.shared.errors import told
from pages.shared.text import counted
from pages.shared.visitor import owner

MEGABYTES = adding.UPLOAD_BYTES >> 20
ABOUT = (
    "Choose a zip of pictures in folders named 0 to 9, a CSV table such as Kaggle's `train.csv` and `test.csv` "
    "(zipped, if it is large), or MNIST's idx files, pictures and labels together. You see what was read before you "
    "keep it."
)


def offer() -> None:
    """Show the button that opens and closes the form."""
    if "explore_adding" not in st.session_state:  # after a reload, too
        st.session_state["explore_adding"] = adding.unfinished(owner()) is not None
    is_open = st.session_state["explore_adding"]
    st.button(
        "Close" if is_open else "Add data", icon=":material/close:" if is_open else ":material/add:",
        key="explore_add", on_click=_toggle,
    )  # fmt: skip


def show() -> None:
    """Show the form, or how far the visitor's upload is; nothing while neither is wanted."""
    if problem := st.session_state.pop("explore_add_problem", None):
        st.error(problem, icon=":material/error:")
    if name := st.session_state.pop("explore_added", None):
        st.success(f"{name}: {counted(SOURCES[name].num_digits, 'digit')} added.", icon=":material/check_circle:")
    if not st.session_state["explore_adding"]:
        return
    with st.container(border=True, key="explore_add_form"), told():
        draft = adding.unfinished(owner())
        task = tasks.find(READ, draft) if draft else None
        if task is None:
            _choose_files()
        elif task.state in background.UNDER_WAY:
            st.fragment(background.watch, run_every="1s")(READ, draft)
        elif task.state == tasks.TaskState.DONE:
            preview.show(draft, adding.load(draft))
        else:
            st.warning(task.cause or "Reading was stopped.", icon=":material/warning:")
            st.button("Choose other files", icon=":material/refresh:", key="explore_add_again", on_click=preview.drop)


def _choose_files() -> None:
    st.header("Add data", anchor=False)
    st.markdown(ABOUT)
    key = f"explore_files_{st.session_state.setdefault('explore_num_uploads', 0)}"  # a new key is an empty uploader
    st.file_uploader(
        "Your digits", accept_multiple_files=True, max_upload_size=MEGABYTES, key=key, on_change=_begin, args=(key,),
        help=f"Up to {MEGABYTES} MB a file, {adding.ALL_BYTES >> 20} MB together. The files are removed as soon as "
        "they are read.",
    )  # fmt: skip


def _toggle() -> None:
    st.session_state["explore_adding"] = not st.session_state["explore_adding"]


def _begin(key: str) -> None:
    if st.session_state[key]:
        with preview.noted():
            adding.begin([(file.name, file.getvalue()) for file in st.session_state[key]], owner=owner())
        st.session_state["explore_num_uploads"] += 1
