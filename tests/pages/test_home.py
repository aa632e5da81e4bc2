import pytest

from tests.pages.conftest import HOSTILE, texts


def test_home_says_what_this_is_and_shows_the_four_steps(open_page, digits_home):
    said = texts(open_page("home"))
    assert "A whole machine-learning project in your browser" in said
    for step in ("1. Look at the digits", "2. Train a network", "3. Judge it", "4. Draw a digit"):
        assert step in said


def test_home_knows_how_far_you_are(open_page, digits_home):
    said = texts(open_page("home"))
    assert "5,000 digits are ready" in said and "Read by: Starter model" in said


def test_home_names_the_run_that_reads_the_drawings(open_page, with_run):
    said = texts(open_page("home"))
    assert "1 trainings so far" not in said and "1 training so far" in said
    assert f"Read by: mlp · {with_run.id[:15]} · done" in said


@pytest.mark.parametrize("name", HOSTILE)
def test_the_name_of_a_run_is_shown_only_where_markdown_means_nothing(open_page, with_run, name):
    with_run.rename(name)
    page = open_page("home")
    line = f"Read by: \u2068{with_run.name}\u2069 · {with_run.id[:15]} · done"
    assert any(text.value.startswith(line) for text in page.text)
    for other in ("train", "evaluate", "draw"):
        page = open_page(other, **{"train": {"train_view": "Watch"}}.get(other, {}))
        assert any(with_run.name in option for option in page.selectbox[0].options)
        assert not any(
            with_run.name in said.value for kind in ("markdown", "caption", "error") for said in page.get(kind)
        )
