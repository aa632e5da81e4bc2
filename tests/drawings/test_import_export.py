import io
import json
import struct
import zipfile
from dataclasses import replace

import cv2
import numpy as np
import pytest

from digits.drawings import import_export, store
from digits.errors import DigitsError
from digits.storage import database
from tests.drawings.conftest import drawn


def files(content):
    """{name: bytes} of a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def zipped(contents):
    """The zip of {name: bytes}."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in contents.items():
            opened.writestr(name, content)
    return packed.getvalue()


def png(shape):
    return cv2.imencode(".png", np.zeros(shape, np.uint8))[1].tobytes()


def test_a_zip_holds_what_was_packed_and_a_person_can_read_it(packed):
    original, back = [drawn(1), drawn(7, x=120)], import_export.unpack(packed)
    assert [(d.id, d.label, d.when, d.strokes) for d in back] == [(d.id, d.label, d.when, d.strokes) for d in original]
    assert all((a.seen == b.seen).all() and a.picture == b.picture for a, b in zip(original, back, strict=True))
    contents = files(packed)
    name = f"7-{original[1].id}"
    assert {f"seen/{name}.png", f"pictures/{name}.png", f"strokes/{name}.json", "digits.json"} <= set(contents)
    assert json.loads(contents["digits.json"])["drawings"][1]["label"] == 7


def test_a_photo_has_no_strokes(digits_home):
    from digits.drawings.drawing import make

    photo = make(drawn(1).seen, np.full((512, 300), 9, np.uint8), 1)
    [back] = import_export.unpack(import_export.pack([photo]))
    assert back.strokes == [] and back.picture == photo.picture


def test_a_zip_that_was_made_again_on_a_mac_or_on_windows_is_taken(packed):
    within = {f"my drawings/{name}": content for name, content in files(packed).items()}
    junk = {
        "__MACOSX/my drawings/._digits.json": b"x",
        "my drawings/.DS_Store": b"x",
        "my drawings/seen/Thumbs.db": b"x",
    }
    for contents in (files(packed) | junk, {"my drawings/": b"", **within, **junk}):
        assert len(import_export.unpack(zipped(contents))) == 2
    with pytest.raises(DigitsError, match="does not belong there"):
        import_export.unpack(zipped(within | {"other/digits.json": b"{}"}))


def with_file(name, content):
    """Puts a file into a zip, or another in its place."""
    return lambda whole: zipped(files(whole) | {name: content})


def without(name):
    """Takes a file out of a zip."""
    return lambda whole: zipped({other: content for other, content in files(whole).items() if other != name})


def described(**changes):
    """Gives the first drawing of a zip other fields."""

    def change(whole):
        known = json.loads(files(whole)["digits.json"])
        known["drawings"][0] |= changes
        return with_file("digits.json", json.dumps(known))(whole)

    return change


NAME = f"1-{drawn(1).id}"
SEEN, PICTURE, STROKES = f"seen/{NAME}.png", f"pictures/{NAME}.png", f"strokes/{NAME}.json"
EMPTY = {"format": "my digits", "version": 1}
OTHER = {"format": "x", "version": 1, "drawings": []}
PHOTOS = {"holiday/IMG_1.jpg": b"x", "holiday/IMG_2.jpg": b"x"}
NOT_A_NUMBER = b'[{"path": [["M", NaN, 1]], "strokeWidth": 2}]'
MANY = {f"pictures/1-{n:016x}.png": bytes(1 << 20) for n in range(130)}

HOSTILE = {
    "nothing": (lambda whole: b"", "isn't a zip file"),
    "text": (lambda whole: b"hello", "isn't a zip file"),
    "cut": (lambda whole: whole[:-200], "isn't a zip file"),
    "flipped": (lambda whole: whole[:60] + bytes(255 - byte for byte in whole[60:90]) + whole[90:], "damaged"),
    "picture": (lambda whole: png((28, 28)), "isn't a zip file"),
    "too large": (lambda whole: whole + bytes(import_export.ZIP_BYTES), "too large: expected at most 64 MB"),
    "path outside": (with_file("../../chosen.json", b"{}"), "'../../chosen.json'"),
    "absolute path": (with_file("/etc/passwd", b"x"), "'/etc/passwd'"),
    "windows path": (with_file("..\\..\\a.png", b"x"), "which does not belong there"),
    "other pictures": (lambda whole: zipped(PHOTOS), "'holiday/IMG_1.jpg'"),
    "no list": (lambda whole: zipped({SEEN: files(whole)[SEEN]}), "lacks the file `'digits.json'`"),
    "list is no JSON": (with_file("digits.json", b"{"), "digits.json in this zip isn't valid JSON"),
    "list too deep": (with_file("digits.json", b"[" * 99_999), "isn't valid JSON"),
    "list is no object": (with_file("digits.json", b"[]"), "something is missing or unknown"),
    "another format": (with_file("digits.json", json.dumps(OTHER)), "format is not as expected"),
    "no drawings": (with_file("digits.json", json.dumps(EMPTY)), "something is missing or unknown"),
    "label 10": (described(label=10), "drawings, 1, label is not as expected"),
    "label -1": (described(label=-1), "drawings, 1, label is not as expected"),
    "label true": (described(label=True), "drawings, 1, label is not as expected"),
    "label text": (described(label="<b>7"), "drawings, 1, label is not as expected"),
    "id is a path": (described(id="../x"), "drawings, 1, id is not as expected"),
    "id is a list": (described(id=[]), "drawings, 1, id is not as expected"),
    "not a time": (described(when="yesterday"), "drawings, 1, when is not as expected"),
    "listed, but not there": (without(SEEN), "lacks the file `'seen/"),
    "wrong size": (with_file(SEEN, png((29, 28))), "isn't the one that its name says"),
    "huge picture": (with_file(PICTURE, png((600, 600))), "the limit is 512 × 512"),
    "another picture": (with_file(SEEN, png((28, 28))), "isn't the one that its name says"),
    "picture is none": (with_file(SEEN, b"GIF89a"), "isn't a PNG picture"),
    "picture is cut": (with_file(PICTURE, drawn(1).picture[:99]), "cannot be read"),
    "strokes are none": (with_file(STROKES, b'[{"path": 1}]'), "contains no strokes"),
    "strokes are no list": (with_file(STROKES, b"12"), "something is missing or unknown"),
    "strokes of NaN": (with_file(STROKES, NOT_A_NUMBER), "isn't valid JSON"),
    "bomb": (with_file(PICTURE, bytes(30 << 20)), "1 MB for each file in the zip"),
    "many bombs": (lambda whole: zipped(files(whole) | MANY), "expected at most 64 MB"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_zip_is_refused_in_one_sentence_and_changes_nothing(packed, digits_home, case):
    make, sentence = HOSTILE[case]
    with pytest.raises(DigitsError) as told:
        store.merge(import_export.unpack(make(packed)))
    said = str(told.value)
    assert sentence in said and "\n" not in said and len(said) < 250
    assert not database.file().exists()


def test_a_zip_of_too_many_files_is_refused_by_its_table_of_contents(packed, monkeypatch):
    monkeypatch.setattr(import_export, "LIMITS", replace(import_export.LIMITS, files=5))
    with pytest.raises(DigitsError, match="or more than 5 files"):
        import_export.unpack(packed)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_file_twice_is_refused(packed):
    twice = io.BytesIO(packed)
    with zipfile.ZipFile(twice, "a") as opened:
        opened.writestr(SEEN, b"other")
    with pytest.raises(DigitsError, match="contains a file twice"):
        import_export.unpack(twice.getvalue())


def test_an_entry_that_lies_about_its_size_is_not_inflated_beyond_it(packed):
    bomb = bytearray(zipped(files(packed) | {PICTURE: bytes(50 << 20)}))
    with zipfile.ZipFile(io.BytesIO(bytes(bomb))) as opened:
        start = opened.start_dir
    at = bomb.index(PICTURE.encode(), start) - 46  # its row in the table of contents
    struct.pack_into("<I", bomb, at + 24, 1000)
    with pytest.raises(DigitsError, match="damaged"):
        import_export.unpack(bytes(bomb))


def test_a_locked_zip_is_refused(packed):
    locked = bytearray(packed)
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        locked[opened.start_dir + 8] |= 1
    with pytest.raises(DigitsError, match="password"):
        import_export.unpack(bytes(locked))
