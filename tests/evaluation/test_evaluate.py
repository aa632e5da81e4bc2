import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from digits.data.dataset import open_dataset
from digits.errors import BadConfig, DataUnavailable
from digits.evaluation import evaluate, store
from digits.evaluation.store import Subject
from digits.evaluation.test_sets import test_set as find_set
from digits.runs import models
from digits.runs import store as runs


@pytest.fixture
def chosen(with_run):
    return find_set("tutorial", with_run.settings)


def test_the_evaluation_at_the_end_of_a_training_is_stored_and_the_same_when_repeated(with_run, chosen):
    stored = evaluate.stored(with_run, chosen)
    assert (stored["run"], stored["test"], stored["n"]) == (with_run.id, "tutorial", 1_000)
    assert stored == evaluate.evaluate(with_run, "tutorial") == evaluate.stored(with_run, chosen)


def test_the_probabilities_are_stored_calibrated_and_are_those_of_a_drawing(with_run, chosen):
    probabilities = evaluate.probabilities(with_run, chosen)
    assert (probabilities.shape, probabilities.dtype) == ((1_000, 10), np.float32)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    images, labels = chosen.take(open_dataset("sample"))
    np.testing.assert_allclose(probabilities, models.recognizer(with_run).probabilities(images), atol=1e-6)
    assert evaluate.stored(with_run, chosen)["accuracy"] == accuracy_score(labels, probabilities.argmax(axis=1))


def test_the_progress_names_the_number_of_digits(with_run, monkeypatch):
    monkeypatch.setattr(evaluate, "CHUNK", 400)
    told = []
    evaluate.evaluate(with_run, "tutorial", lambda *progress: told.append(progress))
    assert told == [(fraction, "Predicting 1,000 digits") for fraction in (0, 0.4, 0.8)]


def test_the_starter_comes_with_its_report_but_its_probabilities_are_computed_first(with_sample):
    starter = runs.get("starter")
    chosen = find_set("official", starter.settings)
    assert evaluate.stored(starter, chosen)["n"] == 10_000
    assert evaluate.probabilities(starter, chosen) is None


def test_what_is_computed_about_the_starter_lies_in_the_home_and_not_in_the_program(digits_home):
    assert Subject.of(runs.get("starter")).folder.is_relative_to(digits_home)


def test_probabilities_of_another_number_of_digits_are_to_be_computed(with_run, chosen):
    few = np.zeros((7, 10), np.float32)
    store.put(Subject.of(with_run), evaluate.KIND, "tutorial", {}, lambda file: np.save(file, few))
    assert evaluate.probabilities(with_run, chosen) is None


def test_what_has_not_been_evaluated_is_none(with_run):
    official = find_set("official", with_run.settings)
    assert evaluate.stored(with_run, official) is None
    assert evaluate.probabilities(with_run, official) is None


def test_the_calibration_error_comes_with_the_test_set_that_showed_it(with_run, chosen):
    error, title = evaluate.calibration_error(with_run)
    assert error == evaluate.stored(with_run, chosen)["calibration"]["error_after"]
    assert title == "MNIST sample, test part of the 80/20 split (1,000 digits)"


def test_without_the_digits_of_the_test_set_the_remedy_is_named(with_run):
    with pytest.raises(DataUnavailable, match="^MNIST is not prepared yet. Prepare it first.$"):
        evaluate.evaluate(with_run, "official")


def test_an_unknown_test_set_is_refused(with_run):
    with pytest.raises(BadConfig, match="no test set 'mine'"):
        evaluate.evaluate(with_run, "mine")
