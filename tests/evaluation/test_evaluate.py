import json

import numpy as np
import pytest

from digits.errors import DamagedFile, DataUnavailable
from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_set as find_set
from digits.runs import runs


def test_the_verdict_of_the_training_is_stored_and_read_again(with_run):
    chosen = find_set("tutorial", with_run.config)
    stored = evaluate.stored(with_run, chosen)
    assert (stored["run"], stored["test"], stored["n"]) == (with_run.id, "tutorial", 1_000)
    assert stored == evaluate.judge(with_run, "tutorial")


def test_the_probabilities_are_stored_and_sum_to_one(with_run):
    probabilities = np.load(with_run.path / "evaluation" / "tutorial" / "probabilities.npy")
    assert (probabilities.shape, probabilities.dtype) == ((1_000, 10), np.float32)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(
        evaluate.probabilities(with_run, find_set("tutorial", with_run.config)), probabilities
    )


def test_the_starter_comes_with_its_verdict_but_its_answers_are_computed_first(with_sample):
    starter = runs.find("starter")
    chosen = find_set("official", starter.config)
    assert evaluate.stored(starter, chosen)["n"] == 10_000
    assert evaluate.probabilities(starter, chosen) is None


@pytest.mark.parametrize("rows", [None, 7])
def test_damaged_answers_are_said_to_be_damaged(with_run, rows):
    file = with_run.path / "evaluation" / "tutorial" / "probabilities.npy"
    file.write_bytes(b"no array") if rows is None else np.save(file, np.zeros((rows, 10), np.float32))
    with pytest.raises(DamagedFile):
        evaluate.probabilities(with_run, find_set("tutorial", with_run.config))


def test_what_has_not_been_judged_is_none(with_run):
    assert evaluate.stored(with_run, find_set("official", with_run.config)) is None


def test_without_the_digits_of_the_test_set_the_remedy_is_said(with_run):
    with pytest.raises(DataUnavailable, match="python -m digits data mnist"):
        evaluate.judge(with_run, "official")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", json.dumps({"n": 5})])
def test_a_damaged_verdict_is_said_to_be_damaged(with_run, text):
    (with_run.path / "evaluation" / "tutorial" / "report.json").write_text(text)
    with pytest.raises(DamagedFile):
        evaluate.stored(with_run, find_set("tutorial", with_run.config))
