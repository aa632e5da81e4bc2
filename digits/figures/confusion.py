"""Which digit was read as which."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.frame import chart


def confusion(counts: np.ndarray) -> go.Figure:
    """The confusion matrix: text is the count, colour the share of the row, hovering says it in words.

    counts: (10, 10) int, rows = true digit, columns = what was read.
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
        customdata=_sentences(counts, share),
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
        xgap=2,
        ygap=2,
        showscale=False,
    )
    digits = list(range(10))
    read = {"side": "top", "tickvals": digits, "range": [-0.5, 9.5], "title": {"text": "read as", "standoff": 6}}
    true = {"tickvals": digits, "range": [9.5, -0.5], "title": {"text": "true digit", "standoff": 6}}
    return chart([cells], 500, x=read, y=true, square=True)


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
