"""What can be known beside the prediction, one tab each; only the open one is computed."""

from typing import Any

import numpy as np
import streamlit as st

from digits.inference.detector import Detector
from digits.inference.prediction import Prediction
from digits.inference.recognizer import Recognizer
from digits.runs.run import Run
from pages.draw.answer import activations, explanation, preprocessing, witnesses
from pages.draw.my_drawings import my_drawings
from pages.shared import links

TABS = ["What the network sees", "Picture and path", "Why", "Inside the network", "My drawings"]
NOTHING = "Draw one digit to see this."


def show(
    run: Run, models: tuple[Recognizer, Detector], digit: Prediction | None, ink: np.ndarray | None, strokes: list[Any]
) -> None:
    """Show the tabs. digit: None while there is none, or a number; ink and strokes: of the digit."""
    links.follow("view", "draw_tab", TABS, TABS[0])
    sees, both, why, inside, mine = st.tabs(TABS, key="draw_tab", on_change="rerun")
    with sees:
        if sees.open:
            preprocessing.show(ink, digit)
    with both:
        if both.open:
            witnesses.show(run, digit, ink, strokes)
    with why:
        if why.open and digit:
            explanation.show(digit, *models, strokes)
        elif why.open:
            st.caption(NOTHING)
    with inside:
        if inside.open and digit:
            activations.show(run, digit.image)
        elif inside.open:
            st.caption(NOTHING)
    with mine:
        if mine.open:
            my_drawings.show(run, models[0])
    links.show_open_tab("draw_tab")
