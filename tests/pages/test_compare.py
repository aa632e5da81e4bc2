import shutil

import numpy as np
import pytest

from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_set as find_set
from digits.runs.run import Run
from pages.shared.text import isolated
from tests.pages.conftest import HOSTILE, texts


@pytest.fixture
def two_runs(with_run):
    """A finished run and its copy, which answers 0 to the first thirty test digits. Returns both."""
    worse = Run(with_run.path.with_name("20200101-000000-mlp"))
    shutil.copytree(with_run.path, worse.path)
    file = worse.path / "evaluation" / "tutorial" / "probabilities.npy"
    answers = np.load(file)
    answers[:30] = np.eye(10)[0]
    np.save(file, answers)
    return with_run, worse


def open_both(open_page, two_runs, **link):
    return open_page("compare", compare=",".join(run.id for run in two_runs), **link)


def test_all_runs_are_listed_with_the_starter_and_two_are_asked_for(open_page, with_run):
    with_run.annotate("slow but good", ["mlp", "try"])
    page = open_page("compare")
    table = page.dataframe[0].value
    assert table["Network"].tolist() == ["mlp", "cnn-large"]
    assert (table["Notes"][0], list(table["Tags"][0])) == (
        isolated("slow but good"), [isolated("mlp"), isolated("try")]
    )  # fmt: skip
    assert table["Test accuracy"][0] == pytest.approx(
        100 * evaluate.stored(with_run, find_set("tutorial", with_run.config))["accuracy"]
    )
    assert "Choose two runs or more" in page.info[0].value


def test_a_real_difference_is_called_one_with_its_numbers(open_page, two_runs):
    page = open_both(open_page, two_runs)
    sentence = next(element.value for element in page.markdown if "alone reads" in element.value)
    assert sentence.startswith("**A is better than B**, by more than chance explains: A alone reads")
    cards = page.dataframe[1].value
    assert cards.columns.tolist() == ["", "A", "B"] and "Accuracy" in cards[""].tolist()


def test_what_may_be_chance_is_said_to_be_chance(open_page, two_runs):
    run, other = two_runs
    answers = np.load(run.path / "evaluation" / "tutorial" / "probabilities.npy")
    np.save(other.path / "evaluation" / "tutorial" / "probabilities.npy", answers)
    assert "**A and B read the very same digits right.**" in texts(open_both(open_page, two_runs))
    answers[:2] = np.eye(10)[[0, 0]]
    np.save(other.path / "evaluation" / "tutorial" / "probabilities.npy", answers)
    assert "**The difference between A and B may be chance**" in texts(open_both(open_page, two_runs))


def test_the_digits_on_which_they_disagree_are_shown_with_the_difference_of_the_matrices(open_page, two_runs):
    page = open_both(open_page, two_runs, compare_view="Disagreements")
    assert page.get_by_key("compare_difference") and page.get_by_key("compare_sheet")
    assert "digits on which they disagree" in texts(page)


def test_the_curves_need_no_test_set(open_page, two_runs):
    page = open_both(open_page, two_runs, compare_view="Curves")
    assert page.get_by_key("compare_loss") and page.get_by_key("compare_accuracy")


def test_who_has_not_read_the_same_digits_is_named_and_can_be_evaluated(open_page, two_runs):
    shutil.rmtree(two_runs[1].path / "evaluation")
    page = open_both(open_page, two_runs)
    assert "**B** has not read those" in texts(page)
    assert [button.label for button in page.button] == ["Evaluate B"]


def test_runs_without_a_model_can_still_be_compared_by_their_curves(open_page, two_runs):
    (two_runs[1].path / "manifest.json").unlink()
    assert "B has no finished model" in open_both(open_page, two_runs).info[0].value


@pytest.mark.parametrize("text", [*HOSTILE, "a,b,,a", ","])
def test_links_that_lead_nowhere_are_friendly(open_page, with_run, text):
    page = open_page("compare", compare=f"{with_run.id},{text}", compare_view=text)
    assert page.multiselect(key="compare").value == [with_run.id]
    assert [warning.value for warning in page.warning] == ["The link names a run that is not here; it is left out."]


@pytest.mark.parametrize(
    "name", ["[a](http://evil.example) <b>evil</b>", "=HYPERLINK(evil)", "\u202eevil $x^2$ :red[b]"]
)
def test_names_notes_and_tags_are_text_and_never_in_a_figure_or_first_in_a_cell(open_page, two_runs, name):
    run = two_runs[0]
    run.rename(name)
    run.annotate(name, [name])
    for view in ("Scores", "Disagreements", "Curves"):
        page = open_both(open_page, two_runs, compare_view=view)
        figures = page.get("plotly_chart")
        assert not any("evil" in figure.proto.spec for figure in figures) and (figures or view == "Scores")
        kinds = ("markdown", "caption", "info", "warning", "error", "subheader")
        assert not any("evil" in element.value for kind in kinds for element in page.get(kind))
        assert any(isolated(run.name) in element.value for element in page.text)
    row = page.dataframe[0].value.iloc[0]
    for cell in (row["Run"], row["Notes"], row["Tags"][0]):
        assert "evil" in cell and cell.startswith("\u2068")  # so that a downloaded table has no formula


def test_a_run_whose_files_are_damaged_is_named_and_can_be_evaluated_again(open_page, two_runs):
    report = two_runs[1].path / "evaluation" / "tutorial" / "report.json"
    report.write_text(report.read_text().replace('"n": 1000', '"n": 1001'))
    page = open_both(open_page, two_runs)
    assert page.warning[0].value == "B: Damaged on the disk and left out: evaluation/tutorial/report.json."
    assert [button.label for button in page.button] == ["Evaluate B"]
