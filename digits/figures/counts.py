"""How many: digits of each class, batches of each part."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.frame import PARTS, QUIET, fix_axes, frame


def class_counts(counts: dict[str, np.ndarray]) -> go.Figure:
    """The digits of each class, grouped by part.

    counts: part (train, validation, test) -> (10,) int.
    """
    figure = go.Figure()
    for part, numbers in counts.items():
        figure.add_bar(
            x=list(range(10)),
            y=numbers,
            name=f"{part} ({sum(numbers):,})",
            marker_color=PARTS.get(part, QUIET),
            hovertemplate=f"%{{y:,}} digits that are %{{x}}, for {part}<extra></extra>",
        )
    fix_axes(figure).update_xaxes(tickvals=list(range(10)), title="Digit")
    figure.update_yaxes(showgrid=True, tickformat=",", title="How many")
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False}
    return frame(figure, 320, barmode="group", bargap=0.25, showlegend=True, legend=legend)


def split_bar(batches: dict[str, int]) -> go.Figure:
    """The batches of the data in their order, cut into parts.

    batches: part -> how many batches, in the order in which they lie.
    """
    figure, start = go.Figure(), 0
    for part, number in batches.items():
        figure.add_bar(
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
        start += number
    cuts = np.cumsum([0, *batches.values()]).tolist()
    fix_axes(figure).update_xaxes(tickvals=cuts, tickformat=",", range=[0, start], title="Batch")
    figure.update_yaxes(visible=False)
    return frame(figure, 140, barmode="overlay", showlegend=False, bargap=0)
