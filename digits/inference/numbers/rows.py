"""Read a whole sheet: its rows from top to bottom, their digits from left to right, each with its place."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from digits.errors import BlankDrawing, UnreadablePicture
from digits.inference.detector import Detector
from digits.inference.numbers.parts import Part, cut_out
from digits.inference.numbers.segmentation import separate
from digits.inference.paper.close_cut import close_cut
from digits.inference.paper.frames import remove_frames
from digits.inference.paper.ink import Ink, extract_ink
from digits.inference.paper.perspective import Sheet, whole
from digits.inference.paper.sheet import find_sheet
from digits.inference.pictures.decoding import Picture
from digits.inference.prediction import Number, predict_number
from digits.inference.preprocessing import FAINT
from digits.inference.recognizer import Recognizer

LONGEST = 2048  # px, of a sheet: a digit that is 5 mm high on A4 has 34 px
BLUR = 1.3  # px
SPECK = 0.002  # of the largest piece of ink, which may be a frame: less is dirt
LEAST = 14  # px: a digit is at least so high
DIGIT = 0.45  # of the height of a typical digit: a piece that is less begins no row
SHARED = 0.4  # of its height: a piece shares so much with its neighbour in the same row
MAX_ROWS = 100
MAX_DIGITS = 1_000  # they take 3 s
COMMA = 0.08, 0.45  # of the height of its row


@dataclass(frozen=True, eq=False)
class Row:
    """The digits of one row, left to right."""

    number: Number
    boxes: list[tuple[int, int, int, int]]  # left, top, width, height of each digit, in px of the picture
    marks: list[tuple[float, bool]]  # what was left out: its middle in px of the sheet, and whether it is a comma

    @property
    def text(self) -> str:
        """The digits, with a comma where there is one."""
        digits = [(part.left + part.ink.shape[1] / 2, prediction.text)
                  for part, prediction in zip(self.number.parts, self.number.predictions, strict=True)]  # fmt: skip
        first, last = digits[0][0], digits[-1][0]
        commas = [(middle, ",") for middle, is_comma in self.marks if is_comma and first < middle < last]
        return "".join(text for _, text in sorted(digits + commas))


@dataclass(frozen=True, eq=False)
class Rows:
    """What was made of a picture of a sheet."""

    sheet: Sheet
    found: Ink
    rows: list[Row]


def read_rows(picture: Picture, recognizer: Recognizer, detector: Detector) -> Rows:
    """Predict all digits of a picture.

    Raises BlankDrawing where there is no ink, UnreadablePicture where there are more than MAX_DIGITS pieces of it.
    """
    cut = close_cut(picture, LONGEST)
    sheet = find_sheet(picture.pixels, LONGEST) if cut is None and picture.alpha.min() == 255 else None
    found = None
    if sheet is not None:
        found = _ink(sheet, np.full(sheet.mask.shape, 255, np.uint8), sheet.mask)
    if found is None or not found.ink.any():
        sheet = cut or whole(picture.pixels, LONGEST)
        found = _ink(sheet, np.full(sheet.mask.shape, 255, np.uint8) if cut else picture.alpha, None)
    rows = []
    for piece in find_rows(remove_frames(found.ink)):
        try:
            parts = separate(piece.ink, recognizer, detector, is_row=True)
        except BlankDrawing:
            continue
        parts = [replace(part, left=piece.left + part.left, top=piece.top + part.top) for part in parts]
        number = predict_number(parts, recognizer, detector)
        rows.append(Row(number, [_box(part, sheet, picture) for part in parts], _marks(piece, parts)))
    if not rows:
        raise BlankDrawing("We found no digits in this picture.")
    return Rows(sheet, found, rows)


def _ink(sheet: Sheet, alpha: np.ndarray, mask: np.ndarray | None) -> Ink:
    return extract_ink(sheet.pixels, alpha, mask, blur=BLUR / max(alpha.shape), speck=SPECK)


def find_rows(ink: np.ndarray) -> list[Part]:
    """Return the ink of each row, from top to bottom. ink: (H, W) uint8. Rows may rise or fall a little."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats((ink > FAINT).view(np.uint8), connectivity=8)
    left, top, height = stats[:, 0], stats[:, 1], stats[:, 3]
    right, bottom, area = left + stats[:, 2], top + height, stats[:, 4]
    typical = _typical_height(height[1:], area[1:])
    if not typical:
        return []
    tall = [piece for piece in range(1, len(stats)) if height[piece] >= max(LEAST, DIGIT * typical)]
    if len(tall) > MAX_DIGITS:
        raise UnreadablePicture(
            f"This picture shows {len(tall):,} marks; we read at most {MAX_DIGITS:,} digits. Crop it to fewer rows."
        )
    rows: list[list[int]] = []
    for piece in sorted(tall, key=lambda piece: left[piece]):
        shares = []
        for row in rows:
            last = min(row, key=lambda other: abs(right[other] - left[piece]))
            shared = min(bottom[last], bottom[piece]) - max(top[last], top[piece])
            shares.append(shared / min(height[last], height[piece]))
        if shares and max(shares) >= SHARED:
            rows[int(np.argmax(shares))].append(piece)
        else:
            rows.append([piece])
    if not rows:
        return []
    rows = sorted(rows, key=lambda row: np.mean([top[piece] + bottom[piece] for piece in row]))[:MAX_ROWS]
    for piece in set(range(1, len(stats))) - set(tall):  # roofs, halves, commas and dots go to the row next to them
        middle, at = (top[piece] + bottom[piece]) / 2, (left[piece] + right[piece]) / 2
        distances = []
        for row in rows:
            near = min(row, key=lambda other: max(left[other] - at, at - right[other], 0))
            aside = max(left[near] - at, at - right[near], 0)
            above = max(top[near] - middle, middle - bottom[near], 0)
            distances.append(above + 0.5 * aside)
        if min(distances) < typical:
            rows[int(np.argmin(distances))].append(piece)
    found = []
    for row in rows:
        box = slice(top[row].min(), bottom[row].max()), slice(left[row].min(), right[row].max())
        ours = np.zeros(len(stats), bool)
        ours[row] = True
        found.append(
            cut_out(np.where(ours[pieces[box]], ink[box], 0).astype(np.uint8), left[row].min(), top[row].min())
        )
    return [row for row in found if row is not None]


def _typical_height(heights: np.ndarray, areas: np.ndarray) -> float:
    """Return the height of a digit, in px: half of all ink is in pieces that are higher. 0 without ink."""
    if not heights.size:
        return 0.0
    order = np.argsort(heights)
    covered = np.cumsum(areas[order])
    return float(heights[order][np.searchsorted(covered, covered[-1] / 2)])


def _marks(row: Part, parts: list[Part]) -> list[tuple[float, bool]]:
    """Return what is left out of a row: commas, points, dashes and stray dots."""
    left_out = row.ink.copy()
    for part in parts:
        x, y = part.left - row.left, part.top - row.top
        left_out[y : y + part.ink.shape[0], x : x + part.ink.shape[1]][part.ink > FAINT] = 0
    heights = [part.ink.shape[0] for part in parts]
    baseline = float(np.median([part.bottom for part in parts])) - row.top
    typical = float(np.median(heights))
    _, _, stats, _ = cv2.connectedComponentsWithStats((left_out > FAINT).view(np.uint8))
    marks = []
    for x, y, width, height, area in stats[1:]:
        if area < 0.004 * typical * typical:
            continue
        is_comma = (
            COMMA[0] * typical <= height <= COMMA[1] * typical
            and height > 1.15 * width
            and y > baseline - 0.3 * typical
            and y + height > baseline + 0.03 * typical
        )
        marks.append((row.left + x + width / 2, bool(is_comma)))
    return marks


def _box(part: Part, sheet: Sheet, picture: Picture) -> tuple[int, int, int, int]:
    """Return where a part lies on the picture as it was taken: left, top, width, height in px."""
    corners = np.float32(
        [[part.left, part.top], [part.right, part.top], [part.right, part.bottom], [part.left, part.bottom]]
    )
    back = cv2.perspectiveTransform(corners[np.newaxis], np.linalg.inv(sheet.matrix))[0]
    scale = picture.size[0] / picture.pixels.shape[1]
    left, top = np.floor(back.min(axis=0) * scale).clip(0).astype(int)
    right, bottom = np.minimum(np.ceil(back.max(axis=0) * scale), picture.size).astype(int)
    return int(left), int(top), int(right - left), int(bottom - top)
