"""The chosen picture with what was found on it; drag a box around a digit, or turn the picture."""

import base64

import cv2
import numpy as np
import streamlit as st

from digits.inference.pictures.decoding import Picture
from pages.draw.picture import crop

WIDTH = 768  # px, the longest side of the picture as it is shown


def current() -> Picture | None:
    """Return the chosen picture, turned and cut to the box; None while there is none."""
    kept = st.session_state.get("draw_picture")
    if kept is None:
        return None
    picture = Picture(kept["pixels"], kept["alpha"], kept["size"]).turned(kept["turns"])
    return picture if kept["box"] is None else picture.cropped(kept["box"])


def show(overlay: np.ndarray, alt: str) -> None:
    """Show the picture and its buttons.

    overlay: (h, w, 3) uint8 red, green, blue, of `current()` with what was found on it.
    """
    kept = st.session_state["draw_picture"]
    shown = overlay
    if kept["box"] is not None:
        whole = Picture(kept["pixels"], kept["alpha"], kept["size"]).turned(kept["turns"]).pixels
        zoom = overlay.shape[1] / max(1, round(kept["box"][2] * whole.shape[1]))
        shown = cv2.resize(whole // 2, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
        left, top = round(kept["box"][0] * shown.shape[1]), round(kept["box"][1] * shown.shape[0])
        place = shown[top : top + overlay.shape[0], left : left + overlay.shape[1]]
        place[:] = overlay[: place.shape[0], : place.shape[1]]
    zoom = min(1, WIDTH / max(shown.shape))
    small = cv2.resize(shown, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    jpeg = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()
    if box := crop.show("data:image/jpeg;base64," + base64.b64encode(jpeg).decode(), alt):
        kept["box"] = box
        st.rerun()
    st.caption(
        "Drag a box around the digit if the wrong place is marked. On a keyboard, focus the picture: arrow keys move a "
        "box, Shift with arrow keys resizes it, Enter crops."
    )
    with st.container(horizontal=True):
        st.button("Turn left", icon=":material/rotate_left:", key="draw_turn_left", on_click=_turn, args=(1,))
        st.button("Turn right", icon=":material/rotate_right:", key="draw_turn_right", on_click=_turn, args=(-1,))
        if kept["box"] is not None:
            st.button("Whole picture", icon=":material/fullscreen:", key="draw_uncrop", on_click=_uncrop)
        st.button("Remove picture", icon=":material/close:", key="draw_picture_remove", on_click=forget)


def forget() -> None:
    """Remove the picture from the visit."""
    st.session_state.pop("draw_picture", None)


def _turn(quarters: int) -> None:
    kept = st.session_state["draw_picture"]
    kept["turns"] = (kept["turns"] + quarters) % 4
    if kept["box"] is not None:
        left, top, width, height = kept["box"]
        kept["box"] = (
            (top, 1 - left - width, height, width) if quarters == 1 else (1 - top - height, left, height, width)
        )


def _uncrop() -> None:
    st.session_state["draw_picture"]["box"] = None
