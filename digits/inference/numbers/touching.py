"""Cut digits that touch: where they join there is less ink in a column than in the digits beside it, or less height.

The slices are candidates only. Most cuts run through a digit; segmentation.py joins what belongs together.
"""

from itertools import pairwise

import cv2
import numpy as np

from digits.inference.numbers.parts import WIDE, Part, cut_out
from digits.inference.preprocessing import FAINT

CUTS = 3  # at most, for each height of the part that it is wide
MAX_CUTS = 10
APART = 0.2  # of the height: the least width of a slice
NARROW = 0.12  # the same in a part that is WIDE, for a 1 among others; most single digits are not
SMOOTH = 0.05  # of the height: the columns that are averaged
SPILL = 0.12  # of the ink of a slice: a smaller piece at its edge is the neighbour's


def slices(part: Part) -> list[Part]:
    """Return the slices of a part, left to right, at most MAX_CUTS + 1; one where it is too narrow to be cut."""
    height, width = part.ink.shape
    apart = max(1, round((NARROW if width > WIDE * height else APART) * height))
    ink = part.ink > FAINT
    # Two zeros share a wall: much ink, but the only place where they are not as high as in their middle.
    extent = np.where(ink.any(axis=0), height - ink.argmax(axis=0) - ink[::-1].argmax(axis=0), 0)
    found: list[tuple[float, int]] = []
    for profile in (part.ink.sum(axis=0) / 255, extent):
        columns = cv2.blur(profile.astype(np.float32), (1, 2 * round(SMOOTH * height / 2) + 1)).ravel()
        for column in range(apart, width - apart + 1):
            near = columns[max(0, column - apart) : column + apart + 1]
            if columns[column] <= near.min():
                found.append((columns[column] / max(columns.max(), 1), column))
    most = min(MAX_CUTS, max(3, round(CUTS * width / height)))
    cuts: list[int] = []
    for _, column in sorted(found):
        if len(cuts) < most and all(abs(column - cut) >= apart for cut in cuts):
            cuts.append(column)
    edges = [0, *sorted(cuts), width]
    parts = [cut_out(part.ink[:, start:end], part.left + start, part.top) for start, end in pairwise(edges)]
    return [one for one in parts if one is not None]


def without_spill(part: Part) -> Part:
    """Leave out what a straight cut took from the neighbours: small pieces at the left and the right edge."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats((part.ink > FAINT).view(np.uint8), connectivity=8)
    left, right, area = stats[:, 0], stats[:, 0] + stats[:, 2], stats[:, cv2.CC_STAT_AREA]
    spilled = ((left == 0) | (right == part.ink.shape[1])) & (area < SPILL * area[1:].sum())
    spilled[0] = False
    if not spilled.any():
        return part
    return cut_out(np.where(spilled[pieces], 0, part.ink).astype(np.uint8), part.left, part.top) or part
