"""The reliability diagram: whether confidence agrees with accuracy."""

from typing import Any

import plotly.graph_objects as go

from digits.figures.theme import PARTS, QUIET, chart, line

COLOURS = (PARTS["train"], QUIET)


def reliability(curves: dict[str, list[dict[str, Any]]]) -> go.Figure:
    """Return the reliability diagram: the accuracy of predictions with about the same confidence.

    curves: name -> rows of {confidence, accuracy, n}, two at most, the main one first. A point on the diagonal is
    calibrated, below it overconfident, above it underconfident; the larger, the more digits it stands for.
    """
    lines = [line([0, 1], [0, 1], "ideal", QUIET, width=1, size=0, dash="dot", hoverinfo="skip")]
    for (name, rows), colour in reversed(list(zip(curves.items(), COLOURS, strict=False))):
        counts = [row["n"] for row in rows]
        curve = line(
            [row["confidence"] for row in rows], [row["accuracy"] for row in rows], name, colour, width=1.5,
            size=[6 + 12 * (n / max(counts)) ** 0.5 for n in counts], customdata=counts,
            hovertemplate="%{customdata:,} predictions with %{x:.0%} confidence<br><b>%{y:.0%}</b> are correct"
            f"<extra>{name}</extra>",
        )  # fmt: skip
        lines.append(curve)
    axis = {"tickformat": ".0%", "range": [-0.04, 1.04], "showgrid": True}
    x, y = axis | {"title": {"text": "Confidence"}}, axis | {"title": {"text": "Accuracy"}}
    return chart(lines, 360, x=x, y=y, showlegend=True)
