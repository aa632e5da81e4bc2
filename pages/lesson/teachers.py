"""For teachers: aims, minutes, questions with answers, what goes wrong, and a sheet for pupils to print."""

import html
from pathlib import Path

import streamlit as st

from digits.lessons.content import LESSONS, Lesson

SHEET = Path(__file__).with_name("sheet.html")


def show() -> None:
    """Show the notes for each lesson."""
    for lesson in LESSONS.values():
        st.header(lesson.title, anchor=False)
        st.download_button(
            "Pupils' sheet, to print", sheet(lesson), f"lesson-{lesson.name}.html", "text/html",
            icon=":material/print:", on_click="ignore", key=f"lesson_sheet_{lesson.name}",
        )  # fmt: skip
        st.markdown("**Aims**\n\n" + "\n".join(f"- {aim}" for aim in lesson.aims))
        st.markdown(f"**Before the lesson.** {lesson.prepare}")
        for number, step in enumerate(lesson.steps, start=1):
            with st.container(border=True):
                st.markdown(f"**{number}. {step.title}** · {step.minutes} min")
                question, trouble = st.columns(2)
                question.markdown(f"**Question.** {step.question}")
                trouble.markdown(f"**What goes wrong.** {step.trouble}")
        st.caption(f"{lesson.minutes} minutes together. The answers stand in the lesson, behind each question.")


def sheet(lesson: Lesson) -> str:
    """Return the sheet for pupils as HTML: one page of A4 with room to write."""
    steps = "".join(
        f"<li><b>{html.escape(step.title)}</b> <small>{step.minutes} min</small><p>{_plain(step.task)}</p>"
        f"<p class=question>{_plain(step.question)}</p><p class=lines></p></li>"
        for step in lesson.steps
    )
    return SHEET.read_text(encoding="utf-8").replace("TITLE", html.escape(lesson.title)).replace("STEPS", steps)


def _plain(text: str) -> str:
    """Return Markdown as HTML without its emphasis."""
    return html.escape(text.replace("*", "").strip())
