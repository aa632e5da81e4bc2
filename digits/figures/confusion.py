"""The confusion matrix: which digit is predicted as which."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import PARTS, TEN, cells, chart, targets

# Orange up to 0, misclassified; blue from 0 on, correct. Both begin pale, where a fraction is small.
WRONG_AND_RIGHT = [[0, PARTS["validation"]], [0.5, "#f6e7d6"], [0.5, "#dde6f6"], [1, PARTS["train"]]]
WORSE_AND_BETTER = [[0, PARTS["validation"]], [0.5, "#d8d5cd"], [1, PARTS["train"]]]
ACROSS = {"side": "top", "tickvals": TEN, "range": [-0.5, 9.5], "title": {"text": "Prediction", "standoff": 6}}
DOWN = {"tickvals": TEN, "range": [9.5, -0.5], "title": {"text": "Label", "standoff": 6}}


def confusion(counts: np.ndarray, chosen: tuple[int, int] | None = None) -> go.Figure:
    """Return the confusion matrix: blue is correct, orange misclassified, the stronger the more of the row.

    The text is the count, and hovering puts it in words.
    counts: (10, 10) int, rows = label, columns = prediction. chosen: the cell (row, column) with a frame.
    A click selects a point whose x is the column and whose y is the row.
    Colour follows the cube root of the fraction: one error in a hundred still shows, at a fifth of the scale. Cells
    without a digit stay empty.
    """
    counts = np.asarray(counts)
    fraction = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)  # a row without digits stays 0
    sign = np.where(np.eye(10, dtype=bool), 1, -1)
    colours = np.where(counts > 0, sign * np.cbrt(fraction), np.nan)
    text = np.where(counts > 0, counts.astype(str), "")
    matrix = cells(
        colours, -1, 1, gap=2, colorscale=WRONG_AND_RIGHT, text=text, texttemplate="%{text}", hoverinfo="skip"
    )
    rows, columns = np.indices((10, 10)).reshape(2, -1)
    titles = [
        f"{n:,} digit{'' if n == 1 else 's'} with label {label}, predicted as {digit} ({part:.1%} of the {label}s)"
        for n, label, digit, part in zip(counts.flat, rows, columns, fraction.flat, strict=True)
    ]
    around = []
    if chosen:
        row, column = chosen
        corners = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
        around = [{"type": "rect", "line": {"color": PARTS["validation"], "width": 3}, **corners}]
    points = targets(columns, rows, titles, 40, "square")
    return chart([matrix, points], 460, x=ACROSS, y=DOWN, square=True, hovermode="closest", shapes=around)


def difference(counts: np.ndarray) -> go.Figure:
    """Return how two confusion matrices differ: blue where the second model is better, orange where it is worse.

    counts: (10, 10) int, the second's counts less the first's; rows = label, columns = prediction.
    """
    counts = np.asarray(counts)
    better = np.where(np.eye(10, dtype=bool), counts, -counts)  # more correct predictions, or fewer wrong ones
    most = max(1, int(np.abs(counts).max()))
    matrix = cells(
        np.where(counts != 0, np.sign(better) * np.sqrt(np.abs(better) / most), np.nan), -1, 1, gap=2,
        colorscale=WORSE_AND_BETTER, hoverongaps=False, textfont={"color": "#16181d"}, texttemplate="%{text}",
        text=[[f"{count:+d}" if count else "" for count in row] for row in counts],
        hovertemplate="%{text} digits with label %{y}, predicted as %{x}<extra></extra>",
    )  # fmt: skip
    return chart([matrix], 460, x=ACROSS, y=DOWN, square=True)
