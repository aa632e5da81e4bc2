"""Two witnesses of a drawn digit: the network that sees the picture, and the path network, which follows the pen.

The starter and the path together make the prediction. A network that somebody has trained predicts alone, because the
page is there to show what it has learned; the path stands beside it, and a switch lets it count.
"""

from typing import Any

import cv2
import numpy as np
import streamlit as st

from digits.inference.path_network import FLOOR, NUM_POINTS, WEIGHT, follow, lines_on
from digits.inference.prediction import Prediction, Witnesses
from digits.inference.strokes import read_strokes
from digits.runs.run import Run
from pages.draw.answer import preprocessing
from pages.shared import cache
from pages.shared.charts import probability_bars
from pages.shared.glossary import linked
from pages.shared.picture import png
from pages.shared.text import percent

SIDE = 224  # screen px of the picture of the path
FIRST, LAST = np.array([224, 127, 63]), np.array([26, 87, 194])  # blue, green, red: the colours of evidence.py
CLEAR = 1 / (1 + FLOOR**WEIGHT)  # the odds that the path can turn
UNKNOWN = (
    "Only a drawing on the canvas has a path. It isn't known where strokes are rubbed out in part, leave the canvas or "
    "belong to two digits."
)
PATH = f"""
**The path**: {NUM_POINTS} points along the strokes, from blue to orange as they were drawn; grey: the pen was in the
air. A small network knows only these points, so it sees how a digit was drawn, not how it looks.
"""
TOGETHER = f"""
Together, the picture decides and the path helps: its probabilities count to the power of {WEIGHT:g}. A picture
with more than {CLEAR:.0%} confidence is never outvoted.
"""


def are_joined(run: Run) -> bool:
    """Return whether the path counts in a model's predictions: in the starter's, unless the user says otherwise."""
    return not preprocessing.is_raw() and st.session_state.get(_key(run), run.is_starter)


def path(strokes: list[Any], ink: np.ndarray) -> np.ndarray | None:
    """Return what the path network predicts, (10,); None where the path is not known, as in a picture.

    strokes: plain ones, of the whole drawing. ink: (H, W) uint8, the ink of one digit on the drawing. Raises
    DamagedFile.
    """
    return cache.path_network().predict(read_strokes({"objects": strokes}), ink) if strokes else None


def line(witnesses: Witnesses | None) -> str:
    """Return in one line whether both agree; empty without a known path."""
    if witnesses is None:
        return ""
    if witnesses.agree:
        return "Picture and path agree."
    picture, path = witnesses.picture, witnesses.path
    counts = "" if witnesses.are_joined else ", which does not count"
    return (
        f"The picture looks like {picture.argmax()} ({percent(picture.max())}), the path of the strokes like "
        f"{path.argmax()} ({percent(path.max())}){counts}."
    )


def show(run: Run, prediction: Prediction | None, ink: np.ndarray | None, strokes: list[Any]) -> None:
    """Show the path, what each witness and both together predict, and the switch. ink, strokes: as for `path`."""
    st.toggle(
        "Let the path count", value=run.is_starter, key=_key(run), persist_state="session",
        disabled=preprocessing.is_raw(),
        help=linked(
            "On: picture and path predict together. Off: the model predicts from the picture alone. A model that you "
            "have trained begins without the path: you see what your network has learned."
        ),
    )  # fmt: skip
    if prediction is None or prediction.witnesses is None:
        st.caption(UNKNOWN if prediction else "Draw one digit to see this.")
        return
    both = prediction.witnesses
    found = {"Picture": both.picture, "Path": both.path, "Together": both.together}
    with st.grid("auto", min_column_width=SIDE):
        with st.container():
            lines = lines_on(read_strokes({"objects": strokes}), ink)
            st.image(png(_drawn(follow(lines))), width=SIDE, alt="The path of your strokes, point by point")
        for name, probabilities in found.items():
            with st.container():
                digit = int(probabilities.argmax())
                st.markdown(f"{name}: **{digit}**, {percent(probabilities[digit])}")
                probability_bars(probabilities, highlight=digit, height=200)
    st.markdown(PATH + TOGETHER)


def _key(run: Run) -> str:
    return f"draw_path_counts_{'starter' if run.is_starter else 'own'}"


def _drawn(path: np.ndarray) -> np.ndarray:
    """Draw a path from `follow` on black, as the canvas is: (2 * SIDE, 2 * SIDE, 3) uint8."""
    picture = np.zeros((2 * SIDE, 2 * SIDE, 3), np.uint8)  # for screens with small pixels
    places = np.rint(SIDE * (1 + 0.85 * path[:, :2])).astype(int).tolist()
    for number, place in enumerate(places):
        share, in_air = number / (len(places) - 1), path[number, 4] > 0
        colour = (96, 96, 96) if in_air else ((1 - share) * FIRST + share * LAST).tolist()
        if number:
            cv2.line(picture, places[number - 1], place, colour, 2, cv2.LINE_AA)
        if not in_air:
            cv2.circle(picture, place, 7, colour, cv2.FILLED, cv2.LINE_AA)
    return picture
