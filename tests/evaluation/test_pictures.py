import numpy as np
import pytest

from digits.evaluation.pictures import summary


def test_the_summary_counts_labelled_pictures_and_knows_its_interval():
    rows = [{"image": "a", "label": 1, "digit": 1}] * 8 + [{"image": "b", "label": 7, "digit": 1}] * 2
    found = summary([*rows, {"image": "c", "digit": 4}, {"image": "d", "error": "no"}])
    assert (found["n"], found["num_correct"], found["accuracy"]) == (10, 8, 0.8)
    confusion = np.array(found["confusion"])
    assert confusion[1, 1] == 8 and confusion[7, 1] == 2 and confusion.sum() == 10
    assert found["interval"] == pytest.approx([0.490, 0.943], abs=1e-3)  # Wilson's, by hand


def test_pictures_without_labels_have_no_accuracy():
    assert summary([{"image": "c", "digit": 4}]) is None
