"""The take-home page: a network, the digit detector, a canvas and what computes, in one HTML file without a request.

`model.js` beside it is the same without the canvas, for programs: `<script src="model.js"></script>`, or Node.js.
"""

import base64
import html
import json
from pathlib import Path
from typing import Any

import numpy as np

from digits.exports.web import graph
from digits.inference import preprocessing
from digits.inference.detector import FOLDER, THRESHOLD

WEB = Path(__file__).parent
SETTINGS = (
    "SIDE", "BOX", "LENGTH", "FINE", "FAINT", "WIDTH", "NATURAL", "SOFT", "MIDDLE", "DETAIL", "MARGIN"
)  # fmt: skip
"""The constants of `digits.inference.preprocessing` that preparation.js computes with."""


def write(target: Path, litert: Path, temperature: float, about: dict[str, Any]) -> None:
    """Write the page to `target`, and model.js beside it.

    litert: the model's file that the app predicts with. about: {name, lines, credit}; lines is {label: value}.
    Raises DigitsError for a network that the page cannot compute.
    """
    script = model_script(litert, temperature)
    target.with_name("model.js").write_text(script, encoding="utf-8")
    card = "\n".join(
        f"<dt>{html.escape(label)}</dt><dd>{html.escape(value)}</dd>" for label, value in about["lines"].items()
    )
    parts = {
        "STYLE": _read("page.css"),
        "NAME": html.escape(about["name"]),
        "CARD": card,
        "CREDIT": html.escape(about["credit"]),
        "SCRIPT": script + _read("page.js"),
    }
    # Line by line: no part is searched for the names of others.
    lines = [
        next((line.replace(name, text) for name, text in parts.items() if name in line), line)
        for line in _read("page.html").split("\n")
    ]
    target.write_text("\n".join(lines), encoding="utf-8")


def model_script(litert: Path, temperature: float) -> str:
    """Return the script that defines predict and predictImage, with the weights as base64 of float32."""
    data = {
        "settings": {name: getattr(preprocessing, name) for name in SETTINGS},
        "threshold": THRESHOLD,
        "recognizer": _embedded(*graph.read(litert, temperature)),
        "detector": _embedded(*graph.read(FOLDER / "model.tflite")),
    }
    sources = [_read("preparation.js"), _read("network.js"), f"const DATA = {json.dumps(data)};\n", _read("predict.js")]
    return "\n".join(sources)


def _embedded(described: dict[str, Any], weights: np.ndarray) -> dict[str, Any]:
    return described | {"weights": base64.b64encode(weights.astype("<f4").tobytes()).decode()}


def _read(name: str) -> str:
    return (WEB / name).read_text(encoding="utf-8")
