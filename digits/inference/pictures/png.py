"""The parts of a PNG file that make its pixels (w3.org/TR/png-3, section 5)."""

import struct
import zlib

from digits.errors import UnreadablePicture
from digits.inference.pictures.limits import DAMAGED, PIXELS

PNG = b"\x89PNG\r\n\x1a\n"
PIXEL_CHUNKS = b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"
CHUNKS = 1 << 15  # a real file has tens; one of 25 MB that is written in pieces of 8 kB has 3,200
INFLATED_BYTES = 210 << 20  # 50 megapixels in colour with opacity, or A4 at 600 dpi in 16 bits a colour; 2 s
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by a PNG's colour type
EXIF_BYTES = 1 << 16


def png_pixels(data: bytes) -> bytes:
    """Return the PNG with only the chunks that make its pixels, each of them whole, and its EXIF data.

    Texts, profiles and animations are left out: Pillow refuses a picture with a text of more than a megabyte, although
    the text does not matter. Raises UnreadablePicture.
    """
    view, kept, at = memoryview(data), [PNG], len(PNG)
    for _ in range(CHUNKS):
        end = at + 12 + int.from_bytes(view[at : at + 4])
        name = bytes(view[at + 4 : at + 8])
        # A second header could claim another size after the first was checked.
        if end > len(data) or (name == b"IHDR") != (at == len(PNG)):
            break
        if name in PIXEL_CHUNKS or (name == b"eXIf" and end - at < EXIF_BYTES):
            if zlib.crc32(view[at + 4 : end - 4]) == int.from_bytes(view[end - 4 : end]):
                kept.append(view[at:end])
            elif name in PIXEL_CHUNKS:
                break
        if name == b"IEND":
            return b"".join(kept)
        at = end
    raise UnreadablePicture(DAMAGED)


def png_frame(data: bytes) -> tuple[int, int]:
    """Return the width and height that a PNG claims. Raises UnreadablePicture for more bytes than INFLATED_BYTES."""
    length, width, height, depth, colours = struct.unpack_from(">I4xIIBB", data, len(PNG))
    if length != 13 or colours not in CHANNELS:
        raise UnreadablePicture(DAMAGED)
    if width * height * CHANNELS[colours] * depth > 8 * INFLATED_BYTES and width * height <= PIXELS:
        raise UnreadablePicture(
            f"This picture has {depth} bits a colour, which is too many for its size. Save it smaller."
        )
    return width, height
