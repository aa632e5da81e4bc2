"""Show the code: a short program that does what the page just did, to copy or as a notebook."""

from collections.abc import Callable

import streamlit as st

from digits.notebooks.notebook import Notebook

ABOUT = (
    "Plain Keras, NumPy and OpenCV with the settings of this page. The notebook brings the files that the code reads. "
    "It runs where the packages of `requirements.txt` are installed."
)


def show(make: Callable[..., Notebook | None], *arguments: object) -> None:
    """Show an expander, and in it the program that `make(*arguments)` returns. It is made when somebody opens it.

    make: one of `digits.notebooks.programs`; where it returns None, the expander says why.
    """
    key = f"code_{make.__name__}"
    expander = st.expander("Show the code", icon=":material/code:", key=key, on_change="rerun")
    if not expander.open:
        return
    with expander:
        notebook = make(*arguments)
        if notebook is None:
            st.caption("These digits are too many for a notebook, or have no labels. Choose other digits.")
            return
        st.caption(ABOUT)
        st.code(notebook.code, language="python")
        st.download_button(
            "Download the notebook",
            data=notebook.as_json,
            file_name=f"digits-{notebook.name}.ipynb",
            mime="application/x-ipynb+json",
            icon=":material/download:",
            on_click="ignore",
            key=f"{key}_download",
        )
        st.caption("The same on the command line:")
        st.code(notebook.command, language="bash", wrap_lines=True)
