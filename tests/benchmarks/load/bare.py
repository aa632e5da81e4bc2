"""The canvas component alone on a page that counts strokes: what strokes.py measures the Draw page against."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas

number = st.session_state.setdefault("number", 0)
if st.button("Clear"):
    number = st.session_state["number"] = number + 1
canvas = st_canvas(
    stroke_width=24,
    stroke_color="#ffffff",
    background_color="#000000",
    width=384,
    height=384,
    return_image_data=True,
    key=f"canvas_{number}",
)
st.text(f"{len(canvas.json_data['objects'])} strokes")
