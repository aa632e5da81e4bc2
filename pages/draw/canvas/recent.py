"""The drawings that were cleared in this visit, the newest first, each with its prediction and a download.

Clear adds the drawing on the canvas to them.
"""

import streamlit as st

from digits.inference.prediction import NOT_A_DIGIT
from pages.shared.drawing import on_canvas
from pages.shared.text import percent

MAX_RECENT = 12
WIDTH = 96  # px on the screen


def remember(predicted: str, confidence: float) -> None:
    """Keep a prediction with the drawing on the canvas, so that both are undone and cleared together.

    predicted: as `Prediction.text` and `Number.text` have it. confidence: 0 to 1.
    """
    if drawing := on_canvas():
        drawing.update(predicted=predicted, confidence=confidence)


def keep() -> None:
    """Add the drawing on the canvas to the recent ones, if it has been predicted."""
    drawing = on_canvas()
    if drawing and "predicted" in drawing:
        kept = {name: drawing[name] for name in ("png", "predicted", "confidence")}
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
    st.subheader("Recent drawings", anchor=False)
    with st.container(horizontal=True):
        for number, drawing in enumerate(drawings):
            with st.container(width=WIDTH):
                predicted = drawing["predicted"]
                caption = (
                    "not a digit" if predicted == NOT_A_DIGIT else f"{predicted}, {percent(drawing['confidence'])}"
                )
                st.image(drawing["png"], width=WIDTH, caption=caption, alt=f"Your drawing, prediction: {predicted}")
                st.download_button(
                    "PNG",
                    drawing["png"],
                    file_name=f"drawing-{predicted.replace(NOT_A_DIGIT, 'x')}.png",
                    mime="image/png",
                    key=f"draw_recent_{number}",
                    on_click="ignore",
                    type="tertiary",
                    icon=":material/download:",
                )
