"""Choose a run or a model; the choice is a link (`?run=...`, `?model=...`)."""

from collections.abc import Callable

import streamlit as st

from digits import models
from digits.training import runs
from digits.training.run import Run
from pages.shared.errors import attempt


def any_run() -> Run | None:
    """Choose among all runs, the newest first; None when there is none."""
    found = {run.id: run for run in runs.all_runs()}
    return found[_choose("Run", "run", found, run_label, default=lambda: next(iter(found)))] if found else None


def model() -> Run:
    """Choose among all trained models, remembered across pages and restarts. Ends the page when there is none."""
    found = {run.id: run for run in models.usable()}
    if not found:
        st.info("There is no trained model yet. Train one first.", icon=":material/info:")
        st.page_link("pages/train/page.py", label="Train a network", icon=":material/model_training:")
        st.stop()
    return found[_choose("Model", "model", found, model_label, default=lambda: models.chosen().id, on_change=_remember)]


def other_model(first: Run) -> Run | None:
    """Choose a second model to compare with `first`; None while none is chosen or there is only one."""
    found = {run.id: run for run in models.usable() if run != first}
    if st.session_state.get("other_model") not in found:
        st.session_state["other_model"] = None
    chosen = st.selectbox(
        "Compare with", list(found), index=None, format_func=lambda run_id: model_label(found[run_id]),
        key="other_model", placeholder="no other model" if found else "train another model first", disabled=not found,
    )  # fmt: skip
    return found.get(chosen)


def _choose(
    label: str,
    key: str,
    found: dict[str, Run],
    line: Callable[[Run], str],
    *,
    default: Callable[[], str],
    on_change=None,
) -> str:
    """A selectbox whose value is a link, ?KEY=RUN, and that shows `line` of each run. Returns the chosen id.

    Not `bind="query-params"`: that writes what the box shows into the link, not the id.
    """
    linked = st.query_params.get(key)
    if linked is not None and linked != st.session_state.get(f"{key}_linked"):  # somebody followed a link
        if linked in found:
            st.session_state[key] = linked
        else:
            # Without repeating it: a link may carry anything.
            st.warning(
                f"The link names a {label.lower()} that is not here; this is another.", icon=":material/warning:"
            )
    if st.session_state.get(key) not in found:
        st.session_state[key] = default()
    now = st.session_state[key]
    if st.session_state.get(f"{key}_line") != line(found[now]):
        # The browser shows, and sends, the line as it was, which is none of today's: say again which run is meant.
        st.session_state[key] = now
    chosen = st.selectbox(
        label, list(found), format_func=lambda run_id: line(found[run_id]), key=key, on_change=on_change
    )
    st.query_params[key] = st.session_state[f"{key}_linked"] = chosen
    st.session_state[f"{key}_line"] = line(found[chosen])
    return chosen


def run_label(run: Run) -> str:
    """A run in one line that stays the same while it trains: its name or network, and when it was made.

    A selectbox goes on showing the line that was chosen, so what changes must not be in it. A name is text only: show
    the line where Markdown means nothing (a selectbox, st.text).
    """
    if run.path == runs.STARTER:
        return "Starter model (comes with the app)"
    # Isolated (U+2068 to U+2069), so that a name written from right to left does not turn the rest of the line.
    name = f"\u2068{run.name}\u2069" if run.name != run.id else run.config.architecture
    # "-2" of a second run in the same second stays: Streamlit tells options apart by what they say.
    when = run.id.replace(f"-{run.config.architecture}", "")
    return f"{name} · {when}"


def model_label(run: Run) -> str:
    """A model in one line: its run, how far that got and how good it is."""
    if run.path == runs.STARTER:
        return run_label(run)
    epochs = run.epochs()
    score = f", {epochs[-1]['val_accuracy']:.1%} validation" if epochs else ""
    return f"{run_label(run)} · {run.state}{score}"


def _remember() -> None:
    attempt(lambda: models.choose(runs.find(st.session_state["model"])))
