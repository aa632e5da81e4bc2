import json

import numpy as np
import pytest

from digits import tasks
from digits.evaluation import embedding_map, features, store
from digits.evaluation.store import Subject
from tests.evaluation.conftest import damage
from tests.pages.conftest import HOSTILE_NAME, click, execute, progress, texts

METHODS = ["t-SNE", "PCA"]


@pytest.fixture
def placed(with_run):
    """The run with features and a map; returns the run."""
    features.compute(with_run, "tutorial")
    put_map(with_run)
    return with_run


def put_map(run):
    places = np.random.default_rng(0).normal(size=(500, 2))
    rows = np.column_stack([np.arange(0, 1_000, 2), places]).astype(np.float32)
    store.put(Subject.of(run), embedding_map.KIND, "tutorial", {"n": 500}, lambda file: np.save(file, rows))


def open_map(open_page, method="t-SNE"):
    return open_page("evaluate", evaluate_view="Map", map=method)


def traces(page):
    """The map's traces by their name."""
    return {trace["name"]: trace for trace in json.loads(page.get_by_key("evaluate_map_chart").proto.spec)["data"]}


@pytest.mark.parametrize(("method", "kind"), [("t-SNE", "map"), ("PCA", "features")])
def test_without_a_map_a_worker_is_offered(open_page, with_run, no_workers, method, kind):
    page = click(open_map(open_page, method), "Draw the map")
    assert tasks.find(kind, with_run.id, "tutorial").state == tasks.TaskState.QUEUED
    assert progress(page) == ["Waiting for its turn…"]


@pytest.mark.parametrize("method", METHODS)
def test_every_digit_is_on_the_map_with_its_label_and_the_misclassified_are_marked(open_page, placed, method):
    page = open_map(open_page, method)
    assert list(traces(page)) == [*map(str, range(10)), "misclassified"]
    assert "appears here as a star" in texts(page)


def test_the_table_of_the_map_has_each_digit_with_its_place(open_page, placed):
    page = open_map(open_page)
    assert "Digits that look alike to the network lie together." in texts(page) and not page.dataframe
    page.session_state["evaluate_map_table"] = True
    page.run()
    table = page.dataframe[0].value
    assert list(table.columns) == ["Index", "Label", "Prediction", "x", "y"]
    assert table["Index"].tolist() == list(range(0, 1_000, 2))


@pytest.mark.parametrize(("method", "how"), [("t-SNE", "damaged"), ("PCA", "deleted")])
def test_features_that_are_damaged_or_deleted_are_computed_again_at_a_click(open_page, placed, no_workers, method, how):
    assert traces(open_map(open_page, method))
    result = store.get(Subject.of(placed), features.KIND, "tutorial")
    damage(result) if how == "damaged" else (result.folder / result.file.name).unlink()
    page = open_map(open_page, method)
    assert not page.error and not page.get("plotly_chart")
    click(page, "Draw the map")
    assert tasks.find("features", placed.id, "tutorial").state == tasks.TaskState.QUEUED
    features.compute(placed, "tutorial")
    execute("UPDATE tasks SET state = 'done' WHERE kind = 'features'")
    page.run()
    assert not page.exception and traces(page)


def test_a_damaged_map_is_computed_again_at_a_click(open_page, placed, no_workers):
    damage(store.get(Subject.of(placed), embedding_map.KIND, "tutorial"))
    page = click(open_map(open_page), "Draw the map")
    assert tasks.find("map", placed.id, "tutorial").state == tasks.TaskState.QUEUED
    put_map(placed)
    execute("UPDATE tasks SET state = 'done' WHERE kind = 'map'")
    page.run()
    assert not page.exception and traces(page)


def test_a_digit_is_chosen_by_its_index_and_the_next_mistake_by_a_button(open_page, placed):
    page = open_map(open_page)
    first = page.number_input(key="evaluate_map_index").value
    click(page, "Next mistake")
    assert page.number_input(key="evaluate_map_index").value > first
    page.number_input(key="evaluate_map_index").set_value(7).run()
    assert not page.exception and "Prediction: " in texts(page)
    click(page, "Open")
    assert "Digit 7 of the test set" in texts(page)


@pytest.mark.parametrize("method", METHODS)
def test_the_users_own_drawing_is_a_star_on_it(open_page, placed, method):
    page = open_map(open_page, method)
    page.session_state["draw_strokes"] = [{"path": [["M", 192, 60], ["L", 192, 320]], "strokeWidth": 24}]
    page.session_state["draw_predicted"] = {"predicted": "1", "confidence": 0.99}
    page.run()
    assert not page.exception and "your drawing" in traces(page)
    page.session_state["draw_predicted"] = {"predicted": "11", "confidence": 0.99}  # a number is not one digit
    page.run()
    assert "your drawing" not in traces(page)


def test_a_link_with_anything_in_it_opens_the_map(open_page, placed):
    assert traces(open_map(open_page, HOSTILE_NAME))
