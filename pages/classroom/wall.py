"""Drawings of a class side by side, as many in a row as the screen has room for."""

import base64
import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from pages.shared.picture import png

STYLE = """<style>
.wall { display: grid; grid-template-columns: repeat(auto-fill, minmax(clamp(4.5rem, 6.5vw, 9rem), 1fr)); gap: .6rem; }
.wall figure { margin: 0; text-align: center; }
.wall img { width: 100%; image-rendering: pixelated; border-radius: .3rem; }
.wall figcaption { font-size: .9rem; line-height: 1.3; overflow-wrap: anywhere; }
</style>"""


def show(images: np.ndarray, captions: Sequence[str]) -> None:
    """Show drawings with what stands below each. images: (n, 28, 28) uint8."""
    tiles = "".join(
        f'<figure><img src="data:image/png;base64,{base64.b64encode(png(image)).decode()}" alt="">'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
        for image, caption in zip(images, captions, strict=True)
    )
    st.html(f'{STYLE}<div class="wall">{tiles}</div>')
