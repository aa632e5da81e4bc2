"""A picture of a digit from a file, in place of a drawing."""

import numpy as np
import streamlit as st

from digits.errors import BlankDrawing
from digits.inference.picture import upload_ink


def ink() -> np.ndarray:
    """Let the user choose a picture and return its ink, (H, W) uint8. Raises BlankDrawing, UnreadablePicture."""
    file = st.file_uploader(
        "A picture of one digit",
        type=["png", "jpg", "jpeg"],
        key="draw_upload",
        help="PNG or JPEG, dark on light or light on dark. Crop it to the digit.",
    )
    if file is None:
        raise BlankDrawing("Choose a picture of one digit: PNG or JPEG, dark on light or light on dark.")
    content = file.getvalue()
    found = upload_ink(content)
    st.image(content, caption="Your picture", width=240, alt="The picture you chose")
    return found
