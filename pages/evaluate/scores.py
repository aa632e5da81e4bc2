"""The scores: accuracy with its uncertainty, calibration, the scores of each digit, and the score card."""

import json

import streamlit as st

from digits.evaluation.calibration import reliability
from digits.evaluation.score_card import as_markdown, score_card
from digits.evaluation.test_sets import TestSet
from digits.figures import reliability as figures
from digits.inference.recognizer import at_temperature
from digits.runs.run import Run
from pages.evaluate import predictions
from pages.shared.charts import chart
from pages.shared.errors import told


def show(run: Run, chosen: TestSet, report: dict) -> None:
    """Show the numbers of a report from `digits.evaluation.evaluate`."""
    with told():
        card = score_card(run, report)
    st.subheader(report["title"], anchor=False)
    _numbers(card, len(report["misread"]))
    digits, calibration = st.columns(2, gap="large")
    with digits:
        st.subheader("Each digit", anchor=False)
        _each_digit(report["per_digit"])
    with calibration:
        st.subheader("Calibration", anchor=False)
        _reliability(run, chosen, card["calibration"]["temperature"])
    st.subheader("Score card", anchor=False)
    st.code(as_markdown(card), language=None, wrap_lines=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download as JSON", json.dumps(card, indent=2), f"{run.id}-{chosen.name}.json", "application/json",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.page_link(
            "pages/compare/page.py", label="Compare with other runs", icon=":material/compare_arrows:",
            query_params={"compare": run.id},
        )  # fmt: skip


def _numbers(card: dict, num_misclassified: int) -> None:
    calibration = card["calibration"]
    with st.grid("auto", min_column_width=230):
        _score("Accuracy", card, "Correct predictions. The interval is Wilson's for this number of digits.")
        if card["corrected"]:
            _score(
                "Label errors corrected", card["corrected"],
                "The accuracy with the 15 known label errors of MNIST's own test set corrected. Three are no digit and "
                "are left out. For two, either of two digits is correct (Northcutt, Athalye & Mueller 2021).",
            )  # fmt: skip
        if drawn := card["drawn"]:
            st.metric(
                "Pen-drawn digits", f"{drawn['mean']:.2%}", f"{drawn['worst']:.2%} in the worst style",
                delta_color="off", delta_arrow="off", border=True,
                help=f"Accuracy on {drawn['n']:,} digits drawn with a pen, each in {drawn['ways']} styles.",
            )  # fmt: skip
        st.metric("Loss", f"{card['loss']:.4f}", border=True, help="Mean negative log-likelihood, in nats.")
        st.metric(
            "Calibration error", f"{calibration['error_after']:.2%}", border=True,
            help="The mean gap between confidence and accuracy (15 bins). Without calibration it is "
            f"{calibration['error_before']:.2%}. The temperature, {calibration['temperature']:.2f}, was fitted on the "
            "validation digits.",
        )  # fmt: skip
        st.metric("Misclassified", f"{num_misclassified:,} of {card['test']['n']:,}", border=True)


def _score(name: str, score: dict, about: str) -> None:
    low, high = score["interval"]
    st.metric(
        name, f"{score['accuracy']:.2%}", f"95% interval: {low:.2%} to {high:.2%}", delta_color="off",
        delta_arrow="off", border=True, help=about,
    )  # fmt: skip


def _each_digit(rows: list[dict]) -> None:
    shown = [
        {"Digit": row["digit"]}
        | {name: f"{row[name.lower()]:.2%}" for name in ("Precision", "Recall", "F1")}
        | {"Digits": row["support"]}
        for row in rows
    ]
    st.dataframe(shown, hide_index=True, height="content", alt="Precision, recall and F1 of each digit")
    st.caption(
        "Precision: the fraction of digits predicted as 4 that are 4s. Recall: the fraction of 4s that were found. "
        "F1: their harmonic mean."
    )


def _reliability(run: Run, chosen: TestSet, temperature: float) -> None:
    """Show the diagram with and without calibration."""
    loaded = predictions.load(run, chosen)
    if loaded is None:
        return
    _, labels, calibrated = loaded
    curves = {
        "calibrated": reliability(labels, calibrated),
        "not calibrated": reliability(labels, at_temperature(calibrated, 1 / temperature)),
    }
    points = [
        f"{row['n']} predictions: {row['confidence']:.0%} confidence, {row['accuracy']:.0%} correct"
        for row in curves["calibrated"]
    ]
    chart(figures.reliability(curves), key="evaluate_reliability", alt="; ".join(points))
    st.caption(
        "Predictions shown with 70% confidence should be correct about 70% of the time: the dotted line. A small point "
        "stands for few digits, and chance moves it far."
    )
