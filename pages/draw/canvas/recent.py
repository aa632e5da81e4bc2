"""The last drawings of this visit with their answers; Clear puts a drawing here."""

import streamlit as st

from pages.shared.text import sure

KEPT = 12
WIDTH = 96  # px on the screen


def remember(png: bytes, said: str, probability: float) -> None:
    """Note the drawing on the canvas and its answer, one digit or several, until `keep` or the next stroke."""
    st.session_state["draw_current"] = {"png": png, "said": said, "probability": probability}


def keep() -> None:
    """Put the noted drawing among the recent ones."""
    drawing = st.session_state.pop("draw_current", None)
    if drawing:
        st.session_state["draw_recent"] = [drawing, *st.session_state.get("draw_recent", [])][:KEPT]
        st.session_state["draw_recent_grown"] = True


def has_grown() -> bool:
    """Whether a drawing was kept since this was last asked: `show` is outside of what a stroke or Clear reruns."""
    return st.session_state.pop("draw_recent_grown", False)


def show() -> None:
    """The recent drawings, the newest first, each to be downloaded; nothing while there is none."""
    drawings = st.session_state.get("draw_recent", [])
    if not drawings:
        return
    st.subheader("Recent drawings", anchor=False)
    with st.container(horizontal=True):
        for number, drawing in enumerate(drawings):
            with st.container(width=WIDTH):
                said = drawing["said"]
                caption = f"{said}, {sure(drawing['probability'])}"
                st.image(drawing["png"], width=WIDTH, caption=caption, alt=f"Your drawing, read as {said}")
                st.download_button(
                    "PNG",
                    drawing["png"],
                    file_name=f"digit-{said.replace('?', 'x').replace(' ', '-')}.png",
                    mime="image/png",
                    key=f"draw_recent_{number}",
                    on_click="ignore",
                    type="tertiary",
                    icon=":material/download:",
                )
