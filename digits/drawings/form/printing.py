"""Make the form: its page as pixels, as a PDF and as HTML that a browser prints."""

import base64
import io

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digits.drawings.form import layout

DOTS = 12  # px for each mm: about 300 dpi
GREY = 165  # of the boxes: seen by the writer, paler than any pen
TITLE = "Write one digit into each box"
ADVICE = (
    "The small digit above a box says which one. Leave a box empty, or cross it out from corner to corner,\n"
    "and it is not used. Then photograph the page from above, with all four black squares in the picture."
)
HTML = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Form for handwritten digits</title>
<style>
body { margin: 0 auto; max-width: 60rem; font-family: sans-serif; background: #fff; color: #111; }
p { margin: 1rem; } img { width: 100%; display: block; } button { font: inherit; padding: 0.4rem 1rem; }
@page { margin: 0; }
@media print { body { max-width: none; } p { display: none; } img { max-height: 100vh; object-fit: contain; } }
</style>
<p><button onclick="print()">Print</button> The form fits on one page of A4 or US Letter.</p>
<img alt="A form of 100 empty boxes, with the digit to write above each and a black square in each corner"
 src="data:image/png;base64,CONTENT">
</html>
"""


def page() -> np.ndarray:
    """Return the page as it is printed, (3564, 2520) uint8, 0 = black: DOTS px for each mm."""
    width, height = (side * DOTS for side in layout.PAGE)
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    middle = width / 2
    draw.text((middle, (layout.TOP + 1) * DOTS), TITLE, 0, ImageFont.load_default(6 * DOTS), "ma")
    advice = ImageFont.load_default(2.9 * DOTS)
    draw.multiline_text((middle, (layout.TOP + 9) * DOTS), ADVICE, 0, advice, "ma", DOTS, "center")
    small = ImageFont.load_default(4 * DOTS)
    for digit, left, top in layout.boxes():
        corners = [left, top, left + layout.BOX[0], top + layout.BOX[1]]
        draw.rectangle([side * DOTS for side in corners], outline=GREY, width=4)
        draw.text(((left + layout.BOX[0] / 2) * DOTS, (top - 0.8) * DOTS), str(digit), 60, small, "ms")
    pixels = np.array(image)
    side = layout.MARKER * DOTS
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for marker, (left, top) in layout.MARKERS.items():
        x, y = left * DOTS, top * DOTS
        pixels[y : y + side, x : x + side] = cv2.aruco.generateImageMarker(dictionary, marker, side)
    return pixels


def pdf() -> bytes:
    """Return the form as a PDF of one A4 page."""
    content = io.BytesIO()
    Image.fromarray(page()).save(content, "PDF", resolution=25.4 * DOTS, quality=90, title="Form for digits")
    return content.getvalue()


def html() -> str:
    """Return the form as a page that a browser prints; it needs nothing from elsewhere."""
    png = cv2.imencode(".png", page(), [cv2.IMWRITE_PNG_COMPRESSION, 9])[1]
    return HTML.replace("CONTENT", base64.b64encode(png).decode())
