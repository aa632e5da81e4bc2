from digits.runs import models
from digits.runs import store as runs
from digits.storage import database
from tests.pages.conftest import HOSTILE_NAME, texts


def test_home_explains_what_this_is_and_shows_the_four_steps(open_page, digits_home):
    shown = texts(open_page("home"))
    assert "A whole machine-learning project in your browser" in shown
    for step in ("1. Look at the digits", "2. Train a network", "3. Evaluate it", "4. Draw a digit"):
        assert step in shown


def test_home_knows_how_far_you_are(open_page, digits_home):
    shown = texts(open_page("home"))
    assert "5,000 digits are ready" in shown and "Takes some seconds on a laptop." in shown
    assert "Test accuracy: 99.7% (10,000 digits)." in shown and "Model: Starter model" in shown
    assert not (digits_home / "digits.db").exists()  # a look makes nothing


def test_home_counts_the_runs_and_names_the_model_that_predicts(open_page, with_run):
    shown = texts(open_page("home"))
    assert "1 run so far." in shown and "(1,000 digits)." in shown
    assert f"Model: mlp · {with_run.id[:15]} · done" in shown


def test_home_names_the_model_that_was_chosen(open_page, with_run):
    models.choose(runs.get("starter"))
    assert "Model: Starter model" in texts(open_page("home"))


def test_a_model_that_was_not_evaluated_has_no_accuracy(open_page, with_run):
    with database.writing() as connection:
        connection.execute("DELETE FROM results WHERE subject = ?", (with_run.id,))
    assert "Not evaluated yet." in texts(open_page("home"))


def test_the_name_of_a_run_is_shown_only_where_markdown_means_nothing(open_page, with_run):
    runs.rename(with_run.id, HOSTILE_NAME)
    page = open_page("home")
    line = f"Model: \u2068{HOSTILE_NAME}\u2069 · {with_run.id[:15]} · done"
    assert any(text.value.startswith(line) for text in page.text)
    page = open_page("train", train_view="Watch")
    assert any(HOSTILE_NAME in option for option in page.selectbox(key="run").options)
    assert not any(HOSTILE_NAME in shown.value for kind in ("markdown", "caption", "error") for shown in page.get(kind))
