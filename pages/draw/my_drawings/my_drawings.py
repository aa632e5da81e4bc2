"""My drawings: every labelled drawing on a sheet, each with what the present model predicts.

One of them can be opened, and the model can be fine-tuned with all of them.
"""

import numpy as np
import streamlit as st

from digits.figures.images import gallery
from digits.inference.recognizer import Recognizer
from digits.runs.run import Run
from pages.draw.my_drawings import drawing_detail, fine_tune, form, import_export, sharing
from pages.shared import paging
from pages.shared.charts import chart
from pages.shared.my_drawings import Drawings, my_drawings, predicted_drawings

COLUMNS, PER_PAGE = 8, 40
ALL, MISCLASSIFIED = "All", "Misclassified"


@st.fragment
def show(run: Run, recognizer: Recognizer) -> None:
    """Show the sheet on the left, the opened drawing and the fine-tuning on the right."""
    drawings = my_drawings()
    form.check()
    drawing_detail.offer_undo()
    if not drawings.ids:
        st.caption(
            "No drawing yet. Draw a digit and choose its label. The drawing is saved here, on this machine only, and "
            "you can fine-tune a model with it."
        )
        import_export.show(0, recognizer)
        return
    sheet, right = st.columns([5, 6], gap="large")
    opened = drawing_detail.opened()
    with sheet:
        _sheet(drawings, predicted_drawings(run, drawings), offer_first=opened is None)
        import_export.show(len(drawings.ids), recognizer)
        sharing.show_all(len(drawings.ids))
    with right:
        if opened:
            drawing_detail.show(opened, recognizer)
        fine_tune.show(run, drawings)


def _sheet(drawings: Drawings, predicted: np.ndarray, *, offer_first: bool) -> None:
    """Show many at a glance; a click opens one. predicted: (n,) int, what the model predicts for each."""
    wrong = drawings.labels != predicted
    shown = st.segmented_control(
        "Show", [ALL, MISCLASSIFIED], default=ALL, required=True, key="draw_filter", label_visibility="collapsed"
    )
    found = np.flatnonzero(wrong) if shown == MISCLASSIFIED else np.arange(len(wrong))
    st.caption(
        f"Drawings: {len(wrong):,}, misclassified: {wrong.sum():,}. Below each: label → prediction, if they differ."
    )
    if not len(found):
        st.success("No drawing is misclassified.", icon=":material/check_circle:")
        return
    found = found[paging.turn(len(found), PER_PAGE, "draw_page")]
    ids = [drawings.ids[place] for place in found]
    captions = [
        f"{label}" if label == digit else f"{label} → {digit}"
        for label, digit in zip(drawings.labels[found], predicted[found], strict=True)
    ]
    chart(
        gallery(drawings.images[found], captions, columns=COLUMNS, captions=captions),
        key="draw_sheet",
        on_click=lambda point: drawing_detail.open_drawing(ids[point["point_index"]]),
        alt="My drawings, label → prediction: " + ", ".join(captions),
    )
    if offer_first:
        st.button(
            "Open the first drawing", icon=":material/zoom_in:", key="draw_first", on_click=drawing_detail.open_drawing,
            args=(ids[0],),
        )  # fmt: skip
