"""All rows of digits on the chosen picture: boxes on the photo, a table to correct, and a CSV file."""

import csv
import io

import cv2
import numpy as np
import streamlit as st

from digits.drawings import store
from digits.drawings.drawing import LONGEST, make
from digits.errors import BlankDrawing
from digits.inference.decoding import Picture
from digits.inference.detector import Detector
from digits.inference.recognizer import Recognizer
from digits.inference.sheet import Rows, read_rows
from pages.draw.picture import adjust
from pages.shared.errors import attempt
from pages.shared.picture import png
from pages.shared.visitor import owner

BOX = 79, 117, 218  # red, green, blue
SHOWN = 900  # px, the longest side of the photo
HEAD = "row", "position", "digit", "probability", "left", "top", "width", "height"


def offer(recognizer: Recognizer, detector: Detector) -> None:
    """Offer to read the whole picture; nothing while there is none."""
    picture = adjust.current()
    if picture is None or not st.toggle(
        "Read all rows", key="draw_rows", help="Reads every digit of the picture, row by row, as a table."
    ):
        return
    try:
        found = read_rows(picture, recognizer, detector)
    except BlankDrawing as advice:
        st.info(str(advice), icon=":material/info:")
        return
    _show(picture, found)


def _show(picture: Picture, found: Rows) -> None:
    texts = [row.text for row in found.rows]
    st.image(png(_boxed(picture, found)), alt=f"Your picture with a box around each digit of {'; '.join(texts)}")
    st.code("\n".join(texts), language=None)
    if any(row.marks for row in found.rows):
        st.caption(":material/info: A comma, a point or a dash is not a digit. It has no box.")
    table = _table(found)
    edited = st.data_editor(
        table, key="draw_rows_table", hide_index=True, disabled=["row", "position", "confidence"],
        column_config={"digit": st.column_config.NumberColumn("digit", min_value=0, max_value=9, step=1)},
    )  # fmt: skip
    with st.container(horizontal=True):
        st.download_button("Download CSV", _csv(found, edited["digit"]), "digits.csv", "text/csv", on_click="ignore",
                           icon=":material/download:", key="draw_rows_csv")  # fmt: skip
        changed = [
            place for place, (old, new) in enumerate(zip(table["digit"], edited["digit"], strict=True)) if old != new
        ]
        if changed:
            st.button("Save corrections to My drawings", icon=":material/save:", key="draw_rows_save", type="primary",
                      on_click=attempt, args=(_save, found, edited["digit"], changed))  # fmt: skip


def _digits(found: Rows) -> list[tuple]:
    """Return row and position from 1, part, prediction and box of every digit."""
    return [
        (line, position, *digit)
        for line, row in enumerate(found.rows, start=1)
        for position, digit in enumerate(zip(row.number.parts, row.number.predictions, row.boxes, strict=True), start=1)
    ]


def _table(found: Rows) -> dict[str, list]:
    """Return the columns of the table. Without a digit where something doesn't look like one."""
    digits = _digits(found)
    return {
        "row": [line for line, *_ in digits],
        "position": [position for _, position, *_ in digits],
        "digit": [prediction.digit if prediction.is_digit else None for *_, prediction, _ in digits],
        "confidence": [f"{prediction.confidence:.1%}" for *_, prediction, _ in digits],
    }


def _csv(found: Rows, labels: list) -> str:
    """Return a line for each digit, as corrected."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEAD)
    for (line, position, _, prediction, box), label in zip(_digits(found), labels, strict=True):
        digit = "" if label is None or label != label else int(label)  # NaN differs from itself
        writer.writerow([line, position, digit, round(prediction.confidence, 4), *box])
    return file.getvalue()


def _save(found: Rows, labels: list, changed: list[int]) -> None:
    """Add the corrected digits to My drawings."""
    for place, (_, _, part, prediction, _) in enumerate(_digits(found)):
        label = labels[place]
        if place in changed and label is not None and label == label:
            zoom = min(1, LONGEST / max(part.ink.shape))
            ink = cv2.resize(part.ink, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA) if zoom < 1 else part.ink
            store.put(make(prediction.image, ink, int(label)), owner=owner())
    st.toast("Saved under My drawings.", icon=":material/check:")


def _boxed(picture: Picture, found: Rows) -> np.ndarray:
    """Return the photo with a box around each digit: (h, w, 3) uint8 blue, green, red."""
    zoom = min(1, SHOWN / max(picture.pixels.shape))
    shown = cv2.resize(picture.pixels, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    scale = shown.shape[1] / picture.size[0]
    for *_, (left, top, width, height) in _digits(found):
        corner = round(left * scale) - 2, round(top * scale) - 2
        cv2.rectangle(shown, corner, (round((left + width) * scale) + 2, round((top + height) * scale) + 2), BOX, 2)
    return shown[..., ::-1]
