"""Measure how well a model predicts what hands really draw: pen strokes painted on the canvas in many styles.

The digits are strokes recorded with a pen on tablets (UNIPEN), painted as the browser paints them and predicted by the
same code as on the Draw page: PNG, ink, 28 x 28, network.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from digits.errors import DamagedFile
from digits.inference import strokes as canvas
from digits.inference.detector import Detector
from digits.inference.picture import canvas_ink
from digits.inference.prediction import Prediction, predict
from digits.inference.recognizer import Recognizer

CANVAS = 384  # px


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to draw a digit on the canvas."""

    side: float = 240
    """px, longest side of the pen's path."""
    width: int = 24
    """px, of the brush."""
    centre: tuple[float, float] = (CANVAS / 2, CANVAS / 2)
    tilt: float = 0.0
    """Degrees, clockwise on the screen."""


WAYS = {
    "normal": Way(),
    "thin": Way(width=9),
    "thick": Way(width=40),
    "corner": Way(side=CANVAS / 4, width=12, centre=(80, 80)),
    "filling": Way(side=350),
    "filling thinly": Way(side=366, width=9),
    "tilted right": Way(tilt=12),
    "tilted left": Way(tilt=-12),
}


def read_pen_digits(file: Path) -> tuple[list[list[np.ndarray]], np.ndarray]:
    """The strokes of each digit, a list of (p, 2) float32 in a unit box centred on 0, y down; and the labels (n,).

    file: .npz with points, stroke_ends (cumulative points), digit_ends (cumulative strokes) and labels.
    Raises DamagedFile.
    """
    try:
        with np.load(file, allow_pickle=False) as arrays:
            strokes = np.split(arrays["points"], arrays["stroke_ends"][:-1])
            ends, labels = arrays["digit_ends"], arrays["labels"]
    except (OSError, ValueError, KeyError) as error:
        raise DamagedFile(f"{file} is no file of pen digits ({type(error).__name__}: {error}).") from error
    starts = [0, *ends[:-1]]
    return [strokes[start:end] for start, end in zip(starts, ends, strict=True)], labels


def paint(strokes: list[np.ndarray], way: Way) -> np.ndarray:
    """Paint one digit: (384, 384) uint8, 0 = paper, 255 = ink; round ends, anti-aliased."""
    angle = np.deg2rad(way.tilt)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = np.concatenate(strokes) @ turn
    low, high = points.min(axis=0), points.max(axis=0)
    scale = way.side / max((high - low).max(), 1e-6)
    placed = [(stroke @ turn - (low + high) / 2) * scale + way.centre for stroke in strokes]
    return canvas.paint([canvas.Stroke(line, way.width) for line in placed], (CANVAS, CANVAS))


def measure(
    recognizer: Recognizer, detector: Detector, digits: list[list[np.ndarray]], labels: np.ndarray
) -> Iterator[dict]:
    """Predict every digit in every way; yields a dict per way as it is done.

    {way, n, accuracy, refused (fraction that the detector rejects), by_digit (10 fractions), confusions ([[true, said,
    count], ...], most first), misread (indices), pictures ((m, 28, 28) uint8 of the misread)}. A digit that is rejected
    and predicted correctly counts as correct: the detector is measured on its own.
    """

    def read(strokes: list[np.ndarray], way: Way) -> Prediction:
        png = cv2.imencode(".png", cv2.cvtColor(paint(strokes, way), cv2.COLOR_GRAY2RGBA))[1].tobytes()
        return predict(canvas_ink(png, (CANVAS, CANVAS)), recognizer, detector)

    for name, way in WAYS.items():
        with ThreadPoolExecutor(2) as threads:  # OpenCV and Pillow work outside the interpreter's lock
            predictions = list(threads.map(read, digits, [way] * len(digits)))
        said = np.array([prediction.digit for prediction in predictions])
        wrong = np.flatnonzero(said != labels)
        confusions = Counter(zip(labels[wrong].tolist(), said[wrong].tolist(), strict=True))
        yield {
            "way": name,
            "n": len(labels),
            "accuracy": float((said == labels).mean()),
            "refused": float(np.mean([not prediction.is_digit for prediction in predictions])),
            "by_digit": [_share((said == labels)[labels == digit]) for digit in range(10)],
            "confusions": [[true, read, count] for (true, read), count in confusions.most_common(8)],
            "misread": wrong.tolist(),
            "pictures": np.stack([prediction.image for prediction in predictions])[wrong],
        }


def _share(hits: np.ndarray) -> float | None:
    """The share of hits; None where there is nothing to hit."""
    return float(hits.mean()) if len(hits) else None
