"""Photographs of forms that are filled by code."""

import cv2
import numpy as np

from digits.drawings.form import layout, printing
from tests.inference.numbers.test_segmentation import DIGITS

DOTS = 6  # px for each mm
PEN = 60


def page(written, crossed=()):
    """Return the form with digits, {number of the box: digit}, and crosses: (H, W) uint8."""
    zoom = DOTS / printing.DOTS
    pixels = cv2.resize(printing.page(), None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    for number, (_, left, top) in enumerate(layout.boxes(), start=1):
        if number in written:
            for line in DIGITS[written[number]]:
                points = (np.array(line) * 0.1 + [left + 4, top + 3]) * DOTS * 16
                cv2.polylines(pixels, [np.int32(points)], False, PEN, 5, cv2.LINE_AA, 4)
        if number in crossed:
            for x in (0, 1):
                ends = np.array([[x, 0.0], [1 - x, 1]]) * 0.8 + 0.1
                line = np.int32((ends * layout.BOX + [left, top]) * DOTS * 16)
                cv2.polylines(pixels, [line], False, PEN, 4, cv2.LINE_AA, 4)
    return pixels


def photograph(pixels, *, corners=((90, 70), (1180, 40), (1210, 1640), (40, 1690)), light=0.3, blur=0.8):
    """Return a photo of the page on a desk, (1750, 1280, 3) uint8: in perspective, with light from one side."""
    height, width = pixels.shape
    matrix = cv2.getPerspectiveTransform(
        np.float32([[0, 0], [width, 0], [width, height], [0, height]]), np.float32(corners)
    )
    desk = np.full((1750, 1280), 100, np.uint8)
    photo = cv2.warpPerspective(pixels, matrix, (1280, 1750), desk, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
    photo = cv2.GaussianBlur(photo.astype(np.float32), (0, 0), blur) * np.linspace(0.95, 0.95 - light, 1280)
    photo += np.random.default_rng(0).normal(0, 3, photo.shape)
    return np.repeat(photo.clip(0, 255).astype(np.uint8)[..., np.newaxis], 3, axis=2)


def jpeg(photo):
    """Return the photo as a file."""
    return cv2.imencode(".jpg", photo)[1].tobytes()
