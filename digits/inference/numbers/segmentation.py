"""Separate a drawing into its digits: is it one digit or a number, and which ink belongs to which digit?

Heuristic over-segmentation: take more pieces than there are digits, and join neighbours so that all results look most
like digits (Y. LeCun et al., "Gradient-based learning applied to document recognition", 1998, section V). Pieces are
strokes, connected ink, and slices of digits that touch. Pieces above each other are one digit (the roof of a 5). Pieces
beside each other may be one (a 4 in two lines, a 0 in two halves) or two: there the networks predict each choice, and
the wider the gap, the more speaks for two. How the numbers below were found: docs/experiments.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from digits.errors import BlankDrawing
from digits.inference.detector import THRESHOLD, Detector
from digits.inference.numbers.parts import Part, cut_out, find_parts, join
from digits.inference.numbers.touching import slices, without_spill
from digits.inference.preprocessing import to_mnist
from digits.inference.recognizer import Recognizer
from digits.inference.strokes import Stroke

OVERLAP = 0.5  # of the width of the narrower piece: pieces that overlap sideways by more are one digit
SHORT = 0.35  # of the height of the tallest piece: less is a dot, a comma or a dash, or belongs to a neighbour
STRAY = 0.1  # of the same height: a dot that is farther from all other ink belongs to no digit
HIGH = 0.4  # of the height of the digits, from the top: a short piece that is higher may be the roof of a 5
BESIDE = 0.05  # of the height of the tallest piece: a short piece nearer to a digit, and not below it, may belong to it
MAX_PIECES = 4  # of one digit, beside each other
WIDEST = 1.7  # width by height of one digit
NARROW = 0.7  # width by height: a narrower piece is not two digits that touch

# What speaks for two digits between two pieces, as log-odds.
APART = -0.25  # for a gap of 0
GAP = 7.0  # more for each height of the digits that the gap is wide
TOUCHING = -2.0  # where connected ink was cut

DOUBTFUL = 0.5  # likelihood: what is less likely a digit is cut where digits may touch, into digits that are likelier
LEFT_OUT = 0.2  # likelihood of a short piece being no part of a digit
FLOOR = 0.001  # likelihood: less counts as much
ADVICE = "There is no ink yet. Draw one or more digits beside each other."


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A part that may be a digit."""

    part: Part
    likelihood: float  # of being a digit at all, 0 to 1
    score: float  # logarithm of that likelihood times the largest of the ten probabilities


def separate(
    ink: np.ndarray,
    recognizer: Recognizer,
    detector: Detector,
    strokes: Sequence[Stroke] = (),
    *,
    is_number: bool = False,
    is_row: bool = False,
) -> list[Part]:
    """Return the digits of a drawing, left to right: at least one part, and only one where the drawing is one digit.

    ink: (H, W) uint8, 0 = paper, 255 = ink. strokes: those that left this ink; none where they are not known.
    is_number: whether the user says that there are several digits. is_row: whether it is a row of a sheet, with any
    number of digits, of which some may not look like one. Dots, commas and dashes are left out. Raises
    BlankDrawing when there is no ink.
    """
    whole = cut_out(ink)
    if whole is None:
        raise BlankDrawing(ADVICE)
    models = recognizer, detector
    pieces = _without_marks(_above_each_other(_without_dots(find_parts(ink, strokes))))
    if len(pieces) == 1 and not _is_wider(pieces[0], NARROW):
        return pieces
    log_odds = [APART + GAP * _gap(one, other) for one, other in pairwise(pieces)]
    digits = [
        one for found in _most_likely(pieces, log_odds, *models, at_least_two=is_number) for one in _cut(found, *models)
    ]
    # Several pieces of which most are not digits are one drawing that is not a digit.
    if not is_number and not is_row and 2 * sum(digit.likelihood >= THRESHOLD for digit in digits) < len(digits):
        return [whole]
    return [digit.part for digit in digits]


def _without_dots(pieces: list[Part]) -> list[Part]:
    """Leave out the dots that lie apart from all other ink."""
    tall = max(max(piece.ink.shape) for piece in pieces)
    large = [piece for piece in pieces if max(piece.ink.shape) >= SHORT * tall]
    return [
        piece
        for piece in pieces
        if max(piece.ink.shape) >= SHORT * tall or min(_distance(piece, other) for other in large) < STRAY * tall
    ]


def _without_marks(pieces: list[Part]) -> list[Part]:
    """Leave out the commas, points and dashes: short, not at the top, and apart from the next digit or below it.

    The roof of a 5 may lie apart from it, too, but at the top.
    """
    tall = max(piece.ink.shape[0] for piece in pieces)
    digits = [piece for piece in pieces if piece.ink.shape[0] >= SHORT * tall]
    return [piece for piece in pieces if piece.ink.shape[0] >= SHORT * tall or not _is_mark(piece, digits, tall)]


def _is_mark(piece: Part, digits: list[Part], tall: int) -> bool:
    near = min(digits, key=lambda digit: _distance(piece, digit))
    if (piece.top + piece.bottom) / 2 < near.top + HIGH * (near.bottom - near.top):
        return False
    return _distance(piece, near) >= BESIDE * tall or piece.bottom - near.bottom >= BESIDE * tall


def _distance(one: Part, other: Part) -> int:
    """Return how far the boxes of two parts are apart, in px, sideways or upright, whichever is more."""
    sideways = max(one.left, other.left) - min(one.right, other.right)
    return max(sideways, max(one.top, other.top) - min(one.bottom, other.bottom))


def _above_each_other(pieces: list[Part]) -> list[Part]:
    """Join the pieces that lie above each other. Returns the results, left to right."""
    groups: list[list[Part]] = []
    for piece in pieces:
        same = [group for group in groups if any(_overlap(piece, other) >= OVERLAP for other in group)]
        groups = [group for group in groups if group not in same] + [[piece, *(one for group in same for one in group)]]
    return sorted((join(group) for group in groups), key=lambda part: part.left + part.right)


def _overlap(one: Part, other: Part) -> float:
    """Return the fraction of the width of the narrower part that both share; negative where they are apart."""
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared / min(one.right - one.left, other.right - other.left)


def _gap(one: Part, other: Part) -> float:
    """Return the gap between two parts, by the height of both together; negative where they overlap."""
    return (other.left - one.right) / (max(one.bottom, other.bottom) - min(one.top, other.top))


def _is_wider(part: Part, ratio: float) -> bool:
    height, width = part.ink.shape
    return width > ratio * height


def _most_likely(
    pieces: list[Part],
    log_odds: list[float],
    recognizer: Recognizer,
    detector: Detector,
    *,
    at_least_two: bool = False,
    is_cut: bool = False,
) -> list[_Candidate]:
    """Join neighbours so that the result is most likely, short pieces left out. Returns the digits, left to right.

    log_odds: of two digits, between each piece and the next. at_least_two: do not join all pieces. is_cut: whether the
    pieces are slices; then no digit may be DOUBTFUL, and there are none where that cannot be.
    """
    most = max(1, min(MAX_PIECES, len(pieces) - at_least_two))
    spans = [
        (start, end)
        for start in range(len(pieces))
        for end in range(start + 1, min(start + most, len(pieces)) + 1)
        if end == start + 1 or not _is_wider(join(pieces[start:end]), WIDEST)
    ]
    parts = [join(pieces[start:end]) for start, end in spans]
    if is_cut:
        parts = [without_spill(part) for part in parts]
    candidates = _try(parts, recognizer, detector)
    short = SHORT * max(piece.ink.shape[0] for piece in pieces)
    # The best way to divide the pieces up to each one: its score, and its digits.
    best: list[tuple[float, list[_Candidate]]] = [(0.0, [])] + [(-np.inf, [])] * len(pieces)
    for (start, end), candidate in zip(spans, candidates, strict=True):
        is_short = candidate.part.ink.shape[0] < short
        score, digits = best[start]
        if is_cut and not is_short and candidate.likelihood < DOUBTFUL:
            continue
        score += (np.log(LEFT_OUT) if is_short else candidate.score) - sum(log_odds[start : end - 1])
        if score > best[end][0]:
            best[end] = score, digits if is_short else [*digits, candidate]
    return best[-1][1]


def _cut(digit: _Candidate, recognizer: Recognizer, detector: Detector) -> list[_Candidate]:
    """Cut what may be several digits that touch, if each of the results looks like a digit."""
    if digit.likelihood >= DOUBTFUL or not _is_wider(digit.part, NARROW):
        return [digit]
    pieces = slices(digit.part)
    found = _most_likely(pieces, [TOUCHING] * (len(pieces) - 1), recognizer, detector, is_cut=True)
    if len(found) < 2:
        return [digit]
    return [replace(one, part=replace(one.part, is_cut=True)) for one in found]


def _try(parts: list[Part], recognizer: Recognizer, detector: Detector) -> list[_Candidate]:
    images = np.stack([to_mnist(part.ink) for part in parts])
    likelihoods = detector.likelihood(images)
    largest = np.ones(len(parts))
    possible = likelihoods > FLOOR  # the others are not digits, whatever the recognizer predicts
    largest[possible] = recognizer.probabilities(images[possible]).max(axis=1)
    scores = np.log(np.maximum(likelihoods * largest, FLOOR))
    return [_Candidate(*row) for row in zip(parts, likelihoods.tolist(), scores.tolist(), strict=True)]
