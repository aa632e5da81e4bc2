"""Find the sheet of paper in a photograph, among whatever else lies on the desk."""

import cv2
import numpy as np

from digits.inference.paper.outlines import AREA, CONTRAST, contrast, innermost, is_crossed, level_sets
from digits.inference.paper.perspective import SMALL, Sheet, at_rim, flat_sheet
from digits.inference.paper.stripes import on_stripes

SOLID = 0.9  # of its hull: a finger may cover a little of a sheet
COMPACT = 0.72  # of its hull: sheets that overlap
FILLED = 0.8  # of it: a sheet, which the ring of a 0 is not
WRITTEN = 0.1  # of paper of another shape: at most so much is ink; the hole in a light digit is more
CORNERS = 4  # of a sheet inside the picture; where it runs out of the picture there are more
CUT_OFF = 0.3  # of the picture, of a sheet that runs out of it on more than one side: less is a corner of something
STRAIGHT = 2.5  # px of SMALL, from the edge of most of a sheet


def find_sheet(pixels: np.ndarray, longest: int) -> Sheet | None:
    """Return the sheet with writing on it; None where the picture shows nothing but paper, or no sheet.

    pixels: (H, W, 3) uint8 red, green, blue. A sheet is a region with at most four straight edges inside the picture,
    of another colour than what lies beside it all along. Of sheets on sheets, the innermost that has writing.
    After OpenCV's samples/cpp/squares.cpp: contours of every channel at many levels.
    """
    zoom = min(1, SMALL / max(pixels.shape[:2]))
    if min(pixels.shape[:2]) * zoom < 64:
        return None
    small = cv2.resize(pixels, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    if _is_plain(small):
        return None
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    detail = np.linalg.norm(lab.astype(np.float32) - cv2.medianBlur(lab, 41), axis=2)
    flat = cv2.medianBlur(lab, 9)

    def is_written(outline: np.ndarray) -> bool:
        return _is_written(detail, outline)

    sheets, regions = (
        [outline for outline in outlines if is_written(outline) and not is_crossed(lab, outline)]
        for outlines in _candidates(flat)
    )
    best = innermost(flat, [*sheets, *on_stripes(small, is_written)])
    if best is None:
        best = max(regions, key=cv2.contourArea, default=None)
    return None if best is None else flat_sheet(pixels, best / np.float32(zoom), longest)


def _is_plain(small: np.ndarray) -> bool:
    """Return whether the rim is of one colour to the last bit, and nothing on it is filled and as large as a sheet.

    So are pictures made on a screen, which need no search. small: (h, w, 3) uint8.
    """
    rim = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    if (rim != rim[0]).any():
        return False
    other = (small != rim[0]).any(axis=2).view(np.uint8)
    for contour in cv2.findContours(other, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        area = cv2.contourArea(contour)
        if area >= max(AREA[0] * other.size, COMPACT * cv2.contourArea(cv2.convexHull(contour))):
            left, top, width, height = cv2.boundingRect(contour)
            if np.count_nonzero(other[top : top + height, left : left + width]) >= FILLED * area:
                return False
    return True


def _candidates(flat: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the polygons (n, 2) float32 that may be sheets, and those that may be paper of another shape.

    flat: (h, w, 3) uint8 in Lab, without its thin lines.
    """
    sheets, regions = [], []
    for channel in cv2.split(flat):
        for contour, side in level_sets(channel):
            polygon = _polygon(contour, *channel.shape[::-1])
            if polygon is not None and contrast(flat, polygon) >= CONTRAST:
                sheets.append(polygon)
            elif (polygon := _region(contour, side, flat)) is not None:
                regions.append(polygon)
    return sheets, regions


def _region(contour: np.ndarray, side: np.ndarray, flat: np.ndarray) -> np.ndarray | None:
    """Return the outline of paper of another shape within the picture, such as overlapping sheets; None for others.

    side: (h, w) uint8, the region around which the contour runs, and others.
    """
    height, width = flat.shape[:2]
    area = cv2.contourArea(contour)
    if not 0.1 * width * height <= area <= 0.8 * width * height or area < COMPACT * cv2.contourArea(
        cv2.convexHull(contour)
    ):
        return None
    left, top, wide, high = cv2.boundingRect(contour)
    if (left <= 2) + (top <= 2) + (left + wide >= width) + (top + high >= height) > 1:
        return None  # more likely a part of the paper, cut off by a shadow
    mask = cv2.drawContours(np.zeros((height + 2, width + 2), np.uint8), [contour], -1, 1, -1)[1:-1, 1:-1]
    if np.count_nonzero(side[mask > 0]) < (1 - WRITTEN) * area:
        return None  # the loop of a light digit
    kernel = np.ones((3, 3), np.uint8)
    outer = 1 - cv2.dilate(mask, kernel, iterations=4)  # all of it: around the hole of a 0 is ink, and then paper again
    inner = mask - cv2.erode(mask, kernel, iterations=12)
    paper, ground = np.median(flat[inner > 0], axis=0), np.median(flat[outer > 0], axis=0)
    if np.linalg.norm(paper - ground) < 3 * CONTRAST or paper[0] < ground[0]:
        return None  # what is darker than around it may be the shadow of a hand
    return cv2.approxPolyDP(contour, 3, True)[:, 0].astype(np.float32) - 1


def _polygon(contour: np.ndarray, width: int, height: int) -> np.ndarray | None:
    """Return the straight-edged hull of a region; None where it is not straight."""
    area = cv2.contourArea(contour)
    hull = cv2.convexHull(contour)
    if area < SOLID * cv2.contourArea(hull):
        return None
    polygon = cv2.approxPolyDP(hull, 0.011 * np.hypot(width, height), True)[:, 0].astype(np.float32) - 1
    free = ~at_rim(polygon, width, height)
    if len(polygon) < 3 or free.sum() > CORNERS or cv2.contourArea(polygon) < SOLID * area:
        return None
    sides = [polygon[:, 0] < 4, polygon[:, 1] < 4, polygon[:, 0] > width - 5, polygon[:, 1] > height - 5]
    if sum(side.any() for side in sides) > 1 and area < CUT_OFF * width * height:
        return None
    distances = [
        abs(cv2.pointPolygonTest(polygon + 1, point.tolist(), True)) for point in contour[::4, 0].astype(float)
    ]
    return polygon if np.percentile(distances, 80) <= STRAIGHT else None


def _is_written(detail: np.ndarray, polygon: np.ndarray) -> bool:
    """Return whether there is ink well inside the polygon. detail: (h, w) float32, difference from the paper nearby."""
    mask = np.zeros(detail.shape, np.uint8)
    cv2.fillPoly(mask, [np.rint(polygon).astype(np.int32)], 1)
    mask = cv2.erode(mask, np.ones((15, 15), np.uint8), borderValue=0)
    inside = detail[mask > 0]
    if not inside.size:
        return False
    ink = float((inside > max(12.0, 5 * float(np.median(inside)))).mean())
    return 0.001 < ink < 0.5
