"""Watch one run: its state, its curves and its epochs, read from its folder about every second."""

import time

import streamlit as st

from digits.errors import DigitsError
from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_set
from digits.figures.curves import curves
from digits.runs import queue
from digits.runs.run import Run, RunState
from pages.shared import pickers
from pages.shared.errors import tell_damage, told
from pages.shared.text import duration
from pages.train import manage, progress, queue_place, run_status

JUDGING_SECONDS = 20  # how long after its end a run may still be waiting for its test score


def show() -> None:
    """Choose a run and watch it; without any run, say how to begin."""
    run = pickers.any_run()
    if run is None:
        st.info(
            "No training yet. Choose a network under **Set up** and press **Start training**.", icon=":material/info:"
        )
        return
    if not run.has_config:
        st.error("Its settings, config.json, are damaged: it can only be deleted.", icon=":material/error:")
        manage.offer_deletion(run)
        return
    live = _is_live(run)
    st.fragment(_progress, run_every="1s" if live else None)(run, live)
    if not live:
        manage.show(run)


def _is_live(run: Run) -> bool:
    """Whether more is to come: the run is not at its end, or its test score is on the way."""
    status = run.status()
    if not status["state"].is_final:
        return True
    recent = time.time() - status.get("updated", 0) < JUDGING_SECONDS
    return recent and run.has_model and _test_report(run) is None


def _progress(run: Run, was_live: bool) -> None:
    with told():
        queue.advance()  # a worker that was killed started nobody
    if was_live and not _is_live(run):
        st.rerun()
    status, epochs, ticks = run.status(), run.epochs(), run.ticks()
    state, num_epochs, names = status["state"], run.num_epochs, run.config.racer_names

    run_status.show(run, status)
    if status["error"]:
        way = "" if state == RunState.FAILED else " **Go on**, below, continues from its last checkpoint."
        st.error(f"{state.capitalize()}: {status['error']}{way}", icon=":material/error:")
    if note := status.get("note"):
        st.caption(note)
    tell_damage(run)

    if state == RunState.QUEUED:
        queue_place.show(run)
    elif not state.is_final:
        progress.bars(status, num_epochs)
    _numbers(run, epochs, num_epochs, status)
    if names and epochs:
        st.caption(f"Best on the validation digits: {names[epochs[-1]['leader']]}, of {len(names)} in the race.")
    if ticks or epochs:
        for column, metric in zip(st.columns(2, gap="large"), ("loss", "accuracy"), strict=True):
            column.plotly_chart(
                curves(epochs, ticks, metric, total_epochs=num_epochs, racers=names),
                key=f"train_{metric}_{run.id}",
                config={"displayModeBar": False},
                alt=f"{metric} of training and validation over {len(epochs)} epochs",
            )
    if epochs:
        progress.table(epochs)


def _numbers(run: Run, epochs: list[dict], num_epochs: int, status: dict) -> None:
    report = _test_report(run)
    with st.grid("auto", min_column_width=150):
        st.metric("Epochs", f"{len(epochs)} of {num_epochs}", border=True)
        if epochs:
            st.metric("Validation accuracy", f"{epochs[-1]['val_accuracy']:.2%}", border=True)
        if report:
            st.metric("Test accuracy", f"{report['accuracy']:.2%}", border=True, help=report["title"])
        if "seconds" in status or "elapsed" in status:
            seconds = status.get("seconds", status.get("elapsed"))
            st.metric("Time", duration(seconds), border=True, help="Training, compiling included.")


def _test_report(run: Run) -> dict | None:
    try:
        return evaluate.stored(run, test_set(run.config.split, run.config))
    except DigitsError:
        return None
