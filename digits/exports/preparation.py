"""The preparation of a drawing as one plain Python file, for people without Digits: the app's own, word for word."""

import inspect

from digits.inference import preprocessing

IMPORT = "from digits.errors import BlankDrawing\n"
INSTEAD = '''
class BlankDrawing(ValueError):
    """There is no ink on the paper."""

'''


def source() -> str:
    """Return `digits.inference.preprocessing` without what it imports from Digits. It needs NumPy and OpenCV.

    `to_mnist(ink)` takes (H, W) uint8, 0 = paper, 255 = ink, and returns (28, 28) uint8.
    """
    text = inspect.getsource(preprocessing)
    before, _, after = text.partition(IMPORT)
    return before.rstrip("\n") + "\n\n" + INSTEAD + after
