"""Give My digits away as a zip, take in the zips of others, or delete all of them."""

import streamlit as st

from digits.drawings import import_export, store
from digits.drawings.drawing import Drawing
from digits.errors import DigitsError


def show(drawings: list[Drawing]) -> None:
    """A row of buttons; nothing is deleted without a second click."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if drawings:
            st.download_button(
                "Export", data=lambda: import_export.pack(store.drawings()), file_name="my-digits.zip",
                mime="application/zip", icon=":material/download:", key="draw_mine_export", on_click="ignore",
                help="A plain zip: pictures, strokes, and a list that says what each is.",
            )  # fmt: skip
        with st.popover("Import", icon=":material/upload:"):
            # Another key after each import, so that the box is empty again.
            number = st.session_state.setdefault("draw_mine_imports", 0)
            st.file_uploader(
                "Zips that were exported here or elsewhere; the same picture is taken once", type="zip",
                accept_multiple_files=True, max_upload_size=import_export.ZIP_BYTES >> 20, key=f"draw_mine_zip_{number}",
                on_change=_take, args=(f"draw_mine_zip_{number}",),
            )  # fmt: skip
        if drawings:
            with st.popover("Delete all", icon=":material/delete:"):
                st.markdown(f"Delete all {len(drawings):,} drawings for ever? Export them first to keep them.")
                st.button("Delete all for ever", type="primary", key="draw_mine_delete_all", on_click=_delete_all)
    for said, is_bad in st.session_state.pop("draw_mine_said", []):
        (st.error if is_bad else st.success)(said, icon=":material/error:" if is_bad else ":material/check_circle:")


def _take(key: str) -> None:
    said = []
    for file in st.session_state[key]:
        try:
            merged = store.merge(import_export.unpack(file.getvalue()))
        except DigitsError as error:
            said.append((str(error), True))
            continue
        other = f"; here by another label, which stays: {merged.other:,}" if merged.other else ""
        said.append((f"New drawings: {merged.new:,}; here already: {merged.known:,}{other}.", False))
    st.session_state["draw_mine_said"] = said
    st.session_state["draw_mine_imports"] += 1


def _delete_all() -> None:
    try:
        store.remove_all()
    except DigitsError as error:
        st.session_state["draw_mine_said"] = [(str(error), True)]
