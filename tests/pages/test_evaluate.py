import re

import pytest

from digits.evaluation import judge
from tests.pages.conftest import HOSTILE, click, texts


def test_the_verdict_of_a_run_is_shown_with_its_test_set_and_interval(open_page, with_run):
    page = open_page("evaluate")
    metrics = {metric.label: metric.value for metric in page.metric}
    assert set(metrics) == {"Accuracy", "Loss", "Misread", "Calibration error"}
    assert metrics["Misread"].endswith("of 1,000")
    assert re.fullmatch(r"95 % interval: \d\d\.\d\d% to \d\d\.\d\d%", page.metric[0].delta)
    assert "MNIST sample, the tutorial's test part (1,000 digits)" in texts(page)
    assert page.dataframe[0].value["Digit"].tolist() == list(range(10))
    assert page.get_by_key("evaluate_confusion")


def test_the_misread_digits_can_be_filtered_by_their_true_digit(open_page, with_run):
    page = open_page("evaluate", evaluate_view="Mistakes")
    assert "the most confident mistakes first" in texts(page)
    page.pills(key="evaluate_digit").set_value(8).run()
    assert not page.exception
    captions = [caption.value for caption in page.caption if caption.value.startswith("is **")]
    assert captions and all(caption.startswith("is **8**, said") for caption in captions)


def test_the_starter_is_shown_without_any_data_or_training(open_page, with_sample):
    assert "MNIST, official test set (10,000 digits)" in texts(open_page("evaluate"))
    page = open_page("evaluate", evaluate_view="Mistakes")
    assert "prepare MNIST on the Explore page" in page.info[0].value


def test_a_set_it_was_not_judged_on_needs_its_digits_first(open_page, with_run):
    page = open_page("evaluate", test="official")
    assert "MNIST is not ready yet" in texts(page)
    assert [button.label for button in page.button] == ["Prepare the full MNIST"]


def test_without_a_stored_verdict_the_worker_is_started_once(open_page, with_run, monkeypatch):
    asked = []
    monkeypatch.setattr(judge, "start", lambda run, name: asked.append((run.id, name)))
    (with_run.path / "evaluation" / "tutorial" / "report.json").unlink()
    page = click(open_page("evaluate"), "Evaluate")
    assert asked == [(with_run.id, "tutorial")]
    judge.judge(with_run, "tutorial")
    page.run()
    assert not page.exception and page.metric[0].label == "Accuracy"


def test_a_damaged_verdict_is_said_in_a_sentence(open_page, with_run):
    (with_run.path / "evaluation" / "tutorial" / "report.json").write_text("{")
    assert "damaged" in open_page("evaluate").error[0].value


@pytest.mark.parametrize("text", HOSTILE)
def test_links_that_lead_nowhere_are_friendly(open_page, with_run, text):
    page = open_page("evaluate", model=text, test=text)
    assert page.metric and page.selectbox(key="model").value == with_run.id
    assert [warning.value for warning in page.warning] == ["The link names a model that is not here; this is another."]
