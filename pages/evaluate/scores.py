"""The scores: accuracy with its uncertainty, the score card, and, folded, each digit and calibration."""

import streamlit as st

from digits.evaluation.score_card import score_card
from digits.evaluation.test_sets import TestSet
from digits.runs.run import Run
from pages.evaluate import calibration, card
from pages.shared import table
from pages.shared.errors import told
from pages.shared.glossary import linked

CORRECTED = (
    "The accuracy with the 15 known label errors of MNIST's own test set corrected. Three show no digit and are left "
    "out. For two, either of two digits is correct (Northcutt, Athalye & Mueller 2021)."
)


def show(run: Run, chosen: TestSet, report: dict) -> None:
    """Show the numbers of a report from `digits.evaluation.evaluate`."""
    with told():
        scores = score_card(run, report)
    _numbers(scores)
    st.header("Score card", anchor=False)
    card.show(scores, file_name=f"{run.id}-{chosen.name}")
    folded = st.expander("Each digit: precision, recall, F1", key="evaluate_digits", on_change="rerun")
    if folded.open:
        with folded:
            _each_digit(report["per_digit"])
    folded = st.expander("Calibration", key="evaluate_calibration", on_change="rerun")
    if folded.open:
        with folded:
            calibration.show(run, chosen, scores)


def _numbers(scores: dict) -> None:
    with st.grid("auto", min_column_width=230):
        _score("Accuracy", scores, "The fraction of correct predictions. The interval is Wilson's.")
        if scores["corrected"]:
            _score("Label errors corrected", scores["corrected"], CORRECTED)
        if drawn := scores["drawn"]:
            st.metric(
                "Pen-drawn digits", f"{drawn['mean']:.2%}", f"{drawn['worst']:.2%} in the worst style",
                delta_color="off", delta_arrow="off", border=True,
                help=linked(f"Accuracy on {drawn['n']:,} digits drawn with a pen, each in {drawn['ways']} styles."),
            )  # fmt: skip
    low, high = scores["interval"]
    st.caption(
        f"On other digits of this kind its accuracy would probably be between {low:.1%} and {high:.1%} (95% interval)."
    )


def _score(name: str, score: dict, about: str) -> None:
    low, high = score["interval"]
    st.metric(
        name, f"{score['accuracy']:.2%}", f"95% interval: {low:.2%} to {high:.2%}", delta_color="off",
        delta_arrow="off", border=True, help=linked(about),
    )  # fmt: skip


def _each_digit(rows: list[dict]) -> None:
    hardest = min(rows, key=lambda row: row["recall"])
    st.markdown(
        f"The hardest digit is {hardest['digit']}: {hardest['recall']:.1%} of the {hardest['support']:,} were found."
    )
    shown = [
        {"Digit": row["digit"]}
        | {name: f"{row[name.lower()]:.2%}" for name in ("Precision", "Recall", "F1")}
        | {"Digits": row["support"]}
        for row in rows
    ]
    table.show("evaluate_each_digit", shown, about="Precision, recall and F1 of each digit")
    st.caption(
        "Precision: the fraction of digits predicted as 4 that are 4s. Recall: the fraction of 4s that were found. "
        "F1: their harmonic mean."
    )
