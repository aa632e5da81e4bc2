import json
import shutil

import pytest
from sklearn.metrics import accuracy_score

from digits.data.dataset import open_dataset
from digits.evaluation import robustness
from digits.evaluation.distortions import DISTORTIONS, distort
from digits.evaluation.test_sets import test_set as find_set
from digits.runs import models
from digits.storage.records import write_json
from digits.tasks import process
from tests.pages.conftest import click, texts


@pytest.fixture
def measured(with_run):
    """The run with curves, each of them a straight line; returns the run."""
    curves = {}
    for name, known in DISTORTIONS.items():
        accuracy = [0.9 - 0.01 * position for position in range(len(known.strengths))]
        interval = [[value - 0.02, value + 0.02] for value in accuracy]
        curves[name] = {"strengths": list(known.strengths), "accuracy": accuracy, "interval": interval}
    write_json(robustness.job(with_run, find_set("tutorial", with_run.config)).result, {"curves": curves})
    return with_run


def names(page, distortion):
    """What the curves of one chart are called."""
    lines = json.loads(page.get_by_key(f"robust_curve_{distortion}").proto.spec)["data"]
    return [line["name"] for line in lines if line["mode"] == "lines+markers"]


def test_a_slider_shows_the_accuracy_on_digits_that_are_so_distorted(open_page, with_run):
    page = open_page("evaluate", evaluate_view="Robustness")
    images, labels = find_set("tutorial", with_run.config).take(open_dataset("sample"))
    plain = models.recognizer(with_run).probabilities(images).argmax(axis=1)
    assert page.metric[0].value == f"{accuracy_score(labels, plain):.2%}"
    page.slider(key="robust_rotation").set_value(30.0).run()
    page.slider(key="robust_blur").set_value(1.0).run()
    assert not page.exception
    both = distort(images, {"rotation": 30, "blur": 1})
    said = models.recognizer(with_run).probabilities(both).argmax(axis=1)
    assert page.metric[0].value == f"{accuracy_score(labels, said):.2%}"
    assert page.metric[0].delta.startswith("-")
    assert "1,000 digits, all 1,000" in texts(page)
    click(page, "As they are")
    assert page.metric[0].value == f"{accuracy_score(labels, plain):.2%}"


def test_a_link_brings_the_distortions_along_and_a_wrong_one_does_no_harm(open_page, with_run):
    page = open_page("evaluate", evaluate_view="Robustness", robust_rotation="30")
    assert page.slider(key="robust_rotation").value == 30 and page.metric[0].delta.startswith("-")
    page = open_page("evaluate", evaluate_view="Robustness", robust_rotation="9e99", robust_blur="<b>")
    assert page.slider(key="robust_rotation").value == 0 and page.metric[0].delta == "As they are"


def test_the_curves_are_made_by_a_worker_that_is_started_once(open_page, with_run, monkeypatch):
    started = []
    monkeypatch.setattr(process, "start", lambda arguments, log: started.append(arguments))
    page = click(open_page("evaluate", evaluate_view="Robustness"), "Measure")
    assert started == [["robustness", with_run.id, "--test", "tutorial"]]
    assert "Measure" not in [button.label for button in page.button]
    assert "You can leave this page" in texts(page)


def test_the_stored_curves_are_drawn_and_another_models_lie_over_them(open_page, measured):
    other = shutil.copytree(measured.path, measured.path.with_name(f"{measured.id}-2"))
    page = open_page("evaluate", evaluate_view="Robustness", model=measured.id)
    assert {name: names(page, name) for name in DISTORTIONS} == dict.fromkeys(DISTORTIONS, ["this model"])
    page.selectbox(key="other_model").set_value(other.name).run()
    assert not page.exception
    assert {name: names(page, name) for name in DISTORTIONS} == dict.fromkeys(DISTORTIONS, ["this model", "the other"])


def test_a_model_that_may_not_be_judged_on_these_digits_is_not_compared(open_page, measured):
    page = open_page("evaluate", evaluate_view="Robustness", model=measured.id)
    page.selectbox(key="other_model").set_value("starter").run()  # it learned from MNIST's training digits
    assert not page.exception
    assert "learned from" in page.warning[0].value and names(page, "rotation") == ["this model"]


def test_damaged_curves_are_said_in_a_sentence(open_page, measured):
    robustness.job(measured, find_set("tutorial", measured.config)).result.write_text("{")
    page = open_page("evaluate", evaluate_view="Robustness")
    assert any("damaged" in warning.value for warning in page.warning)
    assert "Measure" in [button.label for button in page.button]
