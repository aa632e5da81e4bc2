"""A picture of Pillow's -> colours and opacity as arrays, whatever its colours and depth are."""

import cv2
import numpy as np
from PIL import Image

BAND = 1 << 21  # pixels that are converted at a time


def shrunk(image: Image.Image, factor: int) -> tuple[np.ndarray, np.ndarray]:
    """Return colours and opacity, each pixel the mean of factor x factor px. Conversion in bands saves memory."""
    width, height = image.size
    step = max(1, BAND // (width * factor)) * factor
    white = _white(image)
    bands = [
        _band(image.crop((0, top, width, min(top + step, height))), factor, white) for top in range(0, height, step)
    ]
    pixels, alpha = (np.concatenate(parts) for parts in zip(*bands, strict=True))
    return pixels, alpha


def _white(image: Image.Image) -> int:
    """Return the level of white in a picture of more than 8 bits of grey, of which a camera may fill only some."""
    if image.mode not in ("F", "I", "I;16"):
        return 65_535
    brightest = image.getextrema()[1]
    return next((white for white in (1, 255, 1_023, 4_095, 16_383) if brightest <= white), 65_535)


def _band(band: Image.Image, factor: int, white: int) -> tuple[np.ndarray, np.ndarray]:
    """Return red, green and blue times opacity, (h, w, 3) uint8, and opacity, (h, w) uint8. white: from `_white`."""
    if band.mode.startswith("I") or band.mode == "F":  # more than 8 bits of grey, which Pillow would clip
        levels = np.nan_to_num(np.asarray(band).astype(np.float32)).clip(0, white)
        band = Image.fromarray((levels * (255 / white)).astype(np.uint8))
    if not band.has_transparency_data:
        pixels = np.asarray(_reduced(band.convert("L" if band.mode in ("1", "L") else "RGB"), factor))
        pixels = pixels if pixels.ndim == 3 else cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)
        return pixels, np.full(pixels.shape[:2], 255, np.uint8)
    pixels = np.asarray(_reduced(band.convert("RGBA").convert("RGBa"), factor))
    return pixels[..., :3], pixels[..., 3]


def _reduced(band: Image.Image, factor: int) -> Image.Image:
    return band if factor == 1 else band.reduce(factor)
