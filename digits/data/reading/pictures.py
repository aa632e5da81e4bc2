"""Pictures of digits -> 28 x 28 pixels, ink on paper, as the networks learn them."""

import cv2
import numpy as np

from digits.errors import BlankDrawing
from digits.inference.picture import read_upload, see
from digits.inference.preprocessing import SIDE, to_mnist

CONTRAST = 32  # of 255: with less between its darkest and its lightest pixel, a picture shows nothing
FINE = 64  # px, to which a small picture is enlarged before it is prepared: about as fine as a drawing
NO_INK = "It shows no digit: we found no ink."


def picture_digit(content: bytes) -> np.ndarray:
    """Return the digit on a picture file, (28, 28) uint8. One of 28 x 28 px is taken as it is.

    Raises UnreadablePicture, BlankDrawing.
    """
    picture = read_upload(content)
    if picture.size == (SIDE, SIDE) and picture.alpha.min() == 255:
        grey = picture.grey
        return prepared(ink_on_paper(grey[np.newaxis])[0])
    try:
        return to_mnist(see(picture).digit)
    except BlankDrawing as error:
        raise BlankDrawing(NO_INK) from error


def ink_on_paper(images: np.ndarray) -> np.ndarray:
    """Return pictures with 0 for paper and 255 for ink; they are inverted if most of their edges are light.

    images: (n, side, side) uint8.
    """
    edges = np.ones(images.shape[1:], bool)
    edges[1:-1, 1:-1] = False
    return 255 - images if len(images) and np.median(images[:, edges].mean(axis=1)) > 127 else images


def prepared(ink: np.ndarray) -> np.ndarray:
    """Return a digit of a table or an idx file, (side, side) uint8, as (28, 28) uint8. Raises BlankDrawing."""
    if int(ink.max()) - int(ink.min()) < CONTRAST:
        raise BlankDrawing(NO_INK)
    if ink.shape == (SIDE, SIDE):
        return ink
    zoom = max(1, -(-FINE // max(ink.shape)))
    try:
        return to_mnist(cv2.resize(ink, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC))
    except BlankDrawing as error:
        raise BlankDrawing(NO_INK) from error
