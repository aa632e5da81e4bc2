"""A class on one sheet: the accuracy of every network, and scores before and after fine-tuning."""

from collections.abc import Sequence

import plotly.graph_objects as go

from digits.figures.theme import DIGITS, QUIET, SYMBOLS, chart

BAND, ROW = 130, 30  # px
SPREAD = 0.3  # of a band, by which dots in it are apart
STEPS = 7  # heights in a band


def dots(groups: Sequence[str], group: Sequence[int], accuracy: Sequence[float], titles: Sequence[str]) -> go.Figure:
    """Return a dot for each of n networks on one scale, a band for each kind of network; hovering tells which it is.

    groups: names of the bands. group: which band, (n,). accuracy: 0 to 1. titles: n texts without tags.
    """
    traces = []
    for band, _ in enumerate(groups):
        places = sorted((place for place, own in enumerate(group) if own == band), key=lambda place: accuracy[place])
        # Neighbours on the scale get different heights, the same ones at each look.
        heights = [band + SPREAD * (2 * (rank * 3 % STEPS) / (STEPS - 1) - 1) for rank in range(len(places))]
        traces.append(
            go.Scatter(
                x=[accuracy[place] for place in places], y=heights, mode="markers", showlegend=False,
                hovertext=[titles[place] for place in places], hovertemplate="%{hovertext}: %{x:.1%}<extra></extra>",
                marker={"size": 14, "color": DIGITS[band % 10], "symbol": SYMBOLS[band % len(SYMBOLS)], "opacity": 0.8},
            )
        )  # fmt: skip
    x = {"tickformat": ".4~%", "showgrid": True, "title": {"text": "Accuracy"}, "automargin": True}
    y = {
        "tickvals": list(range(len(groups))), "ticktext": list(groups), "range": [len(groups) - 0.5, -0.5],
        "automargin": True, "tickfont": {"size": 16},
    }  # fmt: skip
    return chart(traces, BAND * len(groups) + 60, x=x, y=y, hovermode="closest")


def before_after(names: Sequence[str], before: Sequence[float], after: Sequence[float]) -> go.Figure:
    """Return a row for each name: a grey dot for the accuracy before, a coloured one for that after, and a line.

    names: n texts without tags. before, after: 0 to 1.
    """
    rows = list(range(len(names)))
    x_lines, y_lines = [], []
    for row in rows:
        x_lines += [before[row], after[row], None]
        y_lines += [row, row, None]
    shared = {"hovertemplate": "%{x:.0%}<extra></extra>", "y": rows, "mode": "markers", "cliponaxis": False}
    traces = [
        go.Scatter(x=x_lines, y=y_lines, mode="lines", line={"color": QUIET}, hoverinfo="skip", showlegend=False),
        go.Scatter(x=list(before), name="before", marker={"size": 12, "color": QUIET, "symbol": "circle-open",
                                                          "line": {"width": 3}}, **shared),
        go.Scatter(x=list(after), name="after", marker={"size": 12, "color": DIGITS[0]}, **shared),
    ]  # fmt: skip
    x = {"tickformat": ".0%", "showgrid": True, "range": [-0.03, 1.03], "side": "bottom"}
    y = {"tickvals": rows, "ticktext": list(names), "range": [len(names) - 0.5, -0.5], "automargin": True}
    return chart(traces, ROW * len(names) + 90, x=x, y=y, showlegend=True)
