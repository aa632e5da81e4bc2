"""How many: digits of each class, digits of each part."""

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


def split_bar(counts: dict[str, int]) -> go.Figure:
    """Return the parts of a split one after the other in a bar, each as long as it has digits.

    counts: part (train, validation, test) -> how many digits.
    """
    bars = [
        go.Bar(
            x=[count], y=[""], orientation="h", name=part, marker_color=PARTS[part], text=f"{part}<br><b>{count:,}</b>",
            textposition="inside", insidetextanchor="middle", textangle=0, textfont={"color": "#ffffff", "size": 14},
            hovertemplate=f"%{{x:,}} digits for {part}<extra></extra>",
        )
        for part, count in counts.items()
    ]  # fmt: skip
    x = HIDDEN | {"range": [0, sum(counts.values())]}
    return chart(bars, 80, x=x, y=HIDDEN, barmode="stack", showlegend=False, bargap=0)
