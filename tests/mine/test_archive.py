import io
import json
import struct
import zipfile

import cv2
import numpy as np
import pytest

from digits.errors import DigitsError
from digits.mine import archive, store
from tests.mine.conftest import drawn


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


def test_a_zip_brings_back_what_was_packed_and_a_person_can_read_it(packed):
    original, back = [drawn(1), drawn(7, x=120)], archive.unpack(packed)
    assert [(d.id, d.label, d.when, d.strokes) for d in back] == [(d.id, d.label, d.when, d.strokes) for d in original]
    assert all((a.seen == b.seen).all() and a.picture == b.picture for a, b in zip(original, back, strict=True))
    contents = files(packed)
    name = f"7-{original[1].id}"
    assert {f"seen/{name}.png", f"pictures/{name}.png", f"strokes/{name}.json", "digits.json"} <= set(contents)
    assert json.loads(contents["digits.json"])["drawings"][1]["label"] == 7


def test_a_photo_has_no_strokes(digits_home):
    from digits.mine.drawing import make

    photo = make(drawn(1).seen, np.full((512, 300), 9, np.uint8), 1)
    [back] = archive.unpack(archive.pack([photo]))
    assert back.strokes == [] and back.picture == photo.picture


def renamed(contents, old, new):
    return {(new if name == old else name): content for name, content in contents.items()}


def described(contents, **changes):
    """The same zip with other fields in its first drawing."""
    known = json.loads(contents["digits.json"])
    known["drawings"][0] |= changes
    return contents | {"digits.json": json.dumps(known).encode()}


SEEN, PICTURE, STROKES = (
    f"{kind}/1-{drawn(1).id}.{end}" for kind, end in (("seen", "png"), ("pictures", "png"), ("strokes", "json"))
)

HOSTILE = {
    "nothing": (lambda whole: b"", "no zip file"),
    "text": (lambda whole: b"hello", "no zip file"),
    "cut": (lambda whole: whole[:-200], "no zip file"),
    "flipped": (lambda whole: whole[:60] + bytes(255 - byte for byte in whole[60:90]) + whole[90:], "damaged"),
    "picture": (lambda whole: png((28, 28)), "no zip file"),
    "too large": (lambda whole: whole + bytes(archive.ZIP_BYTES), "expected a zip of at most 32"),
    "path outside": (lambda whole: zipped(files(whole) | {"../../chosen.json": b"{}"}), "'../../chosen.json'"),
    "absolute path": (lambda whole: zipped(files(whole) | {"/etc/passwd": b"x"}), "'/etc/passwd'"),
    "windows path": (lambda whole: zipped(files(whole) | {"..\\..\\a.png": b"x"}), "no export of My digits has"),
    "other pictures": (lambda whole: zipped({"holiday/IMG_1.jpg": b"x", "holiday/IMG_2.jpg": b"x"}), "'holiday/IMG_1.jpg'"),
    "no list": (lambda whole: zipped({SEEN: files(whole)[SEEN]}), "holds no digits.json"),
    "list is no JSON": (lambda whole: zipped(files(whole) | {"digits.json": b"{"}), "digits.json in this zip is no JSON"),
    "list too deep": (lambda whole: zipped(files(whole) | {"digits.json": b"[" * 99_999}), "is no JSON"),
    "list is no object": (lambda whole: zipped(files(whole) | {"digits.json": b"[]"}), "does not describe My digits"),
    "another format": (lambda whole: zipped(files(whole) | {"digits.json": b'{"format": "x"}'}), "does not describe"),
    "no drawings": (lambda whole: zipped(files(whole) | {"digits.json": b'{"format": "my digits", "version": 1}'}), "lists no drawings"),
    "label 10": (lambda whole: zipped(described(files(whole), label=10)), "label '10' is no digit from 0 to 9"),
    "label -1": (lambda whole: zipped(described(files(whole), label=-1)), "label '-1' is no digit"),
    "label true": (lambda whole: zipped(described(files(whole), label=True)), "label 'True' is no digit"),
    "label text": (lambda whole: zipped(described(files(whole), label="<b>7")), "is no digit from 0 to 9"),
    "id is a path": (lambda whole: zipped(described(files(whole), id="../x")), "holds no 'seen/1-../x.png'"),
    "id is a list": (lambda whole: zipped(described(files(whole), id=[])), "holds no 'seen/"),
    "time is none": (lambda whole: zipped(described(files(whole), when="yesterday")), "says no time such as"),
    "listed, but not there": (lambda whole: zipped({k: v for k, v in files(whole).items() if k != SEEN}), "but holds no"),
    "wrong size": (lambda whole: zipped(files(whole) | {SEEN: png((29, 28))}), "28 x 29 pixels, expected 28 x 28"),
    "huge picture": (lambda whole: zipped(files(whole) | {PICTURE: png((600, 600))}), "expected at most 512 x 512"),
    "another picture": (lambda whole: zipped(files(whole) | {SEEN: png((28, 28))}), "is not the picture that its name says"),
    "picture is none": (lambda whole: zipped(files(whole) | {SEEN: b"GIF89a"}), "is no PNG"),
    "picture is cut": (lambda whole: zipped(files(whole) | {PICTURE: files(whole)[PICTURE][:99]}), "cannot be read"),
    "strokes are none": (lambda whole: zipped(files(whole) | {STROKES: b'[{"path": 1}]'}), "holds no strokes"),
    "strokes are no list": (lambda whole: zipped(files(whole) | {STROKES: b"12"}), "holds no strokes"),
    "strokes of NaN": (lambda whole: zipped(files(whole) | {STROKES: b'[{"path": [["M", NaN, 1]], "strokeWidth": 2}]'}), "holds no strokes"),
    "bomb": (lambda whole: zipped(files(whole) | {PICTURE: bytes(30 << 20)}), "expected at most 1,024"),
    "many bombs": (lambda whole: zipped(files(whole) | {f"pictures/1-{n:016x}.png": bytes(1 << 20) for n in range(130)}), "expected at most 128"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_of_a_hostile_zip_nothing_is_taken_and_one_sentence_says_why(packed, digits_home, case):
    make, sentence = HOSTILE[case]
    with pytest.raises(DigitsError) as told:
        store.merge(archive.unpack(make(packed)))
    said = str(told.value)
    assert sentence in said and "\n" not in said and len(said) < 250
    assert not (digits_home / "mine").exists()


def test_a_zip_of_too_many_files_is_refused_by_its_table_of_contents(packed, monkeypatch):
    monkeypatch.setattr(archive, "ENTRIES", 5)
    with pytest.raises(DigitsError, match="holds 7 files, expected at most 5"):
        archive.unpack(packed)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused(packed):
    twice = io.BytesIO(packed)
    with zipfile.ZipFile(twice, "a") as opened:
        opened.writestr(SEEN, b"other")
    with pytest.raises(DigitsError, match="holds a file twice"):
        archive.unpack(twice.getvalue())


def test_an_entry_that_lies_about_its_size_is_not_inflated_beyond_it(packed):
    bomb = bytearray(zipped(files(packed) | {PICTURE: bytes(50 << 20)}))
    with zipfile.ZipFile(io.BytesIO(bytes(bomb))) as opened:
        start = opened.start_dir
    at = bomb.index(PICTURE.encode(), start) - 46  # its row in the table of contents
    struct.pack_into("<I", bomb, at + 24, 1000)
    with pytest.raises(DigitsError, match="damaged"):
        archive.unpack(bytes(bomb))


def test_a_locked_zip_is_refused(packed):
    locked = bytearray(packed)
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        locked[opened.start_dir + 8] |= 1
    with pytest.raises(DigitsError, match="password"):
        archive.unpack(bytes(locked))
