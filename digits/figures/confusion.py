"""The confusion matrix: which digit is predicted as which."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import chart

CHOSEN = "#bd6714"
WORSE_AND_BETTER = [[0, "#bd6714"], [0.5, "#d8d5cd"], [1, "#4272c8"]]


def confusion(counts: np.ndarray, chosen: tuple[int, int] | None = None) -> go.Figure:
    """Return the confusion matrix: text is the count, colour the fraction of the row; hovering puts it in words.

    counts: (10, 10) int, rows = label, columns = prediction. chosen: the cell (row, column) with a frame.
    A click selects a point whose x is the column and whose y is the row.
    Colour follows the cube root of the fraction: one error in a hundred still shows, at a fifth of the scale. Cells
    without a digit stay empty.
    """
    counts = np.asarray(counts)
    totals = counts.sum(axis=1, keepdims=True)
    fraction = counts / np.maximum(totals, 1)  # (10, 10), rows sum to 1, or to 0 where there is no such digit
    cells = go.Heatmap(
        z=np.where(counts > 0, np.cbrt(fraction), np.nan),
        zmin=0,
        zmax=1,
        text=np.where(counts > 0, counts.astype(str), ""),
        texttemplate="%{text}",
        hoverinfo="skip",
        xgap=2,
        ygap=2,
        showscale=False,
    )
    rows, columns = np.indices((10, 10)).reshape(2, -1)
    points = go.Scatter(  # unseen over the cells, because a heatmap does not answer clicks
        x=columns,
        y=rows,
        mode="markers",
        marker={"opacity": 0, "size": 40, "symbol": "square"},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        hovertext=np.ravel(_sentences(counts, fraction)),
        hoverinfo="text",
        showlegend=False,
    )
    around = []
    if chosen:
        row, column = chosen
        corners = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
        around = [{"type": "rect", "line": {"color": CHOSEN, "width": 3}, **corners}]
    return chart([cells, points], 500, **_digit_axes(), hovermode="closest", shapes=around)


def _sentences(counts: np.ndarray, fraction: np.ndarray) -> list[list[str]]:
    """Return each cell in words, (10, 10)."""
    return [
        [
            f"{n:,} digit{'' if n == 1 else 's'} with label {label}, predicted as {digit} ({part:.1%} of the {label}s)"
            for digit, (n, part) in enumerate(zip(*rows, strict=True))
        ]
        for label, rows in enumerate(zip(counts, fraction, strict=True))
    ]


def difference(counts: np.ndarray) -> go.Figure:
    """Return how two confusion matrices differ: blue where the second model is better, orange where it is worse.

    counts: (10, 10) int, the second's counts less the first's; rows = label, columns = prediction.
    """
    counts = np.asarray(counts)
    better = np.where(np.eye(10, dtype=bool), counts, -counts)  # more correct predictions, or fewer wrong ones
    most = max(1, int(np.abs(counts).max()))
    cells = go.Heatmap(
        z=np.where(counts != 0, np.sign(better) * np.sqrt(np.abs(better) / most), np.nan),
        zmin=-1,
        zmax=1,
        colorscale=WORSE_AND_BETTER,
        text=[[f"{count:+d}" if count else "" for count in row] for row in counts],
        texttemplate="%{text}",
        textfont={"color": "#16181d"},
        hovertemplate="%{text} digits with label %{y}, predicted as %{x}<extra></extra>",
        hoverongaps=False,
        xgap=2,
        ygap=2,
        showscale=False,
    )
    return chart([cells], 460, **_digit_axes())


def _digit_axes() -> dict:
    """Return the axes of a matrix of digits: labels down, predictions across."""
    digits = list(range(10))
    across = {"side": "top", "tickvals": digits, "range": [-0.5, 9.5], "title": {"text": "Prediction", "standoff": 6}}
    down = {"tickvals": digits, "range": [9.5, -0.5], "title": {"text": "Label", "standoff": 6}}
    return {"x": across, "y": down, "square": True}
