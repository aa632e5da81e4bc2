"""Each notebook runs from top to bottom outside of Digits, and its result is the page's."""

import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.data.encoding import batch, one_hot
from digits.data.splits import split, take
from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_set as find_test_set
from digits.inference.detector import Detector
from digits.inference.prediction import predict, with_path
from digits.inference.strokes import paint
from digits.networks import architectures
from digits.networks.settings import make_settings
from digits.notebooks import programs
from digits.runs import models, starter
from digits.runs import store as runs
from tests.exports.drawings import SIDE, drawings

RUN = """
import io, json, os, sys
from contextlib import redirect_stdout
import numpy as np
results, root = {}, os.getcwd()
for name, wanted in json.loads(sys.argv[1]).items():
    os.makedirs(name)
    os.chdir(name)
    names = {"__name__": "__main__"}
    for cell in json.load(open(os.path.join(root, name + ".ipynb")))["cells"]:
        if cell["cell_type"] == "code":
            with redirect_stdout(io.StringIO()):
                exec(compile("".join(cell["source"]), name, "exec"), names)
    results[name] = {each: np.asarray(eval(each, names)).tolist() for each in wanted}
    os.chdir(root)
print(json.dumps(results))
"""


@pytest.fixture(scope="module")
def trained(trained_home):
    """The finished run of the tutorial's network on the sample, in a home that is only read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_HOME", str(trained_home))
        yield runs.page()[0]


@pytest.fixture
def with_trained(trained, trained_home, monkeypatch):
    monkeypatch.setenv("DIGITS_HOME", str(trained_home))
    return trained


@pytest.fixture(scope="module")
def ran(trained, tmp_path_factory):
    """What the notebooks of Explore, Train and Evaluate compute, all run in one process without Digits."""
    folder = tmp_path_factory.mktemp("notebooks")
    sample = split("tutorial", "sample")
    augmented = make_settings(architecture="cnn", source="sample", epochs=1, optimizer="sgd", hidden_layers=2)
    notebooks = {
        "explore": programs.explore("sample", sample, 123, 4, 32),
        "train": programs.train(trained.settings),
        "augmented": programs.train(augmented),
        "evaluate": programs.evaluate(trained, find_test_set("tutorial", trained.settings)),
        "other-hands": programs.evaluate(trained, find_test_set("optdigits", trained.settings)),
    }
    for name, notebook in notebooks.items():
        (folder / f"{name}.ipynb").write_bytes(notebook.as_json())
    wanted = {
        "explore": ["image", "label", "one_hot", "pixels", "targets", "len(images[validation])"],
        "train": ["accuracy", "model.count_params()"],
        "augmented": ["accuracy", "model.count_params()"],
        "evaluate": ["accuracy", "confusion", "probabilities"],
        "other-hands": ["accuracy", "confusion"],
    }
    process = subprocess.run(
        [sys.executable, "-I", "-c", RUN, json.dumps(wanted)], cwd=folder, capture_output=True, text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"},
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout.splitlines()[-1])


def test_explores_notebook_shows_the_digit_and_the_batch_of_the_page(ran, with_trained):
    dataset, parts, found = open_dataset("sample"), split("tutorial", "sample"), ran["explore"]
    np.testing.assert_array_equal(found["image"], dataset.images[123])
    assert found["label"] == dataset.labels[123] and found["one_hot"] == one_hot([dataset.labels[123]])[0].tolist()
    pixels, targets = batch(*take(dataset, parts.train), 4, 32)
    np.testing.assert_array_equal(found["pixels"], pixels)
    np.testing.assert_array_equal(found["targets"], targets)
    assert found["len(images[validation])"] == len(parts.validation) == 800


def test_trains_notebook_trains_the_same_network_about_as_well(ran, with_trained):
    [report] = [report for report in evaluate.reports(with_trained) if report["test"] == "tutorial"]
    assert ran["train"]["model.count_params()"] == architectures.num_parameters(with_trained.settings)
    assert ran["train"]["accuracy"] == pytest.approx(report["accuracy"], abs=0.04)


def test_an_edited_network_with_augmentation_and_a_schedule_trains_in_its_notebook(ran):
    settings = make_settings(architecture="cnn", source="sample", hidden_layers=2)
    assert ran["augmented"]["model.count_params()"] == architectures.num_parameters(settings)
    assert ran["augmented"]["accuracy"] > 0.5  # after one epoch


@pytest.mark.parametrize(("name", "test"), [("evaluate", "tutorial"), ("other-hands", "optdigits")])
def test_evaluates_notebook_predicts_what_the_page_shows(ran, with_trained, name, test):
    report = evaluate.stored(with_trained, find_test_set(test, with_trained.settings))
    if report is None:
        images, labels = find_test_set(test, with_trained.settings).take(open_dataset(test))
        predicted = models.recognizer(with_trained).probabilities(np.asarray(images)).argmax(axis=1)
        report = {"accuracy": (predicted == labels).mean(), "confusion": None}
    assert ran[name]["accuracy"] == pytest.approx(report["accuracy"])
    assert np.trace(ran[name]["confusion"]) == round(report["accuracy"] * np.sum(ran[name]["confusion"]))
    if report["confusion"]:
        assert ran[name]["confusion"] == report["confusion"]


def test_evaluates_notebook_calibrates_as_the_page_does(ran, with_trained):
    expected = evaluate.probabilities(with_trained, find_test_set("tutorial", with_trained.settings))
    np.testing.assert_allclose(ran["evaluate"]["probabilities"], expected, atol=1e-4)


def run_here(notebook, folder, monkeypatch):
    """Run the cells of a notebook in `folder`; returns what they define."""
    monkeypatch.chdir(folder)
    names = {}
    for cell in json.loads(notebook.as_json())["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    return names


@pytest.mark.parametrize("kind", ["drawn", "as drawn", "photo", "test digit"])
def test_draws_notebook_predicts_what_the_page_shows(kind, with_trained, tmp_path, monkeypatch):
    run = starter.run()
    recognizer, detector = models.recognizer(run), Detector.bundled()
    inks = [paint(strokes, (SIDE, SIDE)) for strokes in drawings(10)]
    if kind == "photo":
        inks = [cv2.GaussianBlur(ink, (0, 0), 4) for ink in inks]
    elif kind == "test digit":
        inks = list(open_dataset("sample").images[-10:])
    kept = 0
    for ink in inks:
        digit = predict(ink, recognizer, detector, raw=kind == "as drawn")
        kept += digit.steps.width_before == digit.steps.width_after
        found = run_here(programs.draw(run, ink, digit), tmp_path, monkeypatch)
        assert np.abs(found["image"] - digit.image.astype(int)).mean() < 4  # of 255; it rounds a little differently
        assert found["probabilities"].argmax() == digit.digit
        np.testing.assert_allclose(found["probabilities"], digit.probabilities, atol=0.1)
    assert {"drawn": kept == 0, "as drawn": kept == 0, "photo": 3 <= kept < 10, "test digit": kept == 10}[kind]


def test_where_the_path_counts_the_program_says_that_it_does_without(with_trained):
    run = starter.run()
    ink = paint(drawings(1)[0], (SIDE, SIDE))
    alone = predict(ink, models.recognizer(run), Detector.bundled())
    joined, beside = (with_path(alone, np.full(10, 0.1), joined=how) for how in (True, False))
    assert programs.draw(run, ink, joined).code.startswith(programs.ALONE)
    assert programs.ALONE not in programs.draw(run, ink, beside).code


def test_a_program_learns_from_as_many_digits_as_the_settings_say(with_trained):
    code = programs.train(make_settings(architecture="mlp", source="sample", train_digits=100)).code
    assert "train, validation, test = slice(800, 900), slice(0, 800), slice(4000, 5000)" in code


def test_a_notebook_says_which_command_line_does_the_same(with_trained):
    notebook = programs.train(with_trained.settings)
    assert notebook.command.startswith("python -m digits train --architecture mlp --source sample")
    [first, *_] = json.loads(notebook.as_json())["cells"]
    assert first["cell_type"] == "markdown" and f"`{notebook.command}`" in "".join(first["source"])


def test_what_cannot_be_a_short_program_is_not_offered(with_trained):
    assert programs.train(make_settings(parent="another")) is None


@pytest.mark.parametrize("architecture", architectures.RECIPES)
def test_a_program_is_short(architecture):
    code = programs.train(make_settings(architecture=architecture, source="mnist", split="official")).code
    assert 15 <= len([line for line in code.splitlines() if line]) <= 27
    compile(code, architecture, "exec")
