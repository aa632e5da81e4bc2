"""A map of the test digits: near each other where the last hidden layer sees likeness, the user's own among them."""

import cv2
import numpy as np
import streamlit as st

from digits.evaluation import embedding_map, features
from digits.evaluation.test_sets import TestSet
from digits.figures.embedding_map import digit_map as map_figure
from digits.runs.run import Run
from pages.evaluate import choice
from pages.shared import background, cache, drawing
from pages.shared.errors import told
from pages.shared.prepare import prepared

NEIGHBOURS, COMPONENTS = "Neighbours (t-SNE)", "Principal components"
ZOOM = 6  # screen px for each pixel
TOOLS = {"displaylogo": False, "modeBarButtons": [["zoomIn2d", "zoomOut2d", "resetScale2d", "pan2d"]]}


def show(run: Run, chosen: TestSet, report: dict) -> None:
    """The map on the left, the chosen digit on the right: by a click, or by its number."""
    prepared(chosen.source)
    way = st.segmented_control(
        "Placed by", [NEIGHBOURS, COMPONENTS], default=NEIGHBOURS, required=True, key="map_way", bind="query-params",
        help=f"**{NEIGHBOURS}**: digits that the network finds alike lie together; how far apart two islands are, and "
        f"how large they are, means little.\n\n**{COMPONENTS}**: the two directions in which the features of the last "
        "hidden layer spread most; distances mean what they say, but much of the spread is not seen.",
    )  # fmt: skip
    with told():
        job = embedding_map.job(run, chosen) if way == NEIGHBOURS else features.job(run, chosen.name)
        why = (
            f"See the {len(chosen.indices):,} test digits as the last hidden layer sees them: what it finds alike lies "
            "together. A worker needs some seconds to read them, and half a minute to place them by their neighbours."
        )
        if not background.done(job, why=why, action="Draw the map", icon=":material/scatter_plot:"):
            return
        _draw(run, chosen, report, way)


def _draw(run: Run, chosen: TestSet, report: dict, way: str) -> None:
    images, labels = chosen.take(cache.dataset(chosen.source))
    said = np.array(labels, int)
    for row in report["misread"]:
        said[row["index"]] = row["predicted"]
    answers = features.stored(run, chosen.name)
    own = drawing.current()
    query = None if own is None else cache.layers(run).features(own[np.newaxis])[0]
    if way == NEIGHBOURS:
        found = embedding_map.stored(run, chosen)
        indices, places = found.indices, found.places
        place = None if query is None else found.place(answers, query)
        note = f"{len(indices):,} of the {len(labels):,} digits: every misread one, and others evenly taken."
    else:
        found = cache.components(run, chosen)
        indices, places = np.arange(len(labels)), found.place(answers)
        place = None if query is None else found.place(query[np.newaxis])[0]
        note = f"The two directions hold {sum(found.shares):.0%} of the variance."
    left, right = st.columns([3, 1], gap="large")
    with left:
        st.plotly_chart(
            map_figure(places, np.asarray(labels)[indices], said[indices], indices, drawn=place),
            key="map_chart",
            on_select=_open,
            selection_mode="points",
            config=TOOLS,
            alt=f"{len(indices):,} test digits as points, coloured by label, {len(report['misread']):,} misread",
        )
        st.caption(f"{note} A ring has the colour of what a misread digit was read as.")
    with right:
        _digit(images, labels, said)
        _own(own, way)


def _open() -> None:
    """Show the digit that was clicked."""
    points = st.session_state["map_chart"].selection.points
    index = points[0].get("customdata") if points else None
    if isinstance(index, int) and index >= 0:  # from the browser, so it may be anything; -1 is the drawing
        st.session_state["map_index"] = index


def _digit(images: np.ndarray, labels: np.ndarray, said: np.ndarray) -> None:
    """The chosen digit, by default the first that was misread."""
    wrong = np.flatnonzero(said != labels)
    if not 0 <= st.session_state.get("map_index", -1) < len(labels):
        st.session_state["map_index"] = int(wrong[0]) if len(wrong) else 0
    index = st.number_input("Number in the test set", 0, len(labels) - 1, step=1, key="map_index")
    large = cv2.resize(np.asarray(images[index]), None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_NEAREST)
    st.image(large, alt=f"A {labels[index]} of the test set, read as {said[index]}", output_format="PNG")
    st.markdown(f"is **{labels[index]}**, read as **{said[index]}**")
    with st.container(horizontal=True):
        if len(wrong):
            following = int(wrong[np.searchsorted(wrong, index, side="right") % len(wrong)])
            st.button(
                "Next misread", icon=":material/chevron_right:", shortcut="N", key="map_next", on_click=_go,
                args=(following,),
            )  # fmt: skip
        st.button("Look closer", icon=":material/zoom_in:", key="map_closer", on_click=_look_closer, args=(index,))


def _go(index: int) -> None:
    st.session_state["map_index"] = index


def _look_closer(index: int) -> None:
    """Its ten bars and its nearest training digits, among the mistakes."""
    choice.open_digit(index)
    st.session_state["evaluate_view"] = "Mistakes"


def _own(own: np.ndarray | None, way: str) -> None:
    """What the star is, or how to get one."""
    st.subheader("Your digit", anchor=False)
    if own is None:
        st.caption("Draw one digit on the Draw page: it appears here as a star.")
        st.page_link("pages/draw/page.py", label="Draw a digit", icon=":material/draw:")
        return
    large = cv2.resize(own, None, fx=ZOOM // 2, fy=ZOOM // 2, interpolation=cv2.INTER_NEAREST)
    st.image(large, alt="Your last drawing as 28 by 28 pixels", output_format="PNG")
    where = "in the middle of the digits most like it" if way == NEIGHBOURS else "exactly where its features are"
    st.caption(f"The star: your last drawing, {where}.")
