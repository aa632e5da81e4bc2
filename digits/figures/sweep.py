"""A sweep: how its trials learn, which settings they have, and which of these matter."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import DIGITS, MARGIN, QUIET, chart, line

BEST = DIGITS[1]
FEW_EPOCHS = 8
MOST_LINES = 200  # more would only be a grey area
CROWDED = 7  # settings; with more of them their names stand askew


def histories(accuracies: Sequence[Sequence[float]], best: int | None) -> go.Figure:
    """Return the validation accuracy of each trial over the epochs: thin lines, with the best on top.

    accuracies: of each trial, 0 to 1, after each epoch. best: its place in them.
    """
    shown = [values for values in accuracies[-MOST_LINES:] if len(values)]
    epochs, values = _joined([(range(1, len(each) + 1), each) for each in shown])
    lines = [line(epochs, values, "trials", QUIET, width=1, size=0, opacity=0.6, hoverinfo="skip")]
    if best is not None:
        chosen = accuracies[best]
        lines.append(
            line(
                list(range(1, len(chosen) + 1)), list(chosen), "best", BEST,
                width=3, size=6, hovertemplate="Epoch %{x}: %{y:.2%}<extra></extra>",
            )
        )  # fmt: skip
    y = {"title": {"text": "Validation accuracy"}, "tickformat": ".1%", "showgrid": True, "range": _range(shown)}
    x = {"title": {"text": "Epoch"}, "rangemode": "tozero", "showgrid": True}
    if max(map(len, shown), default=0) <= FEW_EPOCHS:
        x["dtick"] = 1  # there are no halves of an epoch
    return chart(lines, 300, x=x, y=y, zoom=True, showlegend=True, uirevision="sweep")


def parallel(names: Sequence[str], columns: Sequence[Sequence[Any]], accuracies: Sequence[float | None]) -> go.Figure:
    """Return parallel coordinates: an axis for each setting and one for the validation accuracy, a line for each trial.

    names: of the settings. columns: their values, one for each trial; None where a network has no such setting.
    Numbers rise from the bottom to the top of an axis, whose ends are written there.
    """
    order = sorted(
        (place for place, value in enumerate(accuracies) if value is not None), key=lambda place: accuracies[place]
    )[-MOST_LINES:]
    axes = [*names, "Accuracy"]
    values = [*columns, accuracies]
    shown = [[column[place] for place in order] for column in values]
    heights, labels = zip(*[_axis(each, is_share=each is shown[-1]) for each in shown], strict=True)
    rows = [
        [(axis, heights[axis][row]) for axis in range(len(axes)) if heights[axis][row] is not None]
        for row in range(len(order))
    ]
    x, y = _joined([tuple(zip(*row, strict=True)) for row in rows[:-1]])
    lines = [line(x, y, "trials", QUIET, width=1, size=0, opacity=0.6, hoverinfo="skip")]
    if rows:
        best_x, best_y = zip(*rows[-1], strict=True)
        lines.append(line(best_x, best_y, "best", BEST, width=3, size=8, hoverinfo="skip"))
    notes = [
        {"x": axis, "y": end, "text": text, "showarrow": False, "yshift": 12 if end else -12, "font": {"size": 11}}
        for axis, (low, high) in enumerate(labels)
        for end, text in ((0, low), (1, high))
    ]
    x = {
        "tickvals": list(range(len(axes))),
        "ticktext": axes,
        "showgrid": True,
        "side": "top",
        "range": [-0.5, len(axes) - 0.5],
    }
    x |= {"tickangle": -35} if len(axes) > CROWDED else {}
    y = {"visible": False, "range": [-0.15, 1.15]}
    margin = MARGIN | {"r": 40}  # for the last name, where names stand askew: Plotly hides one that is cut
    return chart(lines, 320, x=x, y=y, annotations=notes, showlegend=False, margin=margin)


def importance(shares: dict[str, float]) -> go.Figure:
    """Return how much of the differences between the trials each setting explains, 0 to 1, the largest first."""
    names = sorted(shares, key=shares.get)
    bars = go.Bar(
        x=[shares[name] for name in names], y=names, orientation="h", marker_color=DIGITS[0],
        text=[f"{shares[name]:.0%}" for name in names], textposition="auto", hoverinfo="skip",
    )  # fmt: skip
    return chart([bars], 60 + 32 * len(names), x={"visible": False}, y={"automargin": True})


def _axis(values: list[Any], *, is_share: bool) -> tuple[list[float | None], tuple[str, str]]:
    """Return the height of each value on its axis, 0 to 1, and what is written at its two ends.

    is_share: whether they are accuracies.
    """
    known = sorted({value for value in values if value is not None}, key=lambda value: (isinstance(value, str), value))
    if not known:
        return [None] * len(values), ("", "")
    ends = tuple(f"{value:.1%}" if is_share else _text(value) for value in (known[0], known[-1]))
    if len(known) == 1:
        return [0.5 if value is not None else None for value in values], ("", ends[0])
    if all(type(value) in (int, float) for value in known):
        numbers = np.array(known, float)
        # Over more than a factor of ten, numbers are spread by their order of magnitude.
        scale = np.log if not is_share and numbers[0] > 0 and numbers[-1] / numbers[0] > 10 else np.array
        low, high = scale(numbers[0]), scale(numbers[-1])
        return [None if value is None else float((scale(value) - low) / (high - low)) for value in values], ends
    places = {value: place / (len(known) - 1) for place, value in enumerate(known)}
    return [None if value is None else places[value] for value in values], ends


def _text(value: Any) -> str:
    return f"{value:.2g}" if isinstance(value, float) else str(value)


def _joined(lines: Sequence[tuple[Sequence, Sequence]]) -> tuple[list, list]:
    """Return many lines as one, with gaps: a browser draws it many times as fast."""
    x, y = [], []
    for xs, ys in lines:
        x += [*xs, None]
        y += [*ys, None]
    return x, y


def _range(accuracies: Sequence[Sequence[float]]) -> list[float] | None:
    """Return the part of the scale that matters: from the lower of the ends on, without the first steep moments."""
    if not accuracies:
        return None
    best = max(max(values) for values in accuracies)
    low = min(best - 0.02, float(np.quantile([values[-1] for values in accuracies], 0.25)) - 0.02)
    return [max(low, 0), min(best + 0.01, 1.0)]
