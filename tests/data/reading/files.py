"""Files of digits as others have them, made from the sample."""

import gzip
import io
import struct
import zipfile
from pathlib import Path

import cv2
import numpy as np


def csv(images: np.ndarray, labels: np.ndarray | None = None, *, head: bool = True, delimiter: str = ",") -> bytes:
    """Return a table as Kaggle has it. images: (n, side, side). labels: (n,), in the first column."""
    rows = images.reshape(len(images), -1)
    names = [f"pixel{number}" for number in range(rows.shape[1])]
    if labels is not None:
        rows, names = np.column_stack([labels, rows]), ["label", *names]
    lines = [delimiter.join(names)] * head + [delimiter.join(map(str, row)) for row in rows.tolist()]
    return "\n".join(lines).encode()


def idx(array: np.ndarray, *, packed: bool = False) -> bytes:
    """Return an idx file of unsigned bytes."""
    content = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()
    return gzip.compress(content) if packed else content


def png(image: np.ndarray) -> bytes:
    """Return a picture file."""
    return cv2.imencode(".png", image)[1].tobytes()


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a zip file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files into a folder, with the folders in which they lie. Returns it."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
