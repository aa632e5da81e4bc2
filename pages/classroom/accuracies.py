"""The accuracy of every network that the pupils trained, as dots."""

from collections import Counter

import streamlit as st

from digits.classes import Class
from digits.classroom import overview
from digits.evaluation import store as results
from digits.figures.class_scores import dots
from digits.networks.architectures import TITLES
from digits.runs import store as runs
from pages.shared import table
from pages.shared.charts import chart
from pages.shared.text import counted, in_figure, isolated

MOST = 200  # runs


@st.fragment(run_every="5s")
def show(of: Class) -> None:
    """Show the networks that were evaluated on the test set that most of them have in common."""
    names = overview.names(of)
    found = {run.id: run for run in runs.page(MOST, owners=list(names))}
    evaluated = results.accuracies(list(found))
    titles = Counter(scores["title"] for tests in evaluated.values() for scores in tests.values())
    if not titles:
        st.info("No network has been evaluated yet. Each appears here once it is trained.", icon=":material/info:")
        return
    title = titles.most_common(1)[0][0]
    shown = [
        (found[run_id], scores["accuracy"])
        for run_id, tests in evaluated.items()
        for scores in tests.values()
        if scores["title"] == title
    ]
    kinds = [name for name in TITLES if name in {run.settings.architecture for run, _ in shown}]
    values = [accuracy for _, accuracy in shown]
    chart(
        dots(
            [TITLES[name] for name in kinds],
            [kinds.index(run.settings.architecture) for run, _ in shown],
            values,
            [in_figure(names[run.owner]) for run, _ in shown],
        ),
        key="projector_dots",
        alt=f"Accuracies of {len(shown)} networks, from {min(values):.1%} to {max(values):.1%}",
    )
    others = len(evaluated) - len({run.id for run, _ in shown})
    more = f" Evaluated only on other test sets: {others:,}." if others else ""
    st.caption(f"{counted(len(shown), 'network')}, each shown as a dot. Measured on the test set {title}.{more}")
    table.behind(
        "projector_dots",
        lambda: [
            {"Name": isolated(names[run.owner]), "Network": TITLES[run.settings.architecture],
             "Accuracy": round(accuracy, 4)}
            for run, accuracy in sorted(shown, key=lambda row: -row[1])
        ],
        about="The accuracy of each network, the best first",
    )  # fmt: skip
