"""A model that is still to be evaluated on a test set: offer that, or show how far it is."""

import streamlit as st

from digits.evaluation.test_sets import TestSet, available
from digits.runs.run import Run, RunState
from digits.tasks import COMPUTING, TRAINING
from pages.shared import background


def offer(run: Run, chosen: TestSet, *, why: str, action: str = "Evaluate") -> None:
    """Offer to evaluate `run` on a test set whose digits are on this machine. why, action: of `background.offer`."""
    kind, part, lane = "evaluate", chosen.name, COMPUTING
    if run.stage == RunState.EVALUATING and chosen == available(run.settings)[0]:
        # The rest of its own task, which also calibrates the model and compares a fine-tuned one with its parent.
        kind, part, lane = "train", "", TRAINING
    if background.is_under_way(kind, run.id, part):
        st.markdown("This model is being evaluated.")
    background.offer(kind, run.id, part, why=why, action=action, icon=":material/fact_check:", lane=lane)
