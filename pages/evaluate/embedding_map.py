"""A map of the test digits, on which those that look alike to the network lie together."""

import numpy as np
import streamlit as st

from digits.evaluation import embedding_map, features
from digits.evaluation.embedding_map import Components, Embedding
from digits.evaluation.test_sets import TestSet
from digits.figures.embedding_map import digit_map
from digits.runs.run import Run
from pages.evaluate import choice
from pages.shared import background, cache, drawing, links
from pages.shared.charts import chart
from pages.shared.errors import told
from pages.shared.picture import show_enlarged
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
TOOLS = ("zoomIn2d", "zoomOut2d", "resetScale2d", "pan2d")


def show(run: Run, chosen: TestSet, report: dict) -> None:
    """Show the map on the left and the chosen digit on the right; offer to compute what is missing."""
    prepared(chosen.source)
    method = links.choose("Placed by", "map", "evaluate_map", METHODS, help=METHOD_HELP)
    with told():
        vectors = features.stored(run, chosen.name)
        found = embedding_map.stored(run, chosen) if method == "t-SNE" else cache.components(run, chosen)
        if vectors is not None and found is not None:
            _draw(run, chosen, report, vectors, found)
            return
        background.offer(
            # Computing the map computes the features, too.
            "map" if method == "t-SNE" and found is None else "features", run.id, chosen.name,
            why=WHY.format(len(chosen.indices)), action="Draw the map", icon=":material/scatter_plot:",
        )  # fmt: skip


def _draw(run: Run, chosen: TestSet, report: dict, vectors: np.ndarray, found: Embedding | Components) -> None:
    images, labels = chosen.take(cache.dataset(chosen.source))
    predicted = np.array(labels, int)
    for row in report["misread"]:
        predicted[row["index"]] = row["predicted"]
    own = drawing.current()
    query = None if own is None else cache.activations(run).features(own[np.newaxis])[0]
    if isinstance(found, Embedding):
        indices, places = found.indices, found.places
        drawn = None if query is None else found.place(vectors, query)
        note = f"{len(indices):,} digits."
        if len(indices) < len(labels):
            note = f"{len(indices):,} of the {len(labels):,} digits: all misclassified ones, and others chosen evenly."
        star = "It lies in the middle of the digits that are most similar to it."
    else:
        indices, places = np.arange(len(labels)), found.place(vectors)
        drawn = None if query is None else found.place(query[np.newaxis])[0]
        note = f"The two directions explain {sum(found.explained):.0%} of the variance."
        star = "It lies exactly where its features are."
    left, right = st.columns([3, 1], gap="large")
    with left:
        chart(
            digit_map(places, np.asarray(labels)[indices], predicted[indices], indices, drawn=drawn),
            key="evaluate_map_chart",
            on_click=_open,
            tools=TOOLS,
            alt=f"{len(indices):,} test digits as points, coloured by label; {len(report['misread']):,} misclassified",
        )
        st.caption(f"{note} The ring of a misclassified digit has the colour of the prediction.")
    with right:
        _show_digit(images, labels, predicted)
        st.subheader("Your drawing", anchor=False)
        if own is None:
            st.caption("Draw one digit on the Draw page. It appears here as a star.")
            st.page_link("pages/draw/page.py", label="Draw a digit", icon=":material/draw:")
        else:
            show_enlarged(own, 3, alt="Your last drawing as 28 by 28 pixels")
            st.caption(f"The star is your last drawing. {star}")


def _open(point: dict) -> None:
    index = point.get("customdata")
    if isinstance(index, int) and index >= 0:  # from the browser, so it may be anything; -1 is the drawing
        st.session_state["evaluate_map_index"] = index


def _show_digit(images: np.ndarray, labels: np.ndarray, predicted: np.ndarray) -> None:
    """Show the chosen digit; at first, the first misclassified one."""
    misclassified = np.flatnonzero(predicted != labels)
    if not 0 <= st.session_state.get("evaluate_map_index", -1) < len(labels):
        st.session_state["evaluate_map_index"] = int(misclassified[0]) if len(misclassified) else 0
    index = st.number_input("Index in the test set", 0, len(labels) - 1, step=1, key="evaluate_map_index")
    show_enlarged(images[index], 6, alt=f"A test digit with label {labels[index]}, prediction {predicted[index]}")
    st.markdown(f"Label: **{labels[index]}**.  \nPrediction: **{predicted[index]}**.")
    with st.container(horizontal=True):
        if len(misclassified):
            following = int(misclassified[np.searchsorted(misclassified, index, side="right") % len(misclassified)])
            st.button(
                "Next mistake", icon=":material/chevron_right:", shortcut="N", key="evaluate_map_next", on_click=_go,
                args=(following,),
            )  # fmt: skip
        st.button(
            "Open", icon=":material/zoom_in:", key="evaluate_map_open", on_click=_open_in_mistakes, args=(index,),
            help="Shows its probabilities and the most similar training digits.",
        )  # fmt: skip


def _go(index: int) -> None:
    st.session_state["evaluate_map_index"] = index


def _open_in_mistakes(index: int) -> None:
    choice.open_digit(index)
    st.session_state["evaluate_view"] = "Mistakes"
