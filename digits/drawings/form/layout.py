"""Where everything lies on the form, in mm from the top left corner of its A4 page. Printing and reading share it.

Only ratios count when a form is read, so it may be printed on any paper and at any size.
"""

import numpy as np

PAGE = 210, 297
LEFT, TOP, WIDTH, HEIGHT = 15, 23, 180, 250  # what is printed; it fits on US Letter as well
COLUMNS = ROWS = 10
BOX = 14, 15.5  # width and height
PITCH = 18, 21.4
FIRST = LEFT + 2, TOP + 22.5  # the first box
MARKER = 12  # a side
MARKERS = {  # id in the dictionary 4X4_50 -> its top left corner; other ids are left for later forms
    10: (LEFT, TOP),
    11: (LEFT + WIDTH - MARKER, TOP),
    12: (LEFT + WIDTH - MARKER, TOP + HEIGHT - MARKER),
    13: (LEFT, TOP + HEIGHT - MARKER),
}


def boxes() -> list[tuple[int, float, float]]:
    """Return the digit to write and the top left corner of each box, row by row: each row has 0 to 9."""
    return [
        (column, FIRST[0] + column * PITCH[0], FIRST[1] + row * PITCH[1])
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]


def marker_corners(marker: int) -> np.ndarray:
    """Return the corners of a marker, clockwise from its top left: (4, 2) float32."""
    return np.float32(MARKERS[marker]) + MARKER * np.float32([[0, 0], [1, 0], [1, 1], [0, 1]])
