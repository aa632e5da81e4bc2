"""Teaching for real: the whole way through the worker, and the bar it has to pass."""

import json
import os
from dataclasses import replace

import numpy as np
import pytest

from digits.drawings import fine_tune, store
from digits.drawings.drawing import make
from digits.errors import BadConfig, DamagedFile
from digits.evaluation import fine_tune_result, test_sets
from digits.inference.preprocessing import to_mnist
from digits.inference.recognizer import Recognizer
from digits.networks.settings import make_config
from digits.runs import queue, runs
from digits.runs.run import RunState
from tests.benchmarks import pens
from tests.benchmarks.pens_report import DEFAULT_FILE
from tests.conftest import digits, wait_until

SLANT = pens.Way(tilt=-35)  # degrees, to the left


def keep(images, label):
    for image in images:
        store.put(make(image, image, label))


def sevens(count):
    """Sevens with a bar and a long roof, each a little different."""
    turned = [pens.Way(side=220 + 2 * number, tilt=number - count / 2) for number in range(count)]
    seven = [np.array([[-0.3, -0.5], [0.3, -0.5], [0.0, 0.5]], np.float32)]
    return np.stack([to_mnist(pens.paint(seven, way)) for way in turned])


def test_a_run_is_taught_by_the_worker_and_says_what_changed(with_run):
    keep(sevens(12), 1)  # called ones, so that something must change
    run = fine_tune.begin(with_run)
    store.remove_all()  # it has its own copy
    queue.start(run)
    wait_until(lambda: run.state.is_final)
    assert (run.state, run.status()["error"]) == (RunState.DONE, "")
    wait_until(lambda: fine_tune_result.stored(run))
    compared = fine_tune_result.stored(run)
    rows = compared["drawings"]
    assert (compared["parent"], len(rows)) == (with_run.id, 12)
    assert compared["held_out"]["n"] == sum(row["held_out"] for row in rows) > 0
    learned = compared["learned"]
    assert (learned["before"], learned["after"]) == (0, learned["n"]) == (0, 12 - compared["held_out"]["n"])
    test = compared["test"]
    assert (test["name"], test["n"], test["seen"]) == ("tutorial", 1_000, False)
    assert test["after"] - test["before"] == len(test["gained"]) - len(test["forgotten"])
    assert all(row["before"] == row["label"] != row["after"] for row in test["forgotten"])
    assert run.name == f"{with_run.id}, taught 12 drawings"
    assert runs.command(run) == f"python -m digits teach --run {with_run.id} --seed 0"

    runs.delete(with_run)
    assert fine_tune_result.compare(run) == compared  # from its copy of the parent
    (run.path / "evaluation" / "before_after.json").write_text("{}")
    with pytest.raises(DamagedFile, match="Teach it again"):
        fine_tune_result.stored(run)


def test_no_test_set_is_unseen_by_a_run_whose_parent_learned_from_all_of_mnist():
    config = make_config(source="sample")
    assert [chosen.name for chosen in test_sets.test_sets(config)] == ["tutorial", "official"]
    taught = replace(config, parent="starter", parent_source="mnist")
    assert [chosen.name for chosen in test_sets.test_sets(taught)] == ["official"]
    with pytest.raises(BadConfig, match="learned from 1,000 of the 1,000"):
        test_sets.test_set("tutorial", taught)


@pytest.mark.skipif(not os.environ.get("TFDS_DATA_DIR"), reason="TFDS_DATA_DIR is not set: no MNIST on this machine")
@pytest.mark.skipif(not DEFAULT_FILE.is_file(), reason="no file of pen digits on this machine")
def test_twenty_corrected_drawings_of_a_style_teach_it_and_cost_next_to_nothing(digits_home, mnist_data):
    """Sevens that lean to the left, drawn by real hands; taught by some writers, tested on others."""
    (digits_home / "data").symlink_to(mnist_data)
    official = ("--source", "mnist", "--split", "official")
    parent = runs.find(json.loads(digits("train", *official, "--json", home=digits_home).stdout)["run"])
    strokes, labels = pens.read_pen_digits(DEFAULT_FILE)
    writers = np.load(DEFAULT_FILE)["writers"]
    slanted = np.stack([to_mnist(pens.paint(strokes[i], SLANT)) for i in np.flatnonzero(labels == 7)])
    misread = Recognizer.load(parent.model_file()).probabilities(slanted).argmax(axis=1) != 7
    slanted, hands = slanted[misread], writers[labels == 7][misread]
    order = np.argsort(hands, kind="stable")
    drawn = order[:20]
    new = order[20:][~np.isin(hands[order[20:]], hands[drawn])][:20]
    assert (len(drawn), len(new)) == (20, 20)

    keep(slanted[drawn], 7)
    result = json.loads(digits("teach", "--run", parent.id, "--json", home=digits_home).stdout)
    taught = Recognizer.load(runs.find(result["run"]).model_file())
    assert (taught.probabilities(slanted[new]).argmax(axis=1) == 7).sum() >= 15
    test = result["before_after"]["test"]
    assert (test["name"], test["n"]) == ("official", 10_000)
    assert test["before"] - test["after"] < 20  # 0.2 points
