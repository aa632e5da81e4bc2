"""Not judged on this test set yet: offer it, and wait for the worker."""

import time

import streamlit as st

from digits.evaluation import judge
from digits.evaluation.test_sets import TestSet
from digits.training.run import Run
from pages.shared.prepare import prepared

PATIENCE_SECONDS = 60


def offer(run: Run, chosen: TestSet) -> None:
    """A button that starts the judging; while it runs, look every second whether the verdict is there."""
    prepared(chosen.source)
    key = f"evaluate_started_{run.id}_{chosen.name}"
    if key not in st.session_state:
        st.info(f"This model has not been judged on {chosen.title} yet.", icon=":material/info:")
        st.button("Evaluate", type="primary", icon=":material/fact_check:", on_click=_start, args=(run, chosen, key))
        return
    _wait(run, chosen, key)


def _start(run: Run, chosen: TestSet, key: str) -> None:
    judge.start(run, chosen.name)
    st.session_state[key] = time.time()


@st.fragment(run_every="1s")
def _wait(run: Run, chosen: TestSet, key: str) -> None:
    if (run.path / "evaluation" / chosen.name / "report.json").exists():
        del st.session_state[key]
        st.rerun()
    if time.time() - st.session_state[key] > PATIENCE_SECONDS:
        st.error(f"No verdict after {PATIENCE_SECONDS} s; worker.log in the run's folder says why. Try again.")
        del st.session_state[key]
        return
    st.status(f"Reading {len(chosen.indices):,} digits…", state="running")
