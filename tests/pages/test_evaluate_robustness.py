import json

import pytest
from sklearn.metrics import accuracy_score
from streamlit.testing.v1 import AppTest

from digits import tasks
from digits.data.dataset import open_dataset
from digits.evaluation import robustness, store
from digits.evaluation.distortions import DISTORTIONS, distort
from digits.evaluation.store import Subject
from digits.evaluation.test_sets import test_set as find_set
from digits.runs import models
from tests.pages.conftest import HOSTILE, click, copy_run, execute, progress, texts


@pytest.fixture
def measured(with_run):
    """The run with curves, each of them a straight line; returns the run."""
    put_curves(with_run)
    return with_run


def put_curves(run):
    curves = {}
    for name, known in DISTORTIONS.items():
        accuracy = [0.9 - 0.01 * position for position in range(len(known.strengths))]
        interval = [[value - 0.02, value + 0.02] for value in accuracy]
        curves[name] = {"strengths": list(known.strengths), "accuracy": accuracy, "interval": interval}
    store.put(Subject.of(run), robustness.KIND, "tutorial", {"curves": curves})


def open_robustness(open_page, **link):
    return open_page("evaluate", evaluate_view="Robustness", **link)


def names(page, distortion):
    """What the curves of one chart are called."""
    lines = json.loads(page.get_by_key(f"evaluate_curve_{distortion}").proto.spec)["data"]
    return [line["name"] for line in lines if line["mode"] == "lines+markers"]


def test_a_slider_shows_the_accuracy_on_digits_that_are_so_distorted(open_page, with_run):
    page = open_robustness(open_page)
    images, labels = find_set("tutorial", with_run.settings).take(open_dataset("sample"))
    undistorted = models.recognizer(with_run).probabilities(images).argmax(axis=1)
    assert page.metric[0].value == f"{accuracy_score(labels, undistorted):.2%}"
    page.slider(key="evaluate_rotation").set_value(30.0).run()
    page.slider(key="evaluate_blur").set_value(1.0).run()
    assert not page.exception
    both = distort(images, {"rotation": 30, "blur": 1})
    predicted = models.recognizer(with_run).probabilities(both).argmax(axis=1)
    assert page.metric[0].value == f"{accuracy_score(labels, predicted):.2%}"
    assert page.metric[0].delta.startswith("-")
    assert ": 1,000 digits." in texts(page)
    click(page, "Reset")
    assert page.metric[0].value == f"{accuracy_score(labels, undistorted):.2%}"


def test_a_link_brings_the_distortions_along(open_page, with_run):
    page = open_robustness(open_page, evaluate_rotation="30")
    assert page.slider(key="evaluate_rotation").value == 30 and page.metric[0].delta.startswith("-")


def slider():
    from pages.evaluate import distorted

    distorted._slider("rotation")


@pytest.mark.parametrize("text", [*HOSTILE, "9e99", "1e400", "inf", "nan", "", "-1e5"])
def test_a_distortion_in_a_link_that_is_none_does_no_harm(text):
    page = AppTest.from_function(slider)
    page.query_params["evaluate_rotation"] = text
    page.run()
    assert not page.exception and not page.error
    assert page.slider(key="evaluate_rotation").value in (0, -60, 60)


def test_the_curves_are_measured_by_a_worker_at_a_click(open_page, with_run, no_workers):
    page = click(open_robustness(open_page), "Measure")
    assert tasks.find("robustness", with_run.id, "tutorial").state == tasks.TaskState.QUEUED
    assert "Measure" not in [button.label for button in page.button]
    assert progress(page) == ["Waiting for its turn…"]
    put_curves(with_run)
    execute("UPDATE tasks SET state = 'done' WHERE kind = 'robustness'")
    page.run()
    assert names(page, "rotation") == ["this model"]


def test_the_stored_curves_are_drawn_and_another_models_lie_over_them(open_page, measured):
    other = copy_run(measured)
    page = open_robustness(open_page, model=measured.id)
    assert {name: names(page, name) for name in DISTORTIONS} == dict.fromkeys(DISTORTIONS, ["this model"])
    page.selectbox(key="other_model").set_value(other.id).run()
    assert not page.exception
    assert [button.label for button in page.button if button.label.startswith("Measure")] == ["Measure the other model"]
    put_curves(other)
    page.run()
    assert {name: names(page, name) for name in DISTORTIONS} == dict.fromkeys(DISTORTIONS, ["this model", "the other"])


def test_each_curve_has_a_sentence_and_all_of_them_a_table(open_page, measured):
    page = open_robustness(open_page)
    said = texts(page)  # each curve falls by a point at each strength, from the first to the last
    assert "Between −60 and 60° accuracy falls by at most 5 points." in said and "Between 0 and 100 grey levels" in said
    assert "Even the smallest change costs" not in said
    page.session_state["evaluate_robustness_table"] = True
    page.run()
    table = page.dataframe[0].value
    assert len(table) == sum(len(known.strengths) for known in DISTORTIONS.values())
    rotation = table[table["Distortion"] == "Rotation"]
    assert rotation["Strength"].tolist() == list(DISTORTIONS["rotation"].strengths)
    assert rotation["Accuracy, this model"].tolist()[:2] == [0.9, 0.89]


def test_a_model_that_learned_from_these_digits_is_not_compared(open_page, measured):
    page = open_robustness(open_page, model=measured.id)
    page.selectbox(key="other_model").set_value("starter").run()  # it learned from MNIST's training digits
    assert not page.exception
    assert "it was trained on these digits" in page.warning[0].value
    assert names(page, "rotation") == ["this model"]


def test_curves_of_an_earlier_version_are_measured_again(open_page, with_run):
    curves = {name: {"strengths": [0, 1]} for name in DISTORTIONS}
    store.put(Subject.of(with_run), robustness.KIND, "tutorial", {"curves": curves})
    assert "Measure" in [button.label for button in open_robustness(open_page).button]
