"""My digits: what the user drew and said it is, with what the present model reads; correct, delete, teach."""

import math

import numpy as np
import streamlit as st

from digits.drawings.drawing import Drawing
from digits.figures.images import gallery
from digits.inference.recognizer import Recognizer
from digits.runs.run import Run
from pages.draw.my_drawings import drawing_detail, fine_tune, import_export
from pages.shared import cache

COLUMNS, PER_PAGE = 8, 40


@st.fragment
def show(run: Run, recognizer: Recognizer) -> None:
    """The sheet on the left, one of them or the teaching on the right."""
    st.subheader("My digits", anchor=False)
    drawings = cache.drawings()
    drawing_detail.offer_undo()
    if not drawings:
        st.caption(
            "Nothing yet. Draw a digit and press what it really is: it is kept here, on this machine only, and a "
            "network can be taught with it."
        )
        import_export.show(drawings)
        return
    said = cache.answers(run)
    sheet, right = st.columns([5, 6], gap="large")
    with sheet:
        _sheet(drawings, said)
        import_export.show(drawings)
    with right:
        opened = next((d for d in drawings if d.id == st.session_state.get("draw_mine_open")), None)
        if opened:
            drawing_detail.show(opened, recognizer)
        fine_tune.show(run, drawings)


def _sheet(drawings: list[Drawing], said: np.ndarray) -> None:
    """Many at a glance; a click opens one. said: (n,) what the model reads."""
    wrong = np.array([drawing.label for drawing in drawings]) != said
    only = st.segmented_control(
        "Show", ["All", "Misread"], default="All", required=True, key="draw_mine_only", label_visibility="collapsed"
    )
    found = np.flatnonzero(wrong) if only == "Misread" else np.arange(len(drawings))
    st.caption(f"Drawings: {len(drawings):,}; misread: {wrong.sum():,}. Below each: what it is → what was read.")
    if not len(found):
        st.success("Not one of them is misread.", icon=":material/check_circle:")
        return
    pages = math.ceil(len(found) / PER_PAGE)
    page = min(st.pagination(pages, key="draw_mine_page") if pages > 1 else 1, pages)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE].tolist()
    captions = [_caption(drawings[place].label, int(said[place])) for place in shown]
    st.plotly_chart(
        gallery(np.stack([drawings[place].seen for place in shown]), captions, columns=COLUMNS, captions=captions),
        key="draw_mine_sheet",
        on_select=lambda: _open([drawings[place].id for place in shown]),
        selection_mode="points",
        config={"displayModeBar": False},
        alt="My digits, what it is → what was read: " + ", ".join(captions),
    )
    if "draw_mine_open" not in st.session_state:
        st.button(
            "Open the first of them", icon=":material/zoom_in:", key="draw_mine_first", on_click=drawing_detail.open_one,
            args=(drawings[shown[0]].id,),
        )  # fmt: skip


def _caption(label: int, said: int) -> str:
    return f"{label}" if label == said else f"{label} → {said}"


def _open(shown: list[str]) -> None:
    if points := st.session_state["draw_mine_sheet"].selection.points:
        drawing_detail.open_one(shown[points[0]["point_index"]])
