"""The prediction of every digit of a test set, for the tabs that need more than the report."""

import numpy as np
import streamlit as st

from digits.data.dataset import is_prepared
from digits.evaluation import evaluate
from digits.evaluation.test_sets import TestSet
from digits.networks.settings_table import SETTINGS
from digits.runs.run import Run
from pages.shared import cache, evaluation
from pages.shared.errors import told

WHY = "The report is here, but not the prediction of each digit. It takes some seconds to compute them."


def load(run: Run, chosen: TestSet) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Return images (n, 28, 28) uint8, labels (n,) and probabilities (n, 10); None while something is missing."""
    if not is_prepared(chosen.source):
        title = SETTINGS["source"].choices[chosen.source]
        st.info(f"To see single digits, prepare the {title} on the Explore page.", icon=":material/info:")
        st.page_link("pages/explore/page.py", label="Explore", query_params={"source": chosen.source})
        return None
    with told():
        images, labels = chosen.take(cache.dataset(chosen.source))
        probabilities = evaluate.probabilities(run, chosen)
    if probabilities is None:
        evaluation.offer(run, chosen, why=WHY, action="Predict the test digits")
        return None
    return images, labels, probabilities
