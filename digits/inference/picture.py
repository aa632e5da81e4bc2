"""Bytes -> ink: the one safe reader for pictures. `pictures` decodes them, `paper` finds the ink.

Ink is (H, W) uint8, 0 = paper, 255 = ink. Whatever file a browser or a stranger sends goes through here. What is not
a picture, or larger than the limits, raises UnreadablePicture before it is decoded.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from digits.errors import UnreadablePicture
from digits.inference.paper.close_cut import close_cut
from digits.inference.paper.frames import main_piece, remove_frame
from digits.inference.paper.ink import SPECK, Ink, extract_ink
from digits.inference.paper.perspective import Sheet, whole
from digits.inference.paper.sheet import find_sheet
from digits.inference.pictures.decoding import FORMATS, Picture, decode
from digits.inference.pictures.png import PNG, png_frame, png_pixels

OWN_BYTES = 1 << 20  # of a PNG that this app made; 384 x 384 px of pure noise need 600 kB
UPLOAD_BYTES = 25 << 20
LONGEST = 2048  # px, the longest side of an upload once it is decoded
SIDE = 512  # px, the longest side of the ink of one digit; it needs no more
SHEET = 1024  # px, the longest side of a sheet with one digit on it


def grey_png(png: bytes, longest: int) -> np.ndarray:
    """Return the ink of a PNG that this app made, no side over `longest` px, at most OWN_BYTES.

    Brightness times opacity is the ink of light strokes, on a black canvas and on a transparent one.
    Returns (H, W) uint8. Raises UnreadablePicture for anything else.
    """
    if not isinstance(png, bytes) or not png.startswith(PNG):
        raise UnreadablePicture("It isn't a PNG picture.")
    if len(png) > OWN_BYTES:
        raise UnreadablePicture(f"It has {len(png) >> 10:,} kB; the limit is {OWN_BYTES >> 10:,} kB.")
    width, height = png_frame(png_pixels(png))
    if max(width, height) > longest:
        raise UnreadablePicture(f"It has {width:,} × {height:,} pixels; the limit is {longest} × {longest}.")
    return np.array(decode(png, longest).grey)


def read_upload(data: bytes) -> Picture:
    """Decode a picture that somebody chose, pasted or photographed, at most LONGEST px a side.

    data: a file of one of FORMATS, of any depth and colours. Raises UnreadablePicture for anything else, for a damaged
    file, and for one of more than UPLOAD_BYTES or of more pixels than `digits.inference.pictures.decoding` allows.
    """
    if not isinstance(data, bytes):
        raise UnreadablePicture(f"This isn't a file. Choose a picture: {FORMATS}.")
    if len(data) > UPLOAD_BYTES:
        raise UnreadablePicture(
            f"This file has {len(data) >> 20} MB; the limit is {UPLOAD_BYTES >> 20} MB. Save the picture smaller."
        )
    return decode(data, LONGEST)


@dataclass(frozen=True, eq=False)
class Seen:
    """What was made of a picture of one digit."""

    sheet: Sheet
    found: Ink  # of the whole sheet
    digit: np.ndarray  # (H, W) uint8, the ink of the digit alone, no side over SIDE


def see(picture: Picture) -> Seen:
    """Find the paper, its ink, and the digit, without the circle or box around it."""
    sheet, found = find_ink(picture, SHEET, SIDE)
    return Seen(sheet, found, _digit(found.ink))


def find_ink(
    picture: Picture, sheet_side: int, side: int, *, blur: float | None = None, speck: float = SPECK
) -> tuple[Sheet, Ink]:
    """Find the paper and its ink: a sheet in a photograph or, where none has ink, the whole picture.

    sheet_side, side: px, the longest side of either. blur, speck: see `extract_ink`.
    """
    cut = close_cut(picture, side)
    if cut is None and picture.alpha.min() == 255:
        sheet = find_sheet(picture.pixels, sheet_side)
        if sheet is not None:
            found = extract_ink(sheet.pixels, mask=sheet.mask, blur=blur, speck=speck)
            if found.ink.any():
                return sheet, found
    sheet, alpha = cut or whole(picture.pixels, side), picture.alpha
    if alpha.shape != sheet.mask.shape:
        alpha = cv2.resize(alpha, sheet.mask.shape[::-1], interpolation=cv2.INTER_AREA)
    return sheet, extract_ink(sheet.pixels, alpha, blur=blur, speck=speck)


def upload_ink(data: bytes) -> np.ndarray:
    """Return the ink of a picture of one digit: (H, W) uint8, no side over SIDE; all 0 where there is none.

    Raises UnreadablePicture, see `read_upload`.
    """
    return see(read_upload(data)).digit


def _digit(ink: np.ndarray) -> np.ndarray:
    """Return the ink of one digit, no side over SIDE."""
    ink = main_piece(remove_frame(ink))
    if max(ink.shape) <= SIDE:
        return ink
    left, top, width, height = cv2.boundingRect(ink)
    ink = ink[top : top + max(1, height), left : left + max(1, width)]
    zoom = min(1, SIDE / max(ink.shape))
    return cv2.resize(ink, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA) if zoom < 1 else ink
