"""My drawings as several pages show them: read once, and predicted once by each model."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from digits.drawings import store
from digits.runs.run import Run
from digits.storage.home import home
from digits.training.fine_tuning import is_held_out
from pages.shared.cache import KEYS, recognizer
from pages.shared.visitor import drawers


@dataclass(frozen=True)
class Drawings:
    """What the sheet of My drawings needs; a whole drawing is read when it is opened."""

    ids: list[str]
    images: np.ndarray
    """(n, 28, 28) uint8, 0 = paper, 255 = ink."""
    labels: np.ndarray
    """(n,) uint8, 0 to 9."""
    num_held_out: int
    """How many of them fine-tuning does not learn from."""


def my_drawings() -> Drawings:
    """Return My drawings, the newest first; read again when one came, went or got another label."""
    return _drawings(str(home()), store.revision(), drawers())


@st.cache_resource(max_entries=40, show_spinner="Opening My drawings…")
def _drawings(place: str, revision: int, owners: list[str] | None) -> Drawings:
    ids, images, labels = store.images_and_labels(owners)
    return Drawings(ids, images, labels, sum(is_held_out(image) for image in images))


def predicted_drawings(run: Run, found: Drawings) -> np.ndarray:
    """Return which digit the network of `run` predicts for each drawing, (n,) int. Raises DamagedFile."""
    known = _predictions_by_id(run)
    if new := [place for place, drawing_id in enumerate(found.ids) if drawing_id not in known]:
        digits = recognizer(run).probabilities(found.images[new]).argmax(axis=1)
        known.update(zip((found.ids[place] for place in new), digits.tolist(), strict=True))
    return np.array([known[drawing_id] for drawing_id in found.ids], int)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=KEYS)
def _predictions_by_id(run: Run) -> dict[str, int]:
    """Filled one drawing at a time, so that a new label does not cost the prediction of all of them."""
    return {}
