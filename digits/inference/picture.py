"""Bytes -> ink: the one safe reader for pictures.

Ink is (H, W) uint8, 0 = paper, 255 = ink. Whatever file a browser or a stranger sends goes through here. What is not
a picture, or larger than a picture of a digit needs to be, raises UnreadablePicture before it is decoded.
Formats: PNG (w3.org/TR/png-3, section 5) and JPEG (ITU-T T.81, annex B).
"""

import io
import struct
import zlib

import numpy as np
from PIL import ExifTags, Image

from digits.errors import UnreadablePicture
from digits.inference.extract_ink import extract_ink

PNG = b"\x89PNG\r\n\x1a\n"
PIXEL_CHUNKS = b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"
OWN_BYTES = 1 << 20  # of a PNG that this app made; 384 x 384 px of pure noise need 600 kB
UPLOAD_BYTES = 12 << 20
PIXELS = 4 << 20  # 2048 x 2048, of a picture that is decoded whole
BASELINE_PIXELS = 16 << 20  # a baseline JPEG is decoded strip by strip, at an eighth of its size
INFLATED_BYTES = 12 << 20  # of a PNG's pixels; 30 ms
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by a PNG's colour type
PARTS = 4096  # chunks or segments; a real file has tens, a PNG written in pieces of 8 kB has 1,500
SCANS = 12  # of a progressive JPEG; cameras and editors write about 10, and each is a pass over the whole picture
SIDE = 512  # px, the longest side of the ink of an upload; a digit needs no more

DAMAGED = "This picture is damaged or cut short. Save it again, or choose another."
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upload_ink(data: bytes) -> np.ndarray:
    """Return the ink of a picture: dark on light, light on dark, or on a transparent ground.

    data: a PNG or JPEG file of any depth and colours; a JPEG is turned upright as its EXIF orientation says.
    Returns (H, W) uint8, longest side at most SIDE; all 0 where nothing differs from the paper.
    Raises UnreadablePicture if the file is neither, is damaged, or has more than UPLOAD_BYTES or PIXELS (a baseline
    JPEG: BASELINE_PIXELS).
    """
    if not isinstance(data, bytes):
        raise UnreadablePicture("This isn't a file. Choose a PNG or JPEG picture.")
    if len(data) > UPLOAD_BYTES:
        raise UnreadablePicture(
            f"This file has {len(data) >> 20} MB; the limit is {UPLOAD_BYTES >> 20} MB. Save the picture smaller."
        )
    if data.startswith(PNG):
        data = _png_pixels(data)
        width, height, most = _png_frame(data)
    elif data.startswith(b"\xff\xd8\xff"):
        width, height, most = _jpeg_frame(data)
    else:
        raise UnreadablePicture("This isn't a PNG or JPEG file. Save the picture as one of them and try again.")
    if width * height > most:
        raise UnreadablePicture(
            f"This picture has {width:,} × {height:,} pixels; the limit is {most / 1e6:.1f} million. Save it smaller."
        )
    return extract_ink(*_decode(data, longest=SIDE))


def grey_png(png: bytes, longest: int) -> np.ndarray:
    """Return the ink of a PNG that this app made, no side over `longest` px, at most OWN_BYTES.

    Brightness times opacity is the ink of light strokes, on a black canvas and on a transparent one.
    Returns (H, W) uint8. Raises UnreadablePicture for anything else.
    """
    if not isinstance(png, bytes) or not png.startswith(PNG):
        raise UnreadablePicture("It isn't a PNG picture.")
    if len(png) > OWN_BYTES:
        raise UnreadablePicture(f"It has {len(png) >> 10:,} kB; the limit is {OWN_BYTES >> 10:,} kB.")
    png = _png_pixels(png)
    width, height, _ = _png_frame(png)
    if max(width, height) > longest:
        raise UnreadablePicture(f"It has {width:,} × {height:,} pixels; the limit is {longest} × {longest}.")
    return _decode(png, longest=longest)[0]


def _png_pixels(data: bytes) -> bytes:
    """Return the PNG with only the chunks that make its pixels, each of them whole.

    Texts, profiles and animations are left out: Pillow would inflate compressed texts to as much as 64 MB.
    """
    view, kept, at = memoryview(data), [PNG], len(PNG)
    for _ in range(PARTS):
        end = at + 12 + int.from_bytes(view[at : at + 4])
        name = bytes(view[at + 4 : at + 8])
        # A second header could claim another size after the first was checked.
        if end > len(data) or (name == b"IHDR") != (at == len(PNG)):
            break
        if name in PIXEL_CHUNKS:
            if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end]):
                break
            kept.append(view[at:end])
        if name == b"IEND":
            return b"".join(kept)
        at = end
    raise UnreadablePicture(DAMAGED)


def _png_frame(data: bytes) -> tuple[int, int, int]:
    """Return the width and height that a PNG claims, and how many pixels of its kind are allowed."""
    length, width, height, depth, colours = struct.unpack_from(">I4xIIBB", data, len(PNG))
    if length != 13 or colours not in CHANNELS or not width * height:
        raise UnreadablePicture(DAMAGED)
    return width, height, min(PIXELS, INFLATED_BYTES * 8 // max(8, depth * CHANNELS[colours]))


def _jpeg_frame(data: bytes) -> tuple[int, int, int]:
    """Return the width and height that a JPEG claims, and how many pixels of its kind are allowed."""
    at, frame = 2, None
    for _ in range(PARTS):
        if data[at : at + 1] != b"\xff" or at + 9 > len(data):
            break
        marker = data[at + 1]
        if marker in (0xC0, 0xC1, 0xC2):
            height, width = struct.unpack_from(">HH", data, at + 5)
            frame = width, height, PIXELS if marker == 0xC2 else BASELINE_PIXELS
        elif marker == 0xDA and frame:
            # Checked first: otherwise a file cut short would be noticed only after all of it was decoded.
            if data.rfind(b"\xff\xd9") > at and data.count(b"\xff\xda", at) <= SCANS:
                return frame
            break
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    raise UnreadablePicture(DAMAGED)


def _decode(data: bytes, *, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Decode a file that passed the checks above, shrunk by a whole factor where a side exceeds `longest`.

    Returns two (H, W) uint8: brightness times opacity, and opacity.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=["PNG", "JPEG"])
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
        image.draft("L", (longest, longest))  # decodes a JPEG at 1/2, 1/4 or 1/8 where that is enough
        if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip instead of scaling
            image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
        shrink = -(-max(image.size) // longest)
        if image.has_transparency_data and image.mode != "RGBA":  # without a needless copy of 12 MB
            image = image.convert("RGBA")
        if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] < 255:
            *colours, alpha = image.reduce(shrink).convert("RGBa").split()
            grey = Image.merge("RGB", colours).convert("L")
        else:
            grey = image.convert("L").reduce(shrink)
            alpha = Image.new("L", grey.size, 255)
        if turn is not None:
            grey, alpha = grey.transpose(turn), alpha.transpose(turn)
        return np.array(grey), np.array(alpha)
    except Exception as error:  # Pillow passes on the errors of its decoders: OSError, SyntaxError, struct.error, ...
        raise UnreadablePicture(DAMAGED) from error
