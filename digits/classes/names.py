"""Names that people type: one form of each, nothing invisible, and no two that look alike."""

import re
import unicodedata

from digits.errors import BadConfig

MAX_NAME = 24
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Characters that show nothing, though Unicode calls them printable."""
EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"}  # stand beside each other, and look like no other
ALIKE = str.maketrans("авекмнорстухіѕјαβεζηικμνορτυχɑı", "abekmhopctyxisjabezhikmnoptyxai")
"""Cyrillic, Greek and other letters of whole names that look like Latin ones, as capitals or small."""


def plain(text: str, what: str) -> str:
    """Return a name as it is kept: in one form of Unicode, one space between words. Raises BadConfig.

    what: what the error calls it.
    """
    name = " ".join(INVISIBLE.sub("", unicodedata.normalize("NFKC", text[: 4 * MAX_NAME])).split())
    if not name:
        raise BadConfig(f"The {what} is empty. Type 1 to {MAX_NAME} letters.")
    if len(name) > MAX_NAME:
        raise BadConfig(f"The {what} is too long. Type at most {MAX_NAME} letters.")
    if not name.isprintable():
        raise BadConfig(f"The {what} contains characters that nobody can see. Delete it and type it again.")
    if len(_scripts(name) - EAST_ASIAN) > 1:
        raise BadConfig(f"The {what} mixes letters of two alphabets, which look alike. Type it in one alphabet.")
    return name


def look_alike(one: str, other: str) -> bool:
    """Return whether two names are the same to who reads them, in capitals or not."""
    return _skeleton(one) == _skeleton(other)


def _scripts(name: str) -> set[str]:
    """Return the alphabets of a name, by the first word of what Unicode calls its letters."""
    letters = (letter for letter in name if unicodedata.category(letter) in ("Lu", "Ll", "Lt", "Lo"))
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in letters}


def _skeleton(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().translate(ALIKE)
