"""The drawings that were cleared in this visit, as one thin strip: the newest first, each with its prediction.

Clear adds the drawing on the canvas to them.
"""

import io
import zipfile

import cv2
import streamlit as st

from digits.inference.prediction import NOT_A_DIGIT
from pages.shared import drawing
from pages.shared.drawing import on_canvas
from pages.shared.picture import png
from pages.shared.text import percent

MAX_RECENT = 12
WIDTH = 48  # px on the screen


def remember(predicted: str, confidence: float) -> None:
    """Keep the prediction of the drawing on the canvas.

    predicted: as `Prediction.text` and `Number.text` have it. confidence: 0 to 1.
    """
    st.session_state["draw_predicted"] = {"predicted": predicted, "confidence": confidence}


def keep() -> None:
    """Add the drawing on the canvas to the recent ones, if it has been predicted."""
    predicted, strokes = st.session_state.get("draw_predicted"), on_canvas()
    if not predicted or not strokes:
        return
    ink = drawing.ink(strokes)
    small = cv2.resize(ink, (2 * WIDTH, 2 * WIDTH), interpolation=cv2.INTER_AREA)  # for screens with small pixels
    kept = {"strokes": strokes, "png": png(ink), "small": png(small), **predicted}
    st.session_state["draw_recent"] = [kept, *st.session_state.get("draw_recent", [])][:MAX_RECENT]
    st.session_state["draw_recent_grown"] = True


def has_grown() -> bool:
    """Return whether a drawing was added since the last call: `show` is not in the fragment that Clear reruns."""
    return st.session_state.pop("draw_recent_grown", False)


def show() -> None:
    """Show the recent drawings; nothing while there are none."""
    drawings = st.session_state.get("draw_recent", [])
    if not drawings:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="draw_recent_strip"):
        st.caption("Recent drawings", width="content")
        for kept in drawings:
            predicted = kept["predicted"]
            alt = f"Your drawing, prediction: {predicted}, {percent(kept['confidence'])}"
            st.image(kept["small"], width=WIDTH, caption=predicted, alt=alt, output_format="PNG")
        st.download_button(
            "Download", data=lambda: pack(drawings), file_name="recent-drawings.zip", mime="application/zip",
            key="draw_recent_download", on_click="ignore", type="tertiary", icon=":material/download:",
            help="A zip file with your recent drawings as PNG pictures.",
        )  # fmt: skip


def pack(drawings: list[dict]) -> bytes:
    """Return a zip file with the pictures of some drawings, as `keep` has kept them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, kept in enumerate(drawings, start=1):
            archive.writestr(f"{number}-{kept['predicted'].replace(NOT_A_DIGIT, 'x')}.png", kept["png"])
    return packed.getvalue()
