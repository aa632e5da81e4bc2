"""Bytes -> pixels: decodes every usual picture format within fixed limits of size, memory and time.

Pillow's own checks: data that fit the header, colours of a known kind, whole files. What it lacks stands here: the size
before the decoder starts, TIFF's tiles, the chunks of a PNG (png.py) and the scans of a JPEG (jpeg.py).
"""

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import (
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from digits.errors import UnreadablePicture
from digits.inference.pictures.jpeg import jpeg_frame
from digits.inference.pictures.limits import DAMAGED, PIXELS, check_size
from digits.inference.pictures.pixels import shrunk
from digits.inference.pictures.png import PNG, png_frame, png_pixels

warnings.filterwarnings("ignore", module=r"PIL\.")  # it warns of damaged EXIF data; what matters, it raises
WEBP_PIXELS = 24_000_000  # its decoder needs 16 bytes for each pixel
FORMATS = "PNG, JPEG, WebP, GIF, BMP, TIFF or HEIC"
SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".heic", ".heif",
)  # fmt: skip
HEIC_DAMAGED = (
    "We couldn't read this HEIC photo. Save it as JPEG and try again: on an iPhone, choose Most Compatible under "
    "Settings, Camera, Formats."
)
HEIC_BRANDS = b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = TURNS[5], TURNS[6], TURNS[7], TURNS[8]


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture, upright."""

    pixels: np.ndarray  # (H, W, 3) uint8 red, green, blue, times opacity
    alpha: np.ndarray  # (H, W) uint8 opacity, 255 = opaque
    size: tuple[int, int]  # width and height in px before it was shrunk

    @property
    def grey(self) -> np.ndarray:
        """Brightness times opacity, (H, W) uint8."""
        return np.asarray(Image.fromarray(self.pixels).convert("L"))

    def turned(self, quarters: int) -> "Picture":
        """Return the picture turned to the left by so many quarters."""
        size = self.size if quarters % 2 == 0 else self.size[::-1]
        pixels, alpha = (np.ascontiguousarray(np.rot90(part, quarters)) for part in (self.pixels, self.alpha))
        return Picture(pixels, alpha, size)

    def cropped(self, box: tuple[float, float, float, float]) -> "Picture":
        """Return what lies in a box: left, top, width and height as fractions of the picture."""
        height, width = self.alpha.shape
        left, top = min(width - 1, int(box[0] * width)), min(height - 1, int(box[1] * height))
        right, bottom = max(left + 1, round((box[0] + box[2]) * width)), max(top + 1, round((box[1] + box[3]) * height))
        pixels, alpha = (np.ascontiguousarray(part[top:bottom, left:right]) for part in (self.pixels, self.alpha))
        return Picture(
            pixels, alpha, (round(self.size[0] * alpha.shape[1] / width), round(self.size[1] * alpha.shape[0] / height))
        )


def decode(data: bytes, longest: int) -> Picture:
    """Decode a picture file, shrunk by a whole factor where a side exceeds `longest` px.

    data: PNG, JPEG (also of motion photos and Ultra HDR), WebP, GIF (its first frame), BMP, TIFF or HEIC, turned
    upright as its EXIF orientation says. Raises UnreadablePicture before the pixels are decoded where the header claims
    more than PIXELS or WEBP_PIXELS, and for all that is not such a file.
    """
    is_heic = data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS
    open_image = _open_heic if is_heic else next((opener for magic, opener in OPENERS if data.startswith(magic)), None)
    if open_image is None:
        raise UnreadablePicture(f"This isn't a picture that we can read. Save it as {FORMATS} and try again.")
    try:
        image = open_image(data, longest)
        turn = _turn(image)
        pixels, alpha = shrunk(image, -(-max(image.size) // longest))
    except UnreadablePicture:
        raise
    except Exception as error:  # Pillow passes on the errors of its decoders: OSError, SyntaxError, struct.error, ...
        raise UnreadablePicture(HEIC_DAMAGED if is_heic else DAMAGED) from error
    size = getattr(image, "full_size", image.size)
    if turn is not None:
        pixels, alpha = (np.asarray(Image.fromarray(part).transpose(turn)) for part in (pixels, alpha))
        size = size[::-1] if turn in SIDEWAYS else size
    return Picture(pixels, alpha, size)


def _open_png(data: bytes, _: int) -> Image.Image:
    data = png_pixels(data)
    check_size(*png_frame(data))
    return _loaded(PngImagePlugin.PngImageFile(io.BytesIO(data)))


def _open_jpeg(data: bytes, longest: int) -> Image.Image:
    """Return the first picture of the file, decoded at 1/2, 1/4 or 1/8 of its size where that is enough."""
    width, height, most = jpeg_frame(data)
    check_size(width, height, min(PIXELS, most))
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    image.full_size = image.size
    image.draft(None, (longest, longest))
    return _loaded(image)


def _open_tiff(data: bytes, _: int) -> Image.Image:
    image = TiffImagePlugin.TiffImageFile(io.BytesIO(data))
    check_size(*image.size)
    for tag in (TiffImagePlugin.TILEWIDTH, TiffImagePlugin.TILELENGTH):  # a tile is decoded whole
        if image.tag_v2.get(tag, 0) > 4096 + max(image.size):
            raise UnreadablePicture(DAMAGED)
    return _loaded(image)


def _opener(kind: Callable[[io.BytesIO], Image.Image], most: int) -> Callable[[bytes, int], Image.Image]:
    def open_image(data: bytes, _: int) -> Image.Image:
        image = kind(io.BytesIO(data))
        check_size(*image.size, most)
        return _loaded(image)

    return open_image


def _open_heic(data: bytes, longest: int) -> Image.Image:
    """Return the picture, turned by libheif and shrunk before Pillow copies it: that saves 0.6 s of 48 megapixels."""
    import pi_heif  # loads libheif, which few visits need

    pi_heif.options.THUMBNAILS = pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = False
    file = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    check_size(*file.size)
    if file.mode != "RGB":
        return file.to_pillow()
    size = [-(-side // -(-max(file.size) // longest)) for side in file.size]
    image = Image.fromarray(cv2.resize(np.asarray(file), size, interpolation=cv2.INTER_AREA))
    image.full_size = file.size
    return image


OPENERS = (
    (PNG, _open_png),
    (b"\xff\xd8\xff", _open_jpeg),
    (b"RIFF", _opener(WebPImagePlugin.WebPImageFile, WEBP_PIXELS)),
    (b"GIF8", _opener(GifImagePlugin.GifImageFile, PIXELS)),
    (b"BM", _opener(BmpImagePlugin.BmpImageFile, PIXELS)),
    (b"II*\0", _open_tiff),
    (b"MM\0*", _open_tiff),
)  # fmt: skip
"""The first bytes of a file, and what opens it."""


def _loaded(image: Image.Image) -> Image.Image:
    image.load()
    return image


def _turn(image: Image.Image) -> Image.Transpose | None:
    """Return the turn that makes the picture upright; Pillow has turned a TIFF already."""
    try:
        return TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # damaged EXIF data say nothing; the pixels are whole
        return None
