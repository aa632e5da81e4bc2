"""Vary the training digits as handwriting varies: position, slant, size, wobble, pen and stroke variants.

Every warp is a sum of fixed fields over the 28 x 28 square (shift, the affine ones, smooth bumps), each digit with its
own random weights. The sampling map of a whole batch is therefore one matrix product, and one `cv2.remap` warps the
batch. Elastic deformation follows Simard, Steinkraus and Platt, "Best practices for convolutional neural networks
applied to visual document analysis" (ICDAR 2003). Only NumPy and OpenCV, because the Train page shows a preview.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from digits.networks.stroke_variants import PAD, SIDE, add_stroke_variants

BOX = 20  # px, side of the square that MNIST's digits fit
CENTRE = 14.0  # px, where MNIST puts the centre of mass
CHUNK = 512  # digits per mosaic; OpenCV allows 32,767 rows, but fewer fit the processor's cache


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How far each variation goes: for most, the largest value of a uniform draw. Zero switches it off."""

    rotation: float = 12.0  # degrees, either way
    shear: float = 0.2  # sideways lean per unit of height, either way
    scale: float = 0.12  # fraction by which a digit grows or shrinks
    aspect: float = 0.12  # fraction by which a digit grows in one direction and shrinks in the other
    shift: float = 1.0  # px, away from the centre of mass, in each direction
    elastic: float = 0.7  # px, standard deviation of a smooth displacement
    thinner: float = 0.4  # largest fraction of a one-pixel erosion that is mixed in
    thicker: float = 0.5  # largest fraction of a one-pixel dilation that is mixed in
    pen: float = 0.4  # fraction of the digits redrawn with the crisp, even stroke of a canvas
    stroke_variants: float = 0.3  # fraction of the 0, 1, 7 and 9 that get a stroke which is common but rare in MNIST

    def times(self, strength: float) -> "Augmentation":
        """Return the same variations, each `strength` times as far."""
        return Augmentation(**{name: strength * value for name, value in vars(self).items()})


def augment(
    images: np.ndarray, labels: np.ndarray, rng: np.random.Generator, settings: Augmentation = Augmentation()
) -> np.ndarray:
    """Vary each digit at random and put its centre of mass back near the middle, as preprocessing does for drawings.

    images: (n, 28, 28) uint8, 0 = paper, 255 = ink; not changed. labels: (n,) int, 0 to 9.
    Returns (n, 28, 28) uint8. The same generator state gives the same digits.
    """
    varied = np.empty_like(images)
    for start in range(0, len(images), CHUNK):
        part = slice(start, start + CHUNK)
        mosaic = np.pad(images[part], ((0, 0), (PAD, PAD), (0, 0)))
        add_stroke_variants(mosaic, labels[part], rng, settings.stroke_variants)
        _redraw(mosaic, rng, settings.pen)
        _vary_thickness(mosaic, rng, settings.thinner, settings.thicker)
        varied[part] = _warp(mosaic, rng, settings)
    return varied


def _bumps(count: int = 5, width: float = 4.5) -> np.ndarray:
    """Return (count * count, 784) smooth fields whose random sum has the same variance in every pixel."""
    centres = np.linspace(0, SIDE - 1, count)
    rise = np.exp(-0.5 * ((np.arange(SIDE) - centres[:, None]) / width) ** 2)
    rise /= np.sqrt((rise**2).sum(axis=0))
    return np.einsum("ay,bx->abyx", rise, rise).reshape(count * count, SIDE * SIDE)


_Y, _X = np.mgrid[:SIDE, :SIDE].reshape(2, SIDE * SIDE) - CENTRE
_FIELDS = np.vstack([np.ones(SIDE * SIDE), _X, _Y, _bumps()]).astype(np.float32)  # (28, 784)


def _warp(mosaic: np.ndarray, rng: np.random.Generator, settings: Augmentation) -> np.ndarray:
    """Warp each digit of (n, 34, 28) uint8 about its centre of mass. Returns (n, 28, 28) uint8."""
    n, height, _ = mosaic.shape
    weights = np.zeros((2, n, len(_FIELDS)), np.float32)  # of the fields in the sampling map's x and y

    angle = np.radians(rng.uniform(-settings.rotation, settings.rotation, n))
    shear = rng.uniform(-settings.shear, settings.shear, n)
    middle, longest = _measure(mosaic)
    zoom = longest / BOX / (1 + rng.uniform(-settings.scale, settings.scale, n))
    stretch = 1 + rng.uniform(-settings.aspect, settings.aspect, n)
    weights[0, :, 1] = zoom * stretch * np.cos(angle)
    weights[0, :, 2] = zoom * (shear * np.cos(angle) - np.sin(angle))
    weights[1, :, 1] = zoom * stretch * np.sin(angle)
    weights[1, :, 2] = zoom * (shear * np.sin(angle) + np.cos(angle)) / stretch

    weights[:, :, 0] = middle + rng.uniform(-settings.shift, settings.shift, (2, n))
    weights[:, :, 3:] = settings.elastic * rng.standard_normal((2, n, len(_FIELDS) - 3), np.float32)

    map_x, map_y = (weights.reshape(2 * n, -1) @ _FIELDS).reshape(2, n, SIDE * SIDE)
    np.clip(map_y, 0, height - 1, out=map_y)  # the outermost rows of a cell are empty
    map_y += height * np.arange(n, dtype=np.float32)[:, None]
    rows = (n * SIDE, SIDE)
    stacked = mosaic.reshape(n * height, SIDE)
    return cv2.remap(stacked, map_x.reshape(rows), map_y.reshape(rows), cv2.INTER_LINEAR).reshape(n, SIDE, SIDE)


def _measure(mosaic: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ink's centres of mass (2, n), x and y, and longest sides (n,) of (n, 34, 28) uint8; all in px."""
    centres, sides = [], []
    for axis, middle in ((1, CENTRE), (2, CENTRE + PAD)):
        ink = mosaic.sum(axis=axis, dtype=np.uint32)
        mass = ink.sum(axis=1)
        centres.append(np.divide(ink @ np.arange(ink.shape[1]), mass, out=np.full(len(mass), middle), where=mass > 0))
        there = ink > 127
        sides.append(ink.shape[1] - there.argmax(axis=1) - there[:, ::-1].argmax(axis=1))
    return np.stack(centres), np.maximum(*sides)


def _redraw(mosaic: np.ndarray, rng: np.random.Generator, fraction: float) -> None:
    """Give some digits of (n, 34, 28) uint8 a stroke of at most about 2 px with sharp edges, in place.

    The method is that of digits/inference/preprocessing.py: the distance to the ink's edge is a relief, and the new
    stroke is what rises above a higher waterline.
    """
    chosen = rng.random(len(mosaic)) < fraction
    if not chosen.any():
        return
    some = mosaic[chosen]
    rows = some.reshape(-1, SIDE)
    ink = (cv2.resize(rows, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR) > 127).view(np.uint8)
    relief = cv2.distanceTransform(ink, cv2.DIST_L2, 3)  # in half pixels; 1, not 0.5, just inside the edge
    cells = (len(some), -1)
    # Across a stroke the distance to its edge runs evenly from 0 to half its width: the mean is a quarter of it.
    height = relief.reshape(cells).sum(axis=1) / np.maximum(np.count_nonzero(ink.reshape(cells), axis=1), 1)
    width = 2 * height - 1
    water = np.maximum(0, width - rng.uniform(1.7, 2.4, len(some))).astype(np.float32) / 2 + 0.25
    relief = cv2.resize(relief, rows.shape[::-1], interpolation=cv2.INTER_AREA).reshape(some.shape) / 2
    # The slope is steeper than 1, because the shrunk relief has lost its ridge and the warp will blur the edge.
    mosaic[chosen] = np.clip(510 * (relief - water[:, None, None]) + 127, 0, 255)


def _vary_thickness(mosaic: np.ndarray, rng: np.random.Generator, thinner: float, thicker: float) -> None:
    """Mix each digit of (n, 34, 28) uint8 with its erosion or its dilation, in place."""
    fraction = rng.uniform(-thinner, thicker, len(mosaic)).astype(np.float32)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    for morph, chosen in ((cv2.erode, fraction < 0), (cv2.dilate, fraction > 0)):
        if chosen.any():
            some = mosaic[chosen]
            other = morph(some.reshape(-1, SIDE), cross).reshape(some.shape)
            mixed = some + np.abs(fraction[chosen, None, None]) * (other.astype(np.float32) - some)
            mosaic[chosen] = mixed.astype(np.uint8)
