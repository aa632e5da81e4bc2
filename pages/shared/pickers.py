"""Choose a run or a model; the choice is a link (`?run=...`, `?model=...`, `?other_model=...`, `?follow=...`).

A picker shows the newest runs, and the one that is chosen, however old it is.
"""

from collections.abc import Callable

import streamlit as st

from digits import tasks
from digits.errors import DigitsError, UnknownRun
from digits.runs import models, transfer
from digits.runs import store as runs
from digits.runs.run import Run
from pages.shared import background
from pages.shared.errors import attempt
from pages.shared.text import isolated
from pages.shared.visitor import owner


def any_run() -> Run | None:
    """Choose among all runs, the newest first; None when there is none."""
    found = _with_chosen("run", runs.page(models.SHOWN))
    return found[_choose("Run", "run", found, run_label, default=lambda: next(iter(found)))] if found else None


def model() -> Run:
    """Choose among all trained models, remembered for this visitor."""
    found = _with_chosen("model", models.usable(), needs_model=True)
    default = models.chosen(owner())
    found.setdefault(default.id, default)
    run = found[_choose("Model", "model", found, model_label, default=lambda: default.id, on_change=_remember)]
    if run.model is None:
        _build(run)
    return run


def other_model(first: Run) -> Run | None:
    """Choose a second model to compare with `first`; None while none is chosen or there is only one."""
    found = {run_id: run for run_id, run in _with_chosen("other_model", models.usable(), needs_model=True).items()
             if run_id != first.id and run.model}  # fmt: skip
    chosen = _choose(
        "Compare with", "other_model", found, model_label, default=None, disabled=not found,
        placeholder="no other model" if found else "train another model first",
    )  # fmt: skip
    return found.get(chosen)


def training(place, *, on_change: Callable[[], None]) -> Run | None:
    """Choose a training to follow, behind a button in `place`; None while none is chosen."""
    found = _with_chosen("follow", runs.followable())
    _take_link("training", "follow", found, may_be_none=True)
    with place.popover("Draw while it trains", icon=":material/animation:"):
        st.markdown("Watch a network learn to predict **your** digit, epoch by epoch: while it trains, or afterwards.")
        if not found:
            st.page_link("pages/train/page.py", label="Train a network first", icon=":material/model_training:")
        chosen = _choose(
            "Training",
            "follow",
            found,
            run_label,
            default=None,
            disabled=not found,
            placeholder="none chosen",
            on_change=on_change,
        )
    return found.get(chosen)


def _with_chosen(key: str, newest: list[Run], *, needs_model: bool = False) -> dict[str, Run]:
    """Return the runs by id, the chosen one and the one that a link names among them."""
    found = {run.id: run for run in newest}
    for wanted in (st.session_state.get(key), st.query_params.get(key)):
        if wanted and wanted not in found:
            try:
                run = runs.get(str(wanted))
            except UnknownRun:
                continue
            if not needs_model or run.model or transfer.is_unbuilt(run):
                found[run.id] = run
    return found


def _build(run: Run) -> None:
    """A run that came as plain data gets its model files at its first use. Ends the page there."""
    if not tasks.find("build", run.id):
        try:
            tasks.submit("build", run.id, owner=owner())
        except DigitsError as error:
            st.error(str(error), icon=":material/error:")
            st.stop()
    background.offer(
        "build", run.id, why="This run was imported. Its model is made from its weights once, in some seconds.",
        action="Make the model", icon=":material/build:",
    )  # fmt: skip
    st.stop()


def _choose(
    label: str,
    key: str,
    found: dict[str, Run],
    line: Callable[[Run], str],
    *,
    default: Callable[[], str] | None,
    **options,
) -> str | None:
    """A selectbox whose value is a link, ?KEY=RUN, and that shows `line` of each run. Returns the chosen id.

    default: None makes it one that may stay empty. options: of the selectbox.
    Not `bind="query-params"`: that writes what the box shows into the link, not the id.
    """
    _take_link("model" if key == "other_model" else label.lower(), key, found, may_be_none=default is None)
    if st.session_state.get(key) not in found:
        # Of a link to another page with the same choice only the link is left: the widget's state went with its page.
        linked = st.query_params.get(key) if default else None
        st.session_state[key] = linked if linked in found else default and default()
    now = st.session_state[key]
    if now and st.session_state.get(f"{key}_line") != line(found[now]):
        # The browser shows, and sends, the line as it was, which is none of today's: say again which run is meant.
        st.session_state[key] = now
    chosen = st.selectbox(
        label, list(found), index=None if default is None else 0, format_func=lambda run_id: line(found[run_id]),
        key=key, **options,
    )  # fmt: skip
    st.session_state[f"{key}_linked"] = chosen
    st.session_state[f"{key}_line"] = chosen and line(found[chosen])
    if chosen:
        st.query_params[key] = chosen
    else:
        st.query_params.pop(key, None)
    return chosen


def _take_link(what: str, key: str, found: dict[str, Run], *, may_be_none: bool) -> None:
    """Choose what the link names, if somebody has just followed one."""
    linked = st.query_params.get(key)
    if linked is None or linked == st.session_state.get(f"{key}_linked"):
        return
    st.session_state[f"{key}_linked"] = linked
    if linked in found:
        st.session_state[key] = linked
    else:
        # Without repeating it: a link may carry anything.
        instead = "" if may_be_none else "; this is another"
        st.warning(f"The link names a {what} that is not here{instead}.", icon=":material/warning:")


def run_label(run: Run) -> str:
    """Return a run in one line that stays the same while it trains: its name or network, and when it was made.

    A selectbox goes on showing the line that was chosen, so what changes must not be in it. A name is text only: show
    the line where Markdown means nothing (a selectbox, st.text).
    """
    if run.is_starter:
        return "Starter model (comes with the app)"
    network = run.settings.architecture
    # "-2" of a second run in the same second stays: Streamlit tells options apart by what they say.
    when = run.id.replace(f"-{network}", "")
    return f"{isolated(run.name) or network} · {when}"


def model_label(run: Run) -> str:
    """Return a model in one line: its run, how far that got and how good it is."""
    if run.is_starter:
        return run_label(run)
    score = f", {run.val_accuracy:.1%} validation" if run.val_accuracy is not None else ""
    return f"{run_label(run)} · {run.state}{score}"


def _remember() -> None:
    attempt(lambda: models.choose(runs.get(st.session_state["model"]), owner()))
