"""How many: digits of each class, batches of each part."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import HIDDEN, PARTS, TEN, chart


def class_counts(counts: dict[str, np.ndarray]) -> go.Figure:
    """Return the digits of each class, grouped by part.

    counts: part (train, validation, test) -> (10,) int.
    """
    bars = [
        go.Bar(
            x=TEN, y=numbers, name=f"{part} ({sum(numbers):,})", marker_color=PARTS[part],
            hovertemplate=f"%{{y:,}} digits that are %{{x}}, for {part}<extra></extra>",
        )
        for part, numbers in counts.items()
    ]  # fmt: skip
    x = {"tickvals": TEN, "title": {"text": "Digit"}}
    y = {"showgrid": True, "tickformat": ",", "title": {"text": "How many"}}
    return chart(bars, 320, x=x, y=y, barmode="group", bargap=0.25, showlegend=True)


def split_bar(batches: dict[str, int]) -> go.Figure:
    """Return the batches of the data in their order, cut into parts.

    batches: part -> how many batches, in the order in which they lie.
    """
    cuts = np.cumsum([0, *batches.values()]).tolist()
    bars = [
        go.Bar(
            x=[number], y=[""], base=[start], orientation="h", name=part, marker_color=PARTS[part],
            text=f"{part}<br><b>{number:,}</b>", textposition="inside", insidetextanchor="middle", textangle=0,
            textfont={"color": "#ffffff", "size": 14},
            hovertemplate=f"{part}: batches {start:,} to {start + number - 1:,}<extra></extra>",
        )
        for (part, number), start in zip(batches.items(), cuts, strict=False)
    ]  # fmt: skip
    x = {"tickvals": cuts, "tickformat": ",", "range": [0, cuts[-1]], "title": {"text": "Batch"}}
    return chart(bars, 140, x=x, y=HIDDEN, barmode="overlay", showlegend=False, bargap=0)
