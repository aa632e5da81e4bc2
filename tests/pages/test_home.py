from digits.networks.settings import make_settings
from digits.runs import store as runs
from tests.pages.conftest import HOSTILE_NAME, click, texts


def test_home_explains_what_this_is_and_shows_the_four_steps(open_page, digits_home):
    page = open_page("home")
    assert "A whole machine-learning project in your browser" in texts(page)
    steps = [header.value.split(":")[-1].strip() for header in page.header]
    assert steps == ["1. Explore", "2. Train", "3. Evaluate", "4. Draw"]
    assert not (digits_home / "digits.db").exists()  # a look makes nothing


def test_the_first_button_leads_to_the_canvas(open_page, digits_home):
    assert click(open_page("home"), "Draw a digit now").title[0].value == "Draw"


def test_home_says_in_one_line_what_this_server_has(open_page, with_sample):
    assert [caption.value for caption in open_page("home").caption] == ["5,000 digits ready · 0 runs"]
    runs.create(make_settings(), queued=False)
    assert [caption.value for caption in open_page("home").caption] == ["5,000 digits ready · 1 run"]


def test_the_name_of_a_run_is_shown_only_where_markdown_means_nothing(open_page, with_run):
    runs.rename(with_run.id, HOSTILE_NAME)
    page = open_page("train", train_view="Watch")
    assert any(HOSTILE_NAME in option for option in page.selectbox(key="run").options)
    assert not any(HOSTILE_NAME in shown.value for kind in ("markdown", "caption", "error") for shown in page.get(kind))
