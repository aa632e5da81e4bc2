"""Small photographs of digits on paper, for tests."""

import cv2
import numpy as np

SEVEN = [[(0.1, 0.05), (0.9, 0.05), (0.4, 1.0)]]
FOUR = [[(0.2, 0.0), (0.1, 0.6), (0.9, 0.6)], [(0.75, 0.15), (0.7, 1.0)]]
ONE = [[(0.1, 0.4), (0.5, 0.0), (0.5, 1.0)]]
COMMA = [[(0.42, 0.95), (0.35, 1.12)]]


def written(shape, digits, pen=0.1):
    """Return ink, (H, W) float32 from 0 to 1. digits: (strokes, left, top, height) each, in px; pen: of the height."""
    ink = np.zeros(shape, np.uint8)
    for strokes, left, top, height in digits:
        for stroke in strokes:
            line = np.array(stroke) * [0.7 * height, height] + [left, top]
            cv2.polylines(ink, [np.int32(line * 16)], False, 255, max(2, round(pen * height)), cv2.LINE_AA, 4)
    return ink.astype(np.float32) / 255


def photo(ink, paper=(215, 215, 210), pen=(60, 60, 70), noise=4.0):
    """Return the picture, (H, W, 3) uint8 red, green, blue, with grain. paper: a colour, or (H, W, 3)."""
    cover = cv2.GaussianBlur(ink, (0, 0), 1)[..., np.newaxis]
    picture = np.float32(paper) * (1 - cover) + np.float32(pen) * cover
    return (picture + np.random.default_rng(0).normal(0, noise, picture.shape)).clip(0, 255).astype(np.uint8)


def lay(sheet, corners, ground):
    """Return a desk, (500, 700, 3) uint8, with the sheet on it. corners: px, clockwise from the top left."""
    height, width = sheet.shape[:2]
    matrix = cv2.getPerspectiveTransform(
        np.float32([[0, 0], [width, 0], [width, height], [0, height]]), np.float32(corners)
    )
    desk = np.float32(ground) + np.random.default_rng(1).normal(0, 5, (500, 700, 3)).astype(np.float32)
    mask = cv2.warpPerspective(np.ones((height, width), np.float32), matrix, (700, 500))[..., np.newaxis]
    laid = cv2.warpPerspective(sheet.astype(np.float32), matrix, (700, 500), flags=cv2.INTER_AREA)
    return (desk * (1 - mask) + laid * mask).clip(0, 255).astype(np.uint8)
