"""How many: digits of each class, batches of each part."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import PARTS, QUIET, chart


def class_counts(counts: dict[str, np.ndarray]) -> go.Figure:
    """The digits of each class, grouped by part.

    counts: part (train, validation, test) -> (10,) int.
    """
    digits = list(range(10))
    bars = [
        go.Bar(
            x=digits,
            y=numbers,
            name=f"{part} ({sum(numbers):,})",
            marker_color=PARTS.get(part, QUIET),
            hovertemplate=f"%{{y:,}} digits that are %{{x}}, for {part}<extra></extra>",
        )
        for part, numbers in counts.items()
    ]
    x = {"tickvals": digits, "title": {"text": "Digit"}}
    y = {"showgrid": True, "tickformat": ",", "title": {"text": "How many"}}
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False}
    return chart(bars, 320, x=x, y=y, barmode="group", bargap=0.25, showlegend=True, legend=legend)


def split_bar(batches: dict[str, int]) -> go.Figure:
    """The batches of the data in their order, cut into parts.

    batches: part -> how many batches, in the order in which they lie.
    """
    bars, start = [], 0
    for part, number in batches.items():
        bar = go.Bar(
            x=[number],
            y=[""],
            base=[start],
            orientation="h",
            name=part,
            marker_color=PARTS.get(part, QUIET),
            text=f"{part}<br><b>{number:,}</b>",
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": "#ffffff", "size": 14},
            hovertemplate=f"{part}: batches {start:,} to {start + number - 1:,}<extra></extra>",
        )
        bars.append(bar)
        start += number
    cuts = np.cumsum([0, *batches.values()]).tolist()
    x = {"tickvals": cuts, "tickformat": ",", "range": [0, start], "title": {"text": "Batch"}}
    return chart(bars, 140, x=x, y={"visible": False}, barmode="overlay", showlegend=False, bargap=0)
