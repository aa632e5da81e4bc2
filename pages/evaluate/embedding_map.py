"""A map of the test digits, on which those that look alike to the network lie together."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from digits.evaluation import embedding_map, features
from digits.evaluation.embedding_map import Components, Embedding
from digits.evaluation.test_sets import TestSet
from digits.figures.embedding_map import digit_map
from digits.runs.run import Run
from pages.evaluate import map_digit
from pages.shared import background, cache, drawing, links, table
from pages.shared.charts import SAVE, chart
from pages.shared.errors import told
from pages.shared.prepare import prepared

METHODS = {"t-SNE": "Neighbours (t-SNE)", "PCA": "Principal components (PCA)"}
METHOD_HELP = (
    "**Neighbours (t-SNE)**: digits that look alike to the network lie together. The distance between two islands and "
    "their size mean little.\n\n**Principal components (PCA)**: the two directions in which the features, the outputs "
    "of the last hidden layer, vary most. Distances are meaningful, but much of the variance is not visible."
)
WHY = (
    "See the {:,} test digits as the network sees them: those that look alike lie together. It takes some seconds "
    "to compute their features, and half a minute to place them by their neighbours."
)
TOOLS = ("zoomIn2d", "zoomOut2d", "resetScale2d", "pan2d", *SAVE)


@dataclass(frozen=True)
class Placed:
    """Digits with their places, and that of the user's own drawing."""

    indices: np.ndarray
    """(m,) integers into the test set."""
    places: np.ndarray
    """(m, 2) float32."""
    drawn: np.ndarray | None
    """(2,) float32; None where there is no drawing of one digit."""
    about: str
    about_drawn: str


def show(run: Run, chosen: TestSet, report: dict) -> None:
    """Show the map on the left and the chosen digit on the right; offer to compute what is missing."""
    prepared(chosen.source)
    method = links.choose("Placed by", "map", "evaluate_map", METHODS, help=METHOD_HELP)
    with told():
        vectors = features.stored(run, chosen.name)
        found = embedding_map.stored(run, chosen) if method == "t-SNE" else cache.components(run, chosen)
        if vectors is None or found is None:
            # Computing the map computes the features, too.
            kind = "map" if method == "t-SNE" and found is None else "features"
            why = WHY.format(len(chosen.indices))
            background.offer(kind, run.id, chosen.name, why=why, action="Draw the map", icon=":material/scatter_plot:")
            return
        own = drawing.current()
        query = None if own is None else cache.activations(run).features(own[np.newaxis])[0]
        placed = _by_neighbours(found, vectors, query) if method == "t-SNE" else _by_components(found, vectors, query)
    images, labels = chosen.take(cache.dataset(chosen.source))
    predicted = np.array(labels, int)
    for row in report["misclassified"]:
        predicted[row["index"]] = row["predicted"]
    left, right = st.columns([5, 2], gap="medium")
    with left:
        _map(placed, np.asarray(labels), predicted)
    with right:
        map_digit.show(images, labels, predicted)
        map_digit.show_drawing(own, placed.about_drawn)


def _by_neighbours(found: Embedding, vectors: np.ndarray, query: np.ndarray | None) -> Placed:
    n = len(found.indices)
    about = f"{n:,} digits."
    if n < len(vectors):
        about = f"{n:,} of the {len(vectors):,} digits: all misclassified ones, and others chosen evenly."
    drawn = None if query is None else found.place(vectors, query)
    about_drawn = "It lies in the middle of the digits that are most similar to it."
    return Placed(found.indices, found.places, drawn, about, about_drawn)


def _by_components(found: Components, vectors: np.ndarray, query: np.ndarray | None) -> Placed:
    about = f"The two directions explain {sum(found.explained):.0%} of the variance."
    drawn = None if query is None else found.place(query[np.newaxis])[0]
    return Placed(
        np.arange(len(vectors)), found.place(vectors), drawn, about, "It lies exactly where its features are."
    )


def _map(placed: Placed, labels: np.ndarray, predicted: np.ndarray) -> None:
    indices, places = placed.indices, placed.places
    num_wrong = int((predicted != labels)[indices].sum())
    chart(
        digit_map(places, labels[indices], predicted[indices], indices, drawn=placed.drawn),
        key="evaluate_map_chart",
        on_click=map_digit.choose_point,
        tools=TOOLS,
        alt=f"{len(indices):,} test digits as points, coloured by label; {num_wrong:,} misclassified",
    )
    st.caption(
        "Digits that look alike to the network lie together. The ring of a misclassified digit has the colour of the "
        f"prediction. {placed.about}"
    )
    table.behind(
        "evaluate_map",
        lambda: [
            {"Index": index, "Label": label, "Prediction": digit, "x": round(x, 3), "y": round(y, 3)}
            for index, label, digit, (x, y) in zip(
                indices.tolist(), labels[indices].tolist(), predicted[indices].tolist(), places.tolist(), strict=True
            )
        ],
        about="Index, label, prediction and place of each digit on the map",
    )
