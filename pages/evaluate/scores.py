"""The numbers: accuracy with its uncertainty, and the scores of each digit."""

import streamlit as st

from digits.evaluation.test_sets import TestSet
from digits.training.run import Run


def show(run: Run, chosen: TestSet, report: dict) -> None:
    """report: as `digits.evaluation.judge.judge` makes it."""
    low, high = report["interval"]
    st.subheader(report["title"], anchor=False)
    with st.grid("auto", min_column_width=230):
        st.metric(
            "Accuracy", f"{report['accuracy']:.2%}", f"95 % interval: {low:.2%} to {high:.2%}", delta_color="off",
            delta_arrow="off", border=True, help="Wilson's interval for this many digits.",
        )  # fmt: skip
        if "corrected" in report:
            _corrected(report["corrected"])
        st.metric("Loss", f"{report['loss']:.4f}", border=True, help="Mean negative log-likelihood, in nats.")
        calibration = report["calibration"]
        st.metric(
            "Calibration error", f"{calibration['error_after']:.2%}", border=True,
            help="How far its confidence is from its accuracy, on average (15 bins); without calibration "
            f"{calibration['error_before']:.2%}. The temperature, {calibration['temperature']:.2f}, was fitted on the "
            "validation digits.",
        )  # fmt: skip
        st.metric("Misread", f"{len(report['misread']):,} of {report['n']:,}", border=True)
    st.subheader("Each digit", anchor=False)
    rows = [
        {
            "Digit": row["digit"],
            "Precision": f"{row['precision']:.2%}",
            "Recall": f"{row['recall']:.2%}",
            "F1": f"{row['f1']:.2%}",
            "Digits": row["support"],
        }
        for row in report["per_digit"]
    ]
    st.dataframe(rows, hide_index=True, height="content", alt="Precision, recall and F1 of each digit")
    st.caption(
        "Precision: of all that it called a 4, the share that are. Recall: of all 4s, the share that it found. "
        "F1: their harmonic mean."
    )


def _corrected(score: dict) -> None:
    low, high = score["interval"]
    st.metric(
        "Without wrong labels", f"{score['accuracy']:.2%}", f"95 % interval: {low:.2%} to {high:.2%}",
        delta_color="off", delta_arrow="off", border=True,
        help="The same answers with the 15 known label errors of MNIST's test set put right: three are no digit and "
        "are left out, two may be read either way (Northcutt, Athalye & Mueller 2021).",
    )  # fmt: skip
