"""The frame and the scans of a JPEG file (ITU-T T.81, annex B)."""

import re
import struct

from digits.errors import UnreadablePicture
from digits.inference.pictures.limits import DAMAGED

MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # not what stands inside a scan: stuffed bytes and restarts
SEGMENTS = 4096  # a real file has tens
SCANS = 100
SCANNED_PIXELS = 600_000_000  # of all scans of a progressive JPEG; cameras write about 10, each a pass over the picture
PROGRESSIVE = 0xC2


def jpeg_frame(data: bytes) -> tuple[int, int, int]:
    """Return the width and height that a JPEG claims, and how many pixels one with so many scans may have.

    What follows the end of the first picture (the film of a motion photo, the gain map of Ultra HDR) is not looked at.
    Raises UnreadablePicture for a file without frame, scan or end: Pillow would notice a missing end only after it has
    decoded the rest.
    """
    at, frame, scans = 2, None, 0
    for _ in range(SEGMENTS):
        found = MARKER.search(data, at)
        if found is None:
            break
        marker, at = data[found.end() - 1], found.end()
        if marker == 0xD9:
            if frame and 0 < scans <= SCANS:
                width, height, kind = frame
                return width, height, SCANNED_PIXELS // scans if kind == PROGRESSIVE else SCANNED_PIXELS
            break
        if marker in (0xC0, 0xC1, PROGRESSIVE):
            if frame or at + 7 > len(data):
                break  # a second frame could claim another size after the first was checked
            height, width = struct.unpack_from(">HH", data, at + 3)
            frame = width, height, marker
        scans += marker == 0xDA
        at += max(2, int.from_bytes(data[at : at + 2]))
    raise UnreadablePicture(DAMAGED)
