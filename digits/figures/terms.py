"""Small pictures of ideas, for the glossary."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.images import INK, LINES
from digits.figures.theme import DIGITS, HIDDEN, PARTS, QUIET, cells, chart, dotted, line

HEIGHT = 240  # px
WINDOW = DIGITS[1]


def relu(at: float) -> go.Figure:
    """Return what ReLU makes of every sum from -3 to 3, with the sum `at` marked."""
    lines = [
        line([-3, 0, 3], [0, 0, 3], "ReLU", PARTS["train"], size=0, hoverinfo="skip"),
        line([at], [max(at, 0)], "this sum", WINDOW, size=12, hovertemplate="%{x:.1f} → %{y:.1f}<extra></extra>"),
    ]
    x = {"title": {"text": "Sum"}, "range": [-3.2, 3.2]}
    return chart(lines, HEIGHT, x=x, y={"title": {"text": "Output"}, "range": [-0.3, 3.2], "showgrid": True},
                 showlegend=False)  # fmt: skip


def cross_entropy(at: float) -> go.Figure:
    """Return the price of every probability of the label, with the probability `at`, over 0 to 1, marked."""
    probabilities = np.linspace(0.005, 1, 200)
    lines = [
        line(probabilities, -np.log(probabilities), "price", PARTS["train"], size=0, hoverinfo="skip"),
        line([at], [-np.log(at)], "this one", WINDOW, size=12, hovertemplate="%{x:.0%}: %{y:.2f}<extra></extra>"),
    ]
    x = {"title": {"text": "Probability of the label"}, "range": [-0.02, 1.02], "tickformat": ".0%"}
    y = {"title": {"text": "Price"}, "range": [-0.2, 5.4], "showgrid": True}
    return chart(lines, HEIGHT, x=x, y=y, shapes=[dotted(0.1)], showlegend=False)


def descent(places: np.ndarray) -> go.Figure:
    """Return the steps of gradient descent in a valley. places: (n,) values of the weight; the loss is its square."""
    weights = np.linspace(-2, 2, 101)
    lines = [
        line(weights, weights**2, "loss", QUIET, size=0, hoverinfo="skip"),
        line(places, places**2, "steps", WINDOW, width=1.5, size=8,
             hovertemplate="weight %{x:.2f}, loss %{y:.2f}<extra></extra>"),
    ]  # fmt: skip
    x = {"title": {"text": "Weight"}, "range": [-2.1, 2.1]}
    return chart(lines, HEIGHT, x=x, y={"title": {"text": "Loss"}, "range": [-0.2, 4.2], "showgrid": True},
                 showlegend=False)  # fmt: skip


def window(image: np.ndarray, row: int, column: int, side: int) -> go.Figure:
    """Return a digit with a square on it. image: (28, 28) uint8. row, column: its upper left pixel. side: in pixels."""
    pixels = cells(image, 0, 255, gap=1, colorscale=INK, hoverinfo="skip")
    edge = {"x0": column - 0.5, "x1": column + side - 0.5, "y0": row - 0.5, "y1": row + side - 0.5}
    square = {"type": "rect", "line": {"color": WINDOW, "width": 3}} | edge
    y = HIDDEN | {"autorange": "reversed"}
    return chart([pixels], 280, x=HIDDEN, y=y, square=True, plot_bgcolor=LINES, shapes=[square])


def feature_map(sums: np.ndarray, largest: float) -> go.Figure:
    """Return the sums of a filter so far: blue positive, orange negative, empty (NaN) where it has not been yet."""
    scale = [[0, WINDOW], [0.5, "#000000"], [1, DIGITS[0]]]
    seen = cells(sums, -largest, largest, gap=1, colorscale=scale, hovertemplate="%{z:.2f}<extra></extra>",
                 hoverongaps=False)  # fmt: skip
    y = HIDDEN | {"autorange": "reversed"}
    return chart([seen], 280, x=HIDDEN, y=y, square=True, plot_bgcolor=LINES)
