"""How a training goes: loss or accuracy over the epochs."""

from collections.abc import Sequence
from math import inf
from typing import Any, Literal

import plotly.graph_objects as go

from digits.figures.theme import DASHES, DIGITS, PARTS, QUIET, SYMBOLS, chart, line

MAX_POINTS = 300  # of one line; more would only cost time to send, and a browser most of its second to draw
MAX_MARKERS = 60
LEGEND_ROW = 30  # px; on a phone each run has one
BLIND = 2.31  # nats: the loss of guessing, rounded up
RACERS = DIGITS[2:]  # the first two colours are training and validation
RACER_DASHES = DASHES[2:]  # training is dashed and validation solid

Rows = list[dict[str, Any]]
Metric = Literal["loss", "accuracy"]


def curves(
    epochs: Rows, ticks: Rows, metric: Metric, *, total_epochs: int | None = None, racers: Sequence[str] = ()
) -> go.Figure:
    """Return training and validation over the epochs, and a thin line for what happens within them.

    epochs: rows of {epoch: 1.., loss, accuracy, val_loss, val_accuracy}; in a race also {leader, racers}: validation is
    then a thin line for each, and the present leader's in bold.
    ticks: rows of {epoch, step, steps, loss, accuracy}, drawn at epoch - 1 + step / steps; left out when there are no
    more of them than epochs, because a line between them would show nothing of what happens within these.
    total_epochs: fixes the width of the picture, so that it does not jump while the training goes on.
    racers: what the networks of a race are called, in their order.
    Zoom survives an update with more rows.
    """
    if len(ticks) <= len(epochs):
        ticks = []
    within = [tick | {"epoch": tick["epoch"] - 1 + tick["step"] / tick["steps"]} for tick in _with(ticks, metric)]
    lines = [_line(within, metric, "within the epoch", QUIET, width=1, size=0, hoverinfo="skip")]
    for place, name in enumerate(racers):
        rows = [row | row["racers"][place] for row in epochs]
        racer = _line(
            rows, f"val_{metric}", name, RACERS[place % len(RACERS)],
            width=1.5, size=0, dash=RACER_DASHES[place % len(RACER_DASHES)],
            showlegend=len(racers) <= len(RACERS),  # with more of them than colours, only hovering tells which
        )  # fmt: skip
        lines.append(racer)
    # One that diverged would press all the others flat.
    going = [racer for row in epochs for racer in row.get("racers", []) if (racer["val_loss"] or inf) < BLIND]
    if racers and epochs:  # validation of whoever leads now, all the way
        epochs = [row | row["racers"][epochs[-1]["leader"]] for row in epochs]
    lines.append(_line(_with(epochs, metric), metric, "training", PARTS["train"], dash="dash"))
    validation = f"val_{metric}"
    lines.append(_line(_with(epochs, validation), validation, "validation", PARTS["validation"]))
    last = total_epochs or max([row["epoch"] for row in [*epochs, *ticks]], default=1)
    x = {"range": [0, last + 0.2], "dtick": 1 if last <= 15 else None}
    return _chart(lines, 300, metric, x, [*epochs, *going], ticks)


def compared(runs: dict[str, Rows], metric: Metric) -> go.Figure:
    """Return the curves of several runs in one picture: validation in bold with symbols, training thin.

    A colour, a dash and a symbol for each run. runs: a short name -> its rows of {epoch, loss, accuracy, val_loss,
    val_accuracy}; six at most.
    """
    lines = []
    for (run, epochs), colour, dash, symbol in zip(runs.items(), DIGITS, DASHES, SYMBOLS, strict=False):
        training, validation = _with(epochs, metric), _with(epochs, f"val_{metric}")
        how = {"dash": dash, "legendgroup": run}
        lines.append(_line(training, metric, f"{run}, training", colour, width=1, size=0, showlegend=False, **how))
        lines.append(_line(validation, f"val_{metric}", run, colour, **how).update(marker_symbol=symbol))
    return _chart(
        lines, 300 + LEGEND_ROW * len(runs), metric, {}, [row for epochs in runs.values() for row in epochs], []
    )


def _line(rows: Rows, key: str, name: str, colour: str, **options) -> go.Scatter:
    """Return a line of at most MAX_POINTS of the rows, evenly, the newest always among them."""
    stride = -(-len(rows) // MAX_POINTS) or 1
    rows = rows[::-1][::stride][::-1]
    options = {"size": 6 if len(rows) <= MAX_MARKERS else 0, "hovertemplate": f"%{{y:{_format(key)}}}"} | options
    return line([row["epoch"] for row in rows], [row[key] for row in rows], name, colour, **options)


def _with(rows: Rows, key: str) -> Rows:
    return [row for row in rows if row.get(key) is not None]


def _format(key: str) -> str:
    return ".2%" if key.endswith("accuracy") else ".4f"


def _chart(lines: list, height: int, metric: str, x: dict, epochs: Rows, ticks: Rows) -> go.Figure:
    """Return the figure of some lines. It leaves out the first steep moments, which would press all the rest flat."""
    values = [row[key] for key in (metric, f"val_{metric}") for row in _with(epochs, key)]
    values += [tick[metric] for tick in ticks if tick["epoch"] > 1]
    values = values or [tick[metric] for tick in ticks] or [0, BLIND if metric == "loss" else 1]
    margin = 0.05 * (max(values) - min(values)) or 0.01
    low, high = max(min(values) - margin, 0), max(values) + margin
    y = {"title": {"text": metric.capitalize()}, "range": [low, high]}
    if metric == "accuracy":
        y["tickformat"] = ".0%" if high - low > 0.05 else ".1%"
    else:
        y["range"][0] = 0
    x, y = {"title": {"text": "Epoch"}} | x, y | {"showgrid": True}
    return chart(lines, height, x=x, y=y, zoom=True, hovermode="x unified", showlegend=True, uirevision=metric)
