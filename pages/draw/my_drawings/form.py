"""A form to print, and the sheet on which the photo of a filled one is checked before its digits are taken."""

import base64

import streamlit as st

from digits.drawings import store
from digits.drawings.form import checking, layout, printing
from digits.drawings.form.reading import FormDigit, read_form
from digits.errors import DigitsError
from digits.inference.picture import read_upload
from digits.inference.recognizer import Recognizer
from pages.draw.picture.choose import KINDS, MEGABYTES
from pages.shared import cache
from pages.shared.errors import attempt
from pages.shared.picture import png
from pages.shared.text import counted
from pages.shared.visitor import owner


def offer(recognizer: Recognizer) -> None:
    """Show the button with the form to print and the place for its photo."""
    with st.popover("Form", icon=":material/grid_on:"):
        st.markdown(
            f"Collect {len(layout.boxes())} digits in five minutes: print the form, write a digit into each box, and "
            "take a photo of the page."
        )
        with st.container(horizontal=True):
            st.download_button("PDF", printing.pdf, "digits-form.pdf", "application/pdf", key="draw_form_pdf",
                               icon=":material/download:", on_click="ignore")  # fmt: skip
            st.download_button("HTML", printing.html, "digits-form.html", "text/html", key="draw_form_html",
                               icon=":material/download:", on_click="ignore")  # fmt: skip
        # Another key after each photo, so that the box is empty again.
        key = f"draw_form_photo_{st.session_state.setdefault('draw_form_turn', 0)}"
        st.file_uploader(
            "Photo of a filled form", type=KINDS, key=key, max_upload_size=MEGABYTES, on_change=_read,
            args=(key, recognizer), help="The photo isn't stored. You check the digits before they are added.",
        )  # fmt: skip
        if problem := st.session_state.get("draw_form_problem"):
            st.error(problem, icon=":material/error:")


def check() -> None:
    """Show the digits of the photo that waits to be checked; nothing while there is none."""
    kept = st.session_state.get("draw_form")
    if kept is None:
        return
    digits = [FormDigit(**row) for row in kept["digits"]]
    with st.container(border=True, key="draw_form"):
        st.markdown("## Check the form")
        empty = len(layout.boxes()) - len(digits)
        st.caption(f"Digits: {len(digits)}, empty boxes: {empty}. Correct a label, or clear its tick to leave it out.")
        left, right = st.columns([3, 2])
        with right:
            labels = _table(digits, kept["turn"])
        left.image(png(checking.sheet(digits, labels)), alt="All digits of the form, with box number and label")
        left.caption("Orange, with ?: predicted as another digit. Red: left out.")
        with st.container(horizontal=True):
            st.button(
                f"Add {counted(len(labels), 'drawing')}", type="primary", icon=":material/add:", key="draw_form_add",
                on_click=attempt, args=(_add, digits, labels), disabled=not labels,
            )  # fmt: skip
            st.button("Discard", icon=":material/close:", key="draw_form_discard", on_click=_forget)


def _table(digits: list[FormDigit], turn: int) -> dict[int, int]:
    """Show a row for each digit, doubtful ones first. Return the labels by number of the box."""
    ordered = sorted(digits, key=lambda digit: (not digit.is_doubtful, digit.number))
    edited = st.data_editor(
        {
            "add": [not digit.reason for digit in ordered],
            "digit": ["data:image/png;base64," + base64.b64encode(png(digit.seen)).decode() for digit in ordered],
            "label": [digit.label for digit in ordered],
            "predicted": [digit.predicted for digit in ordered],
            "box": [digit.number for digit in ordered],
            "note": [digit.reason for digit in ordered],
        },
        key=f"draw_form_table_{turn}", hide_index=True, disabled=["digit", "predicted", "box", "note"],
        height="content" if len(digits) <= 12 else 440,
        column_config={
            "add": st.column_config.CheckboxColumn("Add", required=True),
            "digit": st.column_config.ImageColumn("Digit"),
            "label": st.column_config.NumberColumn("Label", min_value=0, max_value=9, step=1, required=True),
            **{name: st.column_config.Column(name.capitalize()) for name in ("predicted", "box", "note")},
        },
    )  # fmt: skip
    rows = zip(edited["box"], edited["add"], edited["label"], strict=True)
    return {int(box): int(label) for box, is_taken, label in rows if is_taken and label is not None and label == label}


def _read(key: str, recognizer: Recognizer) -> None:
    """Read the photo in the uploader, empty it, and keep the digits as plain values, or why there are none."""
    photo = st.session_state[key].getvalue()
    st.session_state["draw_form_turn"] += 1
    st.session_state["draw_form_problem"] = None
    try:
        digits = read_form(read_upload(photo), recognizer, cache.detector())
        if not digits:
            raise DigitsError("All boxes of this form are empty. Fill some in, or photograph it in better light.")
    except DigitsError as error:
        st.session_state["draw_form_problem"] = str(error)
        return
    st.session_state["draw_form"] = {
        "digits": [vars(digit) for digit in digits], "turn": st.session_state["draw_form_turn"],
    }  # fmt: skip


def _add(digits: list[FormDigit], labels: dict[int, int]) -> None:
    merged = store.merge(checking.drawings(digits, labels), owner=owner())
    st.session_state["draw_imported"] = [
        (f"New drawings: {merged.new:,}. Already here: {merged.known + merged.other:,}.", False)
    ]
    _forget()


def _forget() -> None:
    st.session_state.pop("draw_form", None)
