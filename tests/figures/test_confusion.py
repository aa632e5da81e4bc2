import numpy as np

from digits.figures.confusion import confusion, difference


def counts(**cells):
    """A matrix of 100 correct predictions for each digit, with cells like r4c9=12."""
    matrix = np.eye(10, dtype=int) * 100
    for name, count in cells.items():
        matrix[int(name[1]), int(name[3])] = count
    return matrix


def test_hovering_puts_a_cell_in_words():
    points = confusion(counts(r4c9=25, r7c1=1)).data[1]
    sentences = np.reshape(points.hovertext, (10, 10))
    assert sentences[4][9] == "25 digits with label 4, predicted as 9 (20.0% of the 4s)"
    assert sentences[7][1] == "1 digit with label 7, predicted as 1 (1.0% of the 7s)"


def test_colour_is_the_cube_root_of_the_fraction_of_the_row_below_zero_for_mistakes_and_a_zero_is_empty():
    z = confusion(counts(r4c9=25)).data[0].z
    expected = np.full((10, 10), np.nan)
    np.fill_diagonal(expected, 1)
    expected[4, 4], expected[4, 9] = np.cbrt(0.8), -np.cbrt(0.2)
    np.testing.assert_allclose(z, expected)


def test_each_cell_has_a_point_that_a_click_selects():
    points = confusion(counts()).data[1]
    assert {(int(y), int(x)) for x, y in zip(points.x, points.y, strict=True)} == set(np.ndindex(10, 10))
    assert points.hovertext[4 * 10 + 9].startswith("0 digits with label 4, predicted as 9")


def test_only_the_chosen_cell_has_a_frame():
    assert not confusion(counts()).layout.shapes
    (shape,) = confusion(counts(), (4, 9)).layout.shapes
    assert (shape.x0, shape.x1, shape.y0, shape.y1) == (8.5, 9.5, 3.5, 4.5)


def test_text_is_the_count():
    text = np.asarray(confusion(counts(r4c9=25)).data[0].text)
    expected = np.where(np.eye(10) > 0, "100", "")
    expected[4, 9] = "25"
    assert text.tolist() == expected.tolist()


def test_a_digit_that_does_not_occur_gives_an_empty_row():
    matrix = counts()
    matrix[3] = 0
    assert np.isnan(confusion(matrix).data[0].z[3]).all()


def test_a_difference_is_blue_where_the_second_is_better_and_orange_where_it_is_worse():
    changed = np.zeros((10, 10), int)
    changed[4, 4], changed[4, 9], changed[7, 7], changed[7, 1] = 4, -4, -1, 1
    trace = difference(changed).data[0]
    expected = np.full((10, 10), np.nan)
    expected[4, 4], expected[4, 9], expected[7, 7], expected[7, 1] = 1, 1, -0.5, -0.5
    np.testing.assert_allclose(trace.z, expected)
    assert [trace.text[4][4], trace.text[4][9], trace.text[0][0]] == ["+4", "-4", ""]
