"""How sure the network is of each digit."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.evidence import FOR_AND_AGAINST
from digits.figures.theme import DIGITS, PARTS, QUIET, TEN, cells, chart, dotted, line

STYLE = f"""<style>
.probability-bars, .probability-bars div {{ display: flex; font-size: 0.8rem; line-height: 1; }}
.probability-bars {{ flex-direction: column; }}
.probability-bars div {{ flex: 1; gap: 0.5rem; align-items: center; }}
.probability-bars span {{ flex: 1; height: 75%; background: light-dark(#edebe4, #1d222c); }}
.probability-bars i {{ display: block; height: 100%; background: {QUIET}; }}
.probability-bars .predicted {{ background: {PARTS["train"]}; }}
.probability-bars b {{ width: 3rem; font-weight: normal; }}
</style>"""


def bars(probabilities: np.ndarray, highlight: int | None = None, *, height: int = 260) -> str:
    """Return ten bars from 0 to 100%, one below the other, as HTML; pointing at one tells its probability.

    Not as a Plotly figure, which took a third of the time of a stroke (docs/serving.md).
    probabilities: (10,) float in 0..1. highlight: the digit whose bar stands out. height: px.
    """
    rows = (
        f'<div title="{digit}: {percent(share)}">{digit}<span><i{" class=predicted" * (digit == highlight)} '
        f'style="width: {share:.1%}"></i></span><b>{short_percent(share) if share >= 0.005 else ""}</b></div>'
        for digit, share in enumerate(probabilities)
    )
    alt = "; ".join(f"{digit}: {percent(share)}" for digit, share in enumerate(probabilities))
    what = f'class="probability-bars" role="img" aria-label="{alt}" style="height: {height}px"'
    return f"{STYLE}<div {what}>{''.join(rows)}</div>"


def percent(probability: float) -> str:
    """Return a probability, 0 to 1, as a percentage: "99.2%". It is never rounded up to certainty."""
    return "over 99.9%" if probability > 0.999 else f"{probability:.1%}"


def short_percent(probability: float) -> str:
    """Return a probability, 0 to 1, in few characters: "4%", "99.2%", ">99.9%"; never rounded up to certainty."""
    return ">99.9%" if probability > 0.999 else f"{probability:.1%}" if probability > 0.9 else f"{probability:.0%}"


def changes(differences: np.ndarray, names: list[str]) -> go.Figure:
    """Return how the ten probabilities change, a row per case; the numbers are percentage points.

    differences: (n, 10) float in -1..1. names: n texts.
    """
    points = 100 * differences
    matrix = cells(
        points, -100, 100, gap=1, x=TEN, y=names, colorscale=FOR_AND_AGAINST,
        text=[[f"{point:+.0f}" if abs(point) >= 1 else "" for point in row] for row in points],
        texttemplate="%{text}", textfont={"color": "#ffffff", "size": 11},
        hovertemplate="%{y}, digit %{x}: <b>%{z:+.1f} points</b><extra></extra>",
    )  # fmt: skip
    x = {"tickvals": TEN, "side": "top"}
    return chart([matrix], 36 + 34 * len(names), x=x, y={"autorange": "reversed"})


def along_epochs(epochs: list[int], probabilities: np.ndarray, at: int, *, total_epochs: int) -> go.Figure:
    """Return the ten probabilities epoch by epoch: a line for each digit, named where it was ever the likeliest.

    epochs: n numbers, 0 before the first. probabilities: (n, 10) float in 0..1. at: the epoch that is marked.
    total_epochs: fixes the width of the picture, so that it does not jump while the training goes on.
    """
    # Not of epoch 0: what is the likeliest to a network that has learned nothing is chance.
    ever = {int(row.argmax()) for epoch, row in zip(epochs, probabilities, strict=True) if epoch}
    lines = [
        line(
            epochs, probabilities[:, digit], str(digit), colour, width=2.5 if digit in ever else 1,
            size=6 if digit in ever else 0, showlegend=digit in ever,
            hovertemplate=f"{digit}: <b>%{{y:.1%}}</b> after epoch %{{x}}<extra></extra>",
        )
        for digit, colour in enumerate(DIGITS)
    ]  # fmt: skip
    x = {"title": {"text": "Epoch"}, "range": [-0.2, total_epochs + 0.2], "dtick": 1 if total_epochs <= 15 else None}
    y = {"range": [-0.02, 1.04], "tickvals": [0, 0.5, 1], "tickformat": ".0%", "showgrid": True}
    return chart(lines, 220, x=x, y=y, showlegend=True, hovermode="closest", shapes=[dotted(at)])
