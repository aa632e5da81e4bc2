"""Draw while it trains: the predictions for a drawing along the epochs of a training."""

import numpy as np
import pytest
import streamlit as st

from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs import updates
from digits.storage.home import run_folder
from pages.shared import cache
from tests.pages.conftest import HOSTILE_NAME, bars, be_at_work, click, execute, texts
from tests.pages.test_draw import SCRIBBLE, SEVEN, canvas  # noqa: F401


@pytest.fixture
def drawn(canvas):  # noqa: F811
    canvas(SEVEN)


@pytest.fixture
def live_run(with_run):
    """The finished run as it was while it trained: after two of its three epochs."""
    for table in ("epochs", "run_files"):
        execute(f"DELETE FROM {table} WHERE run = ? AND epoch = 3", with_run.id)
    execute("UPDATE runs SET model = NULL, model_sha256 = NULL WHERE id = ?", with_run.id)
    execute("UPDATE tasks SET state = 'queued' WHERE id = ?", with_run.task_id)
    return be_at_work(with_run)


def test_an_ended_training_is_followed_by_a_link_and_its_epochs_can_be_chosen(open_page, drawn, with_run):
    page = open_page("draw", follow=with_run.id)
    slider = page.select_slider[0]
    assert (slider.options, slider.value) == (["0", "1", "2", "3"], 3)
    assert page.metric[0].label == "After epoch 3" and page.metric[0].value == "7"
    assert len(bars(page)) == len(page.get("plotly_chart")) == 1
    page.session_state["draw_along_table"] = True
    assert page.run().dataframe[0].value["Epoch"].tolist() == [0, 1, 2, 3]
    slider.set_value(0).run()
    assert not page.exception and page.metric[0].label == "Before training"


@pytest.mark.parametrize(
    ("digits", "sentence"),
    [
        ({0: 3, 1: 7, 2: 1, 3: 7, 4: 7}, "It has predicted 7 since epoch 3."),
        ({0: 7, 1: 7}, "It has predicted 7 from the start."),
    ],
)
def test_a_sentence_says_since_when_the_prediction_is_what_it_is(
    open_page, drawn, with_run, monkeypatch, digits, sentence
):
    predicted = {epoch: np.eye(10)[digit] for epoch, digit in digits.items()}
    monkeypatch.setattr(cache, "along_epochs", lambda run, image: predicted)
    assert sentence in texts(open_page("draw", follow=with_run.id))


def test_a_scribble_is_not_a_digit_there_either(open_page, canvas, with_run):  # noqa: F811
    canvas(SEVEN)
    assert "look like a digit" not in texts(open_page("draw", follow=with_run.id))
    canvas(SCRIBBLE)
    assert "**That doesn't look like a digit.**" in texts(open_page("draw", follow=with_run.id))


def test_a_training_at_work_is_offered_and_its_next_epoch_moves_the_bars(open_page, drawn, live_run):
    page = open_page("draw")
    assert f"{live_run.title} is running." in texts(page)
    click(page, "Follow it")
    assert page.query_params["follow"] == live_run.id
    assert page.metric[0].label == "After epoch 2" and not page.select_slider
    before = bars(page)
    first = runs.files(live_run.id, "snapshot")[0]
    updates.add_file(live_run.id, "snapshot", 3, first)  # the worker's next epoch, here the first again
    page.run()
    assert page.metric[0].label == "After epoch 3" and bars(page) != before


def test_of_several_runs_the_one_at_work_is_offered(open_page, drawn, live_run):
    runs.create(make_settings())
    assert f"{live_run.title} is running." in texts(open_page("draw"))


def test_without_a_drawing_it_says_how_far_the_training_is(open_page, canvas, live_run):  # noqa: F811
    page = open_page("draw", follow=live_run.id)
    assert "Epoch **2 of 3**" in texts(page) and not page.metric


def test_before_the_first_epoch_is_kept_it_says_what_the_worker_does(open_page, drawn, live_run):
    execute("DELETE FROM run_files WHERE run = ? AND kind = 'snapshot'", live_run.id)
    page = open_page("draw", follow=live_run.id)
    assert page.info[0].value == "Training… The predictions appear as soon as the network is built."


def test_a_training_that_was_lost_says_why(open_page, drawn, live_run):
    execute("DELETE FROM workers")
    page = open_page("draw", follow=live_run.id)
    assert "It ended unexpectedly" in page.error[0].value
    assert page.select_slider[0].options == ["0", "1", "2"]


def test_a_damaged_epoch_is_passed_over(open_page, drawn, with_run):
    (run_folder(with_run.id) / runs.files(with_run.id, "snapshot")[2].name).write_bytes(b"cut")
    st.cache_data.clear()  # another test may have read the whole one
    st.cache_resource.clear()
    assert open_page("draw", follow=with_run.id).select_slider[0].options == ["0", "1", "3"]


def test_back_to_the_models_leaves_the_link(open_page, drawn, with_run):
    page = click(open_page("draw", follow=with_run.id), "Back to the models")
    assert "follow" not in page.query_params
    assert page.metric[0].label == "Prediction"


def test_a_link_to_a_training_that_is_not_here_is_said(open_page, drawn, with_run):
    page = open_page("draw", follow=HOSTILE_NAME, other_model="../..")
    assert [warning.value for warning in page.warning] == [
        "The link names a model that is not here.", "The link names a training that is not here.",
    ]  # fmt: skip
    assert page.metric[0].label == "Prediction"
