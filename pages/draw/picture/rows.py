"""All rows of digits on the chosen picture: boxes on the photo, a table to correct, and a CSV file."""

import cv2
import numpy as np
import streamlit as st

from digits.drawings import store
from digits.drawings.drawing import LONGEST, make
from digits.errors import BlankDrawing, UnreadablePicture
from digits.inference.detector import Detector
from digits.inference.numbers.parts import Part
from digits.inference.numbers.rows import Row, read_rows
from digits.inference.pictures.decoding import Picture
from digits.inference.prediction import Prediction
from digits.inference.recognizer import Recognizer
from pages.draw.picture import adjust
from pages.shared.errors import attempt
from pages.shared.picture import png
from pages.shared.table import as_csv
from pages.shared.text import percent
from pages.shared.visitor import owner

BOX = 79, 117, 218  # red, green, blue
SHOWN = 900  # px, the longest side of the photo
HEAD = "row", "position", "digit", "probability", "left", "top", "width", "height"


def is_on() -> bool:
    """Return whether the user wants the whole picture read."""
    return bool(st.session_state.get("draw_rows"))


def offer(recognizer: Recognizer, detector: Detector) -> None:
    """Offer to read the whole picture; nothing while there is none."""
    picture = adjust.current()
    if picture is None or not st.toggle(
        "Read all rows", key="draw_rows", help="Reads every digit of the picture, row by row, as a table."
    ):
        return
    kept = st.session_state["draw_picture"]
    at = kept["turns"], kept["box"], recognizer
    try:
        if kept.get("rows_at") != at:  # reading takes a second, and the table reruns this at each correction
            kept.update(rows=read_rows(picture, recognizer, detector).rows, rows_at=at)
    except (BlankDrawing, UnreadablePicture) as advice:
        st.info(str(advice), icon=":material/info:")
        return
    _show(picture, kept["rows"])


def _show(picture: Picture, rows: list[Row]) -> None:
    texts = [row.text for row in rows]
    photo = st.container()
    st.code("\n".join(texts), language=None)
    if any(row.marks for row in rows):
        st.caption(":material/info: A comma, a point or a dash is not a digit. It has no box and no row in the table.")
    table = _table(rows)
    edited = st.data_editor(
        table, key="draw_rows_table", hide_index=True, disabled=["row", "position", "confidence", "note"],
        column_config={
            "digit": st.column_config.NumberColumn("Digit", min_value=0, max_value=9, step=1),
            **{name: st.column_config.Column(name.capitalize()) for name in ("row", "position", "confidence", "note")},
        },
    )  # fmt: skip
    labels = [None if digit is None or digit != digit else int(digit) for digit in edited["digit"]]  # NaN is no digit
    photo.image(png(_boxed(picture, rows, labels)), alt=f"Your picture, each digit in a box: {'; '.join(texts)}")
    changed = [
        place for place, (old, new) in enumerate(zip(table["digit"], labels, strict=True)) if new not in (old, None)
    ]
    with st.container(horizontal=True):
        st.download_button("Download CSV", _csv(rows, labels), "digits.csv", "text/csv", on_click="ignore",
                           icon=":material/download:", key="draw_rows_csv")  # fmt: skip
        if changed:
            st.button("Save corrections to My drawings", icon=":material/save:", key="draw_rows_save", type="primary",
                      on_click=attempt, args=(_save, rows, labels, changed))  # fmt: skip


def _digits(rows: list[Row]) -> list[tuple]:
    """Return row and position from 1, part, prediction and box of every digit."""
    return [
        (line, position, *digit)
        for line, row in enumerate(rows, start=1)
        for position, digit in enumerate(zip(row.number.parts, row.number.predictions, row.boxes, strict=True), start=1)
    ]


def _table(rows: list[Row]) -> dict[str, list]:
    """Return the columns of the table. Without a digit where something doesn't look like one."""
    digits = _digits(rows)
    return {
        "row": [line for line, *_ in digits],
        "position": [position for _, position, *_ in digits],
        "digit": [prediction.digit if prediction.is_digit else None for *_, prediction, _ in digits],
        "confidence": [percent(prediction.confidence) for *_, prediction, _ in digits],
        "note": [_note(part, prediction) for *_, part, prediction, _ in digits],
    }


def _note(part: Part, prediction: Prediction) -> str:
    if not prediction.is_digit:
        return "doesn't look like a digit"
    return "may touch another digit" if part.may_touch else ""


def _csv(rows: list[Row], labels: list[int | None]) -> str:
    """Return a line for each digit, as corrected."""
    return as_csv(
        [
            dict(zip(HEAD, (line, position, label, round(prediction.confidence, 4), *box), strict=True))
            for (line, position, _, prediction, box), label in zip(_digits(rows), labels, strict=True)
        ]
    )


def _save(rows: list[Row], labels: list[int | None], changed: list[int]) -> None:
    """Add the corrected digits to My drawings."""
    digits = _digits(rows)
    for place in changed:
        _, _, part, prediction, _ = digits[place]
        zoom = min(1, LONGEST / max(part.ink.shape))
        ink = cv2.resize(part.ink, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA) if zoom < 1 else part.ink
        store.put(make(prediction.image, ink, labels[place]), owner=owner())
    st.toast("Saved under My drawings.", icon=":material/check:")


def _boxed(picture: Picture, rows: list[Row], labels: list[int | None]) -> np.ndarray:
    """Return the photo with a box around each digit and its label above it: (h, w, 3) uint8 blue, green, red."""
    zoom = min(1, SHOWN / max(picture.pixels.shape))
    shown = cv2.resize(picture.pixels, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    scale = shown.shape[1] / picture.size[0]
    for (*_, (left, top, width, height)), label in zip(_digits(rows), labels, strict=True):
        x, y = round(left * scale) - 2, round(top * scale) - 2
        cv2.rectangle(shown, (x, y), (round((left + width) * scale) + 2, round((top + height) * scale) + 2), BOX, 2)
        text = "?" if label is None else str(label)
        cv2.putText(shown, text, (x, max(16, y - 5)), cv2.FONT_HERSHEY_SIMPLEX, 0.7, BOX, 2, cv2.LINE_AA)
    return shown[..., ::-1]
