"""Check what was read of a form before it is taken: a sheet to look at, and the drawings that come of it."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from digits.drawings.drawing import Drawing, make
from digits.drawings.form.layout import COLUMNS
from digits.drawings.form.reading import FormDigit

TILE, LINE = 84, 22  # px of a digit, and of the text below it
TAKEN, DOUBTFUL, LEFT_OUT = (120, 120, 120), (40, 150, 240), (90, 90, 220)  # blue, green, red
TEXT = 40, 40, 40
ENLARGED = 3  # times 28 px


def proposed(digits: Sequence[FormDigit]) -> dict[int, int]:
    """Return the label of each digit that speaks for itself, by the number of its box."""
    return {digit.number: digit.label for digit in digits if not digit.reason}


def drawings(digits: Sequence[FormDigit], labels: Mapping[int, int]) -> list[Drawing]:
    """Return the drawings of the boxes that have a label."""
    return [make(digit.seen, digit.ink, labels[digit.number]) for digit in digits if digit.number in labels]


def sheet(digits: Sequence[FormDigit], labels: Mapping[int, int]) -> np.ndarray:
    """Return all digits on one sheet as the form has them, (H, W, 3) uint8 blue, green, red.

    Below each stand the number of its box and its label, with "?" where another digit is predicted, or "out".
    """
    rows = -(-max((digit.number for digit in digits), default=1) // COLUMNS)
    picture = np.full((rows * (TILE + LINE), COLUMNS * (TILE + 6), 3), 255, np.uint8)
    for digit in digits:
        y, x = (digit.number - 1) // COLUMNS * (TILE + LINE), (digit.number - 1) % COLUMNS * (TILE + 6)
        tile = cv2.resize(digit.seen, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_NEAREST)
        picture[y : y + TILE, x : x + TILE] = tile[..., np.newaxis]
        label = labels.get(digit.number)
        colour, text = TAKEN, str(label)
        if label is None:
            colour, text = LEFT_OUT, "out"
        elif label != digit.predicted:
            colour, text = DOUBTFUL, f"{label} ?"
        if colour != TAKEN:
            cv2.rectangle(picture, (x, y), (x + TILE - 1, y + TILE - 1), colour, 3)
        for words, at, size in ((f"{digit.number}:", x, 0.4), (text, x + 32, 0.55)):
            cv2.putText(picture, words, (at, y + TILE + 16), cv2.FONT_HERSHEY_SIMPLEX, size, TEXT, 1, cv2.LINE_AA)
    return picture
