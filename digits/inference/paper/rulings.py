"""Remove ruled and squared lines: thin straight lines that run through the whole sheet.

A line is followed through strips of the sheet: at one slope and height it must show in nearly all of them, which the
strokes of a digit never do. It is a Hough transform of the strips' profiles, which takes milliseconds.
"""

import cv2
import numpy as np

STRIPS = 24
SLOPES = np.tan(np.deg2rad(np.arange(-12, 12.01, 0.25)))
SEEN = 18  # percentile of the strips: a line shows in all but so many in 100
FOLLOWED = 0.45  # of the strips: no less of a line must lie beside the ink
FEWEST = int((100 - SEEN) / 100 * FOLLOWED * STRIPS)  # strips that show a line, at least
WIDEST = 0.022  # of the sheet's sides
MOST = 80  # lines in one direction
FINE = 640  # px, longest side at which lines are looked for


def remove_rulings(relief: np.ndarray, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the relief without the lines, and where they were.

    relief: (H, W) float32, 0 = paper, more = ink. noise: of the relief where there is only paper.
    Returns (H, W) float32 and (H, W) bool.
    """
    zoom = min(1, FINE / max(relief.shape))
    if min(relief.shape) * zoom < 4 * STRIPS or not _reaches_rim(relief):
        return relief, np.zeros(relief.shape, bool)
    small = cv2.resize(relief, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    across = _mask(small, noise)
    down = _mask(np.ascontiguousarray(small.T), noise).T
    for mask, turned in ((across, False), (down, True)):
        if mask.any():
            large = cv2.resize(mask.astype(np.uint8), relief.shape[::-1], interpolation=cv2.INTER_LINEAR)
            relief = _bridged(relief.T, large.T > 0).T if turned else _bridged(relief, large > 0)
    both = cv2.resize((across | down).astype(np.uint8), relief.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(relief), both > 0


def _reaches_rim(relief: np.ndarray) -> bool:
    """Return whether anything shows in the outermost strips; in a picture made on a screen mostly nothing does."""
    height, width = -(-np.array(relief.shape) // STRIPS)
    inner = relief[height:-height, width:-width]
    return np.count_nonzero(inner) < np.count_nonzero(relief)


def _mask(small: np.ndarray, noise: float) -> np.ndarray:
    """Return where nearly horizontal lines run: (h, w) bool."""
    height, width = small.shape
    edges = np.linspace(0, width, STRIPS + 1).astype(int)
    profiles = np.stack([small[:, start:end].mean(axis=1) for start, end in zip(edges[:-1], edges[1:], strict=True)])
    # Only what stands out from a little above and below: not a shadow, not the body of a thick stroke.
    widest = max(3, round(WIDEST * max(small.shape)) | 1)
    broad = cv2.morphologyEx(profiles, cv2.MORPH_OPEN, np.ones((1, widest + 2), np.uint8))
    profiles = cv2.dilate(profiles - broad, np.ones((1, 3), np.uint8))  # lines bend a little
    least = max(2.5, noise)
    level = np.median(broad, axis=1, keepdims=True)  # of a line that runs along the whole strip
    profiles[broad - level > max(10.0, 3 * noise)] = -1  # whether there is a line below thick ink, nobody knows
    middles = (edges[:-1] + edges[1:]) / 2 - width / 2
    rows = np.arange(height, dtype=np.float32)
    strip = np.repeat(np.arange(STRIPS, dtype=np.float32)[:, np.newaxis], height, axis=1)
    votes = np.zeros((len(SLOPES), height), np.float32)
    for place, slope in enumerate(SLOPES):
        at = (rows + slope * middles[:, np.newaxis]).astype(np.float32)
        seen = cv2.remap(profiles, at, strip, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=-1)
        possible = np.count_nonzero(seen >= least, axis=0) >= FEWEST  # nearly no row: the others need no sorting
        if possible.any():
            votes[place, possible] = _percentile(seen[:, possible])
    mask = np.zeros(small.shape, np.uint8)
    for _ in range(MOST):
        place, row = np.unravel_index(int(votes.argmax()), votes.shape)
        if votes[place, row] < least:
            break
        votes[:, max(0, row - widest) : row + widest + 1] = 0
        _follow(mask, profiles, float(row), float(SLOPES[place]), middles, edges, widest)
    return mask > 0


def _percentile(seen: np.ndarray) -> np.ndarray:
    """Return the percentile SEEN over the strips where a row is known (not -1): (h,) float32; 0 where it ends early."""
    inside = seen >= 0
    ordered = np.sort(np.where(inside, seen, np.inf), axis=0)
    count = inside.sum(axis=0)
    value = np.take_along_axis(ordered, (count * SEEN // 100)[np.newaxis].clip(0, STRIPS - 1), axis=0)[0]
    columns = np.arange(seen.shape[1])
    first, last = inside.argmax(axis=0), STRIPS - 1 - inside[::-1].argmax(axis=0)
    ends = np.minimum(seen[first, columns], seen[last, columns])  # the sides of a box end before the rim
    return np.where(count >= FOLLOWED * STRIPS, np.minimum(value, 2 * ends.clip(min=0)), 0).astype(np.float32)


def _follow(mask, profiles, row: float, slope: float, middles, edges, widest: int) -> None:
    """Mark a line in the mask, strip by strip, where it stands out most near its place."""
    height, width = mask.shape
    reach = max(1, widest // 3)
    places, thick = [], []
    for profile, middle in zip(profiles, middles, strict=True):
        at = round(row + slope * middle)
        near = profile[max(0, at - reach) : at + reach + 1]
        if near.size and near.max() > 0:
            peak = max(0, at - reach) + int(near.argmax())
            places.append((middle, peak))
            around = profile[max(0, peak - widest) : peak + widest + 1]
            thick.append(int((around > 0.3 * profile[peak]).sum()))
    if len(places) < 3:
        return
    x, y = np.array(places).T
    bend = np.polyfit(x, y, 2 if len(places) > 8 else 1)
    line = np.stack([np.arange(0, width, 4.0), np.polyval(bend, np.arange(0, width, 4.0) - width / 2)], axis=1)
    thickness = int(np.clip(np.median(thick), 1, widest)) + 1
    cv2.polylines(mask, [np.rint(line * 16).astype(np.int32)], False, 1, thickness, cv2.LINE_8, 4)


def _bridged(relief: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Fill the marked bands with the lesser of what lies right above and below each, so strokes across them stay."""
    height = len(relief)
    rows = np.arange(height)[:, np.newaxis]
    above = np.maximum.accumulate(np.where(mask, -1, rows), axis=0)
    below = np.minimum.accumulate(np.where(mask, height, rows)[::-1], axis=0)[::-1]
    columns = np.arange(relief.shape[1])[np.newaxis]
    over = np.where(above >= 0, relief[above.clip(0), columns], 0)
    under = np.where(below < height, relief[below.clip(max=height - 1), columns], 0)
    share = (rows - above) / np.maximum(below - above, 1)
    return np.where(mask, np.minimum(relief, over * (1 - share) + under * share), relief)
