from tests.pages.conftest import texts


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
