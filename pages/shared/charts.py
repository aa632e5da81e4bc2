"""Figures on a page, without Plotly's tools."""

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from digits.figures.probabilities import bars

SAVE = ("toImage",)
"""The one of Plotly's tools that saves a figure as a picture."""


def chart(
    figure: go.Figure, *, key: str, alt: str, on_click: Callable[[dict], None] | None = None, tools: tuple = ()
) -> None:
    """Show a figure. on_click: gets the point that was clicked. tools: names of Plotly's buttons that are shown."""

    def clicked() -> None:
        if points := st.session_state[key].selection.points:
            on_click(points[0])

    options = {"on_select": clicked, "selection_mode": "points"} if on_click else {}
    place = st
    if proportions := _proportions(figure):  # on a narrow screen the figure is less high, too
        width = f"calc({figure.layout.height}px * {proportions})"  # else it would stand in the middle of a wider place
        st.html(f"<style>.st-key-{key}_place {{ aspect-ratio: {proportions}; max-width: {width}; min-height: 0 }}"
                "</style>")  # fmt: skip
        place, options["height"] = st.container(key=f"{key}_place"), "stretch"
    picture = {"filename": key.replace("_", "-"), "scale": 2}
    shown = {"displaylogo": False, "modeBarButtons": [list(tools)], "toImageButtonOptions": picture}
    config = shown if tools else {"displayModeBar": False}
    place.plotly_chart(figure, key=key, alt=alt, config=config, **options)


def _proportions(figure: go.Figure) -> str:
    """Return how many pixels a figure with square ones has across and down, as CSS has it; empty for any other."""
    if not figure.layout.yaxis.scaleanchor:
        return ""
    x, y = figure.layout.xaxis.range, figure.layout.yaxis.range
    if x and y:
        return f"{abs(x[1] - x[0])} / {abs(y[1] - y[0])}"
    if not isinstance(figure.data[0], go.Heatmap):
        return ""
    rows, columns = np.shape(figure.data[0].z)
    return f"{columns} / {rows}"


def probability_bars(probabilities: np.ndarray, *, highlight: int | None, **size: int) -> None:
    """Show (10,) probabilities as bars. highlight: the digit whose bar is coloured. size: height in px."""
    st.html(bars(probabilities, highlight, **size))
