import json

import cv2
import numpy as np
import pytest

from digits.evaluation import embedding_map, features
from digits.evaluation.test_sets import test_set as find_set
from digits.runs import models
from digits.tasks import process
from tests.pages.conftest import click, texts


@pytest.fixture
def placed(with_run):
    """The run with features and a map; returns the run."""
    chosen = find_set("tutorial", with_run.config)
    features.compute(with_run, "tutorial", models.layers(with_run))
    places = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    found = embedding_map.Neighbourhood(np.arange(0, 1_000, 2, dtype=np.int32), places)
    embedding_map._save(found, embedding_map.job(with_run, chosen).result)
    return with_run


def traces(page):
    """The map's traces by their name."""
    return {trace["name"]: trace for trace in json.loads(page.get_by_key("map_chart").proto.spec)["data"]}


def test_without_a_map_a_worker_is_offered(open_page, with_run, monkeypatch):
    started = []
    monkeypatch.setattr(process, "start", lambda arguments, log: started.append(arguments))
    click(open_page("evaluate", evaluate_view="Map"), "Draw the map")
    assert started == [["map", with_run.id, "--test", "tutorial"]]


@pytest.mark.parametrize("way", ["Neighbours (t-SNE)", "Principal components"])
def test_every_digit_is_on_the_map_with_its_label_and_the_misread_are_marked(open_page, placed, way):
    page = open_page("evaluate", evaluate_view="Map", map_way=way)
    assert list(traces(page)) == [*map(str, range(10)), "misread"]
    assert "appears here as a star" in texts(page)


def test_a_digit_is_chosen_by_its_number_and_the_next_misread_by_a_button(open_page, placed):
    page = open_page("evaluate", evaluate_view="Map")
    first = page.number_input(key="map_index").value
    click(page, "Next misread")
    assert page.number_input(key="map_index").value > first
    page.number_input(key="map_index").set_value(7).run()
    assert not page.exception and "read as" in texts(page)
    click(page, "Look closer")
    assert "Digit 7 of the test set" in texts(page)


@pytest.mark.parametrize("way", ["Neighbours (t-SNE)", "Principal components"])
def test_the_users_own_drawing_is_a_star_on_it(open_page, placed, way):
    ink = np.zeros((384, 384), np.uint8)
    cv2.line(ink, (192, 60), (192, 320), 255, 24)
    png = cv2.imencode(".png", cv2.cvtColor(ink, cv2.COLOR_GRAY2RGBA))[1].tobytes()
    page = open_page("evaluate", evaluate_view="Map", map_way=way)
    drawing = {"png": png, "drawing": {"objects": [{}]}, "predicted": "1", "confidence": 0.99}
    page.session_state["draw_done"] = [drawing]
    page.run()
    assert not page.exception and "your drawing" in traces(page)
    page.session_state["draw_done"] = [drawing | {"predicted": "11"}]  # a number is not one digit
    page.run()
    assert "your drawing" not in traces(page)
