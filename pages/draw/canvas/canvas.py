"""The canvas with its own buttons: undo, redo, clear.

Every stroke sends the whole drawing. What was sent is kept, so that undo and redo need not ask the browser: they mount
a fresh canvas with an earlier drawing on it, which sends nothing until the next stroke.
"""

from typing import Any

import numpy as np
import streamlit as st
import streamlit_drawable_canvas

from digits.errors import BlankDrawing, UnreadablePicture
from digits.inference.picture import canvas_ink
from digits.inference.strokes import Stroke, read_strokes
from pages.draw.canvas import recent
from pages.shared.drawing import SIDE

MAX_UNDO = 100
# On a narrow screen the canvas is shown smaller; the drawing stays what it is, so that every screen is read alike. The
# server does not know how wide a screen is, and asking the browser first would let the canvas wait for the answer.
FIT = """<style>
@media (max-width: 420px) { .st-key-draw_paper { zoom: 0.85; } }
@media (max-width: 359px) { .st-key-draw_paper { zoom: 0.72; } }
</style>"""
ADVICE = "There is nothing on the canvas yet. Draw one digit, 0 to 9."


def ink() -> np.ndarray:
    """Show the canvas; returns its ink, (384, 384) uint8. Raises BlankDrawing, UnreadablePicture."""
    done = st.session_state.setdefault("draw_done", [])  # {png, drawing} after each stroke
    undone = st.session_state.setdefault("draw_undone", [])
    canvas, buttons = st.container(key="draw_paper"), st.container(horizontal=True)
    brush = st.slider("Brush width in pixels", 4, 60, 24, key="draw_brush", persist_state="session")
    try:
        with canvas:
            sent, found = _canvas(brush)
        if sent is not None and (not done or sent["png"] != done[-1]["png"]):
            done.append(sent)
            del done[:-MAX_UNDO]
            undone.clear()
    finally:  # Clear must be there above all when the canvas is broken
        with buttons:
            _buttons(undoable=bool(done), redoable=bool(undone))
    if not done or not done[-1]["drawing"]["objects"]:
        raise BlankDrawing(ADVICE)
    return canvas_ink(done[-1]["png"], (SIDE, SIDE)) if found is None else found  # decoded once: a tenth of a rerun


def strokes() -> list[Stroke]:
    """The strokes of the drawing that `ink` returned. Raises UnreadablePicture."""
    return read_strokes(st.session_state["draw_done"][-1]["drawing"])


def objects() -> list[Any]:
    """The same strokes as the canvas sent them."""
    return st.session_state["draw_done"][-1]["drawing"]["objects"]


def png() -> bytes:
    """The drawing that `ink` returned, as the browser painted it."""
    return st.session_state["draw_done"][-1]["png"]


def _canvas(brush: int) -> tuple[dict, np.ndarray] | tuple[None, None]:
    """The canvas; returns {png, drawing} and its ink once it has sent a drawing.

    Raises UnreadablePicture for anything else.
    """
    try:
        canvas = streamlit_drawable_canvas.st_canvas(
            stroke_width=brush,
            stroke_color="#ffffff",
            background_color="#000000",
            width=SIDE,
            height=SIDE,
            initial_drawing=st.session_state.get("draw_initial"),
            return_image_data=True,
            key=f"draw_canvas_{st.session_state.setdefault('draw_canvas_number', 0)}",
        )
        png, drawing = canvas.image_bytes, canvas.json_data
        if png is None:
            return None, None
        found = canvas_ink(png, (SIDE, SIDE))  # only what can be read is kept
        if not isinstance(drawing["objects"], list):
            raise TypeError
    except (ValueError, TypeError, AttributeError, KeyError, OSError) as error:
        # The value comes from the browser and may be anything; the component trusts it.
        raise UnreadablePicture("What the canvas sent is no drawing. Press Clear and draw again.") from error
    return {"png": png, "drawing": drawing}, found


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
    """Take the last drawing of one pile to the other, and show what is now on top of the done ones."""
    if st.session_state[source]:  # a second click may overtake the first one's answer
        st.session_state[target].append(st.session_state[source].pop())
    done = st.session_state["draw_done"]
    _mount(done[-1]["drawing"] if done else None)


def move_canvas() -> None:
    """Take the drawing along when the page changes around the canvas: the browser then makes a new, empty one."""
    if done := st.session_state.get("draw_done"):
        _mount(done[-1]["drawing"])


def _clear() -> None:
    """Empty the canvas, whatever was wrong with it; the drawing is kept among the recent ones."""
    recent.keep()
    st.session_state["draw_done"], st.session_state["draw_undone"] = [], []
    _mount(None)


def _mount(drawing: dict | None) -> None:
    """A fresh canvas with `drawing` on it: the same one would send it back and loop."""
    st.session_state["draw_initial"] = drawing
    st.session_state["draw_canvas_number"] += 1
