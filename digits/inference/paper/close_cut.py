"""Pictures that were cut close around the ink: it reaches the rim, where no paper is left beside it.

Elsewhere what reaches in from the rim is a hand, a shadow or another sheet.
"""

from dataclasses import replace

import cv2
import numpy as np

from digits.inference.paper.perspective import Sheet, whole
from digits.inference.pictures.decoding import Picture

MARGIN = 0.2  # of the longest side: the paper that is put around
SAME = 6  # of 255: paper that is no photograph's, or an evenly lit one's, varies less
PAPER = 0.25  # of the picture: a bold digit leaves so much of it in its bounding box
BEYOND = 0.02  # of the picture: what is lighter than light paper, or darker than dark paper
BROADEST = 0.2  # of the longest side, from the middle of a stroke to its edge; a desk is broader
CROSSINGS = 12  # of the rim by strokes; squared paper and a camera's grain have more
WITHIN = 0.12  # of the longest side: a piece of ink so large that does not reach the rim is the digit on a sheet


def close_cut(picture: Picture, longest: int) -> Sheet | None:
    """Return the picture with a margin, no side over `longest` px; None where it was not cut close around its ink."""
    if picture.alpha.min() < 255:
        return None
    paper = _paper(picture.grey)
    if paper is None or not _reaches_rim(paper == 0):
        return None
    margin = round(MARGIN * max(paper.shape))
    colour = np.median(picture.pixels[paper > 0], axis=0).tolist()
    wide = cv2.copyMakeBorder(picture.pixels, *4 * [margin], cv2.BORDER_CONSTANT, value=colour)
    sheet = whole(wide, longest)
    height, width = paper.shape
    outline = (sheet.outline - margin).clip(0, (width, height)).astype(np.float32)
    shift = np.float64([[1, 0, margin], [0, 1, margin], [0, 0, 1]])
    return replace(sheet, outline=outline, matrix=sheet.matrix @ shift)


def _paper(grey: np.ndarray) -> np.ndarray | None:
    """Return where there is what most of the rim is: (H, W) uint8; None if it is uneven, little, or of middle tone."""
    shares = np.bincount(grey.ravel(), minlength=256) / grey.size
    tone = int(np.convolve(np.bincount(_rim(grey), minlength=256), np.ones(2 * SAME + 1), "same").argmax())
    lowest, highest = max(0, tone - SAME), tone + SAME
    if shares[lowest : highest + 1].sum() < PAPER or min(shares[:lowest].sum(), shares[highest + 1 :].sum()) > BEYOND:
        return None
    return cv2.inRange(grey, lowest, highest)


def _reaches_rim(other: np.ndarray) -> bool:
    """Return whether all that is no paper, (H, W) bool, are strokes that reach the rim."""
    strokes, rim = other.view(np.uint8), _rim(other)
    if np.count_nonzero(rim & ~np.roll(rim, 1)) > CROSSINGS:
        return False
    if cv2.distanceTransform(np.pad(strokes, 1), cv2.DIST_L2, 3).max() > BROADEST * max(strokes.shape):
        return False
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(strokes)
    at_rim = np.unique(_rim(pieces))
    large = np.flatnonzero(stats[:, 2:4].max(axis=1) >= WITHIN * max(strokes.shape))
    return set(large.tolist()) <= {0, *at_rim.tolist()} and at_rim.any()


def _rim(picture: np.ndarray) -> np.ndarray:
    """Return the outermost pixels of (H, W), once around."""
    return np.concatenate([picture[0], picture[:, -1], picture[-1, ::-1], picture[::-1, 0]])
