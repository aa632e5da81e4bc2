"""The canvas, its buttons Undo, Redo and Clear, and the brush width.

Every stroke sends the whole drawing. Drawings that came are kept, so Undo and Redo need not ask the browser: they mount
a fresh canvas with an earlier drawing on it, which sends nothing until the next stroke.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
import streamlit_drawable_canvas

from digits.errors import BlankDrawing, UnreadablePicture
from digits.inference.picture import canvas_ink
from pages.draw.canvas import recent
from pages.shared.drawing import SIDE, on_canvas

MAX_UNDO = 100
# On a narrow screen the canvas is shown smaller; the drawing keeps its size, so that every screen gives the same
# prediction. The server does not know how wide a screen is, and to ask the browser first would delay the canvas.
FIT = """<style>
@media (max-width: 420px) { .st-key-draw_paper { zoom: 0.85; } }
@media (max-width: 359px) { .st-key-draw_paper { zoom: 0.72; } }
</style>"""


def ink() -> np.ndarray:
    """Show the canvas and return its ink, (384, 384) uint8. Raises BlankDrawing, UnreadablePicture."""
    done = st.session_state.setdefault("draw_done", [])  # {png, drawing} after each stroke
    undone = st.session_state.setdefault("draw_undone", [])
    canvas, buttons = st.container(key="draw_paper"), st.container(horizontal=True)
    brush = st.slider("Brush width in pixels", 4, 60, 24, key="draw_brush", persist_state="session")
    try:
        with canvas:
            sent, found = read_drawing(lambda: _component(brush))
        if sent is not None and (not done or sent["png"] != done[-1]["png"]):
            done.append(sent)
            del done[:-MAX_UNDO]
            undone.clear()
    finally:  # Clear is needed most when the canvas is broken
        with buttons:
            _buttons(undoable=bool(done), redoable=bool(undone))
    if (drawing := on_canvas()) is None:
        raise BlankDrawing("There is nothing on the canvas yet. Draw a digit, 0 to 9.")
    return canvas_ink(drawing["png"], (SIDE, SIDE)) if found is None else found  # decoding takes a tenth of a rerun


def strokes() -> list[Any]:
    """Return the strokes of the drawing that `ink` returned, as the browser sent them: they may be anything."""
    return on_canvas()["drawing"]["objects"]


def read_drawing(component: Callable[[], Any]) -> tuple[dict[str, Any], np.ndarray] | tuple[None, None]:
    """Return the drawing on a canvas, {png, drawing}, and its ink, (384, 384) uint8; twice None until it has sent one.

    component: mounts the canvas and returns its result. The value comes from the browser and may be anything; the
    component trusts it and raises whatever follows. Raises UnreadablePicture instead.
    """
    try:
        result = component()
        png, drawing = result.image_bytes, result.json_data
        if png is None:
            return None, None
        found = canvas_ink(png, (SIDE, SIDE))
        if not isinstance(drawing["objects"], list):
            raise TypeError("objects is not a list")
    except (UnreadablePicture, ValueError, TypeError, AttributeError, KeyError, OSError) as error:
        raise UnreadablePicture("We couldn't read that drawing. Press Clear and try again.") from error
    return {"png": png, "drawing": drawing}, found


def move_canvas() -> None:
    """Take the drawing along when the page around the canvas changes: the browser then makes a new, empty canvas."""
    if done := st.session_state.get("draw_done"):
        _mount(done[-1]["drawing"])


def _component(brush: int) -> Any:
    return streamlit_drawable_canvas.st_canvas(
        stroke_width=brush,
        stroke_color="#ffffff",
        background_color="#000000",
        width=SIDE,
        height=SIDE,
        initial_drawing=st.session_state.get("draw_initial"),
        return_image_data=True,
        key=f"draw_canvas_{st.session_state.setdefault('draw_canvas_number', 0)}",
    )


def _buttons(*, undoable: bool, redoable: bool) -> None:
    st.button(
        "Undo", icon=":material/undo:", key="draw_undo", shortcut="Ctrl+Z", disabled=not undoable, on_click=_move,
        args=("draw_done", "draw_undone"),
    )  # fmt: skip
    st.button(
        "Redo", icon=":material/redo:", key="draw_redo", shortcut="Ctrl+Y", disabled=not redoable, on_click=_move,
        args=("draw_undone", "draw_done"),
    )  # fmt: skip
    st.button("Clear", icon=":material/ink_eraser:", key="draw_clear", shortcut="Delete", on_click=_clear)


def _move(source: str, target: str) -> None:
    """Move the last drawing from one list to the other, and show the last one that is done."""
    if st.session_state[source]:  # a second click may come before the page has answered the first
        st.session_state[target].append(st.session_state[source].pop())
    done = st.session_state["draw_done"]
    _mount(done[-1]["drawing"] if done else None)


def _clear() -> None:
    """Empty the canvas, even a broken one; its drawing is kept among the recent ones."""
    recent.keep()
    st.session_state["draw_done"], st.session_state["draw_undone"] = [], []
    _mount(None)


def _mount(drawing: dict | None) -> None:
    """Put a fresh canvas with `drawing` in place of this one, which would send the drawing back and loop."""
    st.session_state["draw_initial"] = drawing
    st.session_state["draw_canvas_number"] += 1
