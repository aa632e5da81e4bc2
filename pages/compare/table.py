"""The table of all runs; those that are selected are compared."""

from datetime import datetime

import streamlit as st

from digits.errors import DigitsError
from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_sets
from digits.networks import architectures
from digits.runs.run import Run
from pages.shared.pickers import run_label
from pages.shared.text import isolated

MOST = 6


def choose(found: dict[str, Run]) -> list[Run]:
    """Let the user choose among the runs, by id, in a table or by name; returns the chosen ones in their order."""
    ids = list(found)
    _follow_link(ids)
    st.dataframe(
        [_row(run) for run in found.values()],
        key="compare_table",
        on_select=lambda: _take(ids),
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [ids.index(one) for one in st.session_state["compare"]]}},
        hide_index=True,
        height=min(36 + 35 * len(ids), 400),
        column_config={
            "Test accuracy": st.column_config.NumberColumn(format="%.2f%%"),
            "Parameters": st.column_config.NumberColumn(format="localized"),
            "Seconds": st.column_config.NumberColumn(format="%.0f"),
            "Made": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
        alt="All runs with their test accuracy, parameters, seconds and date",
    )
    chosen = st.multiselect(
        "Runs to compare", ids, key="compare", format_func=lambda one: run_label(found[one]), max_selections=MOST,
        on_change=lambda: _mark(ids), placeholder="Choose two or more",
        help="The first is what the others are held to.",
    )  # fmt: skip
    st.query_params["compare"] = st.session_state["compare_linked"] = ",".join(chosen)
    return [found[one] for one in chosen]


def _follow_link(ids: list[str]) -> None:
    """Take the runs that a link names, and forget those that are gone."""
    linked = st.query_params.get("compare", "")
    wanted = st.session_state.get("compare", [])
    if linked and linked != st.session_state.get("compare_linked"):
        wanted = list(dict.fromkeys(linked.split(",")))[:MOST]
        if not set(wanted) <= set(ids):
            # Without repeating it: a link may carry anything.
            st.warning("The link names a run that is not here; it is left out.", icon=":material/warning:")
    st.session_state["compare"] = [one for one in wanted if one in ids]


def _take(ids: list[str]) -> None:
    """Compare what is selected in the table; who was first stays first."""
    rows = st.session_state["compare_table"].selection.rows
    selected = [ids[row] for row in rows if row < len(ids)]
    before = [one for one in st.session_state["compare"] if one in selected]
    st.session_state["compare"] = [*before, *(one for one in selected if one not in before)][:MOST]


def _mark(ids: list[str]) -> None:
    """Select in the table what was chosen by name."""
    rows = [ids.index(one) for one in st.session_state["compare"]]
    st.session_state["compare_table"] = {"selection": {"rows": rows}}


def _row(run: Run) -> dict:
    """One run in the table. Its texts are the user's: a cell shows them as they are."""
    score = _score(run)
    low, high = score["interval"] if score else (None, None)
    status = run.status()
    started = status.get("started")
    return {
        "Run": run_label(run),
        "Network": run.config.architecture,
        "Test accuracy": 100 * score["accuracy"] if score else None,
        "95 % interval": f"{low:.2%} to {high:.2%}" if score else "",
        "Test set": f"{score['test']}, {score['source']} ({score['n']:,})" if score else "",
        "Tags": [isolated(tag) for tag in run.tags],
        "Notes": isolated(run.notes),
        "Parameters": sum(layer["parameters"] for layer in architectures.layers(run.config.architecture)),
        "Seconds": status.get("seconds"),
        "Made": datetime.fromtimestamp(started) if started else None,
        "State": str(status["state"]),
    }


def _score(run: Run) -> dict | None:
    """Its verdict on the official test set, else on its own split's; None where it was judged on neither."""
    for chosen in sorted(test_sets(run.config), key=lambda chosen: chosen.name != "official"):
        try:
            if report := evaluate.stored(run, chosen):
                return report
        except DigitsError:
            continue
    return None
