"""What a person reads without doubt on a photograph of paper, the app reads, too."""

import cv2
import numpy as np
import pytest

from digits.inference.detector import Detector
from digits.inference.paper.sheet import find_sheet
from digits.inference.picture import see, upload_ink
from digits.inference.pictures.decoding import decode
from digits.inference.prediction import predict
from digits.runs import models, starter
from tests.inference.photos import FOUR, ONE, SEVEN, lay, photo, written

SIDE = 420
INK = written((SIDE, SIDE), [(SEVEN, 130, 100, 220)])
CORNERS = [[170, 60], [520, 90], [540, 440], [150, 420]]
DESKS = {"grey": (120, 118, 116), "wood": (150, 110, 70), "dark": (40, 40, 45), "pale": (175, 160, 140)}


def png(picture):
    return cv2.imencode(".png", picture[..., ::-1])[1].tobytes()


@pytest.fixture(scope="module")
def text():
    """text(picture) -> what is predicted for it: a digit, or ?"""
    recognizer, detector = models.recognizer(starter.run()), Detector.bundled()
    return lambda picture: predict(upload_ink(png(picture)), recognizer, detector).text


def with_lines(*, across=True, down=True, step=60, width=3, colour=(120, 145, 190)):
    """Paper with lines, tilted by two degrees: (SIDE, SIDE, 3) float32."""
    paper = np.full((2 * SIDE, 2 * SIDE, 3), 215, np.float32)
    for at in range(20, 2 * SIDE, step):
        if across:
            cv2.line(paper, (0, at), (2 * SIDE, at), colour, width, cv2.LINE_AA)
        if down:
            cv2.line(paper, (at, 0), (at, 2 * SIDE), colour, width, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((SIDE, SIDE), 2, 1)
    return cv2.warpAffine(paper, turn, (2 * SIDE, 2 * SIDE))[SIDE // 2 : 3 * SIDE // 2, SIDE // 2 : 3 * SIDE // 2]


def with_frame(draw):
    picture = photo(INK)
    draw(picture)
    return picture


def with_edge():
    picture = photo(INK)
    picture[:, :30] = 30
    picture[-25:] = 25
    return picture


def with_shadow():
    shade = np.ones((SIDE, SIDE), np.float32)
    cv2.circle(shade, (380, 330), 170, 0.65, -1)
    return (photo(INK) * cv2.GaussianBlur(shade, (0, 0), 5)[..., np.newaxis]).astype(np.uint8)


def with_hard_shadow(picture, through):
    """The shadow of something straight in the light of a lamp; its edge runs through a point (x, y)."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
    beyond = (x - through[0] + 0.4 * (y - through[1]) > 0).astype(np.float32)
    return (picture * (1 - 0.5 * cv2.GaussianBlur(beyond, (0, 0), 1))[..., np.newaxis]).astype(np.uint8)


def striped_cloth(*turns, width=38):
    """White and red stripes in one direction, or checks in two: (500, 700, 3) float32."""
    y, x = np.mgrid[:500, :700]
    red = np.mean([(x * np.cos(turn) + y * np.sin(turn)) // width % 2 for turn in turns], axis=0)[..., np.newaxis]
    return np.float32((215, 212, 208)) * (1 - red) + np.float32((180, 40, 45)) * red


CLOTHS = {"stripes": striped_cloth(0.4), "checks": striped_cloth(0.2, 0.2 + np.pi / 2)}
PHOTOS = {
    **{f"a sheet on a {name} desk": lay(photo(INK), CORNERS, colour) for name, colour in DESKS.items()},
    **{f"a sheet on a cloth with {name}": lay(photo(INK), CORNERS, cloth) for name, cloth in CLOTHS.items()},
    "a table's edge": with_edge(),
    "the shadow of a hand": with_shadow(),
    "the edge of a hard shadow": with_hard_shadow(photo(INK), (207, 205)),
    "the edge of a hard shadow on a desk": with_hard_shadow(lay(photo(INK), CORNERS, DESKS["wood"]), (345, 250)),
    "squared paper": photo(INK, with_lines()),
    "squared paper, pencil": photo(INK, with_lines(), pen=(125, 125, 125)),
    "ruled paper": photo(INK, with_lines(down=False, width=2)),
    "a red margin": photo(INK, with_lines(across=False, step=900, colour=(210, 100, 110))),
    "a pale pencil": photo(INK, pen=(175, 174, 172)),
    "a yellow marker": photo(INK, (235, 235, 232), (240, 225, 60)),
    "red on green": photo(INK, (95, 150, 100), (190, 60, 60)),
    "blue on red, equally bright": photo(INK, (190, 100, 90), (90, 125, 200)),
    "a blackboard": photo(INK, (44, 62, 54), (205, 205, 195)),
    "a negative": 255 - photo(INK),
    "what shows through": photo(INK) - np.uint8(25 * written((SIDE, SIDE), [(FOUR, 60, 120, 200)]))[..., np.newaxis],
    "a circle": with_frame(lambda picture: cv2.circle(picture, (210, 210), 180, (60,) * 3, 4, cv2.LINE_AA)),
    "a box": with_frame(lambda picture: cv2.rectangle(picture, (40, 30), (385, 390), (60,) * 3, 3)),
}


@pytest.mark.parametrize("name", PHOTOS)
def test_a_digit_on_paper_is_read_whatever_else_is_in_the_picture(text, name):
    assert text(PHOTOS[name]) == "7"


@pytest.mark.parametrize("height", [150, 330])
def test_a_1_that_runs_through_most_of_the_picture_is_no_line_of_the_paper(text, height):
    stroke = [[(0.5, 0.0), (0.45, 1.0)]]
    assert text(photo(written((SIDE, SIDE), [(stroke, 150, (SIDE - height) / 2, height)]))) == "1"


def test_an_empty_box_has_no_ink_that_looks_like_a_0(text):
    picture = photo(np.zeros((SIDE, SIDE), np.float32))
    cv2.rectangle(picture, (40, 30), (385, 390), (60,) * 3, 3)
    assert text(picture) != "0"


def test_two_digits_far_apart_are_not_one(text):
    assert text(photo(written((300, 800), [(SEVEN, 60, 60, 180), (FOUR, 560, 60, 180)]))) == "?"


@pytest.mark.parametrize("name", ["a sheet on a wood desk", "the edge of a hard shadow on a desk"])
def test_the_outline_of_a_sheet_lies_where_the_sheet_does(name):
    found = find_sheet(PHOTOS[name], 1024)
    assert found is not None
    for corner in CORNERS:
        assert np.linalg.norm(found.outline - corner, axis=1).min() < 10  # px of 700


@pytest.mark.parametrize("name", CLOTHS)
def test_white_stripes_that_run_into_a_sheet_move_its_outline_little(name):
    found = find_sheet(PHOTOS[f"a sheet on a cloth with {name}"], 1024)
    sheet = np.float32(CORNERS)
    shared = cv2.intersectConvexConvex(found.outline, sheet)[0]
    assert shared > 0.85 * (cv2.contourArea(found.outline) + cv2.contourArea(sheet) - shared)


def test_the_edge_of_a_shadow_through_a_digit_is_no_edge_of_the_paper():
    assert find_sheet(PHOTOS["the edge of a hard shadow"], 1024) is None


def test_the_edge_of_a_hard_shadow_is_no_ink_where_it_touches_the_digit():
    pencil = with_hard_shadow(photo(INK, pen=(110, 110, 120)), (207, 205))
    found = see(decode(png(pencil), 1024)).found.ink
    left, top, width, height = cv2.boundingRect((found > 0).view(np.uint8))
    assert left > 115 and top > 80 and left + width < 300 and top + height < 345


def test_a_box_around_a_digit_is_no_sheet():
    assert find_sheet(PHOTOS["a box"], 1024) is None
    assert find_sheet(photo(INK), 1024) is None


def on_even_ground(draw):
    """A picture made on a screen: one colour to the last bit, and on it what draw(picture) draws."""
    picture = np.full((280, 280, 3), 235, np.uint8)
    draw(picture)
    return picture


@pytest.mark.parametrize(
    "draw",
    [
        lambda picture: cv2.circle(picture, (140, 140), 80, (20,) * 3, 30, cv2.LINE_AA),
        lambda picture: cv2.polylines(
            picture, [np.int32(np.array(FOUR[0]) * 180 + 50)], False, (20,) * 3, 30, cv2.LINE_AA
        ),
    ],
)
def test_no_sheet_is_looked_for_in_a_picture_made_on_a_screen(monkeypatch, draw):
    monkeypatch.setattr("digits.inference.paper.sheet._candidates", lambda flat: pytest.fail("it was looked for"))
    assert find_sheet(on_even_ground(draw), 1024) is None


def test_a_sheet_on_an_even_desk_is_found_although_the_picture_was_made_on_a_screen():
    def draw(picture):
        cv2.rectangle(picture, (60, 70), (220, 230), (90, 130, 90), -1)
        cv2.circle(picture, (140, 150), 30, (20,) * 3, 8)

    sheet = find_sheet(on_even_ground(draw), 1024)
    assert np.abs(sheet.outline.mean(axis=0) - (140, 150)).max() < 4


def test_the_lines_of_the_paper_are_marked():
    found = see(decode(png(PHOTOS["squared paper"]), 1024)).found
    assert 0.05 < found.rulings.mean() < 0.35
    assert not see(decode(png(PHOTOS["a box"]), 1024)).found.rulings.any()


def test_a_picture_turned_and_cut_shows_what_it_showed():
    picture = decode(png(photo(written((300, 600), [(ONE, 60, 60, 180), (FOUR, 400, 60, 180)]))), 1024)
    turned = picture.turned(1)
    assert turned.size == (300, 600) and turned.pixels.shape == (600, 300, 3)
    np.testing.assert_array_equal(turned.turned(3).pixels, picture.pixels)
    half = picture.cropped((0.5, 0, 0.5, 1))
    assert half.size == (300, 300)
    np.testing.assert_array_equal(half.pixels, picture.pixels[:, 300:])


def test_the_loop_of_a_thick_light_digit_is_no_sheet():
    nine = np.array([[135, 70], [80, 55], [40, 60], [10, 95], [15, 140], [60, 160], [115, 150], [140, 100], [150, 140]])
    nine = np.concatenate([nine, [[148, 210], [120, 240], [25, 230]]]) + (130, 80)
    ink = np.zeros((SIDE, SIDE), np.float32)
    cv2.polylines(ink, [nine.astype(np.int32)], False, 1, 32)
    assert find_sheet(photo(ink, pen=(235, 235, 240), paper=(60, 90, 170)), 1024) is None
