"""The digits for which two runs predict differently, and the difference of their confusion matrices."""

import numpy as np
import streamlit as st

from digits.evaluation.comparison import disagreements
from digits.figures.confusion import difference
from digits.figures.images import gallery
from digits.runs.run import Run
from pages.compare.evaluated import Evaluated, on_the_same_digits
from pages.shared import links
from pages.shared.charts import chart

MOST = 80  # digits on the sheet


def show(named: dict[str, Run]) -> None:
    """Show where the first run and another one disagree. named: the runs by their letters."""
    evaluated = on_the_same_digits(named)
    if evaluated is None:
        return
    first, *others = named
    other = links.choose(f"{first} and", "other", "compare_other", others) if len(others) > 1 else others[0]
    matrix, digits = st.columns(2, gap="large")
    with matrix:
        st.subheader(f"Confusion matrix, {other} minus {first}", anchor=False)
        changed = np.subtract(evaluated.reports[other]["confusion"], evaluated.reports[first]["confusion"])
        alt = f"Confusion matrix of {other} minus that of {first}: {changed.tolist()}"
        chart(difference(changed), key="compare_difference", alt=alt)
        st.caption(f"Blue: {other} is better there, with more correct or fewer wrong predictions. Orange: worse.")
    with digits:
        _digits(evaluated, named, first, other)


def _digits(evaluated: Evaluated, named: dict[str, Run], first: str, other: str) -> None:
    """Show the digits themselves, with both predictions; a click opens one on the Evaluate page."""
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
    titles, captions = [], []
    for index in shown:
        label, a, b = evaluated.labels[index], *(evaluated.probabilities[run][index].argmax() for run in (first, other))
        titles.append(f"digit {index:,}: label {label}, {first} predicts {a}, {other} {b}")
        captions.append(f"{label}: {a} | {b}")
    chart(
        gallery(evaluated.images[shown], titles, captions=captions),
        key="compare_sheet",
        on_click=lambda point: st.session_state.update(compare_opened=str(shown[point["point_index"]])),
        alt="Digits, label: both predictions: " + ", ".join(captions),
    )
    more = f" These are the {MOST} with the highest confidence." if len(groups[group]) > MOST else ""
    st.caption(f"Below each: the label, then the predictions of {first} | {other}.{more} Click a digit to open it.")
    if index := st.session_state.pop("compare_opened", None):
        link = {"model": named[first].id, "test": evaluated.chosen.name, "evaluate_view": "Mistakes"}
        st.switch_page("pages/evaluate/page.py", query_params={**link, "gallery": "Hardest", "shown": index})
