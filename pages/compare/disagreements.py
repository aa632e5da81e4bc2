"""The digits for which two runs predict differently, and the difference of their confusion matrices.

A click on a digit opens it on the Evaluate page.
"""

import numpy as np
import streamlit as st

from digits.evaluation.comparison import disagreements
from digits.figures.confusion import difference
from digits.figures.images import gallery
from digits.runs.run import Run
from pages.compare.evaluated import Evaluated, on_the_same_digits
from pages.shared import links

MOST = 80  # digits on the sheet


def show(named: dict[str, Run]) -> None:
    """Show where the first run and another one disagree. named: the runs by their letters."""
    evaluated = on_the_same_digits(named)
    if evaluated is None:
        return
    first, *others = named
    other = others[0]
    if len(others) > 1:
        links.follow("other", "compare_other", others, other)
        other = st.segmented_control(f"{first} and", others, required=True, key="compare_other")
    matrix, digits = st.columns(2, gap="large")
    with matrix:
        st.subheader(f"Confusion matrix, {other} minus {first}", anchor=False)
        changed = np.subtract(evaluated.reports[other]["confusion"], evaluated.reports[first]["confusion"])
        st.plotly_chart(
            difference(changed),
            key="compare_difference",
            config={"displayModeBar": False},
            alt=f"Confusion matrix of {other} minus that of {first}: {changed.tolist()}",
        )
        st.caption(f"Blue: {other} is better there, with more correct or fewer wrong predictions. Orange: worse.")
    with digits:
        _digits(evaluated, named, first, other)


def _digits(evaluated: Evaluated, named: dict[str, Run], first: str, other: str) -> None:
    """Show the digits themselves, with both predictions."""
    found = disagreements(evaluated.labels, evaluated.probabilities[first], evaluated.probabilities[other])
    groups = dict(zip((f"{first} is correct", f"{other} is correct", "neither"), found.values(), strict=True))
    st.subheader(f"Where {first} and {other} disagree: {sum(map(len, found.values())):,} digits", anchor=False)
    if st.session_state.get("compare_group") not in groups:
        st.session_state["compare_group"] = next(iter(groups))
    group = st.segmented_control(
        "Which is correct", list(groups), format_func=lambda name: f"{name}: {len(groups[name]):,}", required=True,
        key="compare_group",
    )  # fmt: skip
    shown = groups[group][:MOST]
    if not len(shown):
        st.success("There is no such digit.", icon=":material/check_circle:")
        return
    predictions = (evaluated.probabilities[letter][shown].argmax(axis=1).tolist() for letter in (first, other))
    lines = list(zip(shown.tolist(), evaluated.labels[shown].tolist(), *predictions, strict=True))
    clicked = st.plotly_chart(
        gallery(
            evaluated.images[shown],
            [f"digit {index:,}: label {label}, {first} predicts {a}, {other} {b}" for index, label, a, b in lines],
            captions=[f"{label}: {a} | {b}" for _, label, a, b in lines],
        ),
        key="compare_sheet",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt="Digits, label: both predictions: " + ", ".join(f"{label}: {a} | {b}" for _, label, a, b in lines),
    )
    more = f" These are the {MOST} with the highest confidence." if len(groups[group]) > MOST else ""
    st.caption(f"Below each: the label, then the predictions of {first} | {other}.{more} Click a digit to open it.")
    if points := clicked.selection.points:
        link = {"model": named[first].id, "test": evaluated.chosen.name, "evaluate_view": "Mistakes"}
        st.switch_page(
            "pages/evaluate/page.py",
            query_params={**link, "gallery": "Hardest", "shown": str(shown[points[0]["point_index"]])},
        )
