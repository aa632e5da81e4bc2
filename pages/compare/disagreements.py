"""The digits for which two runs predict differently, and the difference of their confusion matrices."""

import numpy as np
import streamlit as st

from digits.evaluation.comparison import disagreements
from digits.figures.confusion import difference
from digits.figures.images import gallery
from digits.runs.run import Run
from pages.compare.evaluated import Evaluated, on_the_same_digits
from pages.shared import links, table
from pages.shared.charts import chart
from pages.shared.pickers import run_label
from pages.shared.text import counted

MOST, COLUMNS = 80, 5  # digits on the sheet; with more in a row their captions would touch on a phone
GROUPS = {"first": "Only the first", "second": "Only the second", "neither": "Neither"}


def show(runs: list[Run]) -> None:
    """Show where two of the runs disagree."""
    evaluated = on_the_same_digits(runs)
    if evaluated is None:
        return
    first, second = _pair(runs)
    matrix, digits = st.columns(2, gap="large")
    with matrix:
        st.header("Confusion matrix, second minus first", anchor=False)
        changed = np.subtract(evaluated.reports[second]["confusion"], evaluated.reports[first]["confusion"])
        alt = f"Confusion matrix of the second run minus that of the first: {changed.tolist()}"
        chart(difference(changed), key="compare_difference", alt=alt)
        st.caption("Blue: the second is better there, with more correct or fewer wrong predictions. Orange: worse.")
        table.behind(
            "compare_difference", lambda: table.matrix_rows(changed),
            about="Confusion matrix of the second run minus that of the first",
        )  # fmt: skip
    with digits:
        _digits(evaluated, runs[first], first, second)


def _pair(runs: list[Run]) -> tuple[int, int]:
    """Let the user choose two of the runs; returns their places."""
    places, chosen = {run.id: place for place, run in enumerate(runs)}, []
    for column, (title, name, default) in zip(
        st.columns(2), (("First", "one", runs[0].id), ("Second", "other", runs[1].id)), strict=True
    ):
        links.follow(name, f"compare_{name}", places, default)
        with column:
            run_id = st.selectbox(
                title, places, key=f"compare_{name}", format_func=lambda run_id: run_label(runs[places[run_id]])
            )
        chosen.append(places[run_id])
    return chosen[0], chosen[1]


def _digits(evaluated: Evaluated, run: Run, first: int, second: int) -> None:
    """Show the digits themselves, with both predictions; a click opens one on the Evaluate page."""
    rows, other_rows = evaluated.probabilities[first], evaluated.probabilities[second]
    found = disagreements(evaluated.labels, rows, other_rows)
    st.header(f"Where they disagree: {counted(sum(map(len, found.values())), 'digit')}", anchor=False)
    group = st.segmented_control(
        "Which is correct", list(GROUPS), format_func=lambda name: f"{GROUPS[name]}: {len(found[name]):,}",
        default="first", required=True, key="compare_group",
    )  # fmt: skip
    shown = found[group][:MOST]
    if not len(shown):
        st.info("There is no such digit.", icon=":material/info:")
        return
    titles, captions = [], []
    for index in shown:
        label, one, other = evaluated.labels[index], rows[index].argmax(), other_rows[index].argmax()
        titles.append(f"digit {index:,}: label {label}, the first predicts {one}, the second {other}")
        captions.append(f"{label}: {one} | {other}")
    chart(
        gallery(evaluated.images[shown], titles, columns=COLUMNS, captions=captions),
        key="compare_sheet",
        on_click=lambda point: _open(int(shown[point["point_index"]])),
        alt="Digits, label: both predictions: " + ", ".join(captions),
    )
    by_title = dict(zip(titles, shown.tolist(), strict=True))
    st.selectbox(  # which needs no mouse
        "Open a digit", titles, index=None, key="compare_open", placeholder="Choose a digit",
        on_change=lambda: _open(by_title.get(st.session_state["compare_open"])),
    )  # fmt: skip
    more = f" These are the {MOST} with the highest confidence." if len(found[group]) > MOST else ""
    st.caption(f"Below each: its label, then both predictions.{more} Select one to open it.")
    index = st.session_state.pop("compare_opened", None)
    if index is not None:
        link = {"model": run.id, "test": evaluated.chosen.name, "evaluate_view": "Mistakes"}
        st.switch_page("pages/evaluate/page.py", query_params={**link, "gallery": "Hardest", "shown": str(index)})


def _open(index: int | None) -> None:
    st.session_state["compare_opened"] = index
