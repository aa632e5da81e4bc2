"""A live line for each pupil, and what the teacher may do to one of them."""

from typing import Any

import streamlit as st

from digits import classes
from digits.classes import Class
from digits.classroom import errands, overview
from digits.classroom.overview import Line
from digits.lessons.content import LESSONS
from pages.classroom import errands as errands_panel
from pages.shared.errors import attempt, told
from pages.shared.glossary import linked
from pages.shared.pickers import run_label
from pages.shared.text import isolated

LESSON = next(iter(LESSONS.values()))


def show(of: Class) -> None:
    """Show the lines, and the choice of one pupil."""
    _table(of)
    names = overview.names(of)
    ids = [member.id for member in errands.pupils(of)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "One pupil", ids, index=None, format_func=lambda member: isolated(names.get(member, "")), width=280,
            key="class_pupil", placeholder="Choose a pupil", disabled=not ids,
        )  # fmt: skip
        if chosen:
            st.button(
                "Stop", icon=":material/stop:", key="class_stop_one", on_click=attempt, args=(errands.stop, of, chosen),
                help="Ends all that runs or waits for this pupil. What is trained stays.",
            )  # fmt: skip
            errands_panel.confirm_clearing(of, "this pupil", chosen)
            errands_panel.confirm_removing(of, chosen)
            st.session_state["class_chosen"] = chosen
    if last := st.session_state.get("class_chosen"):  # who is removed can no longer be chosen
        errands_panel.show_errand(errands.REMOVE, of, last, "This pupil is no longer in the class.")
    if chosen:
        errands_panel.show_errand(errands.CLEAR, of, chosen, "This pupil's work is cleared.")


@st.fragment(run_every="2s")
def _table(of: Class) -> None:
    with told():
        if classes.is_full(of) != st.session_state["class_is_full"]:
            st.rerun()  # for the switch to show it
        names, lines = overview.names(of), overview.lines(of)
    if not lines:
        st.info("Nobody has joined yet. Show your pupils the code.", icon=":material/group_add:")
        return
    at_work = sum(line.running is not None for line in lines)
    waiting = sum(line.place > 0 for line in lines)
    st.caption(f"Pupils: {len(lines)} · at work: {at_work} · waiting: {waiting}")
    st.dataframe(
        [_row(line, names[line.member.id]) for line in lines], hide_index=True, height="content", key="class_table",
        column_config={
            "Lesson": st.column_config.ProgressColumn(
                "Lesson", width="small", min_value=0, max_value=len(LESSON.steps), format=f"%d of {len(LESSON.steps)}",
                help=f"Steps done of “{LESSON.title}”.",
            ),
            "Name": st.column_config.TextColumn("Name", pinned=True, width=110),
            "Now": st.column_config.TextColumn("Now", width="medium"),
            "Accuracy": st.column_config.TextColumn(
                "Accuracy", help=linked("Of the last run, on the test set of its split, once it is evaluated."),
            ),
            "Shared": st.column_config.NumberColumn("Shared", help="Drawings in the collection."),
        },
        alt="A line for each pupil: steps of the lesson, the last run, its accuracy, drawings, what is done now",
    )  # fmt: skip


def _row(line: Line, name: str) -> dict[str, Any]:
    return {
        "Name": isolated(name),
        "Lesson": line.steps[LESSON.name],
        "Now": _now(line),
        "Last run": f"{run_label(line.run)} ({line.run.state})" if line.run else "",
        "Accuracy": "" if line.accuracy is None else f"{line.accuracy:.1%}",
        "Drawings": line.num_drawings,
        "Shared": line.num_shared,
    }


def _now(line: Line) -> str:
    if line.running:
        if not line.running.is_responding:
            return "Not responding"
        return f"{line.running.phase or 'Starting'} · {line.running.fraction:.0%}"
    return f"Waiting · place {line.place}" if line.place else ""
