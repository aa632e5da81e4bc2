"""What stands beside the map: the digit that was chosen on it, and the user's own drawing."""

import numpy as np
import streamlit as st

from pages.evaluate import choice
from pages.shared import shortcuts
from pages.shared.glossary import linked
from pages.shared.picture import show_enlarged

KEY = "evaluate_map_index"


def choose_point(point: dict) -> None:
    """Choose the digit of a point that was clicked."""
    index = point.get("customdata")
    if isinstance(index, int) and index >= 0:  # from the browser, so it may be anything; -1 is the drawing
        _choose(index)


def show(images: np.ndarray, labels: np.ndarray, predicted: np.ndarray) -> None:
    """Show the chosen digit; at first, the first misclassified one."""
    misclassified = np.flatnonzero(predicted != labels)
    if not 0 <= st.session_state.get(KEY, -1) < len(labels):
        _choose(int(misclassified[0]) if len(misclassified) else 0)
    index = st.number_input("Index in the test set", 0, len(labels) - 1, step=1, key=KEY)
    show_enlarged(images[index], 6, alt=f"A test digit with label {labels[index]}, prediction {predicted[index]}")
    st.markdown(f"Label: **{labels[index]}**.  \nPrediction: **{predicted[index]}**.")
    with st.container(horizontal=True):
        if len(misclassified):
            following = int(misclassified[np.searchsorted(misclassified, index, side="right") % len(misclassified)])
            st.button(
                "Next mistake", icon=":material/chevron_right:", shortcut=shortcuts.letter("N"),
                key="evaluate_map_next", on_click=_choose, args=(following,),
            )  # fmt: skip
        st.button(
            "Open", icon=":material/zoom_in:", key="evaluate_map_open", on_click=choice.open_in_mistakes, args=(index,),
            help=linked("Shows its probabilities and the most similar training digits."),
        )  # fmt: skip
        shortcuts.offer()


def show_drawing(own: np.ndarray | None, about: str) -> None:
    """Show the user's last drawing, (28, 28) uint8, which is a star on the map; offer to draw one without it."""
    st.header("Your drawing", anchor=False)
    if own is None:
        st.caption("Draw one digit on the Draw page. It appears here as a star.")
        st.page_link("pages/draw/page.py", label="Draw a digit", icon=":material/draw:")
    else:
        show_enlarged(own, 3, alt="Your last drawing as 28 by 28 pixels")
        st.caption(f"The star is your last drawing. {about}")


def _choose(index: int) -> None:
    st.session_state[KEY] = index
