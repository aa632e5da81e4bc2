"""Damaged networks, and what they predict: kept, because a slider comes back to where it was."""

import numpy as np
import streamlit as st

from digits.evaluation.test_sets import TestSet
from digits.inference.snapshot import Snapshot
from digits.networks import weights
from digits.networks.damage import Damage, apply
from digits.runs.run import Run
from pages.shared.cache import KEYS, dataset


@st.cache_resource(max_entries=4, show_spinner="Loading the network…", hash_funcs=KEYS)
def _weights(run: Run) -> list[np.ndarray]:
    return weights.read(run.model.file("model.keras"), run.settings)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=KEYS)
def network(run: Run, damage: str) -> Snapshot:
    """Return the network of a run with a damage, as `digits.networks.damage` writes it. Raises DamagedFile."""
    return weights.network(run.settings, apply(Damage.read(damage), run.settings, _weights(run)))


@st.cache_data(max_entries=256, show_spinner="Predicting the digits…", hash_funcs=KEYS)
def predicted(run: Run, damage: str, chosen: TestSet, indices: range) -> np.ndarray:
    """Return which digit a damaged network predicts for some digits of a test set, (n,) int. Raises DamagedFile."""
    images, _ = chosen.take(dataset(chosen.source))
    recognizer, images = network(run, damage), images[indices.start : indices.stop : indices.step]
    # In parts: the windows of a large convolution take 200 MB for 1,000 digits.
    parts = [recognizer.probabilities(images[start : start + 100]) for start in range(0, len(images), 100)]
    return np.concatenate(parts).argmax(axis=1)
