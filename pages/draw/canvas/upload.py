"""A picture of a digit in place of a drawing: from a file, the clipboard or the camera."""

import numpy as np
import streamlit as st

from digits.errors import BlankDrawing
from digits.inference.picture import see
from digits.inference.pictures.decoding import FORMATS
from pages.draw.picture import adjust, choose
from pages.draw.picture.seen import LEGEND, overlay


def ink() -> np.ndarray:
    """Let the user choose a picture and return the ink of its digit, (H, W) uint8. Raises BlankDrawing."""
    picture = adjust.current()
    if picture is None:
        choose.show()
        raise BlankDrawing(f"Choose, paste or take a picture of one digit: {FORMATS}.")
    kept = st.session_state["draw_picture"]
    at = kept["turns"], kept["box"]
    if kept.get("seen_at") != at:  # finding the paper takes a few tenths of a second
        seen = see(picture)
        kept.update(seen_at=at, ink=seen.digit, overlay=overlay(picture, seen.sheet, seen.found))
    adjust.show(kept["overlay"], "Your picture with the paper and the ink marked")
    st.caption(LEGEND)
    return kept["ink"]
