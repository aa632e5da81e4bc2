"""What the detector learns from: digits, and pictures that are none, both drawn by hand and made from MNIST.

Both sides go the same ways and so have the same looks, soft like MNIST or crisp like a drawing that was redrawn by
digits/inference/preprocessing.py; else the detector would learn to tell pens apart instead of digits.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from digits.inference.preprocessing import to_mnist
from digits.networks.augmentation import Augmentation, augment
from digits.starter.detector.making.hand import ink, vary
from digits.starter.detector.making.non_digits import KINDS, digit, draw

DRAWN_DIGITS = 0.15  # as a share of the MNIST digits
DRAWN_NON_DIGITS = 1.1
MADE_NON_DIGITS = 0.4
ZOOM = 6  # at which a picture of 28 x 28 is cut out of its grey, as if it had been drawn on a canvas
TURNS: dict[str, tuple[tuple[int, ...], Callable[[np.ndarray], np.ndarray]]] = {
    "upside down": ((3, 4, 7), lambda image: image[::-1, ::-1]),
    "turned left": ((2, 3, 4, 5, 8), np.rot90),
    "turned right": ((2, 3, 4, 5, 8), lambda image: np.rot90(image, -1)),
    "in the mirror": ((3, 6, 9), lambda image: image[:, ::-1]),
}
"""Name -> digits that no longer are one once they are turned so, and how."""


def material(images: np.ndarray, labels: np.ndarray, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Make pictures of digits and of what is none, some thousands at a time.

    images: (n, 28, 28) uint8 of MNIST; labels: (n,) uint8, 0 to 9.
    Yields pictures (m, 28, 28) uint8 and whether each is a digit, (m,) bool; `size` of n in all, or some fewer.
    """
    for part in np.array_split(np.arange(len(images)), max(1, len(images) // 1000)):
        rng = np.random.default_rng([seed, part[0]])
        count = len(part)
        with ThreadPoolExecutor(2) as threads:  # OpenCV works outside the interpreter's lock
            drawn = [*threads.map(_drawn_digit, rng.spawn(int(DRAWN_DIGITS * count)))]
            none = [*threads.map(_drawn_non_digit, rng.spawn(int(DRAWN_NON_DIGITS * count)))]
            none += [made(images[part], labels[part], rng) for _ in range(int(MADE_NON_DIGITS * count))]
            plain = np.stack([*images[part], *drawn, *none])
            varied = np.concatenate(
                [
                    augment(images[part], labels[part], rng),
                    augment(np.stack(drawn + none), np.zeros(len(drawn + none)), rng, Augmentation(stroke_variants=0)),
                ]
            )
            way = rng.integers(3, size=len(plain))
            plain[way > 0] = varied[way > 0]
            plain[way > 1] = [*threads.map(redrawn, plain[way > 1])]
        is_digit = np.arange(len(plain)) < count + len(drawn)
        yield plain[plain.any(axis=(1, 2))], is_digit[plain.any(axis=(1, 2))]


def size(count: int) -> int:
    """How many pictures there are for so many of MNIST."""
    return int(count * (1 + DRAWN_DIGITS + DRAWN_NON_DIGITS + MADE_NON_DIGITS))


def redrawn(picture: np.ndarray) -> np.ndarray:
    """A picture (28, 28) uint8 as if somebody had drawn it on the canvas; as it was if it is too faint for that."""
    large = cv2.resize(picture, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    crisp = np.clip(ZOOM * (large - 127) + 127, 0, 255).astype(np.uint8)
    return to_mnist(crisp) if crisp.max() > 127 else picture


def made(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A picture that is no digit from MNIST's: turned, cut in half, or two beside each other; (28, 28) uint8."""
    what = rng.choice([*TURNS, "half", "two digits"], p=[0.15, 0.15, 0.15, 0.15, 0.1, 0.3])
    among = TURNS[what][0] if what in TURNS else (0,) if what == "half" else range(10)
    image, other = images[rng.choice(np.flatnonzero(np.isin(labels, among)), 2)]
    if what == "half":  # of a zero, upper or lower: an arch
        return to_mnist(image[:14] if rng.random() < 0.5 else image[14:])
    if what == "two digits":
        return to_mnist(np.hstack([image[:, 4:-4], other[:, 4:-4]]))
    return to_mnist(np.ascontiguousarray(TURNS[what][1](image)))


def _drawn_digit(rng: np.random.Generator) -> np.ndarray:
    return to_mnist(ink(vary(digit(rng), rng), rng))


def _drawn_non_digit(rng: np.random.Generator) -> np.ndarray:
    return to_mnist(draw(str(rng.choice(list(KINDS))), rng))
