"""Render pen digits as ink on a sheet, and the sheet as a photograph: grain, light, lens and JPEG included."""

import math

import cv2
import numpy as np

from tests.benchmarks.pens.styles import Digit

Colour = tuple[float, float, float]  # red, green, blue, 0 to 255


def paint(digit: Digit, size: tuple[int, int], box: tuple[float, float, float, float], pen: float) -> np.ndarray:
    """Paint one digit into a box (left, top, width, height) in px of an empty sheet of size = (width, height).

    Returns (height, width) float32, 0 = paper, 1 = ink, soft at its edges.
    """
    points = np.concatenate(digit)
    low, high = points.min(axis=0), points.max(axis=0)
    left, top, width, height = box
    scale = min((width - pen) / max(high[0] - low[0], 1e-6), (height - pen) / max(high[1] - low[1], 1e-6))
    offset = np.array([left + width / 2, top + height / 2]) - (low + high) / 2 * scale
    ink = np.zeros(size[::-1], np.uint8)
    for stroke in digit:
        line = np.rint((stroke * scale + offset) * 16).astype(np.int32)
        if len(line) == 1:
            line = line.repeat(2, axis=0)
        cv2.polylines(ink, [line], False, 255, max(1, round(pen)), cv2.LINE_AA, 4)
    return cv2.GaussianBlur(ink.astype(np.float32) / 255, (0, 0), max(pen / 12, 0.6))


def coloured(ink: np.ndarray, paper: Colour | np.ndarray, pen: Colour, rng: np.random.Generator) -> np.ndarray:
    """Return the sheet in colours: (H, W, 3) float32. Pressure varies along the strokes; paper has a slight texture."""
    height, width = ink.shape
    pressure = cv2.resize(
        rng.uniform(0.8, 1, (8, 8)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    cover = (ink * pressure.clip(0, 1))[..., np.newaxis]
    texture = cv2.resize(rng.normal(0, 1.5, (height // 3, width // 3)).astype(np.float32), (width, height))
    sheet = np.broadcast_to(np.float32(paper), (height, width, 3)) + texture[..., np.newaxis]
    return sheet * (1 - cover) + np.float32(pen) * cover


def lay(sheet: np.ndarray, ground: np.ndarray, corners: np.ndarray, *, shadow: float = 0.25) -> np.ndarray:
    """Lay a sheet on a ground in perspective, with the soft shadow that a sheet throws.

    corners: (4, 2) px of the ground: top left, top right, bottom right, bottom left. Returns (H, W, 3) float32.
    """
    height, width = sheet.shape[:2]
    size = ground.shape[1::-1]
    at = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    matrix = cv2.getPerspectiveTransform(at, np.float32(corners))
    warped = cv2.warpPerspective(sheet, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros(size[::-1], np.float32)
    cv2.fillConvexPoly(mask, np.rint(corners * 16).astype(np.int32), 1, cv2.LINE_AA, 4)
    dark = cv2.GaussianBlur(np.roll(mask, (6, 6), (0, 1)), (0, 0), 6)
    cover = mask[..., np.newaxis]
    return ground * (1 - shadow * dark)[..., np.newaxis] * (1 - cover) + warped * cover


def uneven_light(picture: np.ndarray, rng: np.random.Generator, strength: float = 0.25) -> np.ndarray:
    """Return the picture with light that falls off to one side."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * math.pi)
    ramp = math.cos(angle) * (x - 0.5) + math.sin(angle) * (y - 0.5)  # NumPy's would make float64 of it
    return picture * (1 - strength * (0.5 + ramp))[..., np.newaxis]


def hand_shadow(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the picture with the shadow of a hand: a palm and fingers, with a half-soft edge."""
    height, width = picture.shape[:2]
    mask = np.zeros((height, width), np.float32)
    palm = np.array([rng.uniform(0.6, 1.0) * width, rng.uniform(0.6, 1.0) * height])
    cv2.circle(mask, np.int32(palm), int(0.3 * min(height, width)), 1, -1)
    for _ in range(4):
        angle = rng.uniform(np.pi, 1.5 * np.pi)
        tip = palm + rng.uniform(0.4, 0.7) * min(height, width) * np.array([np.cos(angle), np.sin(angle)])
        cv2.line(mask, np.int32(palm), np.int32(tip), 1, int(0.09 * min(height, width)))
    mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(3, 14))
    return picture * (1 - rng.uniform(0.25, 0.45) * mask)[..., np.newaxis]


def photograph(picture: np.ndarray, rng: np.random.Generator, *, quality: int = 85) -> bytes:
    """Return the picture, (H, W, 3) red, green, blue, as a camera's JPEG: out of focus a little, with grain."""
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.6, 1.4))
    grain = rng.standard_normal(picture.shape, np.float32) * np.float32(rng.uniform(2, 6))
    pixels = np.rint(picture + grain).clip(0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
