"""The last drawing of a visitor, kept for a day, so that a reload of the page brings it back."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import streamlit as st

from digits.drawings import drafts
from digits.drawings.drawing import plain_strokes
from digits.errors import DigitsError
from pages.shared.drawing import on_canvas
from pages.shared.visitor import owner

SAVING = ThreadPoolExecutor(1, "save-drawing")
"""Writes one drawing after the other: no stroke waits until the disk has it, or until another process has written."""


def load() -> list[Any]:
    """Return its strokes; none where there are none, or they cannot be read."""
    strokes = []
    with suppress(DigitsError):
        strokes = plain_strokes(drafts.load(owner=owner()))
    st.session_state["draw_saved"] = strokes
    return strokes


def save() -> None:
    """Keep what is on the canvas now, soon."""
    if on_canvas() != st.session_state.get("draw_saved"):
        st.session_state["draw_saved"] = on_canvas()
        SAVING.submit(_save, on_canvas(), owner())


def _save(strokes: list[Any], whose: str) -> None:
    with suppress(DigitsError):  # drawing goes on where nothing can be written
        drafts.save(strokes, owner=whose)
