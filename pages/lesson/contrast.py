"""Two networks with the same layers, one of which overfits: find out which, by curves and by drawing."""

import streamlit as st

from digits.errors import UnknownRun
from digits.lessons import contrast, store
from digits.runs import store as runs
from digits.runs.run import Run
from pages.shared.errors import attempt
from pages.shared.glossary import more
from pages.shared.visitor import owner

ABOUT = """
One click trains two networks with the same layers, A and B. One of them learns from only 1,000 digits, again and
again, and nothing keeps it from learning them by heart: it overfits. The other learns from 3,200 digits, which are
varied in every epoch. Which one overfits? Find out by their curves, and by drawing.
"""
WHY = """
The network **{overfitted}** overfits. Its training loss falls to almost nothing, because it knows its 1,000 digits by
heart, while its validation loss stays much higher and rises again. The other one has a higher training loss, because
its digits change in every epoch, and a lower validation loss. On digits like its own an overfitted network can still
be good: the difference shows where yours are unlike them.
"""


def show() -> None:
    """Show the two networks, where to look, and the question."""
    st.markdown(f"{ABOUT} {more('overfitting', 'loss', 'augmentation')}")
    acts = store.acts(owner())
    both = _both(acts)
    if both is None:
        st.button(
            "Train both", type="primary", icon=":material/play_arrow:", key="lesson_train_both", on_click=attempt,
            args=(contrast.begin, owner()), disabled=not acts,
        )  # fmt: skip
        st.caption("It takes about a minute." if acts else "Start the lesson first.")
        return
    waits = any(not run.state.is_final for run in both.values())
    st.fragment(_watch, run_every="1s" if waits else None)(both, waits)
    if not waits:
        _places(both)
        _question(acts)


def _both(acts: dict[str, store.Act]) -> dict[str, Run] | None:
    """Return the runs A and B; None before they were begun, or when one was deleted."""
    try:
        return {name: runs.get(acts[contrast.ACT].evidence[name]) for name in "AB"}
    except (KeyError, UnknownRun):
        return None


def _watch(both: dict[str, Run], was_waiting: bool) -> None:
    both = {name: runs.get(run.id) for name, run in both.items()}
    if was_waiting and all(run.state.is_final for run in both.values()):
        st.rerun()
    for name, run in both.items():
        if run.state.is_final:
            st.markdown(f"**Network {name}**: {run.state}.")  # its accuracy would give the answer away
        else:
            st.progress(min(run.fraction, 1.0), text=f"Network {name}: {run.phase or run.state}")


def _places(both: dict[str, Run]) -> None:
    ids = [run.id for run in both.values()]
    with st.container(horizontal=True):
        st.page_link(
            "pages/compare/page.py", label="Their curves", icon=":material/show_chart:",
            query_params={"compare": ",".join(ids), "compare_view": "Curves"},
        )  # fmt: skip
        st.page_link(
            "pages/draw/page.py", label="Draw with both", icon=":material/draw:",
            query_params={"model": ids[0], "other_model": ids[1]},
        )  # fmt: skip


def _question(acts: dict[str, store.Act]) -> None:
    right = acts[contrast.ACT].evidence["overfitted"]
    overfitted = next(name for name in "AB" if acts[contrast.ACT].evidence[name] == right)
    answer = acts[contrast.ANSWER].evidence["answer"] if contrast.ANSWER in acts else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Which one overfits?")
        for name in "AB":
            st.button(
                f"Network {name}", key=f"lesson_overfits_{name}", on_click=attempt, args=(_answer, name),
                type="primary" if answer == name else "secondary",
            )  # fmt: skip
    if answer:
        if answer == overfitted:
            st.success("Correct.", icon=":material/check_circle:")
        else:
            st.warning("It is the other one. Look at the curves again.", icon=":material/close:")
        st.markdown(WHY.format(overfitted=overfitted))
        st.button(
            "Train two new ones", icon=":material/refresh:", on_click=attempt, args=(contrast.begin, owner()),
            key="lesson_train_again",
        )  # fmt: skip


def _answer(name: str) -> None:
    store.replace(owner(), contrast.ANSWER, answer=name)
