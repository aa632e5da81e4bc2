"""streamlit-drawable-canvas as this page needs it: without its own toolbar, as large as the page says.

The component draws in an open shadow root, which no style of the page reaches, and has no switch for its toolbar, whose
invisible part lies over the top right corner. So its front end is registered a second time, as Streamlit allows (the
last one counts), with a style in its HTML. Its pointer looks at how large the canvas is shown, so the drawing keeps its
384 px on every screen, and every screen gives the same prediction.
"""

from typing import Any

import streamlit as st
import streamlit_drawable_canvas

from digits.inference.strokes import ERASER
from pages.shared.drawing import SIDE

HTML = f"""<style>
.dc-toolbar {{ display: none !important; }}
.dc-root, .dc-scroll, .dc-container, .canvas-container, canvas {{
    width: var(--canvas-side, {SIDE}px) !important; height: var(--canvas-side, {SIDE}px) !important;
}}
.dc-scroll {{ overflow: hidden !important; }}
</style>
<div class="canvas-root"></div>"""
INK = "#ffffff"

st.components.v2.component(
    "streamlit-drawable-canvas.streamlit_drawable_canvas", html=HTML, js="index-*.js", css="index-*.css"
)


def show(strokes: list[Any], *, width: int, erases: bool, key: str) -> Any:
    """Show a canvas with some strokes on it, and return what is on it now: what the browser sent, so anything.

    strokes: plain ones; the same at each run with the same key. width: px, of the brush. erases: whether it rubs out.
    """
    result = streamlit_drawable_canvas.st_canvas(
        stroke_width=width,
        stroke_color=ERASER if erases else INK,
        background_color=ERASER,
        width=SIDE,
        height=SIDE,
        initial_drawing={"objects": [_path(stroke) for stroke in strokes]},
        key=key,
    )
    return result.json_data


def _path(stroke: dict[str, Any]) -> dict[str, Any]:
    """Return a plain stroke as the library behind the canvas, Fabric.js, reads it."""
    line = {"type": "Path", "stroke": INK, "fill": None, "strokeLineCap": "round", "strokeLineJoin": "round"}
    return line | stroke
