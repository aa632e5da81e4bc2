"""Buttons to export My drawings as a zip file, to import those of others or a filled form, and to delete all.

What came of an import is shown below them.
"""

import streamlit as st

from digits.drawings import import_export, store
from digits.errors import DigitsError
from digits.inference.picture import UPLOAD_BYTES
from digits.inference.recognizer import Recognizer
from pages.draw.my_drawings import form
from pages.shared.errors import attempt
from pages.shared.glossary import linked
from pages.shared.text import counted
from pages.shared.visitor import drawers, owner


def show(num_drawings: int, recognizer: Recognizer) -> None:
    """Show the buttons. Nothing is deleted without a second click."""
    whose = drawers()
    with st.container(horizontal=True, vertical_alignment="center"):
        if num_drawings:
            st.download_button(
                "Export", data=lambda: import_export.pack(store.drawings(whose)), file_name="my-drawings.zip",
                mime="application/zip", icon=":material/download:", key="draw_export", on_click="ignore",
                help=linked("A zip file with the pictures, the strokes and a list of the labels."),
            )  # fmt: skip
        with st.popover("Import", icon=":material/upload:"):
            # Another key after each import, so that the box is empty again.
            key = f"draw_import_{st.session_state.setdefault('draw_num_imports', 0)}"
            st.file_uploader(
                "Zip files that were exported here or elsewhere. No drawing is added twice.", type="zip",
                accept_multiple_files=True, max_upload_size=UPLOAD_BYTES >> 20, key=key,
                on_change=_import, args=(key,),
            )  # fmt: skip
        form.offer(recognizer)
        if num_drawings:
            with st.popover("Delete all", icon=":material/delete:"):
                st.markdown(
                    f"Delete {counted(num_drawings, 'drawing')}? You cannot undo this. Export them first to keep them."
                )
                st.button(
                    "Delete all drawings", type="primary", key="draw_delete_all", on_click=attempt,
                    args=(store.remove_all, whose),
                )  # fmt: skip
    for text, is_error in st.session_state.pop("draw_imported", []):
        if is_error:
            st.error(text, icon=":material/error:")
        else:
            st.success(text, icon=":material/check_circle:")


def _import(key: str) -> None:
    results = []
    for file in st.session_state[key]:
        try:
            merged = store.merge(import_export.unpack(file.getvalue()), owner=owner())
        except DigitsError as error:
            results.append((str(error), True))
            continue
        other = f" Already here with another label, which stays: {merged.other:,}." if merged.other else ""
        results.append((f"New drawings: {merged.new:,}. Already here: {merged.known:,}.{other}", False))
    st.session_state["draw_imported"] = results
    st.session_state["draw_num_imports"] += 1
