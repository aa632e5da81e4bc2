import json
import re

import numpy as np
import pytest

from digits.data.dataset import Dataset
from digits.evaluation import evaluate, features
from digits.evaluation.test_sets import test_set as find_set
from digits.runs import models
from digits.tasks import process
from pages.evaluate import mistakes
from pages.shared import cache
from tests.pages.conftest import HOSTILE, click, texts


def test_the_verdict_of_a_run_is_shown_with_its_test_set_and_interval(open_page, with_run):
    page = open_page("evaluate")
    metrics = {metric.label: metric.value for metric in page.metric}
    assert set(metrics) == {"Accuracy", "Loss", "Misread", "Calibration error"}
    assert metrics["Misread"].endswith("of 1,000")
    assert re.fullmatch(r"95 % interval: \d\d\.\d\d% to \d\d\.\d\d%", page.metric[0].delta)
    assert "MNIST sample, the tutorial's test part (1,000 digits)" in texts(page)
    assert page.dataframe[0].value["Digit"].tolist() == list(range(10))
    assert page.get_by_key("evaluate_reliability")
    assert with_run.id in page.code[0].value and "95 % interval" in page.code[0].value


def captions(page):
    """What stands below the digits of the sheet."""
    return json.loads(page.get_by_key("evaluate_sheet").proto.spec)["data"][2]["text"]


def test_the_digits_of_a_cell_are_shown(open_page, with_run):
    counts = np.array(evaluate.stored(with_run, find_set("tutorial", with_run.config))["confusion"])
    true, said = np.unravel_index((counts * (1 - np.eye(10))).argmax(), (10, 10))
    page = open_page("evaluate", evaluate_view="Mistakes", true=str(true), said=str(said))
    assert captions(page) == [f"{true} → {said}"] * counts[true, said]
    assert len(json.loads(page.get_by_key("evaluate_confusion").proto.spec)["layout"]["shapes"]) == 1
    page.pills(key="said").set_value(int(true)).run()  # on the diagonal, where there are no mistakes
    assert not page.exception
    assert page.session_state["gallery"] == "Hardest" and set(captions(page)) == {str(true)}
    assert f"{counts[true, true]:,} digits" in texts(page)


def test_a_digit_is_opened_and_the_next_ones_by_buttons(open_page, with_run):
    page = click(open_page("evaluate", evaluate_view="Mistakes", gallery="Unsure"), "Open the first of them")
    first = page.session_state["shown"]
    assert f"Digit {first:,} of the test set" in texts(page) and page.get_by_key("evaluate_bars")
    page = click(page, "Next")
    second = page.session_state["shown"]
    assert second != first and f"Digit {second:,} of the test set" in texts(page)
    assert click(page, "Previous").session_state["shown"] == first
    assert click(page, "Back").get_by_key("evaluate_sheet")


def test_back_leads_to_the_page_of_the_sheet_that_holds_the_digit(open_page, with_run):
    page = open_page("evaluate", evaluate_view="Mistakes", gallery="Hardest")
    page.session_state["evaluate_page"] = 3
    page = click(page.run(), "Open the first of them")
    assert not click(page, "Back").exception
    assert page.session_state["evaluate_page"] == 3
    assert click(click(page, "Open the first of them"), "Previous").session_state["shown"] is not None
    assert click(page, "Back").session_state["evaluate_page"] == 2


def test_the_nearest_training_digits_are_shown_once_a_worker_has_read_them(open_page, with_run, monkeypatch):
    monkeypatch.setattr(
        process, "start", lambda arguments, log: features.compute(with_run, arguments[-1], models.layers(with_run))
    )
    page = open_page("evaluate", evaluate_view="Mistakes", gallery="Hardest", shown="0")
    page = click(page, "Find the nearest training digits").run()
    assert not page.exception
    assert len(json.loads(page.get_by_key("evaluate_nearest").proto.spec)["data"][2]["text"]) == 16


def test_confidence_narrows_the_digits_until_none_is_left(open_page, with_run):
    page = open_page("evaluate", evaluate_view="Mistakes")
    page.slider(key="evaluate_confidence").set_value((0, 5)).run()
    assert not page.exception and page.success[0].value == "There is no such digit."


def test_a_doubtful_label_is_flagged(open_page, with_sample, sample_data, monkeypatch):
    """The starter on the official test set, with made-up digits and answers in the place of MNIST's."""
    answers = np.full((10_000, 10), 0.05, np.float32)
    answers[:, 9] = 0.55
    digits = Dataset("mnist", np.zeros((70_000, 28, 28), np.uint8), np.full(70_000, 8, np.uint8), {})
    monkeypatch.setattr(mistakes, "is_prepared", lambda source: True)
    monkeypatch.setattr(cache, "dataset", lambda source: digits)
    monkeypatch.setattr(evaluate, "probabilities", lambda run, chosen: answers)
    page = open_page("evaluate", model="starter", evaluate_view="Mistakes", gallery="Doubtful labels", shown="947")
    assert [warning.value for warning in page.warning] == ["Its label is doubtful: five raters say a 9."]
    assert not click(page, "Back").warning and len(captions(page)) == 15


def test_the_starter_is_shown_without_any_data_or_training(open_page, with_sample):
    page = open_page("evaluate")
    assert "MNIST, official test set (10,000 digits)" in texts(page) and "cnn-large" in page.code[0].value
    page = open_page("evaluate", evaluate_view="Mistakes")
    assert "prepare MNIST on the Explore page" in page.info[0].value


def test_a_set_it_was_not_judged_on_needs_its_digits_first(open_page, with_run):
    page = open_page("evaluate", test="official")
    assert "MNIST is not ready yet" in texts(page)
    assert [button.label for button in page.button] == ["Prepare the full MNIST"]


def test_without_a_stored_verdict_the_worker_is_started_once(open_page, with_run, monkeypatch):
    asked = []
    monkeypatch.setattr(process, "start", lambda arguments, log: asked.append(arguments))
    (with_run.path / "evaluation" / "tutorial" / "report.json").unlink()
    page = click(open_page("evaluate"), "Evaluate")
    assert asked == [["evaluate", with_run.id, "--test", "tutorial"]]
    evaluate.judge(with_run, "tutorial")
    page.run()
    assert not page.exception and page.metric[0].label == "Accuracy"


@pytest.mark.parametrize(("text", "kind"), [("{", "warning"), ("{}", "error")])
def test_a_damaged_verdict_is_said_in_a_sentence(open_page, with_run, text, kind):
    (with_run.path / "evaluation" / "tutorial" / "report.json").write_text(text)
    page = open_page("evaluate")
    assert any("damaged" in said.value for said in page.get(kind))
    assert [button.label for button in page.button] == (["Evaluate"] if kind == "warning" else [])


@pytest.mark.parametrize("text", HOSTILE)
def test_links_that_lead_nowhere_are_friendly(open_page, with_run, text):
    page = open_page("evaluate", model=text, test=text)
    assert page.metric and page.selectbox(key="model").value == with_run.id
    assert [warning.value for warning in page.warning] == ["The link names a model that is not here; this is another."]
    assert open_page("evaluate", evaluate_view="Mistakes", true=text, gallery=text, shown=text).get_by_key(
        "evaluate_sheet"
    )
