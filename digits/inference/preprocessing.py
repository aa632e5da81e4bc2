"""Turn any drawing into what the network was trained on: 28 x 28 pixels as in MNIST.

MNIST's recipe: scale the ink to fit 20 x 20, keeping its shape, then put its centre of mass in the middle of 28 x 28
(LeCun, Cortes & Burges, yann.lecun.com/exdb/mnist). Beyond it, every stroke gets the same width, a common one in MNIST:
each point's signed distance to the edge of the ink is a relief whose waterline we move. So thin and thick brushes
leave the same digit. Training data needs none of this; only drawings and uploads come here.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from digits.errors import BlankDrawing

SIDE = 28  # px, side of an MNIST image
BOX = 20  # px, MNIST scales the ink to fit this square before centring it
LENGTH = 19  # px, longest side of a drawing: put at a fraction of a pixel it covers 20 rows, like MNIST's; 20 px, 21
FINE = 8  # parts of a pixel in which a stroke is measured and moved
FAINT = 16  # of 255: at most this much ink is paper
WIDTH = 2.2  # px of 28 x 28, every drawn stroke's width afterwards
NATURAL = 1.0, 6.0  # px, stroke widths of 99.7 % of MNIST
SOFT = 0.25  # fraction of grey above which edges are too soft to be measured; pens on a canvas: 0.03 to 0.2, MNIST: 0.6
MIDDLE = 14.5  # px, the middle of pixel 14 counted from 0, where MNIST's digits have their centre of mass
DETAIL = 320  # px, longest side at which a large drawing's edge is followed
MARGIN = 3 * FINE  # px of paper around it, room for the stroke to grow


@dataclass(frozen=True)
class Steps:
    """The stages from one drawing to what the network sees."""

    crop: np.ndarray  # (h, w) uint8: the ink alone, as it was drawn
    width_before: float  # stroke width in px if the crop were simply scaled
    width_after: float  # stroke width in px of `image`; the same when the width was left alone
    image: np.ndarray  # (28, 28) uint8, 0 = paper, 255 = ink: what the network sees


def to_mnist(ink: np.ndarray) -> np.ndarray:
    """Return what the network sees of one drawing, (28, 28) uint8: the last of the stages of `preprocess`."""
    return preprocess(ink).image


def as_drawn(ink: np.ndarray) -> np.ndarray:
    """Return the whole drawing shrunk to 28 x 28, its place, size and strokes unchanged: what most digit demos do.

    ink: (H, W) uint8. Returns (28, 28) uint8.
    """
    return cv2.resize(ink, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def to_size(crop: np.ndarray) -> np.ndarray:
    """Scale and centre a drawing as MNIST was made, without changing the width of its strokes.

    crop: (h, w) uint8, the ink alone, some of it over FAINT. Returns (28, 28) uint8.
    """
    side = _longest_side(crop)
    return _centre(_fit(crop, side), grid=FINE if side == BOX else 1)


def preprocess(ink: np.ndarray) -> Steps:
    """Crop, scale, redraw and centre one drawing as MNIST was made.

    ink: (H, W) uint8, 0 = paper, 255 = ink, any size.
    The longest side of the digit becomes LENGTH px, its centre of mass the middle. What fits BOX and is soft, as
    MNIST's own digits are, keeps its pixels. Raises BlankDrawing when no pixel exceeds FAINT.
    """
    if ink.ndim != 2 or ink.dtype != np.uint8:
        raise ValueError(f"ink is {ink.dtype} {ink.shape}; expected uint8 (H, W).")
    if not (ink > FAINT).any():
        raise BlankDrawing("There is no ink yet. Draw one digit, 0 to 9.")
    left, top, width, height = cv2.boundingRect((ink > FAINT).view(np.uint8))
    crop = ink[top : top + height, left : left + width]
    relief, zoom = _relief(crop)
    # Half of a stroke's points lie within a quarter of its width from the edge; blots hardly move the median.
    stroke = 4 * float(np.median(relief[relief > 0]))
    longest = max(crop.shape) * zoom
    before = stroke * _longest_side(crop) / longest
    # Soft edges (an MNIST digit, a photo) hold more detail than a redrawn line, unless the stroke is oddly wide.
    if _is_soft(crop) and NATURAL[0] <= before <= NATURAL[1]:
        return Steps(crop, before, before, to_size(crop))
    return Steps(crop, before, WIDTH, _centre(_redraw(relief, stroke, longest), grid=1))


def _relief(crop: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the signed distance to the edge of the ink, positive inside, and the zoom at which it was measured.

    The relief is float32 in px of the zoomed crop, with MARGIN px of paper around it.
    """
    longest = max(crop.shape)
    zoom = float(np.clip(1, BOX * FINE / longest, DETAIL / longest))
    crop = _resize(crop, zoom, cv2.INTER_LINEAR)
    crop = cv2.copyMakeBorder(crop, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_CONSTANT)
    # Half of the darkest ink, not of 255: a hairline is nowhere black once it is shrunk.
    inside = (crop >= max(1, crop.max() // 2)).view(np.uint8)
    within = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    outside = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    # Distances run between pixel centres; the edge lies half way.
    return np.where(inside, within - 0.5, 0.5 - outside), zoom


def _longest_side(crop: np.ndarray) -> int:
    """Return the px of 28 x 28 that the longest side becomes; MNIST's own digits, small and soft, keep theirs."""
    return BOX if max(crop.shape) <= BOX and _is_soft(crop) else LENGTH


def _is_soft(crop: np.ndarray) -> bool:
    """Return whether much of the ink is grey: 0 when each pixel is paper or ink, about 1 when most are in between."""
    fraction = crop / np.float32(crop.max())
    return float(4 * (fraction * (1 - fraction)).sum() / fraction.sum()) > SOFT


def _resize(picture: np.ndarray, zoom: float, enlarge: int) -> np.ndarray:
    """Zoom both sides alike; `enlarge` is OpenCV's interpolation when zoom > 1."""
    size = [max(1, round(side * zoom)) for side in picture.shape[::-1]]
    # INTER_AREA averages whole pixels; the default drops thin strokes when shrinking.
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if zoom < 1 else enlarge)


def _fit(crop: np.ndarray, side: int) -> np.ndarray:
    """Scale the crop to a longest side of `side` px; MNIST's own digits pixel by pixel, so that they stay the same."""
    return _resize(crop, side * FINE / max(crop.shape), cv2.INTER_NEAREST if side == BOX else cv2.INTER_LINEAR)


def _redraw(relief: np.ndarray, stroke: float, longest: float) -> np.ndarray:
    """Draw the relief again with strokes of WIDTH: (h, w) float32, 0..255, longest side LENGTH px."""
    # The pen's path, not its ink, is scaled to the length less one stroke; a dot has no path, hence the bound.
    zoom = min((LENGTH - WIDTH) * FINE / max(longest - stroke, 1), 2 * BOX * FINE / longest)
    size = [round(side * zoom) for side in relief.shape[::-1]]
    level = cv2.resize(relief, size, interpolation=cv2.INTER_LINEAR) * zoom
    return 255 * np.clip(level + (WIDTH * FINE - stroke * zoom) / 2 + 0.5, 0, 1)


def _centre(fine: np.ndarray, *, grid: int) -> np.ndarray:
    """Put the centre of mass in the middle: (h, w), 0..255, in FINE parts of a pixel -> (28, 28) uint8.

    grid: the step of the shift in such parts. FINE means whole pixels, as in MNIST, and keeps an MNIST digit sharp.
    1 keeps a redrawn digit from jumping when its mass moves a little.
    """
    left, top, width, height = cv2.boundingRect((fine > 0).view(np.uint8))
    fine = fine[top : top + height, left : left + width]
    mass = cv2.moments(fine)
    # Clipped, so that a digit whose mass is far from its middle does not leave the paper.
    x, y = (
        int(np.clip(grid * round((MIDDLE * FINE - 0.5 - mass[moment] / mass["m00"]) / grid), 0, SIDE * FINE - length))
        for moment, length in (("m10", width), ("m01", height))
    )
    paper = np.zeros((SIDE * FINE, SIDE * FINE), np.float32)
    paper[y : y + height, x : x + width] = fine
    return np.rint(cv2.resize(paper, (SIDE, SIDE), interpolation=cv2.INTER_AREA)).astype(np.uint8)
