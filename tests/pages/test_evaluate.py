import csv
import json
import re

import numpy as np
import pytest
import streamlit as st

from digits import tasks
from digits.data.dataset import Dataset
from digits.evaluation import evaluate, features, store
from digits.evaluation.report import largest_confusion
from digits.evaluation.store import Subject
from digits.evaluation.test_sets import test_set as find_set
from digits.runs import store as runs
from digits.runs.run import RunState
from pages.evaluate import headline
from pages.shared import cache, prepare, table
from tests.evaluation.conftest import damage, train_further
from tests.pages.conftest import HOSTILE_NAME, bars, be_at_work, click, execute, progress, texts

TEST_SET = "MNIST sample, test part of the 80/20 split (1,000 digits)"


EXPORT = "Make the export"  # a model can be taken along before it is evaluated


def labels_of(buttons):
    return [button.label for button in buttons]


def captions(page):
    """What stands below the digits of the sheet."""
    return json.loads(page.get_by_key("evaluate_sheet").proto.spec)["data"][2]["text"]


def worst(page):
    """What stands below the worst mistakes."""
    return re.findall("<figcaption[^>]*>([^<]*)<", page.get("html")[0].proto.body)


def unfold(page, key):
    page.session_state[key] = True
    page.run()
    assert not page.exception
    return page


def report_of(run, name="tutorial"):
    return evaluate.stored(run, find_set(name, run.settings))


def test_the_mistakes_come_first_with_the_eight_worst_of_them(open_page, with_run):
    rows = report_of(with_run)["misclassified"]
    page = open_page("evaluate")
    accuracy = f"{report_of(with_run)['accuracy']:.1%}"
    assert page.header[0].value == f"{accuracy}: {len(rows)} of 1,000 misclassified"
    assert TEST_SET in texts(page) and not page.metric
    assert worst(page) == [f"{row['label']} → {row['predicted']}" for row in rows[:8]]
    assert captions(page)[:8] == worst(page)


def test_the_scores_come_with_their_interval_and_a_score_card(open_page, with_run):
    page = open_page("evaluate", evaluate_view="Scores")
    assert [metric.label for metric in page.metric] == ["Accuracy"]
    assert re.fullmatch(r"95% interval: \d\d\.\d\d% to \d\d\.\d\d%", page.metric[0].delta)
    card = page.table[0].value
    assert dict(zip(card["Score"], card["Value"], strict=True))["Test set"] == TEST_SET
    assert with_run.id in page.code[0].value and "95% interval" in page.code[0].value
    assert [button.label for button in page.get("download_button")] == ["Download as Markdown", "Download as JSON"]
    assert not page.get("plotly_chart")


def test_each_digit_and_calibration_are_folded_until_somebody_opens_them(open_page, with_run):
    page = open_page("evaluate", evaluate_view="Scores")
    assert not page.dataframe
    page = unfold(page, "evaluate_digits")
    assert page.dataframe[0].value["Digit"].tolist() == list(range(10))
    worst = min(report_of(with_run)["per_digit"], key=lambda row: row["recall"])
    assert f"The hardest digit is {worst['digit']}: {worst['recall']:.1%} of the {worst['support']} were" in texts(page)
    page = unfold(page, "evaluate_calibration")
    error = report_of(with_run)["calibration"]["error_after"]
    assert f"Confidence and accuracy differ by {error:.2%} on average" in texts(page)
    assert page.get_by_key("evaluate_reliability")
    assert page.dataframe[1].value["Predictions"].sum() == 1_000


def test_the_confusion_matrix_has_a_sentence_and_its_numbers_in_a_table(open_page, with_run):
    counts = report_of(with_run)["confusion"]
    label, predicted, n = largest_confusion(counts)
    page = open_page("evaluate")
    assert f"most frequent mistake is {label} predicted as {predicted}: {n} of {sum(counts[label])}." in texts(page)
    assert "Select a cell to see its digits." in texts(page) and not page.dataframe
    page = unfold(page, "evaluate_confusion_table")
    assert page.dataframe[0].value.iloc[:, 1:].to_numpy().tolist() == counts
    assert "Download as CSV" in [button.label for button in page.get("download_button")]


def test_a_table_is_saved_as_csv_with_a_header():
    rows = [{"Label": 4, "Prediction": "9, or so"}, {"Label": 7, "Prediction": "1"}]
    assert list(csv.DictReader(table.as_csv(rows).splitlines())) == [
        {name: str(value) for name, value in row.items()} for row in rows
    ]


def test_the_digits_of_a_cell_are_shown(open_page, with_run):
    counts = np.array(evaluate.stored(with_run, find_set("tutorial", with_run.settings))["confusion"])
    label, predicted = np.unravel_index((counts * (1 - np.eye(10))).argmax(), (10, 10))
    page = open_page("evaluate", evaluate_view="Mistakes", label=str(label), predicted=str(predicted))
    assert captions(page) == [f"{label} → {predicted}"] * counts[label, predicted]
    assert len(json.loads(page.get_by_key("evaluate_confusion").proto.spec)["layout"]["shapes"]) == 1
    page.pills(key="evaluate_predicted").set_value(int(label)).run()  # on the diagonal, where there are no mistakes
    assert not page.exception
    assert page.session_state["evaluate_gallery"] == "Hardest" and set(captions(page)) == {str(label)}
    assert page.query_params["gallery"] == "Hardest"
    assert f"{counts[label, label]:,} digits" in texts(page)


def test_a_digit_is_opened_and_the_next_ones_by_buttons(open_page, with_run):
    page = click(open_page("evaluate", evaluate_view="Mistakes", gallery="Unsure"), "Open the first digit")
    first = page.session_state["evaluate_shown"]
    assert f"Digit {first:,} of the test set" in texts(page) and len(bars(page)) == 1
    page = click(page, "Next")
    second = page.session_state["evaluate_shown"]
    assert second != first and f"Digit {second:,} of the test set" in texts(page)
    assert page.query_params["shown"] == str(second)
    assert click(page, "Previous").session_state["evaluate_shown"] == first
    assert click(page, "Back").get_by_key("evaluate_sheet")


def test_back_leads_to_the_page_of_the_sheet_that_holds_the_digit(open_page, with_run):
    page = open_page("evaluate", evaluate_view="Mistakes", gallery="Hardest")
    page.session_state["evaluate_page"] = 3
    page = click(page.run(), "Open the first digit")
    assert not click(page, "Back").exception
    assert page.session_state["evaluate_page"] == 3
    assert click(click(page, "Open the first digit"), "Previous").session_state["evaluate_shown"] is not None
    assert click(page, "Back").session_state["evaluate_page"] == 2


def test_confidence_narrows_the_digits_until_none_is_left(open_page, with_run):
    page = open_page("evaluate", evaluate_view="Mistakes")
    page.slider(key="evaluate_confidence").set_value((0, 5)).run()
    assert not page.exception and "No digit fits these choices." in texts(page)


def test_an_empty_cell_says_so_in_words_and_without_a_tick(open_page, with_run):
    counts = np.array(report_of(with_run)["confusion"])
    label, predicted = map(int, np.argwhere(counts == 0)[0])
    page = open_page("evaluate", label=str(label), predicted=str(predicted))
    assert f"No {label} was predicted as {predicted}." in texts(page)
    assert not page.success and not page.info


def test_the_most_similar_training_digits_are_shown_once_their_features_are_computed(open_page, with_run, no_workers):
    page = open_page("evaluate", evaluate_view="Mistakes", gallery="Hardest", shown="0")
    page = click(page, "Find similar training digits")
    assert tasks.find("features", with_run.id, "train").state == tasks.TaskState.QUEUED
    assert progress(page) == ["Waiting for its turn…"]
    features.compute(with_run, "train")
    execute("UPDATE tasks SET state = 'done' WHERE kind = 'features'")
    page.run()
    assert not page.exception
    assert len(json.loads(page.get_by_key("evaluate_nearest").proto.spec)["data"][2]["text"]) == 16


def test_a_doubtful_label_is_flagged(open_page, with_sample, monkeypatch):
    """The starter on the official test set, with made-up digits and predictions in the place of MNIST's."""
    predicted = np.full((10_000, 10), 0.05, np.float32)
    predicted[:, 9] = 0.55
    digits = Dataset("mnist", np.zeros((70_000, 28, 28), np.uint8), np.full(70_000, 8, np.uint8))
    monkeypatch.setattr(headline, "is_available", lambda source: True)
    monkeypatch.setattr(prepare, "is_available", lambda source: True)
    monkeypatch.setattr(cache, "dataset", lambda source: digits)
    monkeypatch.setattr(evaluate, "probabilities", lambda run, chosen: predicted)
    link = {"evaluate_view": "Mistakes", "gallery": "Doubtful labels", "shown": "947"}
    page = open_page("evaluate", model="starter", test="official", **link)
    assert [warning.value for warning in page.warning] == ["This label is doubtful: five raters read a 9."]
    assert not click(page, "Back").warning and len(captions(page)) == 15


def test_the_starter_is_shown_on_other_hands_without_any_download(open_page, with_sample):
    page = open_page("evaluate")
    assert page.selectbox(key="evaluate_test").options == ["Other hands", "MNIST's own test set"]
    assert page.header[0].value == "97.8%: 40 of 1,797 misclassified" and len(worst(page)) == 8
    assert "Optical Recognition of Handwritten Digits" in texts(page) and "CC BY 4.0" in texts(page)
    assert "it has seen" in page.selectbox(key="evaluate_test").help  # the sample's digits
    starter = runs.get("starter")
    evaluate.evaluate(starter, "optdigits")
    assert len(captions(page.run())) == len(report_of(starter, "optdigits")["misclassified"])
    for view, button in {"Robustness": "Measure", "Map": "Draw the map"}.items():
        assert button in labels_of(open_page("evaluate", evaluate_view=view).button)


def test_similar_digits_of_the_starter_are_found_in_the_sample_without_any_download(open_page, with_sample, no_workers):
    evaluate.evaluate(runs.get("starter"), "optdigits")
    page = click(open_page("evaluate", gallery="Hardest", shown="0"), "Find similar training digits")
    assert "from which this model learned" in texts(page)
    assert tasks.find("features", "starter", "sample").state == tasks.TaskState.QUEUED


def test_a_digit_of_other_hands_can_be_practised_on_the_draw_page(open_page, with_sample):
    assert "This is a **5**; the model predicts **3**." in texts(open_page("draw", practice="optdigits-optdigits-5"))


def test_the_starters_scores_on_mnist_need_no_digits_and_these_are_offered_where_they_are_needed(
    open_page, with_sample
):
    page = open_page("evaluate", test="official", evaluate_view="Scores")
    assert page.header[0].value == "99.7%: 31 of 10,000 misclassified" and "cnn-large" in page.code[0].value
    for view in ("Mistakes", "Robustness", "Map"):
        page = open_page("evaluate", test="official", evaluate_view=view)
        assert labels_of(page.button)[-1] == "Prepare the full MNIST" and "MNIST is not ready yet" in texts(page)


def test_a_test_set_without_a_report_needs_its_digits_first(open_page, with_run):
    page = open_page("evaluate", test="official")
    assert "MNIST is not ready yet" in texts(page)
    assert labels_of(page.button) == ["Prepare the full MNIST"]


def test_a_model_without_a_report_is_evaluated_at_a_click(open_page, with_run, no_workers):
    execute("DELETE FROM results")
    page = open_page("evaluate")
    assert labels_of(page.button) == ["Evaluate", EXPORT] and not page.header
    page = click(page, "Evaluate")
    assert no_workers == [tasks.COMPUTING]
    assert tasks.find("evaluate", with_run.id, "tutorial").state == tasks.TaskState.QUEUED
    assert "This model is being evaluated." in texts(page) and progress(page) == ["Waiting for its turn…"]
    evaluate.evaluate(with_run, "tutorial")
    page.run()
    assert not page.exception and "misclassified" in page.header[0].value


def test_an_evaluation_that_failed_says_why_and_can_be_repeated(open_page, with_run, no_workers):
    execute("DELETE FROM results")
    tasks.submit("evaluate", with_run.id, "tutorial")
    execute("UPDATE tasks SET state = 'failed', cause = 'There was not enough memory.' WHERE kind = 'evaluate'")
    page = open_page("evaluate")
    assert page.warning[0].value == "There was not enough memory." and labels_of(page.button) == ["Try again", EXPORT]


def test_a_run_that_lacks_its_evaluation_gets_the_rest_of_its_own_task(open_page, with_run, no_workers):
    execute("DELETE FROM results")
    execute("UPDATE runs SET stage = 'evaluating'")
    execute("UPDATE tasks SET state = 'failed', cause = 'Its model is trained, but was not evaluated.'")
    assert runs.get(with_run.id).lacks_evaluation
    page = open_page("evaluate")
    assert page.warning[0].value == "Its model is trained, but was not evaluated."
    click(page, "Try again")
    assert no_workers == [tasks.TRAINING]
    assert runs.get(with_run.id).state == RunState.QUEUED
    assert tasks.find("evaluate", with_run.id, "tutorial") is None


def test_a_run_that_is_being_evaluated_says_so_and_shows_how_far_it_is(open_page, with_run):
    execute("DELETE FROM results")
    execute("UPDATE tasks SET state = 'queued'")
    be_at_work(with_run, RunState.EVALUATING, "Predicting 1,000 digits", 0.4)
    page = open_page("evaluate", model=with_run.id)
    assert "This model is being evaluated." in texts(page)
    assert progress(page) == ["Predicting 1,000 digits…"] and not page.header


@pytest.mark.parametrize(("view", "how"), [("Scores", "damaged"), ("Mistakes", "deleted")])
def test_damaged_predictions_are_computed_again_at_a_click(open_page, with_run, no_workers, how, view):
    result = store.get(Subject.of(with_run), evaluate.KIND, "tutorial")
    damage(result) if how == "damaged" else (result.folder / result.file.name).unlink()
    page = unfold(open_page("evaluate", evaluate_view=view), "evaluate_calibration")
    assert not page.error
    click(page, "Predict the test digits")
    assert tasks.find("evaluate", with_run.id, "tutorial").state == tasks.TaskState.QUEUED
    evaluate.evaluate(with_run, "tutorial")
    execute("UPDATE tasks SET state = 'done' WHERE kind = 'evaluate'")
    page.run()
    assert not page.exception
    assert page.get_by_key("evaluate_reliability" if view == "Scores" else "evaluate_sheet")


@pytest.mark.parametrize("view", ["Scores", "Mistakes", "Robustness", "Map"])
def test_a_run_that_was_trained_further_shows_no_number_of_the_old_model(open_page, with_run, no_workers, view):
    page = open_page("evaluate", model=with_run.id, evaluate_view=view)
    train_further(with_run)
    execute("UPDATE runs SET stage = 'finished'")
    page.run()
    assert not page.exception and not page.header and not page.get("plotly_chart")
    assert labels_of(page.button) == ["Evaluate", EXPORT]
    assert labels_of(open_page("evaluate", model=with_run.id, evaluate_view=view).button) == ["Evaluate", EXPORT]


def test_a_damaged_model_is_said_in_a_sentence_without_a_path(open_page, with_run):
    (with_run.model.folder / "model.tflite").write_bytes(b"damaged")
    page = open_page("evaluate", model=with_run.id, evaluate_view="Scores")
    assert page.error[0].value == "The file model.tflite was damaged on the disk."


def test_links_that_lead_nowhere_are_friendly(open_page, with_run):
    page = open_page("evaluate", model=HOSTILE_NAME, test=HOSTILE_NAME, evaluate_view=HOSTILE_NAME)
    assert page.header and page.selectbox(key="model").value == with_run.id
    assert [warning.value for warning in page.warning] == [
        "The link names a model that is not here; this is another one."
    ]


def test_a_link_with_anything_in_it_opens_the_mistakes(open_page, with_run):
    link = dict.fromkeys(("label", "predicted", "gallery", "shown", "test"), HOSTILE_NAME)
    assert open_page("evaluate", evaluate_view="Mistakes", **link).get_by_key("evaluate_sheet")


def test_a_digit_beyond_a_smaller_test_set_is_not_open(open_page, with_run):
    assert open_page("evaluate", evaluate_view="Mistakes", shown="1000").get_by_key("evaluate_sheet")


@pytest.mark.parametrize("how", ["damaged", "deleted"])
def test_damaged_features_of_training_digits_are_computed_again_and_then_shown(open_page, with_run, no_workers, how):
    features.compute(with_run, "train")
    result = store.get(Subject.of(with_run), features.KIND, "train")
    damage(result) if how == "damaged" else (result.folder / result.file.name).unlink()
    st.cache_resource.clear()
    page = open_page("evaluate", evaluate_view="Mistakes", gallery="Hardest", shown="0")
    assert not page.error and "Find similar training digits" in labels_of(page.button)
    features.compute(with_run, "train")
    page.run()
    assert not page.exception and page.get_by_key("evaluate_nearest")
