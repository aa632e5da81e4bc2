"""The path network beside the picture: how many pen digits both read, and what an unusual order of strokes does."""

from collections.abc import Callable
from typing import Any

import numpy as np

from digits.inference.detector import THRESHOLD
from digits.inference.path_network import WEIGHT, PathNetwork, follow, join, likelihood_with_path
from digits.starter.path.making.pens import Digit, PenDigits
from tests.benchmarks.pens.styles import STYLES, place

WEIGHTS = 0.1, 0.2, 0.3, 0.5, 1.0
ORDERS: dict[str, Callable[[Digit], Digit]] = {
    "as drawn": lambda digit: digit,
    "strokes in reverse order": lambda digit: digit[::-1],
    "first stroke backwards": lambda digit: [digit[0][::-1], *digit[1:]],
    "each stroke backwards": lambda digit: [line[::-1] for line in digit],
}
"""The same picture, drawn another way."""
COLUMNS = "picture", "path", "together", "agree", "refused"


def compare(
    pens: PenDigits,
    pictured: dict[str, tuple[np.ndarray, np.ndarray]],
    networks: list[tuple[np.ndarray, PathNetwork]],
) -> dict[str, Any]:
    """Return {styles, weights, orders}: what the picture, the path and both together read correctly, 0 to 1.

    pictured: the picture's probabilities, (n, 10), and its likelihoods of being digits, (n,), in each style. networks:
    each with the indices of the digits that it predicts. refused: by the detector and the path together.
    """

    def measure(style: str, path: np.ndarray, weight: float = WEIGHT) -> dict[str, float]:
        picture, likelihoods = pictured[style]
        found = {"picture": picture, "path": path, "together": join(picture, path, weight)}
        predicted = {name: probabilities.argmax(axis=1) for name, probabilities in found.items()}
        row = {name: float((digits == pens.labels).mean()) for name, digits in predicted.items()}
        row["agree"] = float((predicted["picture"] == predicted["path"]).mean())
        return row | {"refused": float((likelihood_with_path(likelihoods, picture, path) < THRESHOLD).mean())}

    paths = {name: _predict([place(digit, style) for digit in pens.digits], networks) for name, style in STYLES.items()}
    weights = []
    for weight in WEIGHTS:
        accuracies = [measure(name, path, weight)["together"] for name, path in paths.items()]
        weights.append({"weight": weight, "mean": float(np.mean(accuracies)), "worst": min(accuracies)})
    orders = [
        {"order": name, **measure("normal", _predict([reorder(digit) for digit in pens.digits], networks))}
        for name, reorder in ORDERS.items()
    ]
    styles = [{"style": name, **measure(name, path)} for name, path in paths.items()]
    return {"styles": styles, "weights": weights, "orders": orders}


def lines(result: dict[str, Any]) -> list[str]:
    """The comparison as tables in Markdown."""
    styles, text = result["styles"], []
    for what, name, rows in (("style", "style", styles), ("how it is drawn", "order", result["orders"])):
        text += ["", f"| {what} | {' | '.join(COLUMNS)} |", "| --- |" + len(COLUMNS) * " ---: |"]
        text += [f"| {row[name]} | {' | '.join(f'{row[column]:.2%}' for column in COLUMNS)} |" for row in rows]
        if rows is styles:
            for over, title in ((np.mean, "mean"), (np.min, "worst")):
                numbers = [over([row[column] for row in rows]) for column in COLUMNS[:-1]]
                numbers.append((np.max if title == "worst" else over)([row["refused"] for row in rows]))
                text.append(f"| **{title}** | {' | '.join(f'**{number:.2%}**' for number in numbers)} |")
    text += ["", "| weight of the path | mean | worst |", "| ---: | ---: | ---: |"]
    return text + [f"| {row['weight']} | {row['mean']:.2%} | {row['worst']:.2%} |" for row in result["weights"]]


def _predict(digits: list[Digit], networks: list[tuple[np.ndarray, PathNetwork]]) -> np.ndarray:
    """Return the probabilities of all digits, (n, 10)."""
    paths, found = np.stack([follow(digit) for digit in digits]), np.empty((len(digits), 10), np.float32)
    for chosen, network in networks:
        found[chosen] = network.probabilities(paths[chosen])
    return found
