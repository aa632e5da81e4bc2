"""idx files, MNIST's own format: a head that names type and shape, then the bytes (Y. LeCun, C. Cortes, C. Burges)."""

import gzip
import io
import math
import re
from pathlib import PurePosixPath

import numpy as np

from digits.data.reading.entries import FILE_BYTES
from digits.errors import DigitsError

MAGIC = re.compile(rb"\0\0\x08[\x01\x03]")  # unsigned bytes in one or three dimensions
DAMAGED = "This idx file is cut short or damaged."


def unpacked(content: bytes) -> bytes:
    """Return the content of a file, unpacked if it is a .gz. Raises DigitsError."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            content = packed.read(FILE_BYTES + 1)
    except Exception as error:  # gzip and zlib raise OSError, EOFError and zlib.error
        raise DigitsError("This .gz file is damaged or cut short.") from error
    if len(content) > FILE_BYTES:
        raise DigitsError(f"This file is too large: expected at most {FILE_BYTES >> 20} MB.")
    return content


def is_idx(content: bytes) -> bool:
    """Return whether this is an idx file of pictures or labels."""
    return MAGIC.match(content) is not None


def read_idx(content: bytes) -> np.ndarray:
    """Return its array: (n,) or (n, height, width) uint8. Raises DigitsError."""
    head = 4 + 4 * content[3]
    shape = tuple(int(size) for size in np.frombuffer(content[4:head], ">u4"))
    if len(shape) != content[3] or math.prod(shape) != len(content) - head or 0 in shape[1:]:
        raise DigitsError(DAMAGED)
    return np.frombuffer(content, np.uint8, offset=head).reshape(shape)


def pair_name(name: str) -> str:
    """Return what the files of some pictures and of their labels have in common: train-x-idx-ubyte."""
    name = PurePosixPath(name).name.lower().removesuffix(".gz")
    return re.sub("images?|labels?", "x", re.sub("idx[13]", "idx", name))


def upright(images: np.ndarray, name: str) -> np.ndarray:
    """Return pictures as one reads them: EMNIST's lie mirrored on their side (G. Cohen et al., EMNIST, 2017)."""
    return images.transpose(0, 2, 1) if "emnist" in name.lower() else images
