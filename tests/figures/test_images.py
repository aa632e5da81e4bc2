import base64

import cv2
import numpy as np
import pytest

from digits.figures.images import gallery, heatmap, means


def sheet_of(figure):
    """The pixels of a gallery, (H, W, 4) uint8."""
    png = base64.b64decode(figure.data[0].source.removeprefix("data:image/png;base64,"))
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)


def test_a_heatmap_holds_the_pixels_as_they_are_with_row_0_on_top():
    image = np.arange(784, dtype=np.uint16).reshape(28, 28) % 256
    figure = heatmap(image.astype(np.uint8))
    np.testing.assert_array_equal(figure.data[0].z, image)
    assert figure.layout.yaxis.autorange == "reversed"


@pytest.mark.parametrize(("scaled", "ink"), [(False, 255), (True, 1)])
def test_black_is_0_and_white_is_full_ink_whatever_the_digit_holds(scaled, ink):
    trace = heatmap(np.zeros((28, 28)), scaled=scaled).data[0]
    assert (trace.zmin, trace.zmax, trace.colorscale) == (0, ink, ((0, "#000000"), (1, "#ffffff")))


def test_hovering_a_pixel_tells_row_column_and_value():
    hover = heatmap(np.zeros((28, 28))).data[0].hovertemplate
    assert hover == "row %{y}, column %{x}<br><b>%{z}</b><extra></extra>"


def test_pixels_are_square():
    assert heatmap(np.zeros((28, 28))).layout.yaxis.scaleanchor == "x"


def test_values_are_written_into_the_pixels_only_on_request():
    image = np.zeros((28, 28))
    assert [heatmap(image, numbers=numbers).data[0].texttemplate for numbers in (False, True)] == [None, "%{z}"]


def test_a_gallery_lays_digits_row_by_row_with_clear_gaps():
    images = np.stack([np.full((28, 28), grey, np.uint8) for grey in (10, 20, 30)])
    sheet = sheet_of(gallery(images, ["a", "b", "c"], columns=2))
    expected = np.zeros((60, 60, 4), np.uint8)
    for grey, top, left in ((10, 0, 0), (20, 0, 30), (30, 30, 0)):
        expected[top : top + 28, left : left + 28] = grey, grey, grey, 255
    np.testing.assert_array_equal(sheet, expected)


def test_a_caption_stands_below_its_digit_and_above_the_next_row():
    figure = gallery(np.zeros((3, 28, 28), np.uint8), ["a", "b", "c"], columns=2, captions=["4 → 9", "5", "6"])
    centres, captions = figure.data[1:]
    assert captions.text == ("4 → 9", "5", "6") and tuple(captions.x) == tuple(centres.x)
    assert centres.y[0] + 14 < captions.y[0] < centres.y[2] - 14


def test_each_digit_of_a_gallery_has_a_point_with_its_title_at_its_centre():
    points = gallery(np.zeros((3, 28, 28), np.uint8), ["a", "b", "c"], columns=2).data[1]
    assert list(zip(points.x, points.y, points.hovertext, strict=True)) == [
        (13.5, 13.5, "a"),
        (43.5, 13.5, "b"),
        (13.5, 43.5, "c"),
    ]


def test_the_mean_digits_stand_five_by_two_and_know_their_class():
    trace = means(np.arange(10, dtype=np.float32)[:, np.newaxis, np.newaxis] * np.ones((10, 28, 28))).data[0]
    corners = np.s_[0::30, 0::30]
    np.testing.assert_array_equal(trace.z[corners], [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]])
    np.testing.assert_array_equal(trace.customdata[corners][..., 0], [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]])
    np.testing.assert_array_equal(trace.customdata[31, 62], [7, 1, 2])  # class, row, column
    assert np.isnan(trace.z[28]).all()
