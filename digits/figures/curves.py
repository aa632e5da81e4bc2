"""How a training goes: loss or accuracy over the epochs."""

from collections.abc import Sequence
from math import inf
from typing import Any, Literal

import plotly.graph_objects as go

from digits.figures.theme import DIGITS, LEGEND, PARTS, QUIET, chart

COLOURS = ("#4272c8", "#bd6714", "#1f856f", "#a35fb8", "#c2506a", "#8a7a2c")
"""Of the runs that are compared: the first of the theme's."""
MAX_POINTS = 300  # of one line; more would only cost time to send, and a browser most of its second to draw
MAX_MARKERS = 60
BLIND = 2.31  # nats: the loss of guessing, rounded up
RACERS = DIGITS[2:]  # the first two colours are training and validation


def curves(
    epochs: list[dict[str, Any]],
    ticks: list[dict[str, Any]],
    metric: Literal["loss", "accuracy"],
    *,
    total_epochs: int | None = None,
    racers: Sequence[str] = (),
) -> go.Figure:
    """Training and validation over the epochs, and a thin line for what happens within them.

    epochs: rows of {epoch: 1.., loss, accuracy, val_loss, val_accuracy}; in a race also {leader, racers}: validation is
    then a thin line for each, and the present leader's in bold.
    ticks: rows of {epoch, step, steps, loss, accuracy}, drawn at epoch - 1 + step / steps; may be empty.
    total_epochs: fixes the width of the picture, so that it does not jump while the training goes on.
    racers: what the networks of a race are called, in their order.
    Zoom survives an update with more rows.
    """
    shown = ".2%" if metric == "accuracy" else ".4f"
    ticks = _thinned([tick for tick in ticks if tick.get(metric) is not None])
    within = go.Scatter(
        x=[tick["epoch"] - 1 + tick["step"] / tick["steps"] for tick in ticks],
        y=[tick[metric] for tick in ticks],
        name="within the epoch",
        mode="lines",
        line={"width": 1, "color": QUIET},
        hoverinfo="skip",
    )
    epochs = _of_leader(epochs)
    lines = [within, *_racers(epochs, metric, racers)]
    for name, key, part in (("training", metric, "train"), ("validation", f"val_{metric}", "validation")):
        rows = _thinned([row for row in epochs if row.get(key) is not None])
        line = go.Scatter(
            x=[row["epoch"] for row in rows],
            y=[row[key] for row in rows],
            name=name,
            mode="lines+markers" if len(rows) <= MAX_MARKERS else "lines",
            line={"width": 2.5, "color": PARTS[part]},
            marker={"size": 7},
            hovertemplate=f"%{{y:{shown}}}",
        )
        lines.append(line)
    last = total_epochs or max([row["epoch"] for row in [*epochs, *ticks]], default=1)
    x = {"title": {"text": "Epoch"}, "range": [0, last + 0.2], "dtick": 1 if last <= 15 else None}
    # One that diverged would press all the others flat.
    going = [racer for row in epochs for racer in row.get("racers", []) if (racer["val_loss"] or inf) < BLIND]
    y = _vertical(metric, _range([*epochs, *going], ticks, metric))
    return chart(
        lines, 340, x=x, y=y, zoom=True, hovermode="x unified", legend=LEGEND, showlegend=True, uirevision=metric
    )


def _of_leader(epochs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the validation of whoever leads now, all the way."""
    if not epochs or "racers" not in epochs[-1]:
        return epochs
    return [row | row["racers"][epochs[-1]["leader"]] for row in epochs]


def _racers(epochs: list[dict[str, Any]], metric: str, names: Sequence[str]) -> list[go.Scatter]:
    """A thin line for the validation of each racer; where there are more than colours, only hovering tells which."""
    return [
        go.Scatter(
            x=[row["epoch"] for row in epochs],
            y=[row["racers"][place][f"val_{metric}"] for row in epochs],
            name=name,
            mode="lines",
            line={"width": 1.5, "color": RACERS[place % len(RACERS)]},
            showlegend=len(names) <= len(RACERS),
            hovertemplate=f"%{{y:{'.2%' if metric == 'accuracy' else '.4f'}}}",
        )
        for place, name in enumerate(names)
    ]


def compared(runs: dict[str, list[dict[str, Any]]], metric: Literal["loss", "accuracy"]) -> go.Figure:
    """The curves of several runs in one picture: validation in full, training dotted, a colour for each run.

    runs: a short name -> its rows of {epoch, loss, accuracy, val_loss, val_accuracy}; at most as many as COLOURS.
    """
    lines = []
    for (run, epochs), colour in zip(runs.items(), COLOURS, strict=False):
        for name, key, dash, width in ((f"{run}, training", metric, "dot", 1.5), (run, f"val_{metric}", "solid", 2.5)):
            rows = [row for row in epochs if row.get(key) is not None]
            line = go.Scatter(
                x=[row["epoch"] for row in rows],
                y=[row[key] for row in rows],
                name=name,
                mode="lines+markers" if dash == "solid" else "lines",
                line={"width": width, "color": colour, "dash": dash},
                marker={"size": 6},
                legendgroup=run,
                hovertemplate=f"%{{y:{'.2%' if metric == 'accuracy' else '.4f'}}}",
            )
            lines.append(line)
    every_row = [row for epochs in runs.values() for row in epochs]
    x, y = {"title": {"text": "Epoch"}}, _vertical(metric, _range(every_row, [], metric))
    return chart(lines, 380, x=x, y=y, zoom=True, hovermode="x unified", legend=LEGEND, showlegend=True)


def _vertical(metric: str, shown: list[float] | None) -> dict[str, Any]:
    """The vertical axis of a metric."""
    percent = ".0%" if metric == "accuracy" else None
    return {"title": {"text": metric.capitalize()}, "tickformat": percent, "range": shown, "showgrid": True}


def _range(epochs: list[dict[str, Any]], ticks: list[dict[str, Any]], metric: str) -> list[float] | None:
    """What the vertical axis shows: not the first steep moments, which would press all the rest flat."""
    values = [row[key] for row in epochs for key in (metric, f"val_{metric}") if row.get(key) is not None]
    values += [tick[metric] for tick in ticks if tick["epoch"] > 1]
    if not values:
        return None
    margin = 0.05 * (max(values) - min(values)) or 0.01
    return [0 if metric == "loss" else min(values) - margin, max(values) + margin]


def _thinned(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """At most MAX_POINTS of them, evenly, the newest always among them."""
    stride = -(-len(rows) // MAX_POINTS) or 1
    return rows[::-1][::stride][::-1]
