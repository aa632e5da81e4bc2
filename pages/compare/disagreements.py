"""The digits that two runs read differently, and how their confusion matrices differ."""

import numpy as np
import streamlit as st

from digits.evaluation.comparison import disagreements
from digits.figures.confusion import difference
from digits.figures.images import gallery
from digits.runs.run import Run
from pages.compare.evaluated import Judged, on_the_same_digits

MOST = 80  # digits on the sheet


def show(named: dict[str, Run]) -> None:
    """named: the runs by their letters; the first is held against one of the others."""
    judged = on_the_same_digits(named)
    if judged is None:
        return
    first, *others = named
    other = others[0]
    if len(others) > 1:
        other = st.segmented_control(f"{first} against", others, default=other, required=True, key="compare_other")
    matrix, digits = st.columns(2, gap="large")
    with matrix:
        st.subheader(f"What {other} reads otherwise than {first}", anchor=False)
        changed = np.subtract(judged.reports[other]["confusion"], judged.reports[first]["confusion"])
        st.plotly_chart(
            difference(changed),
            key="compare_difference",
            config={"displayModeBar": False},
            alt=f"Confusion matrix of {other} less that of {first}: {changed.tolist()}",
        )
        st.caption(f"Blue: {other} does better there, more right answers or fewer wrong ones. Orange: worse.")
    with digits:
        _digits(judged, named, first, other)


def _digits(judged: Judged, named: dict[str, Run], first: str, other: str) -> None:
    """The digits themselves, with both answers; a click opens one on the Evaluate page."""
    found = disagreements(judged.labels, judged.probabilities[first], judged.probabilities[other])
    groups = dict(zip((f"{first} is right", f"{other} is right", "neither"), found.values(), strict=True))
    st.subheader(f"{sum(map(len, found.values())):,} digits on which they disagree", anchor=False)
    group = st.segmented_control(
        "Who is right", list(groups), format_func=lambda name: f"{name}: {len(groups[name]):,}",
        default=next(iter(groups)), required=True, key="compare_group",
    )  # fmt: skip
    shown = groups[group][:MOST]
    if not len(shown):
        st.success("There is no such digit.", icon=":material/check_circle:")
        return
    answers, others = (judged.probabilities[letter][shown].argmax(axis=1).tolist() for letter in (first, other))
    labels = judged.labels[shown].tolist()
    lines = list(zip(shown.tolist(), labels, answers, others, strict=True))
    clicked = st.plotly_chart(
        gallery(
            judged.images[shown],
            [f"digit {index:,}: is {is_}, {first} says {a}, {other} says {b}" for index, is_, a, b in lines],
            captions=[f"{is_}: {a} | {b}" for _, is_, a, b in lines],
        ),
        key="compare_sheet",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt="Digits, true: first | second answer: " + ", ".join(f"{is_}: {a} | {b}" for _, is_, a, b in lines),
    )
    more = f" The {MOST} on which both are the surest." if len(groups[group]) > MOST else ""
    st.caption(f"Below each: what it is: what {first} says | what {other} says.{more} A click opens it under Evaluate.")
    if points := clicked.selection.points:
        link = {"model": named[first].id, "test": judged.chosen.name, "evaluate_view": "Mistakes"}
        st.switch_page(
            "pages/evaluate/page.py",
            query_params={**link, "gallery": "Hardest", "shown": str(shown[points[0]["point_index"]])},
        )
