"""Inside the network, on the Draw page: closed it costs nothing, open it shows the activations of the layers."""

import pytest
import streamlit as st

from digits.runs import store as runs
from digits.storage.home import run_folder
from pages.shared import cache
from tests.pages.conftest import texts
from tests.pages.test_draw import SEVEN, canvas, captions, draw  # noqa: F401, fixtures


@pytest.fixture
def open_panel(draw):  # noqa: F811
    def open_panel(**link):
        return draw(SEVEN, view="Inside the network", **link)

    return open_panel


def test_closed_it_loads_no_layers(draw, monkeypatch):  # noqa: F811
    monkeypatch.setattr(cache, "activations", None)
    assert draw(SEVEN, model="starter").metric[0].value == "7"


def test_of_a_convolutional_network_it_shows_the_maps_of_each_layer(open_panel, with_sample):
    page = open_panel(model="starter")
    assert captions(page)[-6:] == [
        "Convolution 1: 32 maps of 14 × 14 pixels", "Convolution 2: 48 maps of 14 × 14 pixels",
        "Convolution 3: 64 maps of 7 × 7 pixels", "Convolution 4: 96 maps of 7 × 7 pixels",
        "Convolution 5: 96 maps of 7 × 7 pixels", "96 features: what the last layer uses to decide",
    ]  # fmt: skip
    assert "**Filter**" in texts(page)


def test_of_a_dense_network_it_shows_the_units_and_the_weights_of_the_brightest(open_panel, with_run):
    page = open_panel(model=with_run.id)
    pictures = captions(page)
    assert pictures[0].startswith("The 128 hidden units") and len(pictures) == 9 and "**Hidden unit**" in texts(page)
    for stored in runs.files(with_run.id, "snapshot").values():
        (run_folder(with_run.id) / stored.name).unlink()
    st.cache_resource.clear()
    assert len(captions(page.run())) == 1 and not page.exception


def test_a_damaged_layers_file_is_said_and_the_prediction_stays(open_panel, with_run):
    (run_folder(with_run.id) / with_run.model.files["layers.tflite"].name).write_bytes(b"")
    st.cache_resource.clear()  # an earlier test had the same model
    page = open_panel(model=with_run.id)
    assert "damaged" in page.info[0].value and page.metric[0].value == "7"
