"""Cut digits that touch: where they join there is less ink in a column than in the digits beside it.

The slices are candidates only. Most cuts run through a digit; segmentation.py joins what belongs together.
"""

from itertools import pairwise

import cv2
import numpy as np

from digits.inference.parts import Part, cut_out

MAX_CUTS = 3
APART = 0.2  # of the height: the least width of a slice
SMOOTH = 0.05  # of the height: the columns that are averaged


def slices(part: Part) -> list[Part]:
    """Return the slices of a part, left to right, at most MAX_CUTS + 1; one where it is too narrow to be cut."""
    height, width = part.ink.shape
    apart = max(1, round(APART * height))
    columns = cv2.blur(part.ink.sum(axis=0, dtype=np.float32), (1, 2 * round(SMOOTH * height / 2) + 1)).ravel()
    cuts: list[int] = []
    for column in np.argsort(columns[apart : width - apart + 1], kind="stable") + apart:
        if len(cuts) == MAX_CUTS:
            break
        is_valley = columns[column] <= columns[max(0, column - apart // 2) : column + apart // 2 + 1].min()
        if is_valley and all(abs(column - cut) >= apart for cut in cuts):
            cuts.append(int(column))
    edges = [0, *sorted(cuts), width]
    found = [cut_out(part.ink[:, start:end], part.left + start, part.top) for start, end in pairwise(edges)]
    return [one for one in found if one is not None]
