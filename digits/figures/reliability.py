"""Whether a network's confidence means what it says."""

from typing import Any

import plotly.graph_objects as go

from digits.figures.theme import LEGEND, PARTS, QUIET, chart

COLOURS = (PARTS["train"], QUIET)


def reliability(curves: dict[str, list[dict[str, Any]]]) -> go.Figure:
    """The reliability diagram: how many are right among the answers of about the same confidence.

    curves: name -> rows of {confidence, accuracy, n}, two at most, the one that counts first. A point on the diagonal
    is honest, below it boasts, above it is too modest; the larger, the more digits it stands for.
    """
    honest = {"color": QUIET, "width": 1, "dash": "dot"}
    lines = [go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line=honest, name="honest", hoverinfo="skip")]
    for (name, rows), colour in reversed(list(zip(curves.items(), COLOURS, strict=False))):
        most = max((row["n"] for row in rows), default=1)
        line = go.Scatter(
            x=[row["confidence"] for row in rows],
            y=[row["accuracy"] for row in rows],
            mode="lines+markers",
            name=name,
            line={"color": colour, "width": 1.5},
            marker={"size": [6 + 12 * (row["n"] / most) ** 0.5 for row in rows]},
            customdata=[row["n"] for row in rows],
            hovertemplate="of %{customdata:,} answers that are %{x:.0%} sure<br><b>%{y:.0%}</b> are right"
            f"<extra>{name}</extra>",
        )
        lines.append(line)
    axis = {"tickformat": ".0%", "range": [0, 1.05], "showgrid": True}
    x, y = axis | {"title": {"text": "How sure it is"}}, axis | {"title": {"text": "How often it is right"}}
    return chart(lines, 360, x=x, y=y, legend=LEGEND, showlegend=True)
