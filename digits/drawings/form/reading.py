"""Read a photograph of a filled form: what stands in each box, straightened, without the form itself."""

from dataclasses import dataclass

import cv2
import numpy as np

from digits.drawings.form import layout
from digits.errors import UnreadablePicture
from digits.inference.detector import Detector
from digits.inference.paper.frames import main_piece
from digits.inference.paper.ink import extract_ink
from digits.inference.paper.perspective import warp
from digits.inference.pictures.decoding import Picture
from digits.inference.prediction import predict
from digits.inference.recognizer import Recognizer

SCALE = 8  # px for each mm of the straightened page
INSET = 0.8  # mm between a box's line and what is read
SHIFT = 2.0  # mm that a box may lie beside its place, on paper that is not flat
BLUR = 0.13  # mm, against a camera's grain
LINE = 4  # of 255: a box's line darkens the mean across it by at least this
SMALLEST = 1.5  # mm: a digit's longer side; less is dirt
CONTRAST = 0.1  # of the paper's brightness in one channel: what differs less is grain or a shadow
CORNER = 0.2  # of a box: ink in all four corners crosses it out
PERIMETER = 0.06, 0.6  # of a marker, by the longest side of the picture; 0.16 where the page fills it
FEWEST = 3  # markers; one may be hidden
NOT_FOUND = (
    "We found no form in this photo: at least three of the four black squares must be in the picture, and sharp. "
    "Photograph the whole page from above."
)
CROSSED_OUT, NOT_A_DIGIT = "crossed out", "doesn't look like a digit"


@dataclass(frozen=True, eq=False)
class FormDigit:
    """What somebody wrote into a box of the form."""

    number: int  # of its box, from 1, row by row
    label: int  # 0 to 9, the digit above the box
    ink: np.ndarray  # (h, w) uint8, 0 = paper, 255 = ink
    seen: np.ndarray  # (28, 28) uint8, what a network sees of it
    predicted: int  # 0 to 9
    reason: str  # to leave it out: CROSSED_OUT or NOT_A_DIGIT; otherwise ""

    @property
    def is_doubtful(self) -> bool:
        """Whether somebody should look at it: it is left out, or predicted as another digit than its label."""
        return bool(self.reason) or self.predicted != self.label


def read_form(picture: Picture, recognizer: Recognizer, detector: Detector) -> list[FormDigit]:
    """Return what stands in the boxes, row by row, without the empty ones. The picture may lie on any side.

    Raises UnreadablePicture where fewer than FEWEST markers are seen.
    """
    page = _straightened(picture)
    brightness = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    corners = [_corner(brightness, left, top) for _, left, top in layout.boxes()]
    width, height = (round((side - 2 * INSET) * SCALE) for side in layout.BOX)
    mask = np.zeros(page.shape[:2], bool)
    for x, y in corners:
        mask[y : y + height, x : x + width] = True
    ink = extract_ink(page, mask=mask, blur=BLUR * SCALE, speck=0).ink
    digits = []
    for number, ((label, *_), (x, y)) in enumerate(zip(layout.boxes(), corners, strict=True), start=1):
        box = np.ascontiguousarray(ink[y : y + height, x : x + width])
        *_, wide, high = cv2.boundingRect(box)
        if max(wide, high) < SMALLEST * SCALE or _contrast(page[y : y + height, x : x + width], box) < CONTRAST:
            continue
        digit = main_piece(box)
        prediction = predict(digit, recognizer, detector)
        reason = CROSSED_OUT if _is_crossed_out(box) else "" if prediction.is_digit else NOT_A_DIGIT
        digits.append(FormDigit(number, label, digit, prediction.image, prediction.digit, reason))
    return digits


def _straightened(picture: Picture) -> np.ndarray:
    """Return the page upright and without perspective, SCALE px for each mm: (H, W, 3) uint8."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    parameters.minMarkerPerimeterRate, parameters.maxMarkerPerimeterRate = PERIMETER  # squared paper has many squares
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), parameters)
    found, ids, _ = detector.detectMarkers(picture.grey)
    seen = {int(marker): corners[0] for marker, corners in zip(np.ravel(ids), found, strict=True)} if len(found) else {}
    seen = {marker: corners for marker, corners in seen.items() if marker in layout.MARKERS}
    if len(seen) < FEWEST:
        raise UnreadablePicture(NOT_FOUND)
    target = np.concatenate([layout.marker_corners(marker) for marker in seen]) * SCALE - 0.5
    matrix, _ = cv2.findHomography(np.concatenate(list(seen.values())), target)
    if matrix is None:
        raise UnreadablePicture(NOT_FOUND)
    return warp(picture.pixels, matrix, np.array(layout.PAGE) * SCALE)


def _corner(brightness: np.ndarray, left: float, top: float) -> tuple[int, int]:
    """Return the left and top px of a box's inside, where its lines are seen near their place on flat paper.

    brightness: (H, W) uint8 of the straightened page. left, top: of the box, in mm.
    """
    reach = round(SHIFT * SCALE)
    x, y, width, height = (round(length * SCALE) for length in (left, top, *layout.BOX))
    around = brightness[y - reach : y + height + reach + 1, x - reach : x + width + reach + 1]
    inset = round(INSET * SCALE)
    return (
        x + inset + _shift(around.mean(axis=0), width, reach),
        y + inset + _shift(around.mean(axis=1), height, reach),
    )


def _shift(profile: np.ndarray, length: int, reach: int) -> int:
    """Return by how many px two dark lines, `length` px apart, lie beside their place: -reach to reach.

    profile: (length + 2 * reach + 1,) mean brightness across the lines.
    """
    step = SCALE // 2
    beside = np.pad(profile, step, mode="edge")
    lines = np.maximum(0, np.minimum(beside[: -2 * step], beside[2 * step :]) - profile)
    lines = np.maximum.reduce([np.roll(lines, shift) for shift in (-1, 0, 1)])  # paper that bends is a little shorter
    both = np.minimum(lines[: 2 * reach + 1], lines[length:])
    return int(np.argmax(both)) - reach if both.max() > LINE else 0


def _contrast(pixels: np.ndarray, ink: np.ndarray) -> float:
    """Return how much the ink of a box, (h, w) uint8, differs from its paper, in the channel where it does most."""
    if ink.all():
        return 1.0
    smooth = cv2.GaussianBlur(pixels, (0, 0), BLUR * SCALE)
    paper, pen = (np.median(smooth[mask], axis=0) for mask in (ink == 0, ink > 0))
    return float((np.abs(paper - pen) / np.maximum(paper, 1)).max())


def _is_crossed_out(ink: np.ndarray) -> bool:
    """Return whether there is ink in all four corners of the box, as a cross leaves and no digit does."""
    height, width = (round(CORNER * side) for side in ink.shape)
    return all(corner.any() for rows in (ink[:height], ink[-height:]) for corner in (rows[:, :width], rows[:, -width:]))
