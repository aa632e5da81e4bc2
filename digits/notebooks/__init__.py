"""The code behind a page: short programs of plain Keras, NumPy and OpenCV, to copy or as a notebook."""
