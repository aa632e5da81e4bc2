"""The score card: accuracy with its uncertainty, calibration, the scores of each digit, and what the model took."""

import json

import streamlit as st

from digits.data.dataset import is_prepared
from digits.evaluation import evaluate
from digits.evaluation.calibration import reliability
from digits.evaluation.score_card import as_markdown, score_card
from digits.evaluation.test_sets import TestSet
from digits.figures import reliability as figures
from digits.inference.recognizer import at_temperature
from digits.runs.run import Run
from pages.shared import cache
from pages.shared.errors import told


def show(run: Run, chosen: TestSet, report: dict) -> None:
    """report: as `digits.evaluation.evaluate.judge` makes it."""
    with told():
        card = score_card(run, report)
    st.subheader(report["title"], anchor=False)
    _numbers(card, len(report["misread"]))
    digits, calibration = st.columns(2, gap="large")
    with digits:
        st.subheader("Each digit", anchor=False)
        _each_digit(report["per_digit"])
    with calibration:
        st.subheader("How honest its confidence is", anchor=False)
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


def _numbers(card: dict, misread: int) -> None:
    calibration = card["calibration"]
    with st.grid("auto", min_column_width=230):
        _score("Accuracy", card, "Wilson's interval for this many digits.")
        if card["corrected"]:
            _score(
                "Without wrong labels", card["corrected"],
                "The same answers with the 15 known label errors of MNIST's test set put right: three are no digit and "
                "are left out, two may be read either way (Northcutt, Athalye & Mueller 2021).",
            )  # fmt: skip
        if drawn := card["drawn"]:
            st.metric(
                "Pen-drawn digits", f"{drawn['mean']:.2%}", f"{drawn['worst']:.2%} in the worst way",
                delta_color="off", delta_arrow="off", border=True,
                help=f"{drawn['n']:,} digits drawn with a pen, each in {drawn['ways']} ways.",
            )  # fmt: skip
        st.metric("Loss", f"{card['loss']:.4f}", border=True, help="Mean negative log-likelihood, in nats.")
        st.metric(
            "Calibration error", f"{calibration['error_after']:.2%}", border=True,
            help="How far its confidence is from its accuracy, on average (15 bins); without calibration "
            f"{calibration['error_before']:.2%}. The temperature, {calibration['temperature']:.2f}, was fitted on the "
            "validation digits.",
        )  # fmt: skip
        st.metric("Misread", f"{misread:,} of {card['test']['n']:,}", border=True)


def _score(name: str, score: dict, about: str) -> None:
    low, high = score["interval"]
    st.metric(
        name, f"{score['accuracy']:.2%}", f"95 % interval: {low:.2%} to {high:.2%}", delta_color="off",
        delta_arrow="off", border=True, help=about,
    )  # fmt: skip


def _each_digit(rows: list[dict]) -> None:
    shown = [
        {
            "Digit": row["digit"],
            "Precision": f"{row['precision']:.2%}",
            "Recall": f"{row['recall']:.2%}",
            "F1": f"{row['f1']:.2%}",
            "Digits": row["support"],
        }
        for row in rows
    ]
    st.dataframe(shown, hide_index=True, height="content", alt="Precision, recall and F1 of each digit")
    st.caption(
        "Precision: of all that it called a 4, the share that are. Recall: of all 4s, the share that it found. "
        "F1: their harmonic mean."
    )


def _reliability(run: Run, chosen: TestSet, temperature: float) -> None:
    """The diagram before and after the temperature, where the answers are there to make it of."""
    with told():
        calibrated = evaluate.probabilities(run, chosen)
        if calibrated is None or not is_prepared(chosen.source):
            st.info("It needs the single answers, which the tab Mistakes computes.", icon=":material/info:")
            return
        _, labels = chosen.take(cache.dataset(chosen.source))
    curves = {
        "calibrated": reliability(labels, calibrated),
        "as trained": reliability(labels, at_temperature(calibrated, 1 / temperature)),
    }
    st.plotly_chart(
        figures.reliability(curves),
        key="evaluate_reliability",
        config={"displayModeBar": False},
        alt="; ".join(f"{row['n']} answers {row['confidence']:.0%} sure, {row['accuracy']:.0%} right"
                      for row in curves["calibrated"]),
    )  # fmt: skip
    st.caption(
        "Of the answers that are 70% sure, 70% should be right: the dotted line. Where few digits are behind a point, "
        "a small one, chance moves it far."
    )
