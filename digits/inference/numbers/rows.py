"""Read a whole sheet: its rows from top to bottom, their digits from left to right, each with its place."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from digits.errors import BlankDrawing, UnreadablePicture
from digits.inference.detector import Detector
from digits.inference.numbers.parts import Part, cut_out
from digits.inference.numbers.segmentation import separate
from digits.inference.paper.frames import remove_frames
from digits.inference.paper.ink import Ink
from digits.inference.paper.perspective import Sheet
from digits.inference.picture import find_ink
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
    sheet, found = find_ink(picture, LONGEST, LONGEST, blur=BLUR, speck=SPECK)
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


@dataclass(frozen=True)
class _Piece:
    """Connected ink: its number among the pieces, and the box around it, in px."""

    number: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top


def find_rows(ink: np.ndarray) -> list[Part]:
    """Return the ink of each row, from top to bottom. ink: (H, W) uint8. Rows may rise or fall a little."""
    _, numbers, stats, _ = cv2.connectedComponentsWithStats((ink > FAINT).view(np.uint8), connectivity=8)
    pieces = [_Piece(number, x, y, x + w, y + h) for number, (x, y, w, h, _) in enumerate(stats.tolist())][1:]
    typical = _typical_height(stats[1:, 3], stats[1:, 4])
    least = max(LEAST, DIGIT * typical)
    tall = [piece for piece in pieces if piece.height >= least]
    if len(tall) > MAX_DIGITS:
        raise UnreadablePicture(
            f"This picture shows {len(tall):,} marks; we read at most {MAX_DIGITS:,} digits. Crop it to fewer rows."
        )
    if not tall:
        return []
    rows = _in_rows(tall)[:MAX_ROWS]
    for piece in pieces:
        if piece.height < least:  # roofs, halves, commas and dots go to the row next to them
            distances = [_distance(piece, row) for row in rows]
            if min(distances) < typical:
                rows[int(np.argmin(distances))].append(piece)
    found = []
    for row in rows:
        left, top = min(piece.left for piece in row), min(piece.top for piece in row)
        box = slice(top, max(piece.bottom for piece in row)), slice(left, max(piece.right for piece in row))
        ours = np.isin(numbers[box], [piece.number for piece in row])
        found.append(cut_out(np.where(ours, ink[box], 0).astype(np.uint8), left, top))
    return [row for row in found if row is not None]


def _in_rows(tall: list[_Piece]) -> list[list[_Piece]]:
    """Divide pieces into rows, from top to bottom: each joins the row whose last piece is most beside it."""
    rows: list[list[_Piece]] = []
    for piece in sorted(tall, key=lambda piece: piece.left):
        shares = []
        for row in rows:
            last = min(row, key=lambda other: abs(other.right - piece.left))
            shared = min(last.bottom, piece.bottom) - max(last.top, piece.top)
            shares.append(shared / min(last.height, piece.height))
        if shares and max(shares) >= SHARED:
            rows[int(np.argmax(shares))].append(piece)
        else:
            rows.append([piece])
    return sorted(rows, key=lambda row: np.mean([piece.top + piece.bottom for piece in row]))


def _distance(piece: _Piece, row: list[_Piece]) -> float:
    """Return how far a piece is above or below a row, in px; half as much counts beside its end."""
    at, middle = (piece.left + piece.right) / 2, (piece.top + piece.bottom) / 2
    near = min(row, key=lambda other: max(other.left - at, at - other.right, 0))
    aside = max(near.left - at, at - near.right, 0)
    return max(near.top - middle, middle - near.bottom, 0) + 0.5 * aside


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
