"""Mark on a picture what was found: the paper's outline, the lines on it, and the ink."""

import cv2
import numpy as np

from digits.inference.paper.ink import Ink
from digits.inference.paper.perspective import Sheet
from digits.inference.pictures.decoding import Picture

LONGEST = 1024  # px
OUTLINE, LINES, INK = (79, 117, 218), (240, 150, 30), (220, 40, 90)  # red, green, blue
LEGEND = "Blue: the paper. Orange: its lines. Red: the ink that is read."


def overlay(picture: Picture, sheet: Sheet, found: Ink) -> np.ndarray:
    """Return the picture with the marks, no side over LONGEST px: (h, w, 3) uint8 red, green, blue."""
    height, width = picture.pixels.shape[:2]
    zoom = min(1, LONGEST / max(height, width))
    scale = np.diag([zoom, zoom, 1])
    size = max(1, round(width * zoom)), max(1, round(height * zoom))
    marked = cv2.resize(picture.pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    back = scale @ np.linalg.inv(sheet.matrix)
    for layer, colour in ((found.rulings.astype(np.uint8) * 160, LINES), (found.ink, INK)):
        cover = cv2.warpPerspective(layer, back, size, flags=cv2.INTER_AREA).astype(np.float32)[..., np.newaxis] / 255
        marked = marked * (1 - 0.8 * cover) + np.float32(colour) * (0.8 * cover)
    marked = np.ascontiguousarray(marked.astype(np.uint8))
    outline = np.rint(sheet.outline * zoom * 8).astype(np.int32)
    cv2.polylines(marked, [outline], True, OUTLINE, max(2, max(size) // 250), cv2.LINE_AA, 3)
    return marked
