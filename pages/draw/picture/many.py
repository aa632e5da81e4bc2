"""Many pictures at once: a table of what is predicted for each, and how good that is where folders are named 0 to 9."""

import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from digits.data.reading import opened
from digits.errors import DigitsError
from digits.evaluation import pictures
from digits.figures.confusion import confusion
from digits.inference.detector import Detector
from digits.inference.picture import UPLOAD_BYTES
from digits.inference.recognizer import Recognizer
from pages.draw.picture.choose import KINDS, MEGABYTES
from pages.shared import table
from pages.shared.charts import chart
from pages.shared.glossary import linked
from pages.shared.text import isolated, percent

MOST = 200  # pictures
MOST_SECONDS = 30.0  # so many small ones take half a minute on a busy machine; 25 MB can also hold 200 of 50 megapixels
SHOWN = 1_000  # files that were passed over: a zip may have 100,000
LONGEST = 200  # characters of a file's name, from its end: in a zip it may have 65,535
TOO_MANY = "Only the first {} pictures of these files were predicted: all of them would keep the server busy."


def offer(recognizer: Recognizer, detector: Detector) -> None:
    """Let the user choose pictures or a zip of them, and show what is predicted. Nothing of the files is kept."""
    with st.expander(
        "Many pictures at once", icon=":material/photo_library:", key="draw_many_open", on_change="rerun"
    ) as part:
        if part.open:
            turn = st.session_state.setdefault("draw_many_turn", 0)  # a new key is an empty uploader
            uploads = st.file_uploader(
                "Pictures of one digit each, or a zip of them", type=[*KINDS, "zip"], accept_multiple_files=True,
                key=f"draw_many_{turn}", max_upload_size=MEGABYTES,
                help=linked(
                    f"Up to {MOST} pictures, {MEGABYTES} MB a file. In a zip, folders named 0 to 9 are the labels. "
                    "The files aren't stored on the server."
                ),
            )  # fmt: skip
            if uploads:
                st.session_state["draw_many"] = _predict(uploads, recognizer, detector)
                st.session_state["draw_many_turn"] = turn + 1
                st.rerun()
            if "draw_many" in st.session_state:
                _show(**st.session_state["draw_many"])


def _predict(uploads: list, recognizer: Recognizer, detector: Detector) -> dict[str, Any]:
    """Return rows of `digits.evaluation.pictures`, and what was passed over and why."""
    rows, passed_over = [], []
    read = partial(pictures.predict_picture, recognizer=recognizer, detector=detector)
    with ExitStack() as stack:
        found = []
        for upload in uploads:
            try:
                # This process serves everybody: no entry may unpack to more than a picture.
                entries = stack.enter_context(opened(Path(upload.name), upload.getvalue(), UPLOAD_BYTES))
            except DigitsError as error:
                passed_over.append((upload.name, str(error)))
                continue
            some, skipped = pictures.pictures(entries)
            found += some
            passed_over += [(name, why) for why, names in skipped for name in names]
        bar, began, number = st.progress(0.0, text="Predicting…"), time.monotonic(), 0
        for number, row in enumerate(pictures.predicted(found[:MOST], read), start=1):
            bar.progress(number / min(MOST, len(found)), text="Predicting…")
            if "error" in row:
                passed_over.append((row["image"], row["error"]))
            else:
                rows.append(row)
            if time.monotonic() - began > MOST_SECONDS:
                break
    return {
        "rows": [row | {"image": row["image"][-LONGEST:]} for row in rows],
        "passed_over": [(name[-LONGEST:], why) for name, why in passed_over[:SHOWN]],
        "num_passed_over": len(passed_over),
        "cut_after": number if len(found) > number else None,
    }


def _show(
    rows: list[dict[str, Any]], passed_over: list[tuple[str, str]], num_passed_over: int, cut_after: int | None
) -> None:
    if cut_after:
        st.warning(TOO_MANY.format(cut_after), icon=":material/warning:")
    if found := pictures.summary(rows):
        low, high = found["interval"]
        st.markdown(
            f"**{found['accuracy']:.1%}** of the labelled pictures are correct: {found['num_correct']:,} of "
            f"{found['n']:,} (95% interval {low:.1%} to {high:.1%})."
        )
        chart(confusion(found["confusion"]), key="draw_many_confusion", alt="Confusion matrix of the labelled pictures")
        table.behind(
            "draw_many_confusion", lambda: table.matrix_rows(found["confusion"]),
            about="Confusion matrix, a row for each label, a column for each prediction",
        )  # fmt: skip
    if rows:
        shown = [
            {
                "Picture": isolated(row["image"]),
                "Prediction": str(row["digit"]),
                "Confidence": percent(max(row["probabilities"])),
                "Label": str(row.get("label", "")),
                "Note": "" if row["looks_like_a_digit"] else "doesn't look like a digit",
            }
            for row in rows
        ]  # fmt: skip
        st.dataframe(shown, hide_index=True, alt="Pictures with their predictions")
        st.download_button(
            "Download CSV", _csv(rows), "predictions.csv", "text/csv", icon=":material/download:",
            key="draw_many_csv", on_click="ignore",
        )  # fmt: skip
    else:
        st.info("None of these files could be predicted.", icon=":material/info:")
    if passed_over:
        st.markdown(f"Passed over: {num_passed_over:,}")
        lines = [{"File": isolated(name), "Why": why} for name, why in passed_over]
        st.dataframe(lines, hide_index=True, alt="Files that were passed over, and why")


def _csv(rows: list[dict[str, Any]]) -> str:
    return table.as_csv(
        [
            {
                "picture": "'" * (row["image"][:1] in "=+-@") + row["image"],  # no formula for a spreadsheet
                "digit": row["digit"],
                "probability": max(row["probabilities"]),
                "looks_like_a_digit": row["looks_like_a_digit"],
                "label": row.get("label", ""),
            }
            for row in rows
        ]
    )
