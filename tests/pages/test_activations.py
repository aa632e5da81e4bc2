"""Inside the network, on the Draw page: closed it costs nothing, open it shows the activations of the layers."""

import pytest
from digits.storage.records import read_json, write_json

from digits.training import snapshots
from pages.shared import cache
from tests.pages.conftest import texts
from tests.pages.test_draw import SEVEN, FakeCanvas, canvas, captions, draw  # noqa: F401, fixtures


@pytest.fixture
def open_panel(draw):  # noqa: F811
    def open_panel(**link):
        page = draw(FakeCanvas(SEVEN), **link)
        page.session_state["draw_activations"] = True
        page.run()
        assert not page.exception
        return page

    return open_panel


def test_closed_it_loads_no_layers(draw, monkeypatch):  # noqa: F811
    monkeypatch.setattr(cache, "layers", None)
    assert draw(FakeCanvas(SEVEN), model="starter").metric[0].value == "7"


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
    pictures = captions(page)[4:]
    assert pictures[0].startswith("The 128 hidden units") and len(pictures) == 9 and "**Hidden unit**" in texts(page)
    for file in snapshots.files(with_run.path).values():
        file.unlink()
    assert len(captions(page.run())[4:]) == 1 and not page.exception


def test_a_run_of_an_earlier_version_says_that_it_has_no_layers(open_panel, with_run):
    manifest = read_json(with_run.path / "manifest.json")
    write_json(with_run.path / "manifest.json", {**manifest, "layers": None})
    page = open_panel(model=with_run.id)
    assert "has no layers.tflite" in page.info[0].value and page.metric[0].value == "7"
