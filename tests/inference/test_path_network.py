import json
import shutil

import numpy as np
import pytest

from digits.errors import DamagedFile
from digits.inference import path_network as module
from digits.inference.path_network import (
    FLOOR,
    FOLDER,
    NUM_POINTS,
    WEIGHT,
    PathNetwork,
    follow,
    join,
    lines_on,
)
from digits.inference.strokes import Stroke, paint

SEVEN = np.array([[100.0, 80], [280, 80], [170, 320]])
FOUR = [np.array([[180.0, 60], [100, 220], [290, 220]]), np.array([[230.0, 140], [225, 330]])]
TWO = np.array([[120.0, 120], [160, 80], [220, 80], [250, 130], [230, 190], [120, 310], [270, 310]])


@pytest.fixture(scope="module")
def network():
    return PathNetwork.bundled()


def drawn(*lines, width=24, **options):
    return [Stroke(line, width, **options) for line in lines]


@pytest.mark.parametrize(("lines", "digit"), [([SEVEN], 7), (FOUR, 4), ([TWO], 2)])
def test_plain_paths_are_predicted(network, lines, digit):
    strokes = drawn(*lines)
    path = network.predict(strokes, paint(strokes, (384, 384)))
    assert path.shape == (10,) and path.sum() == pytest.approx(1, abs=1e-5)
    assert path.argmax() == digit and path[digit] > 0.5


def test_a_path_has_no_size_and_no_place():
    np.testing.assert_allclose(follow([SEVEN]), follow([SEVEN / 7 + 40]), atol=1e-5)


def test_a_path_keeps_its_order_and_its_direction():
    path = follow(FOUR)
    backwards = follow([line[::-1] for line in FOUR[::-1]])
    np.testing.assert_allclose(path[::-1, :2], backwards[:, :2], atol=1e-6)
    np.testing.assert_allclose(path[::-1, 2:4], -backwards[:, 2:4], atol=1e-6)


def test_the_way_through_the_air_belongs_to_the_path():
    in_air = follow(FOUR)[:, 4]
    assert follow([SEVEN])[:, 4].sum() == 0
    assert 0 < in_air.sum() < NUM_POINTS / 2 and np.abs(np.diff(in_air)).sum() == 2  # one way, from pen-up to pen-down


@pytest.mark.parametrize("line", [[[5.0, 5.0]], [[5.0, 5.0]] * 3], ids=["one point", "the same point again"])
def test_a_dot_has_a_path(network, line):
    path = follow([np.array(line)])
    assert np.isfinite(path).all() and np.isfinite(network.probabilities(path[np.newaxis])).all()


def test_many_paths_have_the_probabilities_of_each(network):
    paths = np.stack([follow([SEVEN]), follow(FOUR), follow([TWO])])
    each = [network.probabilities(path[np.newaxis])[0] for path in paths]
    np.testing.assert_allclose(network.probabilities(paths), each, atol=1e-6)


def test_a_stroke_elsewhere_belongs_to_another_digit():
    strokes = drawn(SEVEN, np.array([[20.0, 20], [22, 30]]))
    [line] = lines_on(strokes, paint(strokes[:1], (384, 384)))
    np.testing.assert_array_equal(line, SEVEN)


def test_the_path_of_what_was_rubbed_out_in_part_or_leaves_the_canvas_is_not_known(network):
    line = np.linspace([200.0, 60], [190, 320], 40)
    erased = drawn(line, erasers=(Stroke(np.array([[150.0, 120], [250, 120]]), 48),))
    assert network.predict(erased, paint(erased, (384, 384))) is None
    outside = drawn(line + [0, 150])
    assert network.predict(outside, paint(outside, (384, 384))) is None
    assert network.predict(drawn(line), paint(drawn(line), (384, 384))) is not None


def test_two_witnesses_who_agree_are_more_confident_and_a_silent_one_changes_nothing():
    picture = np.array([0.05] * 6 + [0.55] + [0.05] * 3)
    path = np.full(10, 0.01)
    path[6] = 0.91
    assert join(picture, path)[6] > picture[6]
    np.testing.assert_allclose(join(picture, np.full(10, 0.1)), picture)
    np.testing.assert_allclose(join(np.stack([picture] * 2), np.stack([path] * 2)).sum(axis=1), 1)


def test_a_path_that_is_sure_and_wrong_cannot_outvote_a_clear_picture():
    path = np.zeros(10)
    path[1] = 1.0
    limit = FLOOR**-WEIGHT  # how many times as likely the path can make a digit
    picture = np.zeros(10)
    picture[7], picture[1] = limit * 1.1, 1
    assert join(picture / picture.sum(), path).argmax() == 7


@pytest.mark.parametrize("manifest", [json.dumps({"sha256": {"model.npz": "0"}}), "{}", "cut", None])
def test_the_bundled_network_must_be_the_one_of_its_manifest(tmp_path, monkeypatch, manifest):
    folder = tmp_path / "path"
    folder.mkdir()
    shutil.copy(FOLDER / "model.npz", folder)
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest)
    monkeypatch.setattr(module, "FOLDER", folder)
    with pytest.raises(DamagedFile, match=r"^The path network is missing or damaged\. Install the app again\.$"):
        PathNetwork.bundled()
