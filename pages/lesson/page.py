"""Lesson: steps that the app checks by what was done, for learners; notes and a sheet to print, for teachers."""

from functools import partial
from types import SimpleNamespace

import streamlit as st

from digits.lessons import store
from digits.lessons.content import LESSONS
from pages.lesson import contrast, steps, teachers
from pages.shared import links
from pages.shared.errors import attempt, told
from pages.shared.visitor import owner

st.title("Lesson", anchor=False)
with told():
    acts = store.acts(owner())
with st.container(horizontal=True, vertical_alignment="center"):
    if acts:
        with st.popover("Start again", icon=":material/restart_alt:"):
            st.markdown("Forget what you have done in the lessons? Your networks and drawings stay.")
            st.button("Start again now", type="primary", on_click=attempt, args=(store.begin, owner()))
    else:
        st.button(
            "Start the lesson", type="primary", icon=":material/play_arrow:", on_click=attempt,
            args=(store.begin, owner()),
        )  # fmt: skip
        st.caption("From then on the app notes which steps you have done. Its notes stay on this machine.")
views = {lesson.title: SimpleNamespace(show=partial(steps.show, lesson)) for lesson in LESSONS.values()}
links.show_tabs("lesson", "lesson_view", {**views, "Which one overfits?": contrast, "For teachers": teachers})
