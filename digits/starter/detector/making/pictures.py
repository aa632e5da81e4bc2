"""The pictures that the detector learns from: digits and others, some drawn by the program, some made from MNIST.

Both kinds are treated alike, so both look soft like MNIST or crisp like a drawing redrawn by
digits/inference/preprocessing.py. Otherwise the detector would learn to tell pens apart instead of digits.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from digits.inference.preprocessing import to_mnist
from digits.networks.augmentation import Augmentation, augment
from digits.starter.detector.making.non_digits import KINDS, draw

# As fractions of the number of MNIST digits.
DRAWN_DIGITS = 0.15
DRAWN_NON_DIGITS = 1.1
MADE_NON_DIGITS = 0.4
ZOOM = 6  # at which a picture of 28 x 28 is cut out of its grey, as if it had been drawn on a canvas
TURNS: dict[str, tuple[tuple[int, ...], Callable[[np.ndarray], np.ndarray]]] = {
    "upside down": ((3, 4, 7), lambda image: image[::-1, ::-1]),
    "turned left": ((2, 3, 4, 5, 8), np.rot90),
    "turned right": ((2, 3, 4, 5, 8), lambda image: np.rot90(image, -1)),
    "in the mirror": ((3, 6, 9), lambda image: image[:, ::-1]),
}
"""Name -> the digits that are no digits when turned this way, and the function that turns them."""


def pictures_of(images: np.ndarray, labels: np.ndarray, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield pictures of digits and of others, some thousands at a time.

    images: (n, 28, 28) uint8 of MNIST; labels: (n,) uint8, 0 to 9.
    Yields pictures (m, 28, 28) uint8 and whether each is a digit, (m,) bool; about 2.65 n in all.
    """
    for part in np.array_split(np.arange(len(images)), max(1, len(images) // 1000)):
        rng = np.random.default_rng([seed, part[0]])
        count = len(part)
        with ThreadPoolExecutor(2) as threads:  # OpenCV works outside the interpreter's lock
            drawn = [*threads.map(lambda rng: to_mnist(draw("digit", rng)), rng.spawn(int(DRAWN_DIGITS * count)))]
            kinds = rng.choice(list(KINDS), int(DRAWN_NON_DIGITS * count)).tolist()
            others = [*threads.map(lambda kind, rng: to_mnist(draw(kind, rng)), kinds, rng.spawn(len(kinds)))]
            others += [_made(images[part], labels[part], rng) for _ in range(int(MADE_NON_DIGITS * count))]
            made = np.stack(drawn + others)
            plain = np.concatenate([images[part], made])
            varied_digits = augment(images[part], labels[part], rng)
            varied_made = augment(made, np.zeros(len(made)), rng, Augmentation(stroke_variants=0))  # they have no label
            varied = np.concatenate([varied_digits, varied_made])
            look = rng.integers(3, size=len(plain))  # 0: plain, 1: varied, 2: varied and redrawn
            plain[look > 0] = varied[look > 0]
            plain[look > 1] = [*threads.map(_redrawn, plain[look > 1])]
        is_digit = np.arange(len(plain)) < count + len(drawn)
        has_ink = plain.any(axis=(1, 2))
        yield plain[has_ink], is_digit[has_ink]


def _redrawn(picture: np.ndarray) -> np.ndarray:
    """Return a picture (28, 28) uint8 as if it had been drawn on the canvas, unchanged if it is too faint for that."""
    large = cv2.resize(picture, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    crisp = np.clip(ZOOM * (large - 127) + 127, 0, 255).astype(np.uint8)
    return to_mnist(crisp) if crisp.max() > 127 else picture


def _made(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Make a picture that is not a digit from MNIST's: turned, half of one, or two side by side; (28, 28) uint8."""
    how = rng.choice([*TURNS, "half", "two digits"], p=[0.15, 0.15, 0.15, 0.15, 0.1, 0.3])
    among = TURNS[how][0] if how in TURNS else (0,) if how == "half" else range(10)
    image, other = images[rng.choice(np.flatnonzero(np.isin(labels, among)), 2)]
    if how == "half":  # of a zero, which is an arch
        return to_mnist(image[:14] if rng.random() < 0.5 else image[14:])
    if how == "two digits":
        return to_mnist(np.hstack([image[:, 4:-4], other[:, 4:-4]]))
    return to_mnist(np.ascontiguousarray(TURNS[how][1](image)))
