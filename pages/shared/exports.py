"""Take a model out of Digits: choose a format, let a task write and check it, download the zip."""

from typing import Any

import streamlit as st

from digits.errors import DigitsError
from digits.exports import downloads
from digits.exports.formats import FORMATS, Export, Format, check_installed
from digits.runs.run import Run
from pages.shared import background
from pages.shared.errors import told
from pages.shared.glossary import linked

WHY = (
    "You get a zip with the model, a card, ten test digits and an example. Before you can download it, it is loaded "
    "again and compared with the app on 200 test digits. This takes about half a minute."
)
RANGES = {"0-255": "0 to 255", "0-1": "0 to 1"}
RANGE_HELP = "What the model expects of a pixel. Many programs divide pixels by 255 first: choose 0 to 1 for them."


def show(run: Run) -> None:
    """Show the formats, and for the chosen one what is to be done, how far it is, or the download."""
    if run.model is None:
        return
    with st.expander("Use this model elsewhere", icon=":material/ios_share:"):
        left, right = st.columns(2, gap="medium")
        format = left.selectbox("Format", FORMATS, format_func=lambda name: FORMATS[name].title, key="export_format")
        known = FORMATS[format]
        with right:
            scale = _scale(known)
        st.caption(known.about)
        try:
            check_installed(format)
        except DigitsError as error:
            st.info(str(error), icon=":material/info:")
            return
        export = Export(format=format, scale=scale)
        with told():
            found = downloads.stored(run, export)
        if found is None or background.is_under_way(downloads.KIND, run.id, export.part):
            background.offer(
                downloads.KIND, run.id, export.part, why=WHY, action="Make the export", icon=":material/package_2:"
            )
            return
        st.markdown(_outcome(found))
        st.download_button(
            "Download the zip",
            data=lambda: downloads.read(run, export),
            file_name=f"{downloads.name(run, export)}.zip",
            mime="application/zip",
            icon=":material/download:",
            on_click="ignore",
            key="export_download",
        )


def _scale(known: Format) -> str:
    if len(known.scales) == 1:
        return known.scales[0]
    chosen = st.segmented_control(
        "Pixels", known.scales, default=known.scales[0], format_func=RANGES.get, key="export_scale",
        help=linked(RANGE_HELP), required=True,
    )  # fmt: skip
    return chosen or known.scales[0]


def _outcome(found: dict[str, Any]) -> str:
    """Return what the check of an export showed, in Markdown."""
    if "accuracy" in found:
        return (
            f"Accuracy on {found['test']}: **{found['accuracy']:.2%}**, and {found['accuracy_before']:.2%} in the app. "
            f"Checked with {found['checked_with']}."
        )
    return (
        f"Checked with {found['checked_with']}: the same predictions for {found['n']} test digits, and probabilities "
        "that differ by less than 0.0001."
    )
