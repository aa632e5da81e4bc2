"""Separate ink from paper: ink of any colour that differs from its paper, dark on light or light on dark.

What is not ink: uneven light and shadows, lines that run through the sheet, grain, what shows through from the back,
and what reaches in from the rim of the picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from digits.inference.paper.rulings import remove_rulings

NARROWEST = 64  # length by width of a picture: no digit is in a narrower one
EVEN = 12  # of 255: paper whose rim differs by more has a shadow on it
CONTRAST = 11  # of 255: ink differs from its paper by at least this
GRAIN = 7  # times the grain: so does ink on rough paper
BLUR = 4e-3  # of the longest side: against a camera's grain, a fraction of a pixel at 28 x 28
SPECK = 0.03  # a piece smaller than this fraction of the largest is dirt
SMALL = 256  # px, longest side at which the paper is looked at
BROADEST = 0.17  # of the longest side: a dark place that is broader is a shadow, not a stroke
FULL_SHARE = 0.25  # of the ink's darkness: where its soft edge ends
SHADED = 0.6  # the same where a narrow shadow, of a finger perhaps, darkens the paper beside the ink
DARK = 0.7  # of the darkest ink: no shadow of a hand is so dark
SHADOW = 0.2  # of the area of the ink: a shadow beside it is at least so large
FAINTEST = 115  # of 255: a piece that is nowhere darker shows through from the back
SOFT = 5  # times the blur against grain: so far from darker ink faint ink ends
RIM = 0.02  # of the sides: what comes so near to the rim may reach in from outside


@dataclass(frozen=True, eq=False)
class Ink:
    """The ink of a sheet."""

    ink: np.ndarray  # (H, W) uint8, 0 = paper, 255 = ink
    rulings: np.ndarray  # (H, W) bool: lines that were taken for part of the paper


def extract_ink(
    pixels: np.ndarray,
    alpha: np.ndarray | None = None,
    mask: np.ndarray | None = None,
    *,
    blur: float | None = None,
    speck: float = SPECK,
) -> Ink:
    """Return the ink without its paper; all 0 where nothing differs from the paper.

    pixels: (H, W, 3) uint8 red, green, blue, times opacity; alpha: (H, W) uint8 opacity, None where all is opaque;
    mask: (H, W) bool, where there is paper. blur: px, sigma against a camera's grain; BLUR of the longest side by
    default. speck: the largest dirt, as a fraction of the largest piece.
    """
    if alpha is None:
        alpha = np.full(pixels.shape[:2], 255, np.uint8)
    if blur is None:
        blur = BLUR * max(alpha.shape)
    none = np.zeros(alpha.shape, bool)
    blank = Ink(np.zeros(alpha.shape, np.uint8), none)
    if max(alpha.shape) > NARROWEST * min(alpha.shape):
        return blank
    opaque = alpha > 127
    if opaque.mean() < 0.5:
        return Ink(alpha, none)  # no paper: what covers less than half of the picture is the ink, of any colour
    # Transparent corners get the colour of most of the rest.
    light = pixels.astype(np.float32)
    if not opaque.all() or alpha.min() < 255:
        light += np.median(pixels[opaque], axis=0) * (1 - alpha / np.float32(255))[..., np.newaxis]
    if mask is not None:
        light = _extended(light, mask)
    rim = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    even = mask is None and float(np.ptp(np.percentile(rim, (5, 95), axis=0), axis=0).max()) <= EVEN
    relief, noise = _without_grain(_relief(light, np.median(rim, axis=0) if even else None), mask, blur)
    plain, rulings = remove_rulings(relief, noise)
    floor = max(4 * noise, 6.0)
    # A picture that shows nothing but a line shows a 1, or a minus.
    relief, rulings = (plain, rulings) if _size(plain, floor) > 0.02 else (relief, none)
    if not even:
        relief = _without_rim(relief, max(floor, float(relief.max()) * 0.12), _rim(alpha.shape, mask))
    ink = _darkened(relief, relief[relief > floor], noise, even)
    if ink is None:
        return blank
    if not even:  # the soft edge of a stroke ends beside it; that of a hard shadow runs on
        reach = 2 * round(SOFT * blur) + 1
        ink[cv2.dilate((ink >= FAINTEST).view(np.uint8), np.ones((reach, reach), np.uint8)) == 0] = 0
    return Ink(_without_specks(ink, speck), rulings)


def _without_grain(relief: np.ndarray, mask: np.ndarray | None, blur: float) -> tuple[np.ndarray, float]:
    """Return the relief without a camera's grain, and the noise that is left: 0 for a picture made on a screen."""
    noise = float(np.median(np.abs(relief)))
    if mask is not None:
        relief[~mask] = 0
    if noise > 0.7:
        relief = cv2.GaussianBlur(relief, (0, 0), blur)  # grain would tear holes into the ink
        noise = float(np.median(np.abs(relief)))
    return relief.clip(0, 255), noise


def _darkened(relief: np.ndarray, core: np.ndarray, noise: float, even: bool) -> np.ndarray | None:
    """Return the relief as ink, (H, W) uint8, the darker half of it nearly 255; None where nothing is dark enough.

    core: (n,) what stands out of the paper. even: whether the paper has no shadow.
    """
    if not core.size:
        return None
    split = cv2.threshold(core.astype(np.uint8), 0, 255, cv2.THRESH_OTSU)[0]
    full = float(np.percentile(core[core >= min(split + 1, core.max())], 90))
    if full < max(CONTRAST, GRAIN * noise):
        return None
    share = SHADED if _is_shaded(relief, full) else FULL_SHARE
    floor = 0.0 if even and noise == 0 else max(4 * noise, share * full)
    return ((relief - floor) * (255 / (full - floor))).clip(0, 255).astype(np.uint8)


def _without_specks(ink: np.ndarray, speck: float) -> np.ndarray:
    """Return the ink without pieces that are small or faint. speck: see `extract_ink`."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats((ink > 0).view(np.uint8))
    area = stats[:, cv2.CC_STAT_AREA]
    darkest = np.zeros(len(stats), np.uint8)
    np.maximum.at(darkest, pieces.ravel(), ink.ravel())
    ink[((area < speck * area[1:].max(initial=0)) | (darkest < FAINTEST))[pieces]] = 0
    return ink


def _extended(light: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return the colours with paper in place of what lies outside the mask: (H, W, 3) float32."""
    if mask.all() or not mask.any():
        return light
    zoom = min(1, 64 / max(mask.shape))
    cover = cv2.resize(mask.astype(np.float32), None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    small = cv2.resize(light * mask[..., np.newaxis], None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    spread = cv2.GaussianBlur(small, (0, 0), 8) / (cv2.GaussianBlur(cover, (0, 0), 8)[..., np.newaxis] + 1e-6)
    return np.where(mask[..., np.newaxis], light, cv2.resize(spread, mask.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _relief(light: np.ndarray, paper: np.ndarray | None) -> np.ndarray:
    """Return how much each pixel differs from its paper in the direction of the ink's colour: (H, W) float32.

    light: (H, W, 3) float32. paper: its colour, (3,); None where light and shadow vary. In each channel ink is darker
    or lighter than the paper, whichever differs more; the channels count as much as the ink differs in them.
    """
    reliefs = []
    for place, channel in enumerate(cv2.split(light)):
        if paper is not None:
            relief = channel - paper[place]
            # Squared, so that much noise does not outweigh a little ink.
            dark = np.square(relief.clip(max=0)).sum() > np.square(relief.clip(min=0)).sum()
            reliefs.append(-relief if dark else relief)
            continue
        dark, ground = _shaded_paper(channel)
        # A shadow darkens paper and ink by the same factor; dividing by the paper makes all ink equally black.
        reliefs.append((ground - channel) * (255 / ground.clip(min=24)) if dark else channel - ground)
    stack = np.stack(reliefs, axis=2)
    reduced = cv2.resize(stack, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) if max(stack.shape) > 256 else stack
    strength = np.linalg.norm(reduced.clip(min=0), axis=2)
    colour = (
        reduced[strength >= max(1.0, float(np.percentile(strength, 99)))].mean(axis=0, dtype=np.float64)
        if strength.max() >= 1
        else np.ones(3)
    )
    colour = np.square(colour.clip(min=0))
    weights = colour / colour.sum() if colour.sum() > 0 else np.ones(3) / 3
    return (stack @ weights.astype(np.float32)).astype(np.float32)


def _shaded_paper(channel: np.ndarray) -> tuple[bool, np.ndarray]:
    """Return whether the ink is darker than the paper, and the paper without ink, (H, W) float32.

    Closing fills all that is dark and narrower than BROADEST, and leaves broad shadows; opening does so for light ink.
    """
    zoom = min(1, SMALL / max(channel.shape))
    small = cv2.resize(channel, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    steady = cv2.medianBlur(small, 3)
    side = max(3, round(BROADEST * max(small.shape)) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    # In every window of that size paper covers more than half. Squared: much noise must not outweigh little ink.
    typical = cv2.medianBlur(small.clip(0, 255).astype(np.uint8), min(2 * side + 1, 255))
    difference = small - typical
    dark = np.square(difference.clip(max=0)).sum() > np.square(difference.clip(min=0)).sum()
    # Continued beyond the rim as it falls or rises there; otherwise a slope of light would end in a false valley.
    room = min(side, *(length - 1 for length in small.shape))
    wide = np.pad(steady, room, mode="reflect", reflect_type="odd")
    ground = cv2.morphologyEx(wide, cv2.MORPH_CLOSE if dark else cv2.MORPH_OPEN, kernel)
    ground = cv2.GaussianBlur(ground, (0, 0), max(1.0, side / 12))[room : -room or None, room : -room or None]
    ground -= float(np.median(ground - small))  # the highest of the grain, not its middle
    return bool(dark), cv2.resize(ground, channel.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _is_shaded(relief: np.ndarray, full: float) -> bool:
    """Return whether a shadow lies beside the ink: much is a little dark, and not the soft edge of what is dark."""
    zoom = min(1, 384 / max(relief.shape))
    small = cv2.resize(relief, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    dark = (small > SHADED * full).astype(np.uint8)
    breadth = float(cv2.distanceTransform(dark, cv2.DIST_L2, 3).max())
    near = cv2.dilate(dark, np.ones((2 * round(1 + breadth / 2) + 1,) * 2, np.uint8))
    return int((small[near == 0] > FULL_SHARE * full).sum()) > SHADOW * int(dark.sum())


def _size(relief: np.ndarray, floor: float) -> float:
    """Return the longer side of what stands out, as a fraction of the picture's."""
    left, top, width, height = cv2.boundingRect((relief > floor).view(np.uint8))
    return max(width, height) / max(relief.shape)


def _rim(shape: tuple[int, int], mask: np.ndarray | None) -> np.ndarray:
    """Return the rim of the paper: (H, W) bool."""
    paper = np.ones(shape, np.uint8) if mask is None else mask.astype(np.uint8)
    side = 2 * max(1, round(RIM * min(shape))) + 1
    return cv2.erode(paper, np.ones((side, side), np.uint8), borderValue=0) == 0


def _without_rim(relief: np.ndarray, floor: float, rim: np.ndarray) -> np.ndarray:
    """Return the relief without what reaches in from the rim, where something else is left."""
    dark = max(floor, DARK * float(relief.max()))
    pieces, reaching, something = _from_rim(relief > dark, rim)
    if something:  # a shadow may join the digit with the hand that throws it: only what is dark counts
        kept = np.unique(pieces[~reaching[pieces] & (pieces > 0)])
        low, low_reaching, _ = _from_rim(relief > floor, rim)
        low_reaching[np.unique(low[np.isin(pieces, kept)])] = False
        return np.where(low_reaching[low] | reaching[pieces], 0, relief).astype(np.float32)
    pieces, reaching, something = _from_rim(relief > floor, rim)
    return np.where(reaching[pieces], 0, relief).astype(np.float32) if something else relief


def _from_rim(mask: np.ndarray, rim: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """Return the pieces (H, W) int32, which of them reach the rim, and whether another one is as large as a digit."""
    height, width = mask.shape
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8))
    reaching = np.zeros(len(stats), bool)
    reaching[np.unique(pieces[rim])] = True
    sizes = stats[:, 2:4].max(axis=1)
    something = sizes[1:][~reaching[1:]].max(initial=0) >= 0.12 * max(height, width)
    reaching[0] = False
    return pieces, reaching, bool(something and reaching.any())
