from datetime import datetime

import numpy as np
import pytest
import streamlit as st

from digits import tasks
from digits.evaluation import evaluate, store
from digits.evaluation.store import Subject
from digits.evaluation.test_sets import test_set as find_set
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs.run import RunState
from pages.compare import table as compare_table
from pages.shared.text import isolated
from tests.evaluation.conftest import damage, train_further
from tests.pages.conftest import HOSTILE_NAME, be_at_work, click, copy_run, execute, progress, texts


@pytest.fixture
def two_runs(with_run):
    """A finished run and a copy that predicts 0 for the first thirty test digits. Returns both."""
    other = copy_run(with_run)
    predict(other, with_run, zeros=30)
    return with_run, other


def predict(run, like, *, zeros):
    """Let `run` have the evaluation of another one, but predict 0 for the first digits."""
    chosen = find_set("tutorial", run.settings)
    probabilities = np.array(evaluate.probabilities(like, chosen))
    probabilities[:zeros] = np.eye(10)[0]
    report = evaluate.stored(like, chosen) | {"run": run.id}
    store.put(Subject.of(run), evaluate.KIND, "tutorial", report, lambda file: np.save(file, probabilities))


def open_both(open_page, two_runs, **link):
    return open_page("compare", compare=",".join(run.id for run in two_runs), **link)


def labels(page):
    return [button.label for button in page.button]


def table(page):
    return page.dataframe[0].value


def test_all_runs_are_listed_with_the_starter_and_two_are_asked_for(open_page, with_run):
    runs.annotate(with_run.id, "slow but good", ["mlp", "try"])
    page = open_page("compare")
    assert table(page)["Network"].tolist() == ["One hidden layer", "Large convolutional"]
    assert table(page)["Notes"][0] == isolated("slow but good")
    assert list(table(page)["Tags"][0]) == [isolated("mlp"), isolated("try")]
    report = evaluate.stored(with_run, find_set("tutorial", with_run.settings))
    assert table(page)["Test accuracy"][0] == pytest.approx(100 * report["accuracy"])
    assert table(page)["Test set"].tolist() == ["80/20 split (1,000)", "MNIST's own test set (10,000)"]
    assert table(page)["Run"].tolist() == ["One hidden layer · run 1", "Starter model"]
    assert "Tick two runs or more." in texts(page) and not page.tabs


def test_a_real_difference_is_called_one_in_a_sentence_with_the_test_behind_it(open_page, two_runs):
    page = open_both(open_page, two_runs)
    assert (
        "One hidden layer · run 1 is better than One hidden layer · run 2, and the difference is more than chance."
        in [text.value for text in page.text]
    )
    assert page.get_by_key("compare_accuracies")
    test, cards = page.dataframe[1].value, page.dataframe[2].value
    assert test["The best against"].tolist() == ["One hidden layer · run 2"]
    assert test["Only the best is correct"][0] > test["Only this is correct"][0]
    assert cards["Run"].tolist() == ["One hidden layer · run 1", "One hidden layer · run 2"]  # a run in each row
    report = evaluate.stored(two_runs[0], find_set("tutorial", two_runs[0].settings))
    assert cards["Accuracy"][0] == pytest.approx(100 * report["accuracy"]) and cards["Epochs"].tolist() == [3, 3]


def test_what_may_be_chance_is_called_chance(open_page, two_runs):
    run, other = two_runs
    both = "One hidden layer · run 1 and One hidden layer · run 2"
    predict(other, run, zeros=0)
    assert f"{both} predict the same digits correctly." in texts(open_both(open_page, two_runs))
    predict(other, run, zeros=2)
    assert f"The difference between {both} may be chance." in texts(open_both(open_page, two_runs))


def test_the_digits_on_which_they_disagree_are_shown_with_the_difference_of_the_matrices(open_page, two_runs):
    page = open_both(open_page, two_runs, compare_view="Disagreements")
    assert page.get_by_key("compare_difference") and page.get_by_key("compare_sheet")
    assert "Where they disagree: " in texts(page)
    page.selectbox(key="compare_open").select_index(0).run()  # as the keyboard does
    assert not page.exception and page.title[0].value == "Evaluate" and "of the test set" in texts(page)


def test_a_digit_that_was_clicked_opens_on_the_evaluate_page(open_page, two_runs):
    page = open_both(open_page, two_runs, compare_view="Disagreements")
    page.session_state["compare_opened"] = "0"
    page.run()
    assert not page.exception and page.title[0].value == "Evaluate"
    assert "Digit 0 of the test set" in texts(page) and "compare_opened" not in page.session_state


def test_another_pair_can_be_chosen_among_three(open_page, two_runs):
    third = copy_run(two_runs[0])
    predict(third, two_runs[0], zeros=60)
    page = open_both(open_page, (*two_runs, third), compare_view="Disagreements")
    page.segmented_control(key="compare_group").set_value("second").run()
    before = texts(page)
    page.selectbox(key="compare_other").set_value(third.id).run()
    assert not page.exception and page.query_params["other"] == third.id
    assert "Where they disagree: " in texts(page) and texts(page) != before


def test_the_curves_need_no_test_set(open_page, two_runs):
    page = open_both(open_page, two_runs, compare_view="Curves")
    assert page.get_by_key("compare_loss") and page.get_by_key("compare_accuracy")
    best = min(runs.epochs(two_runs[0].id), key=lambda row: row["val_loss"])
    assert f"The lowest validation loss is {best['val_loss']:.3f}: " in texts(page)
    assert f"after epoch {best['epoch']}." in texts(page)


def test_a_run_that_was_not_evaluated_on_the_same_digits_can_be(open_page, two_runs, no_workers):
    other = two_runs[1]
    execute("DELETE FROM results WHERE subject = ?", other.id)
    page = open_both(open_page, two_runs)
    assert "Evaluate this run on MNIST sample" in texts(page) and "One hidden layer · run 2" in texts(page)
    next(button for button in page.button if button.label == "Evaluate").click().run()
    assert tasks.find("evaluate", other.id, "tutorial").state == tasks.TaskState.QUEUED
    assert "This model is being evaluated." in texts(page) and progress(page) == ["Waiting for its turn…"]
    evaluate.evaluate(other, "tutorial")
    page.run()
    assert not page.exception and len(page.dataframe) == 3


def test_several_runs_can_be_evaluated_by_one_button(open_page, two_runs, no_workers):
    execute("DELETE FROM results")
    page = click(open_both(open_page, two_runs), "Evaluate all of them")
    assert [text.split(" in the queue")[0] for text in progress(page)] == ["Place **1 of 2**", "Place **2 of 2**"]
    assert all(tasks.find("evaluate", run.id, "tutorial").state == tasks.TaskState.QUEUED for run in two_runs)


def test_a_run_that_is_being_evaluated_says_so(open_page, two_runs):
    run, other = two_runs
    execute("DELETE FROM results WHERE subject = ?", other.id)
    execute("UPDATE tasks SET state = 'queued' WHERE subject = ?", other.id)
    be_at_work(other, RunState.EVALUATING, "Predicting 1,000 digits", 0.4)
    page = open_both(open_page, two_runs)
    assert "This model is being evaluated." in texts(page) and progress(page) == ["Predicting 1,000 digits…"]
    assert table(page)["State"].tolist() == ["done", "evaluating", "done"]


@pytest.mark.parametrize("how", ["damaged", "deleted"])
def test_damaged_predictions_can_be_computed_again(open_page, two_runs, how):
    result = store.get(Subject.of(two_runs[1]), evaluate.KIND, "tutorial")
    damage(result) if how == "damaged" else (result.folder / result.file.name).unlink()
    page = open_both(open_page, two_runs)
    assert not page.error and labels(page) == ["Untick all", "Join as one network", "Evaluate"]
    assert "One hidden layer · run 2" in [text.value for text in page.text]


def test_a_run_that_was_trained_further_shows_no_number_of_the_old_model(open_page, two_runs):
    page = open_both(open_page, two_runs)
    train_further(two_runs[0])
    execute("UPDATE runs SET stage = 'finished'")
    for now in (page.run(), open_both(open_page, two_runs)):
        assert not now.exception
        assert np.isnan(table(now)["Test accuracy"][0]) and table(now)["95% interval"][0] == ""
        assert len(now.dataframe) == 1 and labels(now) == ["Untick all", "Join as one network", "Evaluate"]
        assert "One hidden layer · run 1" in [text.value for text in now.text]


def test_runs_without_a_model_can_still_be_compared_by_their_curves(open_page, two_runs):
    execute("UPDATE runs SET model = NULL, model_sha256 = NULL WHERE id = ?", two_runs[1].id)
    page = open_both(open_page, two_runs)
    assert "has no model to evaluate" in page.info[0].value and page.text[0].value == "One hidden layer · run 2"
    assert open_both(open_page, two_runs, compare_view="Curves").get_by_key("compare_loss")


@pytest.fixture
def many_runs(with_run):
    """120 runs that were stopped before they began, the newest called "try 119", and a finished one, the oldest."""
    for number in range(120):
        run = runs.create(make_settings(), name=f"try {number}", queued=False)
        execute(
            "UPDATE runs SET created = ? WHERE id = ?", f"2030-01-01T00:{number // 60:02}:{number % 60:02}Z", run.id
        )
    return with_run


def names(page):
    return [line.split("\u2069")[0].removeprefix("\u2068") for line in table(page)["Run"]]


def test_the_table_has_pages_and_the_chosen_runs_stay_chosen_on_another_one(open_page, many_runs):
    page = open_page("compare", compare=many_runs.id)
    assert names(page) == [f"try {number}" for number in range(119, 69, -1)]
    assert "1 of at most 6 ticked, 1 of them not on this page of the table." in texts(page)
    page = open_page("compare", compare=f"{many_runs.id},{runs.page(1)[0].id}")
    page.get_by_key("compare_page").set_value(3).run()
    assert names(page)[:20] == [f"try {number}" for number in range(19, -1, -1)] and len(table(page)) == 22
    assert page.session_state["compare_table"]["selection"]["rows"] == [20]  # the finished run, before the starter
    page.get_by_key("compare_page").set_value(2).run()
    assert page.session_state["compare_table"]["selection"]["rows"] == []
    assert page.session_state["compare_runs"] == [many_runs.id, runs.page(1)[0].id]
    assert page.query_params["compare"] == f"{many_runs.id},{runs.page(1)[0].id}"


def test_all_ticks_can_be_taken_away_at_once(open_page, two_runs):
    page = click(open_both(open_page, two_runs), "Untick all")
    assert page.session_state["compare_table"]["selection"]["rows"] == []
    assert "compare" not in page.query_params and not page.tabs


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([2, 0], ["elsewhere", "a", "c"]),  # who was first stays first
        ([], ["elsewhere"]),
        ([1, 2], ["elsewhere", "b", "c"]),
        ([0, 1, 2, 3, 4, 5, 99], ["elsewhere", "a", "b", "c", "d", "e"]),
    ],
)
def test_a_selection_in_the_table_keeps_what_was_chosen_on_its_other_pages(monkeypatch, rows, expected):
    state = {"compare_runs": ["elsewhere", "a"], "compare_table": {"selection": {"rows": rows}}}
    monkeypatch.setattr(compare_table.st, "session_state", state)
    compare_table._select(list("abcdef"))
    assert state["compare_runs"] == expected


def test_a_run_is_found_by_its_name_and_the_table_goes_back_to_its_first_page(open_page, many_runs):
    page = open_page("compare")
    page.get_by_key("compare_page").set_value(3).run()
    page.text_input(key="compare_search").set_value(" TRY 42 ").run()
    assert not page.exception and names(page) == ["try 42"]
    page.text_input(key="compare_search").set_value("starter").run()
    assert names(page) == ["Starter model"]
    page.text_input(key="compare_search").set_value(HOSTILE_NAME).run()
    assert page.info[0].value == "No run contains this text."


def test_times_are_in_the_visitors_time_zone(open_page, two_runs, monkeypatch):
    page, zones = open_page("compare"), {None: 0, "": 0, "../../etc/passwd": 0, "Nowhere/At_all": 0, "Asia/Tokyo": 9}
    for zone, hour in zones.items():
        monkeypatch.setattr(type(st.context), "timezone", zone)
        assert table(page.run())["Created"][1] == datetime(2020, 1, 1, hour), zone


@pytest.mark.parametrize("text", [HOSTILE_NAME, "a,b,,a", ","])
def test_links_that_lead_nowhere_are_friendly(open_page, with_run, text):
    page = open_page("compare", compare=f"{with_run.id},{text}", compare_view=text)
    assert page.session_state["compare_runs"] == [with_run.id]
    assert page.query_params["compare"] == with_run.id
    assert [warning.value for warning in page.warning] == ["The link names a run that is not here. It is left out."]


def test_a_link_with_anything_in_it_opens_the_page(open_page, two_runs):
    third = copy_run(two_runs[0])
    predict(third, two_runs[0], zeros=1)
    link = dict.fromkeys(("test", "one", "other"), HOSTILE_NAME)
    for view in ("Disagreements", HOSTILE_NAME):
        page = open_both(open_page, (*two_runs, third), **link, compare_view=view)
        assert not page.error and not page.warning


@pytest.mark.parametrize(
    "name", ["[a](http://evil.example) <b>evil</b>", "=HYPERLINK(evil)", "\u202eevil $x^2$ :red[b]"]
)
def test_names_notes_and_tags_are_text_wherever_they_are_shown(open_page, two_runs, name):
    run_id = two_runs[0].id
    runs.rename(run_id, name)
    runs.annotate(run_id, name, [name])
    for view in ("Scores", "Disagreements", "Curves"):
        page = open_both(open_page, two_runs, compare_view=view)
        figures = page.get("plotly_chart")
        assert figures and not any("<b>evil" in figure.proto.spec for figure in figures)
        kinds = ("markdown", "caption", "info", "warning", "error", "subheader", "header")
        assert not any("evil" in element.value for kind in kinds for element in page.get(kind))
        shown = [*(text.value for text in page.text), *(name for box in page.selectbox for name in box.options)]
        assert view == "Curves" or any(isolated(runs.get(run_id).name) in text for text in shown)
    row = table(page).iloc[0]
    for cell in (row["Run"], row["Notes"], row["Tags"][0]):
        assert "evil" in cell and cell.startswith("\u2068")  # or a downloaded table would have a formula


def test_ticked_runs_are_joined_as_one_network_which_is_then_ticked(open_page, two_runs, no_workers):
    page = click(open_both(open_page, two_runs), "Join as one network")
    [joined] = [run for run in runs.page() if run.settings.members]
    assert [member.parent for member in joined.settings.members] == [run.id for run in two_runs]
    assert no_workers == [tasks.COMPUTING] and progress(page) == ["Waiting for its turn…"]
    execute("UPDATE tasks SET state = 'done' WHERE subject = ?", joined.id)
    page.run()
    assert not page.exception and page.session_state["compare_runs"] == [*(run.id for run in two_runs), joined.id]
    assert "Ensemble of 2" in table(page)["Network"].tolist()


def test_one_run_alone_cannot_be_joined(open_page, with_run):
    page = open_page("compare", compare=with_run.id)
    assert page.get_by_key("compare_join").disabled
