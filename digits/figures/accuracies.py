"""Accuracies side by side, each with its interval."""

from collections.abc import Sequence

import plotly.graph_objects as go

from digits.figures.theme import DIGITS, HIDDEN, SYMBOLS, chart

ROW = 56  # px


def accuracies(names: Sequence[str], accuracy: Sequence[float], intervals: Sequence[tuple[float, float]]) -> go.Figure:
    """Return a row for each model: its name and numbers, and below them a dot on the line of its interval.

    names: n texts, in which Plotly finds no tags. accuracy: 0 to 1. intervals: (low, high), 0 to 1.
    """
    rows = list(enumerate(zip(names, accuracy, intervals, strict=True)))
    dots = [
        go.Scatter(
            x=[value], y=[row], mode="markers", hovertemplate="%{x:.2%}<extra></extra>", showlegend=False,
            marker={"size": 12, "color": DIGITS[row % 10], "symbol": SYMBOLS[row % len(SYMBOLS)]},
            error_x={"array": [high - value], "arrayminus": [value - low], "thickness": 2, "width": 6,
                     "color": DIGITS[row % 10]},
        )
        for row, (_, value, (low, high)) in rows
    ]  # fmt: skip
    above = {"xref": "paper", "x": 0, "xanchor": "left", "yshift": 18, "showarrow": False, "font": {"size": 12}}
    texts = [
        above | {"y": row, "text": f"{name}: <b>{value:.2%}</b> ({low:.2%} to {high:.2%})"}
        for row, (name, value, (low, high)) in rows
    ]
    x = {"tickformat": ".4~%", "showgrid": True, "title": {"text": "Accuracy with its 95% interval"}}
    y = HIDDEN | {"range": [len(rows) - 0.5, -0.8]}
    return chart(dots, ROW * len(rows) + 70, x=x, y=y, annotations=texts)
