"""The steps of a lesson: what to do, whether it is done, a question with its answer, and what was learned."""

import streamlit as st

from digits.lessons import checks, store
from digits.lessons.content import Lesson, Step
from digits.lessons.learners import learner
from digits.lessons.store import Act
from digits.runs import store as runs
from pages.shared.errors import attempt
from pages.shared.glossary import more
from pages.shared.visitor import owner

LABELS = {"explore": "Open Explore", "train": "Open Train", "evaluate": "Open Evaluate", "draw": "Open Draw"}


def show(lesson: Lesson) -> None:
    """Show a lesson. While a training of the learner is under way, it looks every two seconds what has become of it."""
    waits = any(run.owner == owner() for run in runs.active())
    st.fragment(_show, run_every="2s" if waits else None)(lesson, waits)


def _show(lesson: Lesson, was_waiting: bool) -> None:
    if was_waiting and not any(run.owner == owner() for run in runs.active()):
        st.rerun()
    st.markdown(lesson.about)
    who = learner(owner())
    done = [checks.check(step.check, who) for step in lesson.steps]
    num_done = sum(map(bool, done))
    st.progress(num_done / len(done), text=f"{num_done} of {len(done)} steps done")
    current = next((place for place, said in enumerate(done) if not said), None)
    for place, (step, said) in enumerate(zip(lesson.steps, done, strict=True)):
        state = ":green-badge[:material/check: Done]" if said else ":gray-badge[Not yet]"
        label = f"**{place + 1}. {step.title}** · {step.minutes} min {state}"
        if place == current:
            with st.container(border=True):
                st.markdown(label)
                _step(step, said, who.acts)
        else:
            with st.expander(label):
                _step(step, said, who.acts)


def _step(step: Step, said: str, acts: dict[str, Act]) -> None:
    st.markdown(step.task)
    if step.check == "simplest" and not said:
        _guess(acts)
    st.page_link(
        f"pages/{step.page}/page.py", label=LABELS[step.page], icon=":material/arrow_forward:", query_params=step.link
    )
    if said:
        st.success(said, icon=":material/check_circle:")
    st.markdown(f"**Question.** {step.question}")
    with st.popover("Show the answer", icon=":material/lightbulb:"):
        st.markdown(step.answer)
    if said:
        st.markdown(f"**Learned.** {step.learned}")
    st.markdown(more(*step.terms))


def _guess(acts: dict[str, Act]) -> None:
    """Let the learner predict the accuracy before the training."""
    if guess := acts.get("guess"):
        st.markdown(f"Your prediction: **{guess.evidence['accuracy']:.0%}**. Now train it.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input("Correct of 100 unseen digits", 0, 100, 50, key="lesson_guess", width=220)
        st.button(
            "Save my prediction", icon=":material/save:", key="lesson_save_guess", on_click=attempt,
            args=(_save_guess,), disabled=store.BEGUN not in acts,
        )  # fmt: skip
        if store.BEGUN not in acts:
            st.caption("Start the lesson first.", width="content")


def _save_guess() -> None:
    store.note(owner(), "guess", accuracy=st.session_state["lesson_guess"] / 100)
