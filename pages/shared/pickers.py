"""Choose a run or a model; the choice is a link (`?run=...`, `?model=...`, `?other_model=...`, `?follow=...`).

A picker shows the newest runs, and the one that is chosen, however old it is.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import streamlit as st

from digits import tasks
from digits.errors import UnknownRun
from digits.runs import models, transfer
from digits.runs import store as runs
from digits.runs.run import Run
from pages.shared import background, classroom, links
from pages.shared.errors import attempt, told
from pages.shared.text import in_figure, isolated
from pages.shared.visitor import owner, owners, sees


def any_run() -> Run | None:
    """Choose among all runs, the newest first; None when there is none."""
    found = _with_chosen("run", runs.page(models.SHOWN, owners=owners()))
    return found[_choose("Run", "run", found, next(iter(found)))] if found else None


def model() -> Run:
    """Choose among all trained models. Whatever is chosen, here or by a link, is what the visitor's pages open next."""
    default = models.chosen(owner())
    found = _with_chosen("model", [*models.usable(owners=owners()), default], needs_model=True)
    before = st.session_state.get("model_linked") if "model" in st.session_state else None
    run = found[_choose("Model", "model", found, default.id)]
    if run.model is None:
        _build(run)
    if run.id not in (before, default.id):
        attempt(models.choose, run, owner())
    return run


def other_model(first: Run) -> Run | None:
    """Choose a second model to compare with `first`; None while none is chosen or there is only one."""
    found = _with_chosen("other_model", models.usable(owners=owners()), needs_model=True)
    found = {run_id: run for run_id, run in found.items() if run.model and run_id != first.id}
    nothing = "No other model" if found else "Train another model first"
    return found.get(_choose("Compare with", "other_model", found, disabled=not found, placeholder=nothing))


def training(place, *, on_change: Callable[[], None]) -> Run | None:
    """Choose a training to follow, behind a button in `place`; None while none is chosen."""
    found = _with_chosen("follow", runs.followable(owners=owners()))
    _follow("training", "follow", found)  # outside the popover, for its warning to be seen
    with place.popover("Draw while it trains", icon=":material/animation:"):
        st.markdown("Watch a network learn to predict **your** digit, epoch by epoch: while it trains, or afterwards.")
        if not found:
            st.page_link("pages/train/page.py", label="Train a network first", icon=":material/model_training:")
        options = {"disabled": not found, "placeholder": "None chosen", "on_change": on_change}
        return found.get(_choose("Training", "follow", found, **options))


def run_label(run: Run) -> str:
    """Return what a run is called everywhere, to be shown where Markdown means nothing: a selectbox, st.text."""
    title = replace(run, name=isolated(run.name)).title
    name = classroom.whose(run.owner)
    return f"{title} · {isolated(name)}" if name else title


def figure_label(run: Run) -> str:
    """Return the same for a figure, where a long name is shortened."""
    return replace(run, name=in_figure(run.name)).title


def _with_chosen(key: str, newest: Iterable[Run], *, needs_model: bool = False) -> dict[str, Run]:
    """Return the runs by id, the chosen one and the one that a link names among them."""
    found = {run.id: run for run in newest}
    for wanted in (st.session_state.get(key), st.query_params.get(key)):
        if wanted and wanted not in found:
            try:
                run = runs.get(str(wanted))
            except UnknownRun:
                continue
            if sees(run.owner) and (not needs_model or run.model or transfer.is_unbuilt(run)):
                found[run.id] = run
    return found


def _choose(label: str, key: str, found: dict[str, Run], default: str | None = None, **options) -> str | None:
    """A selectbox whose value is in the address, too. Returns the chosen id. Without a default it may stay empty."""
    _follow("model" if key == "other_model" else label.lower(), key, found, default)
    labels = {run_id: run_label(run) for run_id, run in found.items()}
    return st.selectbox(
        label, list(found), index=0 if default else None, format_func=labels.__getitem__, key=key, **options
    )


def _follow(what: str, key: str, found: dict[str, Run], default: str | None = None) -> None:
    """Choose what the address names; say so where that is not here."""
    linked = st.query_params.get(key)
    if linked and linked not in found and linked != st.session_state.get(f"{key}_linked"):
        # Without repeating it: a link may carry anything.
        instead = "; this is another one" if default else ""
        st.warning(f"The link names a {what} that is not here{instead}.", icon=":material/warning:")
    elif st.session_state.get(key, default) not in (*found, None):  # another tab, or another person, may delete it
        instead = " This is another one." if default else ""
        st.warning(f"The {what} that was open here has been deleted.{instead}", icon=":material/warning:")
    links.follow(key, key, found, default, always=True)
    # The browser shows, and sends, a run's title as it was; after a renaming that is nobody's: say again who is meant.
    st.session_state[key] = st.session_state[key]


def _build(run: Run) -> None:
    """A run that came as plain data gets its model files at its first use. Ends the page there."""
    if not tasks.find("build", run.id):
        with told():
            tasks.submit("build", run.id, owner=owner())
    background.offer(
        "build", run.id, why="This run was imported. Its model is made from its weights once, in some seconds.",
        action="Make the model", icon=":material/build:",
    )  # fmt: skip
    st.stop()
