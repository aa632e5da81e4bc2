"""Which digit was read as which."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import chart

CHOSEN = "#bd6714"
WORSE_AND_BETTER = [[0, "#bd6714"], [0.5, "#d8d5cd"], [1, "#4272c8"]]


def confusion(counts: np.ndarray, chosen: tuple[int, int] | None = None) -> go.Figure:
    """The confusion matrix: text is the count, colour the share of the row, hovering says it in words.

    counts: (10, 10) int, rows = true digit, columns = what was read. chosen: the cell (row, column) with a frame.
    A click selects a point whose x is the column and whose y is the row.
    Colour follows the cube root of the share, so that one error in a hundred still shows (at a fifth of the scale);
    what never happened stays empty.
    """
    counts = np.asarray(counts)
    totals = counts.sum(axis=1, keepdims=True)
    share = counts / np.maximum(totals, 1)  # (10, 10), rows sum to 1, or to 0 where there is no such digit
    cells = go.Heatmap(
        z=np.where(counts > 0, np.cbrt(share), np.nan),
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
        hovertext=np.ravel(_sentences(counts, share)),
        hoverinfo="text",
        showlegend=False,
    )
    around = []
    if chosen:
        row, column = chosen
        corners = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
        around = [{"type": "rect", "line": {"color": CHOSEN, "width": 3}, **corners}]
    return chart([cells, points], 500, **_digit_axes(), hovermode="closest", shapes=around)


def _sentences(counts: np.ndarray, share: np.ndarray) -> list[list[str]]:
    """What each cell says in words, (10, 10)."""
    return [
        [
            f"{counts[true, read]:,} {'digit that is' if counts[true, read] == 1 else 'digits that are'} {true} "
            f"{'was' if counts[true, read] == 1 else 'were'} read as {read} ({share[true, read]:.1%} of the {true}s)"
            for read in range(10)
        ]
        for true in range(10)
    ]


def difference(counts: np.ndarray) -> go.Figure:
    """How a second model's confusion matrix differs from a first one's: blue where it does better, orange where worse.

    counts: (10, 10) int, the second's counts less the first's; rows = true digit, columns = what was read.
    """
    counts = np.asarray(counts)
    better = np.where(np.eye(10, dtype=bool), counts, -counts)  # more right answers, or fewer wrong ones
    most = max(1, int(np.abs(counts).max()))
    cells = go.Heatmap(
        z=np.where(counts != 0, np.sign(better) * np.sqrt(np.abs(better) / most), np.nan),
        zmin=-1,
        zmax=1,
        colorscale=WORSE_AND_BETTER,
        text=[[f"{count:+d}" if count else "" for count in row] for row in counts],
        texttemplate="%{text}",
        textfont={"color": "#16181d"},
        hovertemplate="%{text} digits that are %{y} and were read as %{x}<extra></extra>",
        hoverongaps=False,
        xgap=2,
        ygap=2,
        showscale=False,
    )
    return chart([cells], 460, **_digit_axes())


def _digit_axes() -> dict:
    """The axes of a matrix of digits, true ones down, answers across."""
    digits = list(range(10))
    read = {"side": "top", "tickvals": digits, "range": [-0.5, 9.5], "title": {"text": "read as", "standoff": 6}}
    true = {"tickvals": digits, "range": [9.5, -0.5], "title": {"text": "true digit", "standoff": 6}}
    return {"x": read, "y": true, "square": True}
