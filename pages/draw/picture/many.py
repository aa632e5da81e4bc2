"""Many pictures at once: a table of what is predicted for each, and how good that is where folders are named 0 to 9."""

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
from digits.inference.recognizer import Recognizer
from pages.draw.picture.choose import KINDS, MEGABYTES
from pages.shared import table
from pages.shared.charts import chart
from pages.shared.glossary import linked
from pages.shared.text import isolated, percent

MOST = 200  # pictures; more would keep the page busy for half a minute
TOO_MANY = f"Only the first {MOST} pictures of these files are predicted."


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
                entries = stack.enter_context(opened(Path(upload.name), upload.getvalue()))
            except DigitsError as error:
                passed_over.append((upload.name, str(error)))
                continue
            some, skipped = pictures.pictures(entries)
            found += some
            passed_over += [(name, why) for why, names in skipped for name in names]
        bar = st.progress(0.0, text="Predicting…")
        for number, row in enumerate(pictures.predicted(found[:MOST], read), start=1):
            bar.progress(number / min(MOST, len(found)), text="Predicting…")
            if "error" in row:
                passed_over.append((row["image"], row["error"]))
            else:
                rows.append(row)
    return {"rows": rows, "passed_over": passed_over, "is_cut": len(found) > MOST}


def _show(rows: list[dict[str, Any]], passed_over: list[tuple[str, str]], is_cut: bool) -> None:
    if is_cut:
        st.warning(TOO_MANY, icon=":material/warning:")
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
        st.markdown(f"Passed over: {len(passed_over):,}")
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
