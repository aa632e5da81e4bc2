"""Fine-tuning for real: the whole story by a worker, and what it has to achieve."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digits.drawings import fine_tune, store
from digits.drawings.drawing import make
from digits.errors import BadConfig
from digits.evaluation import fine_tune_result, test_sets
from digits.inference.preprocessing import to_mnist
from digits.inference.recognizer import Recognizer
from digits.networks.settings import make_settings
from digits.runs import models, sharing
from digits.runs import store as runs
from digits.runs.run import RunState
from tests.benchmarks.pens import styles
from tests.conftest import digits, wait_until
from tests.evaluation.conftest import train_further

SLANTED = styles.Style(tilt=-35)  # to the left
PENS = os.environ.get("DIGITS_PENS")


def keep(images, label):
    for image in images:
        store.put(make(image, image, label))


def sevens(count):
    """Sevens with a bar and a long roof, each a little different."""
    seven = [np.array([[-0.3, -0.5], [0.3, -0.5], [0.0, 0.5]], np.float32)]
    different = [styles.Style(side=220 + 2 * number, tilt=number - count / 2) for number in range(count)]
    return np.stack([to_mnist(styles.paint(seven, style)) for style in different])


@pytest.fixture
def parent(with_run):
    """A trained run, and twelve drawings of sevens with the label 1, so that fine-tuning must change something."""
    keep(sevens(12), 1)
    return with_run


def test_a_worker_fine_tunes_a_run_and_compares_it_with_its_parent(parent):
    run = fine_tune.begin(parent)
    store.remove_all()  # it has its own copy
    wait_until(lambda: runs.get(run.id).state.is_final)
    run = runs.get(run.id)
    assert (run.state, run.cause) == (RunState.DONE, "")
    compared = fine_tune_result.stored(run)
    rows = compared["drawings"]
    assert (compared["parent"], len(rows)) == (parent.id, 12)
    assert compared["held_out"]["n"] == sum(row["held_out"] for row in rows) > 0
    learned = compared["learned"]
    assert (learned["before"], learned["after"]) == (0, learned["n"]) == (0, 12 - compared["held_out"]["n"])
    test = compared["test"]
    assert (test["name"], test["n"]) == ("tutorial", 1_000)
    assert test["after"] - test["before"] == len(test["gained"]) - len(test["forgotten"])
    assert all(row["before"] == row["label"] != row["after"] for row in test["forgotten"])
    assert all(row["before"] != row["label"] == row["after"] for row in test["gained"])
    assert run.name == "One hidden layer, fine-tuned"
    assert sharing.command(run) == f"python -m digits fine-tune --run {parent.id} --seed 0"

    runs.delete(parent.id)
    assert fine_tune_result.compare(run) == compared  # from its copy of the parent
    assert fine_tune_result.stored(train_further(run)) is None


def test_a_run_that_was_not_fine_tuned_has_no_comparison(with_run):
    assert fine_tune_result.stored(with_run) is None
    assert fine_tune_result.stored(runs.create(make_settings(), queued=False)) is None


def test_no_digit_of_the_sample_is_unseen_by_a_run_whose_parent_learned_from_all_of_mnist():
    settings = make_settings(source="sample")
    assert [chosen.name for chosen in test_sets.test_sets(settings)] == ["tutorial", "official", "optdigits"]
    tuned = replace(settings, parent="starter", parent_source="mnist")
    assert [chosen.name for chosen in test_sets.test_sets(tuned)] == ["official", "optdigits"]
    with pytest.raises(BadConfig, match="learned from 1,000 of the 1,000"):
        test_sets.test_set("tutorial", tuned)


@pytest.mark.skipif(not os.environ.get("TFDS_DATA_DIR"), reason="TFDS_DATA_DIR is not set: no MNIST on this machine")
@pytest.mark.skipif(not PENS, reason="DIGITS_PENS is not set: no file of pen digits")
def test_fine_tuning_on_twenty_drawings_of_a_style_teaches_it_and_costs_next_to_nothing(digits_home, mnist_data):
    """Sevens that lean to the left, drawn by real hands: fine-tuned on some writers, tested on others."""
    (digits_home / "data").symlink_to(mnist_data)
    official = ("--source", "mnist", "--split", "official")
    parent = runs.get(json.loads(digits("train", *official, "--json", home=digits_home).stdout)["run"])
    strokes, labels = styles.read_pen_digits(Path(PENS))
    writers = np.load(PENS)["writers"]
    slanted = np.stack([to_mnist(styles.paint(strokes[i], SLANTED)) for i in np.flatnonzero(labels == 7)])
    misclassified = models.recognizer(parent).probabilities(slanted).argmax(axis=1) != 7
    slanted, hands = slanted[misclassified], writers[labels == 7][misclassified]
    order = np.argsort(hands, kind="stable")
    drawn = order[:20]
    new = order[20:][~np.isin(hands[order[20:]], hands[drawn])][:20]
    assert (len(drawn), len(new)) == (20, 20)

    keep(slanted[drawn], 7)
    result = json.loads(digits("fine-tune", "--run", parent.id, "--json", home=digits_home).stdout)
    tuned = Recognizer.load(runs.get(result["run"]).model.file("model.tflite"))
    assert (tuned.probabilities(slanted[new]).argmax(axis=1) == 7).sum() >= 15
    test = result["fine_tune"]["test"]
    assert (test["name"], test["n"]) == ("official", 10_000)
    assert test["before"] - test["after"] < 20  # 0.2 points
