"""What few people ask of a run: its device, library and memory, its settings, and a table of its epochs."""

from typing import Any

import streamlit as st

from digits.networks.backends import TITLES
from digits.networks.settings_table import SETTINGS
from digits.runs import sharing
from digits.runs.run import Run
from pages.shared.glossary import linked
from pages.shared.text import duration
from pages.train import progress


def show(run: Run, epochs: list[dict[str, Any]]) -> None:
    """Show the details of a run behind a fold."""
    with st.expander("Details"):
        with st.container(horizontal=True):
            _badges(run)
        if epochs:
            progress.table(epochs)
        st.caption("Settings of this run:")
        st.json({"run": run.id, **run.settings.as_dict(), "versions": run.details.get("versions")}, expanded=False)
        st.caption("The command that repeats this run:")
        st.code(sharing.command(run), language=None, wrap_lines=True)


def _badges(run: Run) -> None:
    details = run.details
    if "device" in details:
        st.badge(details["device"], icon=":material/memory:", color="gray", help="The device that trains.")
    if (memory := details.get("memory")) and memory["total"]:
        used = f"{memory['used'] / 1e9:.1f} of {memory['total'] / 1e9:,.0f} GB"
        st.badge(used, color="gray", help="The most memory that this training has used so far.")
    if details.get("backend", "tensorflow") != "tensorflow":
        st.badge(TITLES[details["backend"]], color="gray", help="The library that Keras runs on.")
    if "xla" in details:
        about = linked(f"XLA compiles the training. You asked for: {SETTINGS['xla'].choices[run.settings.xla]}.")
        st.badge(f"XLA {'on' if details['xla'] else 'off'}", color="gray", help=about)
    if details.get("threads"):
        about = linked("Each step uses one processor core. With small batches, several would take longer.")
        st.badge("One core", color="gray", help=about)
    if seconds := details.get("seconds"):
        st.badge(duration(seconds), icon=":material/timer:", color="gray", help="Training, with compiling.")
