"""The canvas with its buttons and tools.

Every stroke sends the whole drawing, of which only what `plain_strokes` has checked is kept. Undo, Redo and Clear mount
a fresh canvas with other strokes on it, which sends nothing until the next stroke.
"""

from typing import Any

import numpy as np
import streamlit as st

from digits.drawings.drawing import plain_strokes
from digits.errors import BlankDrawing, UnreadablePicture
from pages.draw.canvas import component, draft, recent
from pages.shared import drawing
from pages.shared.drawing import on_canvas

ERASER = "Eraser"
BRUSHES = {"Thin": 12, "Medium": 24, "Thick": 36, ERASER: 48}
"""What draws, and its width in px of the canvas."""


def ink() -> np.ndarray:
    """Show the canvas and return its ink, (384, 384) uint8. Raises BlankDrawing, UnreadablePicture."""
    paper, buttons = st.container(key="draw_paper"), st.container(horizontal=True, key="draw_buttons")
    brush = st.segmented_control(
        "Brush", list(BRUSHES), default="Medium", required=True, key="draw_brush", persist_state="session",
        label_visibility="collapsed",
    )  # fmt: skip
    try:
        with paper:
            _take(read_drawing(brush))
        if not on_canvas():
            raise BlankDrawing("There is nothing on the canvas yet. Draw a digit, 0 to 9.")
        return drawing.ink(on_canvas())
    finally:  # Clear is needed most when the canvas is broken
        with buttons:
            _buttons()


def read_drawing(brush: str) -> list[Any]:
    """Show the canvas and return the strokes on it, as `plain_strokes` has them.

    The value comes from the browser and may be anything; the component trusts it and raises whatever follows. Raises
    UnreadablePicture instead.
    """
    number = st.session_state.setdefault("draw_canvas_number", 0)
    on_it = st.session_state.setdefault("draw_initial", [])
    try:
        sent = component.show(on_it, width=BRUSHES[brush], erases=brush == ERASER, key=f"draw_canvas_{number}")
        return plain_strokes(sent["objects"])
    except (UnreadablePicture, ValueError, TypeError, AttributeError, KeyError) as error:
        raise UnreadablePicture("We couldn't read that drawing. Press Clear and try again.") from error


def restore() -> None:
    """Bring the last drawing back: of this visit, or of one before a reload."""
    _mount(on_canvas() or draft.load())


def move_canvas() -> None:
    """Take the drawing along when the page around the canvas changes: the browser then makes a new, empty canvas."""
    _mount(on_canvas())


def _take(strokes: list[Any]) -> None:
    if strokes != on_canvas():
        st.session_state.update(draw_strokes=strokes, draw_undone=[], draw_predicted={})


def _buttons() -> None:
    for name, icon, shortcut, move, possible in (
        ("Undo", "undo", "Ctrl+Z", _undo, on_canvas()),
        ("Redo", "redo", "Ctrl+Y", _redo, st.session_state.get("draw_undone")),
        ("Clear", "delete", "Delete", _clear, True),
    ):
        st.button(
            name, icon=f":material/{icon}:", key=f"draw_{name.lower()}", shortcut=shortcut, help=f"Key: {shortcut}",
            disabled=not possible, on_click=move,
        )  # fmt: skip


def _undo() -> None:
    if done := on_canvas():  # a second click may come before the page has answered the first
        st.session_state["draw_undone"] = [*st.session_state.get("draw_undone", []), done[-1]]
        _mount(done[:-1])


def _redo() -> None:
    if undone := st.session_state.get("draw_undone"):
        st.session_state["draw_undone"] = undone[:-1]
        _mount([*on_canvas(), undone[-1]])


def _clear() -> None:
    """Empty the canvas, even a broken one; its drawing is kept among the recent ones."""
    recent.keep()
    st.session_state["draw_undone"] = []
    _mount([])


def _mount(strokes: list[Any]) -> None:
    """Put a fresh canvas with `strokes` in place of this one, which would send them back and loop."""
    if strokes != on_canvas():
        st.session_state["draw_predicted"] = {}
    st.session_state["draw_strokes"] = st.session_state["draw_initial"] = strokes
    st.session_state["draw_canvas_number"] = st.session_state.get("draw_canvas_number", 0) + 1
