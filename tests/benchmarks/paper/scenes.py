"""Scenes: one digit, or several rows of digits, photographed as people photograph them. Each kind is a function."""

from collections.abc import Callable

import cv2
import numpy as np

from tests.benchmarks.paper.render import coloured, hand_shadow, lay, paint, photograph, uneven_light
from tests.benchmarks.pens.styles import Digit

WHITE = 222, 220, 214
PENS = (45, 45, 50), (40, 50, 120), (30, 40, 90), (60, 60, 60), (150, 40, 45)  # black, blue, pencil, red
DESKS = (120, 118, 116), (96, 66, 42), (150, 118, 84), (60, 62, 66), (48, 74, 60), (172, 160, 140), (90, 100, 130)

Scene = Callable[[Digit, np.random.Generator], bytes]


def _sheet(
    digit: Digit,
    rng: np.random.Generator,
    *,
    paper=WHITE,
    pen=None,
    side: int = 700,
    height=None,
    width=None,
    stray: float = 0.6,
):
    """Return one digit on a sheet of side x side px, (H, W, 3) float32: its height and pen width as fractions."""
    height = height or rng.uniform(0.35, 0.7)
    width = (width or rng.uniform(0.05, 0.1)) * height * side
    pen = PENS[rng.integers(len(PENS))] if pen is None else pen
    room = side * (1 - height) / 2
    x, y = side / 2 + rng.uniform(-stray, stray, 2) * room
    box = x - height * side / 2, y - height * side / 2, height * side, height * side
    return coloured(paint(digit, (side, side), box, width), paper, pen, rng)


def plain(digit, rng):
    return photograph(uneven_light(_sheet(digit, rng), rng), rng)


def _desk(rng, size=(1100, 900)):
    ground = np.empty((size[1], size[0], 3), np.float32)
    ground[:] = np.float32(DESKS[rng.integers(len(DESKS))])
    grainy = cv2.resize(rng.normal(0, 7, (size[1] // 4, size[0] // 60)).astype(np.float32), size)  # wood
    return ground + grainy[..., np.newaxis]


def _corners(rng, size=(1100, 900), least=0.5, most=0.75):
    """Return the corners of a sheet in perspective, somewhere on a ground of that size."""
    w = rng.uniform(least, most) * min(size)
    h = w * rng.uniform(0.8, 1.25)
    h = min(h, 0.85 * size[1])
    square = np.array([[-w, -h], [w, -h], [w, h], [-w, h]]) / 2
    angle = np.deg2rad(rng.uniform(-12, 12))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    square = square @ turn.T * (1 + rng.uniform(-0.06, 0.06, (4, 1)))
    room = np.maximum(np.array(size) / 2 - np.abs(square).max(axis=0) - 8, 0)
    return square + np.array(size) / 2 + rng.uniform(-1, 1, 2) * room


def desk(digit, rng):
    sheet = _sheet(digit, rng, height=rng.uniform(0.3, 0.6), width=rng.uniform(0.05, 0.09))
    return photograph(uneven_light(lay(sheet, _desk(rng), _corners(rng)), rng), rng)


def desk_with_things(digit, rng):
    ground = _desk(rng)
    for _ in range(rng.integers(1, 4)):
        start, colour = rng.uniform(0, 1, 2) * (1100, 900), rng.uniform(20, 230, 3)
        end = start + rng.uniform(-400, 400, 2)
        cv2.line(ground, np.int32(start), np.int32(end), colour.tolist(), int(rng.integers(10, 40)))
    sheet = _sheet(digit, rng, height=rng.uniform(0.35, 0.6))
    return photograph(uneven_light(lay(sheet, ground, _corners(rng)), rng), rng)


def table_edge(digit, rng):
    picture = _sheet(digit, rng, height=rng.uniform(0.4, 0.6))
    side = len(picture)
    for edge in rng.choice(4, rng.integers(1, 3), replace=False):
        depth, slope = rng.uniform(0.03, 0.1, 2) * side
        corner = np.array([[0, 0], [side, 0], [side, depth + slope - 0.03 * side], [0, depth]])
        band = np.zeros((side, side), np.uint8)
        cv2.fillConvexPoly(band, np.int32(corner), 255, cv2.LINE_AA)
        cover = np.rot90(band, edge)[..., np.newaxis] / 255
        picture = picture * (1 - cover) + np.float32(DESKS[rng.integers(len(DESKS))]) * 0.6 * cover
    return photograph(uneven_light(picture, rng), rng)


def second_sheet(digit, rng):
    below = lay(np.full((600, 600, 3), WHITE, np.float32) * 0.97, _desk(rng), _corners(rng, least=0.85, most=0.95))
    sheet = _sheet(digit, rng, height=rng.uniform(0.4, 0.6))
    return photograph(uneven_light(lay(sheet, below, _corners(rng, least=0.5, most=0.65)), rng), rng)


def finger(digit, rng):
    picture = lay(_sheet(digit, rng, height=rng.uniform(0.35, 0.5)), _desk(rng), _corners(rng, least=0.7, most=0.8))
    x = rng.uniform(100, 1000)
    mask = np.zeros(picture.shape[:2], np.float32)
    cv2.line(mask, (int(x), 920), (int(x + rng.uniform(-80, 80)), int(rng.uniform(800, 850))), 1, 70)
    mask = cv2.GaussianBlur(mask, (0, 0), 2)[..., np.newaxis]
    return photograph(uneven_light(picture * (1 - mask) + np.float32((190, 140, 115)) * mask, rng), rng)


def shadow(digit, rng):
    return photograph(hand_shadow(_sheet(digit, rng), rng), rng)


def hard_shadow(digit, rng):
    """A lamp's shadow of something straight, on a sheet or on desk and sheet; its edge runs through the digit."""
    sheet = _sheet(digit, rng, stray=0.2)
    if rng.random() < 0.5:
        corners = _corners(rng)
        picture, middle = lay(sheet, _desk(rng), corners), corners.mean(axis=0)
        reach = 0.1 * np.linalg.norm(corners[1] - corners[0])
    else:
        picture, middle, reach = sheet, np.array([350.0, 350.0]), 70
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
    angle = rng.uniform(0, 2 * np.pi)
    beyond = (x - middle[0]) * np.cos(angle) + (y - middle[1]) * np.sin(angle) > rng.uniform(-reach, reach)
    shade = cv2.GaussianBlur(beyond.astype(np.float32), (0, 0), rng.uniform(0.7, 3))[..., np.newaxis]
    dark = rng.uniform(0.35, 0.6) * np.float32((1, 0.97, 0.9))  # the rest of the light comes from the sky
    return photograph(uneven_light(picture * (1 - dark * shade), rng), rng)


CLOTHS = (((225, 222, 218), (180, 40, 45)), ((226, 226, 228), (60, 90, 160)), ((215, 205, 180), (120, 90, 60)),
          ((210, 210, 208), (45, 45, 50)), ((224, 224, 214), (80, 140, 90)),
          ((228, 226, 220), (235, 205, 90)))  # fmt: skip
"""The colours of the light stripes and of the others."""


def striped_cloth(digit, rng):
    """A sheet on a tablecloth with stripes or checks, of which the light ones are about as white as the paper."""
    light, dark = np.float32(CLOTHS[rng.integers(len(CLOTHS))])
    y, x = np.mgrid[:900, :1100]
    angle, period, share = rng.uniform(0, np.pi), rng.uniform(40, 140), rng.uniform(0.35, 0.65)
    turns = (angle, angle + np.pi / 2) if rng.random() < 0.4 else (angle,)
    cover = np.mean([(x * np.cos(turn) + y * np.sin(turn)) / period % 1 < share for turn in turns], axis=0)
    ground = light + (dark - light) * cover.astype(np.float32)[..., np.newaxis]
    sheet = _sheet(digit, rng, height=rng.uniform(0.3, 0.6), width=rng.uniform(0.05, 0.09))
    return photograph(uneven_light(lay(sheet, ground, _corners(rng)), rng), rng)


def _rule(paper: np.ndarray, rng, *, down: bool, across: bool, colour, step: float, width: int) -> np.ndarray:
    side = len(paper)
    first = rng.uniform(0.2, 1) * step
    for at in np.arange(first, side, step):
        if across:
            cv2.line(paper, (0, int(at)), (side, int(at)), colour, width, cv2.LINE_AA)
        if down:
            cv2.line(paper, (int(at), 0), (int(at), side), colour, width, cv2.LINE_AA)
    return paper


LINES = (120, 145, 190), (160, 175, 205), (150, 150, 155), (205, 150, 160), (140, 180, 150)


def _tilted(picture: np.ndarray, rng) -> np.ndarray:
    """Return the picture turned by some degrees and cut to its middle, as a camera held by hand sees it."""
    side = len(picture)
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), rng.uniform(-6, 6), 1.15)
    return cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def squared(digit, rng):
    side = 700
    paper = np.full((side, side, 3), WHITE, np.float32)
    step = rng.uniform(0.05, 0.2) * side
    paper = _rule(paper, rng, down=True, across=True, colour=LINES[rng.integers(5)], step=step,
                  width=int(rng.integers(1, 6)))  # fmt: skip
    sheet = _sheet(
        digit, rng, paper=paper, pen=(110,) * 3 if rng.random() < 0.5 else None, height=rng.uniform(0.35, 0.6)
    )
    return photograph(uneven_light(_tilted(sheet, rng), rng), rng)


def ruled(digit, rng):
    side = 700
    paper = np.full((side, side, 3), WHITE, np.float32)
    paper = _rule(paper, rng, down=False, across=True, colour=LINES[rng.integers(5)],
                  step=rng.uniform(0.08, 0.25) * side, width=int(rng.integers(1, 5)))  # fmt: skip
    if rng.random() < 0.5:
        x = int(rng.uniform(0.03, 0.12) * side)
        cv2.line(paper, (x, 0), (x, side), (210, 110, 120), 2, cv2.LINE_AA)
    sheet = _sheet(
        digit, rng, paper=paper, pen=(110,) * 3 if rng.random() < 0.4 else None, height=rng.uniform(0.35, 0.6)
    )
    return photograph(uneven_light(_tilted(sheet, rng), rng), rng)


def dotted(digit, rng):
    side = 700
    paper = np.full((side, side, 3), WHITE, np.float32)
    step = rng.uniform(0.05, 0.1) * side
    for y in np.arange(step / 2, side, step):
        for x in np.arange(step / 2, side, step):
            cv2.circle(paper, (int(x), int(y)), int(rng.integers(2, 4)), LINES[2], -1, cv2.LINE_AA)
    return photograph(uneven_light(_tilted(_sheet(digit, rng, paper=paper), rng), rng), rng)


def pale(digit, rng):
    pen = ((165, 163, 160), (180, 178, 175), (170, 172, 190), (240, 225, 60), (245, 232, 110), (250, 205, 120),
           (190, 215, 150), (240, 180, 200))[rng.integers(8)]  # fmt: skip
    paper = (235, 235, 232) if rng.random() < 0.5 else WHITE
    return photograph(uneven_light(_sheet(digit, rng, paper=paper, pen=pen), rng, 0.2), rng)


def on_colour(digit, rng):
    pairs = (((95, 150, 100), (190, 60, 60)), ((245, 225, 110), (200, 90, 60)), ((110, 150, 200), (200, 80, 110)),
             ((240, 180, 190), (60, 110, 190)), ((120, 165, 120), (160, 110, 60)))  # fmt: skip
    paper, pen = pairs[rng.integers(len(pairs))]
    return photograph(uneven_light(_sheet(digit, rng, paper=paper, pen=pen), rng, 0.2), rng)


def blackboard(digit, rng):
    paper = ((44, 62, 54), (40, 42, 44), (30, 48, 40))[rng.integers(3)]
    picture = _sheet(digit, rng, paper=paper, pen=(205, 205, 195))
    smear = cv2.resize(
        rng.uniform(0, 22, (10, 10)).astype(np.float32), picture.shape[1::-1], interpolation=cv2.INTER_CUBIC
    )
    return photograph(uneven_light(picture + smear[..., np.newaxis], rng), rng)


def negative(digit, rng):
    return photograph(255 - uneven_light(_sheet(digit, rng), rng, 0.15), rng)


def show_through(digit, rng):
    sheet = _sheet(digit, rng, pen=PENS[rng.integers(3)])
    back = _sheet(digit, rng, pen=PENS[rng.integers(3)], height=rng.uniform(0.3, 0.5))[:, ::-1]
    return photograph(uneven_light(sheet - 0.13 * (np.float32(WHITE) - back), rng), rng)


def _framed(digit, rng, draw, height):
    sheet = _sheet(digit, rng, pen=(50, 50, 60), height=height, stray=0.1)
    draw(sheet, int(rng.integers(3, 9)))
    return photograph(uneven_light(sheet, rng), rng)


def circled(digit, rng):
    def draw(sheet, width):
        angle = np.linspace(0, 2 * np.pi * rng.uniform(0.98, 1.03), 80) + rng.uniform(0, 6)
        radius = 700 * rng.uniform(0.4, 0.46) * (1 + 0.02 * np.sin(2 * angle + rng.uniform(0, 6)))
        points = np.stack([350 + radius * np.cos(angle), 350 + radius * np.sin(angle)], 1)
        cv2.polylines(sheet, [np.int32(points * 16)], False, (60, 60, 70), width, cv2.LINE_AA, 4)

    return _framed(digit, rng, draw, rng.uniform(0.35, 0.45))


def boxed(digit, rng):
    def draw(sheet, width):
        low, high = rng.uniform(0.05, 0.14, 2) * 700, rng.uniform(0.86, 0.95, 2) * 700
        cv2.rectangle(sheet, np.int32(low).tolist(), np.int32(high).tolist(), (60, 60, 70), width, cv2.LINE_AA)

    return _framed(digit, rng, draw, rng.uniform(0.4, 0.55))


SCENES: dict[str, Scene] = {
    "plain": plain, "desk": desk, "desk with things": desk_with_things, "table edge": table_edge,
    "second sheet": second_sheet, "striped cloth": striped_cloth, "finger": finger, "hand's shadow": shadow,
    "hard shadow": hard_shadow, "squared": squared, "ruled": ruled, "dotted": dotted, "pale ink": pale,
    "ink on colour": on_colour, "blackboard": blackboard, "negative": negative, "show-through": show_through,
    "circled": circled, "boxed": boxed,
}  # fmt: skip


def rows(digits: list[list[Digit]], rng: np.random.Generator, *, on_desk: bool = False) -> bytes:
    """Photograph a sheet with rows of digits, one below the other."""
    size = 1100
    longest = max(map(len, digits))
    step = min(size * 0.86 / longest, size * 0.86 / len(digits) / 1.4)
    pen = PENS[rng.integers(len(PENS))]
    ink = np.zeros((size, size), np.float32)
    for line, row in enumerate(digits):
        left = size * 0.07 + rng.uniform(0, 0.2) * (size * 0.86 - step * len(row))
        for place, digit in enumerate(row):
            y = size * 0.07 + line * step * 1.4 + rng.uniform(-0.05, 0.05) * step
            box = left + (place + 0.08) * step, y, step * 0.74, step * rng.uniform(0.92, 1.05)
            ink = np.maximum(ink, paint(digit, (size, size), box, step * rng.uniform(0.07, 0.1)))
    sheet = coloured(ink, WHITE, pen, rng)
    if on_desk:
        sheet = lay(sheet, _desk(rng, (1600, 1300)), _corners(rng, (1600, 1300), 0.75, 0.85))
    return photograph(uneven_light(sheet, rng), rng)
