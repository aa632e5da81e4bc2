"""A seeded share of the hostile uploads that `python -m tests.benchmarks uploads` makes: ink or one sentence each."""

import numpy as np
import pytest

from digits.errors import BlankDrawing
from digits.inference.detector import Detector
from digits.inference.numbers.rows import read_rows
from digits.inference.picture import read_upload, see
from digits.runs import models, starter
from tests.benchmarks.uploads import hostile, measure, read
from tests.inference.test_picture import encoded


@pytest.mark.parametrize("first", range(0, 100, 20))
def test_a_hostile_upload_gives_ink_or_one_sentence(first):
    files = [hostile(seed) for seed in range(first, first + 20)]
    outcomes = [read(data) for kind, data in files if kind != "bomb"]
    assert set(outcomes) <= {"ink", "refused"} and "refused" in outcomes


def test_the_same_seed_makes_the_same_file_and_the_kinds_are_many():
    assert hostile(3) == hostile(3) != hostile(4)
    assert len({hostile(seed)[0] for seed in range(60)}) >= 6


def test_what_a_file_costs_is_measured():
    result = measure(range(3))
    assert result["n"] == 3 and result["failures"] == [] and result["most_seconds"][0] > 0


@pytest.mark.parametrize("shape", [(1, 30_000), (1, 2000), (3000, 2), (1, 1), (2, 40), (9, 600)])
def test_a_picture_that_is_too_narrow_for_a_digit_is_empty(shape):
    picture = read_upload(encoded(np.random.default_rng(0).integers(0, 255, (*shape, 3), dtype=np.uint8)))
    ink = see(picture).digit
    assert ink.dtype == np.uint8 and ink.ndim == 2
    if max(shape) > 64 * min(shape):
        assert not ink.any()
        with pytest.raises(BlankDrawing):
            read_rows(picture, models.recognizer(starter.run()), Detector.bundled())
