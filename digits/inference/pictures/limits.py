"""How large a picture may be, checked before it is decoded."""

from digits.errors import UnreadablePicture

PIXELS = 48 << 20  # a phone's 50 megapixels; A4 at 600 dpi has 35 million
DAMAGED = "This picture is damaged or cut short. Save it again, or choose another."


def check_size(width: int, height: int, most: int = PIXELS) -> None:
    """Raise UnreadablePicture for a picture of no pixels or of more than `most`."""
    if not width * height:
        raise UnreadablePicture(DAMAGED)
    if width * height > most:
        raise UnreadablePicture(
            f"This picture has {width:,} × {height:,} pixels; the limit is {most / 1e6:.0f} million. Save it smaller."
        )
