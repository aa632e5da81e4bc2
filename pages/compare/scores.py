"""How accurate the chosen runs are, what follows from that, and their score cards."""

from typing import Any

import streamlit as st

from digits.evaluation.score_card import score_card
from digits.figures.accuracies import accuracies
from digits.networks.settings_table import SETTINGS
from digits.runs.run import Run
from pages.compare.conclusion import conclude, differences
from pages.compare.evaluated import on_the_same_digits
from pages.shared import cache
from pages.shared.charts import chart
from pages.shared.errors import told
from pages.shared.glossary import more
from pages.shared.pickers import figure_label, run_label

ABOUT = (
    "McNemar's exact test counts the digits that only one of two models predicts correctly. The p-value says how often "
    "two equally good models would differ as much or more; below 5% the difference is called more than chance. "
    "If you compare twenty equal models, about one pair will look different by luck. The test compares these trained "
    "models; the same network with another seed is another model."
)
FORMATS = {"Accuracy": "%.2f%%", "Loss": "%.4f", "Calibration error": "%.2f%%", "Milliseconds a digit": "%.3g",
           "Parameters": "localized",
           "Size, kB": "localized", "Learning rate": "%.3g", "Seconds": "%.1f"}  # fmt: skip


def show(runs: list[Run]) -> None:
    """Show one sentence, the accuracies with their intervals, the test behind the sentence, and the score cards."""
    evaluated = on_the_same_digits(runs)
    if evaluated is None:
        return
    names, reports = [run_label(run) for run in runs], evaluated.reports
    correct = [rows.argmax(axis=1) == evaluated.labels for rows in evaluated.probabilities]
    found = differences(correct)
    with st.container(border=True):
        st.text(conclude(names, found))  # no Markdown: names are the user's
    intervals = [report["interval"] for report in reports]
    accuracy = [report["accuracy"] for report in reports]
    alt = "; ".join(f"{name}: {value:.2%}" for name, value in zip(names, accuracy, strict=True))
    chart(accuracies([figure_label(run) for run in runs], accuracy, intervals), key="compare_accuracies", alt=alt)
    with st.expander("How sure is this?"):
        rows = [
            {
                "The best against": names[other], "Only the best is correct": test.only_first,
                "Only this is correct": test.only_second, "p-value": f"{test.p_value:.2%}",
            }
            for other, test in found.others.items()
        ]  # fmt: skip
        st.dataframe(rows, hide_index=True, height="content", alt="McNemar's test of the best run and each other one")
        st.caption(f"{ABOUT} {more('comparison', 'confidence-interval')}")
    with told():
        took = cache.milliseconds(runs)
        cards = [_card(*row) for row in zip(runs, reports, took, strict=True)]
    columns = {name: st.column_config.NumberColumn(format=text) for name, text in FORMATS.items()}
    st.dataframe(
        cards, hide_index=True, placeholder="", height="content", column_config=columns,
        alt="Score cards, a run in each row",
    )  # fmt: skip


def _card(run: Run, report: dict[str, Any], took: float) -> dict[str, Any]:
    """Return the score card of a run as a row."""
    card = score_card(run, report)
    (low, high), trained = card["interval"], card["trained"]
    return {
        "Run": run_label(run),
        "Accuracy": 100 * card["accuracy"],
        "95% interval": f"{low:.2%} to {high:.2%}",
        "Loss": card["loss"],
        "Calibration error": 100 * card["calibration"]["error_after"],
        "Milliseconds a digit": took,
        "Parameters": card["parameters"],
        "Size, kB": round(card["size"] / 1000),
        "Trained on": ", ".join(SETTINGS[name].choices[trained[name]] for name in ("source", "split")),
        "Epochs": trained["epochs"],
        "Learning rate": trained["learning_rate"],
        "Seconds": trained["seconds"],
        "Seed": trained["seed"],
    }
