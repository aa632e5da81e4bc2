"""Fine-tune a model with the class' collection in front of everybody, and what that changed by person and by digit."""

import streamlit as st

from digits.classes import Class
from digits.classroom import collection, overview
from digits.classroom.collection import Score
from digits.data.sources import SOURCES
from digits.evaluation import fine_tune_result
from digits.figures.class_scores import before_after
from digits.runs.run import Run, RunState
from digits.training.fine_tuning import MIN_DRAWINGS, fine_tune_settings, is_held_out
from pages.shared import background, pickers, table
from pages.shared.charts import chart
from pages.shared.errors import attempt, told
from pages.shared.text import counted, in_figure, isolated
from pages.shared.visitor import owner


def show(of: Class) -> None:
    """Choose a model and begin; below, the run that was begun last."""
    run = collection.newest_run(of, owner())
    _offer(of, is_at_work=run is not None and not run.state.is_final)
    if run is None:
        return
    if not run.state.is_final:
        st.fragment(background.watch, run_every="1s")("train", run.id)
    elif fine_tune_result.stored(run):
        with told():
            _show_result(of, run)
    elif run.state != RunState.DONE:
        st.warning(run.cause or f"The fine-tuning was {run.state} early.", icon=":material/warning:")


def _offer(of: Class, *, is_at_work: bool) -> None:
    found = collection.collected(of)
    num_held_out = sum(is_held_out(image) for image in found.images)
    num_people = len(set(found.owners))
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        parent = pickers.model()
    too_few = len(found.ids) < MIN_DRAWINGS or num_held_out == len(found.ids)
    with right:
        st.button(
            "Fine-tune with the collection", type="primary", icon=":material/school:", key="projector_begin",
            on_click=attempt, args=(lambda: collection.begin(of, parent, owner=owner()),),
            disabled=too_few or is_at_work,
            help=f"The collection needs at least {MIN_DRAWINGS} drawings." if too_few else None,
        )  # fmt: skip
    with told():
        rehearsed = SOURCES[fine_tune_settings(parent.settings, parent.id).source].title
    st.markdown(
        f"The model learns from **{counted(len(found.ids) - num_held_out, 'drawing')}** of **{num_people}** "
        f"{'person' if num_people == 1 else 'people'}, "
        f"mixed with digits that it knows ({rehearsed}). The other **{num_held_out}**, one in four by chance, are held "
        "out: only they show whether it has learned the styles of this class. The result is a new model."
    )


def _show_result(of: Class, run: Run) -> None:
    compared = fine_tune_result.stored(run)
    held_out, test = compared["held_out"], compared["test"]
    st.header("Before and after", anchor=False)
    st.text(pickers.run_label(run))
    with st.container(horizontal=True):
        if held_out["n"]:
            _metric("Held-out drawings", held_out)
        _metric(f"{test['title']}", test)
    if not held_out["n"]:
        st.caption("No drawing was held out by chance. Collect more to see whether the model has learned your styles.")
        return
    low, high = held_out["interval"]
    st.caption(
        f"Measured on {held_out['n']} held-out drawings, from which the model did not learn. Its accuracy on drawings "
        f"of this class lies between {low:.0%} and {high:.0%} (95% interval). In brackets: how many drawings a row "
        "counts. A row of few drawings says little."
    )
    names = overview.names(of) | {"": "No longer shared"}
    persons = collection.by_person(of, run)
    people = {names[member]: persons[member] for member in names if member in persons}
    digits = {str(digit): score for digit, score in collection.by_digit(run).items()}
    for column, title, scores in zip(
        st.columns(2, gap="large"), ("By person", "By digit"), (people, digits), strict=True
    ):
        with column:
            st.subheader(title, anchor=False)
            _chart(scores, title)


def _metric(label: str, score: dict) -> None:
    gained = (score["after"] - score["before"]) / score["n"]
    st.metric(
        label, f"{score['after'] / score['n']:.1%}", f"{100 * gained:+.1f} points", border=True,
        help=f"{score['before']:,} of {score['n']:,} were correct before, {score['after']:,} are now.",
    )  # fmt: skip


def _chart(scores: dict[str, Score], title: str) -> None:
    key = f"projector_{title.replace(' ', '_').lower()}"
    chart(
        before_after(
            [f"{in_figure(name)} ({score.n})" for name, score in scores.items()],
            [score.before / score.n for score in scores.values()],
            [score.after / score.n for score in scores.values()],
        ),
        key=key,
        alt="; ".join(f"{name}: {s.before} of {s.n} before, {s.after} after" for name, s in scores.items()),
    )
    num_better = sum(score.after > score.before for score in scores.values())
    st.caption(f"Better after the fine-tuning: {num_better} of {len(scores)}.")
    table.behind(
        key,
        lambda: [
            {title.removeprefix("By ").capitalize(): isolated(name), "Drawings": score.n,
             "Correct before": score.before, "Correct after": score.after}
            for name, score in scores.items()
        ],
        about="How many drawings were correct before and after the fine-tuning",
    )  # fmt: skip
