"""How well a model predicts distorted digits: with sliders, and in curves over the strength of each distortion."""

import streamlit as st

from digits.evaluation import robustness
from digits.evaluation.distortions import DISTORTIONS, Distortion
from digits.evaluation.test_sets import TestSet, test_sets
from digits.figures.robustness import robustness as curves_figure
from digits.runs.run import Run
from pages.evaluate import distorted
from pages.shared import background, pickers, table
from pages.shared.charts import SAVE, chart
from pages.shared.errors import told
from pages.shared.glossary import more
from pages.shared.prepare import prepared

ICON = ":material/ssid_chart:"
WHY = (
    "See how accuracy falls with the strength of each distortion. The test set is predicted about sixty times. It "
    "takes half a minute, and up to two minutes with a large network."
)
UNFAIR = "The curves of the other model can't be compared: it was trained on these digits, or is tested on others."


def show(run: Run, chosen: TestSet, report: dict) -> None:
    """Show sliders with the accuracy they lead to, then the curves; offer to compute these."""
    prepared(chosen.source)
    st.fragment(distorted.show)(run, chosen)
    st.header("Accuracy by strength", anchor=False)
    with told():
        measured = robustness.stored(run, chosen)
        if measured is None:
            background.offer("robustness", run.id, chosen.name, why=WHY, action="Measure", icon=ICON)
        else:
            _curves(run, chosen, measured["curves"])


def _curves(run: Run, chosen: TestSet, measured: dict[str, dict]) -> None:
    """Show a chart for each distortion, with the curve of another model if one is chosen."""
    lines = {"this model": measured}
    if (other := pickers.other_model(run)) and (theirs := _of_other(other, chosen)):
        lines["the other"] = theirs
    with st.grid("auto", min_column_width=300):
        for name, known in DISTORTIONS.items():
            with st.container():
                curves = {line: found[name] for line, found in lines.items()}
                sentence = _sentence(known, measured[name]["accuracy"])
                chart(
                    curves_figure(
                        list(known.strengths), curves, unit=known.unit, neutral=known.neutral, title=known.title
                    ),
                    key=f"evaluate_curve_{name}", tools=SAVE, alt=f"Accuracy by {known.title.lower()}. {sentence}",
                )  # fmt: skip
                st.caption(sentence)
    st.caption(
        "The bands are 95% intervals. The dotted line marks the digits without distortion. " + more("robustness")
    )
    table.behind("evaluate_robustness", lambda: _rows(lines), about="Accuracy at each strength of each distortion")


def _of_other(other: Run, chosen: TestSet) -> dict[str, dict] | None:
    """Return the curves of another model on the same digits; else say why not, or offer to measure them."""
    if chosen not in test_sets(other.settings):
        st.warning(UNFAIR, icon=":material/warning:")
        return None
    if found := robustness.stored(other, chosen):
        return found["curves"]
    why = "The robustness of the other model on these digits has not been measured yet."
    background.offer("robustness", other.id, chosen.name, why=why, action="Measure the other model", icon=ICON)
    return None


def _sentence(known: Distortion, accuracy: list[float]) -> str:
    """Return what a curve shows, by the rule of `digits.evaluation.robustness.tolerated`."""
    low, high = robustness.tolerated(known.strengths, accuracy, known.neutral)
    if low == high:
        return "Even the smallest change costs more than 5 points."
    unit = known.unit if known.unit in ("%", "°") else f" {known.unit}"
    return f"Between {low:g} and {high:g}{unit} accuracy falls by at most 5 points.".replace("-", "−")


def _rows(lines: dict[str, dict[str, dict]]) -> table.Rows:
    """lines: the curves of each model, by distortion."""
    return [
        {"Distortion": known.title, "Unit": known.unit, "Strength": strength}
        | {f"Accuracy, {line}": round(curves[name]["accuracy"][place], 4) for line, curves in lines.items()}
        for name, known in DISTORTIONS.items()
        for place, strength in enumerate(known.strengths)
    ]
