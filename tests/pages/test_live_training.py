"""Draw while it trains: a drawing read along the epochs of a training."""

import shutil

import pytest
from digits.storage.records import read_json, write_json

from digits.runs import runs
from digits.training import snapshots
from tests.pages.conftest import texts
from tests.pages.test_draw import SCRIBBLE, SEVEN, FakeCanvas, canvas  # noqa: F401


@pytest.fixture
def drawn(canvas):  # noqa: F811
    canvas(FakeCanvas(SEVEN))


@pytest.fixture
def live_run(with_run):
    """The finished run as it was while it trained: after two of its three epochs."""
    status = read_json(with_run.path / "status.json")
    write_json(with_run.path / "status.json", status | {"state": "running", "phase": "Training"})
    snapshots.file(with_run.path, 3).unlink()
    (with_run.path / "manifest.json").unlink()
    with with_run.lock():  # what its worker would hold
        yield with_run


def test_an_ended_training_is_followed_by_a_link_and_scrubbed(open_page, drawn, with_run):
    page = open_page("draw", follow=with_run.id)
    slider = page.select_slider[0]
    assert (slider.options, slider.value) == (["0", "1", "2", "3"], 3)
    assert page.metric[0].label == "After epoch 3" and page.metric[0].value == "7"
    assert len(page.get("plotly_chart")) == 2
    slider.set_value(0).run()
    assert not page.exception and page.metric[0].label == "Before training"


def test_a_scribble_is_not_a_digit_there_either(open_page, canvas, with_run):  # noqa: F811
    canvas(FakeCanvas(SEVEN))
    assert "look like a digit" not in texts(open_page("draw", follow=with_run.id))
    canvas(FakeCanvas(SCRIBBLE))
    assert "**That doesn't look like a digit.**" in texts(open_page("draw", follow=with_run.id))


def test_a_running_training_is_offered_and_its_next_epoch_moves_the_bars(open_page, drawn, live_run):
    page = open_page("draw")
    assert "is training just now" in texts(page)
    next(button for button in page.button if button.label == "Follow it").click().run()
    assert not page.exception and page.query_params["follow"] == live_run.id
    assert page.metric[0].label == "After epoch 2" and not page.select_slider
    before = page.get("plotly_chart")[0].proto.spec
    shutil.copy(snapshots.file(live_run.path, 0), snapshots.file(live_run.path, 3))  # the worker's next, here the first
    page.run()
    assert page.metric[0].label == "After epoch 3" and page.get("plotly_chart")[0].proto.spec != before


def test_without_a_drawing_it_says_how_far_the_training_is(open_page, canvas, live_run):  # noqa: F811
    page = open_page("draw", follow=live_run.id)
    assert "epoch **2 of 3**" in texts(page) and not page.metric


def test_before_the_first_snapshot_it_says_what_the_worker_does(open_page, drawn, live_run):
    shutil.rmtree(live_run.path / "snapshots")
    page = open_page("draw", follow=live_run.id)
    assert page.info[0].value == "Training… The ten bars come with the network."


def test_a_damaged_snapshot_is_passed_over(open_page, drawn, with_run):
    snapshots.file(with_run.path, 2).write_bytes(b"cut")
    assert open_page("draw", follow=with_run.id).select_slider[0].options == ["0", "1", "3"]


def test_back_to_the_models_leaves_the_link(open_page, drawn, with_run):
    page = open_page("draw", follow=with_run.id)
    next(button for button in page.button if button.label == "Back to the models").click().run()
    assert not page.exception and "follow" not in page.query_params
    assert page.metric[0].label == "Prediction"


def test_a_link_to_a_training_that_is_not_here_is_said(open_page, drawn, with_run):
    page = open_page("draw", follow="nope", other_model="../..")
    assert [warning.value for warning in page.warning] == [
        "The link names a training that is not here.", "The link names a model that is not here.",
    ]  # fmt: skip
    assert page.metric[0].label == "Prediction"


def test_the_train_page_leads_there(open_page, with_run):
    page = open_page("train", train_view="Watch", run=with_run.id)
    (link,) = [link for link in page.get("page_link") if link.proto.label == "Draw along its epochs"]
    assert link.proto.query_string == f"follow={with_run.id}" and runs.find(with_run.id)
