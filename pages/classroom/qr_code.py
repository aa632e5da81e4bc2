"""QR codes, for a phone or a tablet that cannot be handed a link."""

import cv2
import numpy as np
import streamlit as st


@st.cache_data(max_entries=200, show_spinner=False)
def qr_code(text: str) -> np.ndarray:
    """Return the QR code of a text, (H, W) uint8, with the white margin of four modules that ISO/IEC 18004 asks for."""
    modules = cv2.QRCodeEncoder.create().encode(text)
    bordered = cv2.copyMakeBorder(modules, 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=255)
    return cv2.resize(bordered, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
