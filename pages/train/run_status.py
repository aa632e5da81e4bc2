"""The line that says how a run is, with what may be asked of it."""

import streamlit as st

from digits.runs.run import Run, RunState
from digits.training.backends import TITLES
from pages.shared.errors import attempt

BADGES = {
    RunState.QUEUED: ("gray", "schedule"),
    RunState.STARTING: ("blue", "hourglass_top"),
    RunState.RUNNING: ("blue", "directions_run"),
    RunState.DONE: ("green", "check_circle"),
    RunState.STOPPED: ("orange", "stop_circle"),
    RunState.PAUSED: ("orange", "pause_circle"),
    RunState.FAILED: ("red", "error"),
    RunState.LOST: ("red", "help"),
}


def show(run: Run, status: dict) -> None:
    """status: as `run.status()` gives it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        _badges(run, status)
        if not status["state"].is_final:
            _requests(run, status["state"])


def _badges(run: Run, status: dict) -> None:
    color, icon = BADGES[status["state"]]
    st.badge(status["state"], color=color, icon=f":material/{icon}:")
    if not status["responding"]:
        st.badge("not responding", color="red", icon=":material/heart_broken:", help="Its worker lives, but is silent.")
    elif status["phase"]:
        st.badge(status["phase"], color="gray")
    if "device" in status:
        st.badge(status["device"], icon=":material/memory:", color="gray", help="The device that trains.")
    if (memory := status.get("memory")) and memory["total"]:
        said = f"{memory['used'] / 1e9:.1f} of {memory['total'] / 1e9:,.0f} GB"
        st.badge(said, color="gray", help="Memory of the device: what this training took at most so far, and all.")
    if status.get("backend", "tensorflow") != "tensorflow":
        st.badge(TITLES[status["backend"]], color="gray", help="The library that Keras runs on.")
    if "xla" in status:
        st.badge(f"XLA {'on' if status['xla'] else 'off'}", color="gray", help=f"You asked for: {run.config.xla}.")


def _requests(run: Run, state: RunState) -> None:
    st.page_link(
        "pages/draw/page.py", label="Draw while it trains", icon=":material/draw:", query_params={"follow": run.id}
    )
    asked = run.is_asked_to_stop or run.is_asked_to_pause
    st.button(
        "Stopping…" if run.is_asked_to_stop else "Cancel" if state == RunState.QUEUED else "Stop",
        icon=":material/stop:", on_click=attempt, args=(run.ask_to_stop,), disabled=run.is_asked_to_stop,
        key=f"train_stop_{run.id}",
        help="It leaves the queue." if state == RunState.QUEUED else "The model so far is kept.",
    )  # fmt: skip
    if state != RunState.QUEUED:
        st.button(
            "Pausing…" if run.is_asked_to_pause else "Pause", icon=":material/pause:", on_click=attempt,
            args=(run.ask_to_pause,), disabled=asked, key=f"train_pause_{run.id}",
            help="Frees the device; it can go on later from here.",
        )  # fmt: skip
