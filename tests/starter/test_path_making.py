import numpy as np
import pytest

from digits.errors import DamagedFile
from digits.inference.path_network import follow
from digits.starter.path.making.pens import read_pen_digits, vary

FOUR = [np.array([[-0.1, -0.5], [-0.4, 0.1], [0.4, 0.1]], np.float32), np.array([[0.2, -0.3], [0.2, 0.5]], np.float32)]


def test_a_varied_digit_keeps_its_strokes_and_the_same_generator_gives_the_same():
    for seed in range(20):
        varied = vary(FOUR, np.random.default_rng(seed))
        assert sorted(len(line) for line in varied) == [2, 3] and np.isfinite(follow(varied)).all()
    np.testing.assert_array_equal(follow(varied), follow(vary(FOUR, np.random.default_rng(19))))


def test_some_digits_are_drawn_in_another_order_or_direction():
    firsts = [len(vary(FOUR, np.random.default_rng(seed))[0]) for seed in range(300)]
    assert 0.01 < np.mean(np.array(firsts) == 2) < 0.5


def test_writers_are_read_and_a_file_without_them_has_one_for_each_digit(tmp_path):
    file = tmp_path / "pens.npz"
    arrays = {
        "points": np.concatenate([*FOUR, *FOUR]), "stroke_ends": np.cumsum([3, 2, 3, 2]),
        "digit_ends": np.array([2, 4]), "labels": np.array([4, 4], np.uint8),
    }  # fmt: skip
    np.savez(file, **arrays, writers=np.array(["a/1", "a/1"]))
    pens = read_pen_digits(file)
    assert pens.writers.tolist() == ["a/1", "a/1"] and [len(digit) for digit in pens.digits] == [2, 2]
    np.savez(file, **arrays)
    assert len(set(read_pen_digits(file).writers.tolist())) == 2
    file.write_bytes(b"cut")
    with pytest.raises(DamagedFile, match="is no file of pen digits"):
        read_pen_digits(file)
