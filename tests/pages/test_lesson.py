import re

import pytest

from digits.lessons import contrast, store
from digits.lessons.checks import CHECKS
from digits.lessons.content import LESSONS
from digits.runs import store as runs
from digits.storage.home import ROOT
from digits.tasks import LOCAL
from pages.lesson import teachers
from pages.shared.glossary import ENTRIES
from tests.lessons.test_checks import finished
from tests.pages.conftest import click, execute, progress, texts

STEPS = [step for lesson in LESSONS.values() for step in lesson.steps]


@pytest.fixture
def begun(with_run):
    """A learner without a cookie who has begun; returns the trained run."""
    store.begin(LOCAL)
    return with_run


def done():
    return set(store.acts(LOCAL)) - {store.BEGUN}


def badges(page):
    """Which steps the lesson shows as done."""
    labels = [text.value for text in page.markdown] + [block.label for block in page.expander]
    steps = sorted(label for label in labels if re.match(r"\*\*\d\. ", label))
    return ["Done" in step for step in steps]


def test_every_step_has_a_check_of_its_own_a_page_and_terms_of_the_glossary():
    assert sorted(step.check for step in STEPS) == sorted(CHECKS)
    for step in STEPS:
        assert (ROOT / "pages" / step.page / "page.py").is_file() and set(step.terms) <= set(ENTRIES)
    assert len(LESSONS["pixels"].steps) == 6 and LESSONS["pixels"].minutes == 40


def test_before_the_beginning_a_look_notes_nothing_and_the_button_begins(open_page, with_run):
    open_page("explore", index="3").toggle(key="explore_numbers").set_value(True).run()
    assert store.acts(LOCAL) == {}
    page = click(open_page("lesson"), "Start the lesson")
    assert progress(page) == ["0 of 6 steps done"] and set(store.acts(LOCAL)) == {store.BEGUN}


def test_the_pixels_count_when_their_values_are_shown(open_page, begun):
    page = open_page("explore", index="3")
    assert done() == set()
    page.toggle(key="explore_numbers").set_value(True).run()
    assert store.acts(LOCAL)["pixels"].evidence["index"] == 3
    page = open_page("lesson")
    assert progress(page) == ["1 of 6 steps done"] and badges(page) == [True] + [False] * 5
    assert "You looked at the pixels of digit 3." in "\n".join(success.value for success in page.success)


def test_a_prediction_is_saved_and_stays(open_page, begun):
    page = open_page("lesson")
    page.number_input(key="lesson_guess").set_value(70).run()
    click(page, "Save my prediction")
    assert "Your prediction: **70%**" in texts(page)
    assert "Your prediction: **70%**" in texts(open_page("lesson"))


def test_a_confident_mistake_counts_of_the_simplest_network_alone(open_page, begun):
    rows = [row for row in _report(begun)["misclassified"] if row["confidence"] > 0.9]
    link = {"evaluate_view": "Mistakes", "shown": str(rows[0]["index"])}
    open_page("evaluate", model=begun.id, **link)
    assert done() == set()
    execute("UPDATE runs SET settings = replace(settings, '\"mlp\"', '\"linear\"') WHERE id = ?", begun.id)
    execute("UPDATE runs SET settings = replace(settings, '\"hidden_layers\": 1', '\"hidden_layers\": 0')")
    unsure = next(row for row in _report(begun)["misclassified"] if row["confidence"] < 0.9)
    open_page("evaluate", model=begun.id, **link | {"shown": str(unsure["index"])})
    assert done() == set()
    open_page("evaluate", model=begun.id, **link)
    assert store.acts(LOCAL)["confident_mistake"].evidence["index"] == rows[0]["index"]


def _report(run):
    from digits.evaluation import evaluate
    from digits.evaluation.test_sets import test_sets

    return evaluate.stored(run, test_sets(run.settings)[0])


def test_a_network_counts_as_broken_below_a_half(open_page, begun):
    page = open_page("evaluate", evaluate_view="Break it", model=begun.id)
    page.segmented_control(key="evaluate_break_bits").set_value(8).run()
    assert done() == set()
    page.selectbox(key="evaluate_break_off").set_value("Last layer").run()
    assert store.acts(LOCAL)["broken"].evidence["in_words"].endswith("last layer off")
    page = open_page("lesson")
    assert any("last layer off" in success.value for success in page.success)


def test_the_second_lesson_notes_each_of_its_experiments(open_page, begun):
    page = open_page("evaluate", evaluate_view="Robustness", model=begun.id)
    page.slider(key="evaluate_scale").set_value(95.0).run()
    assert done() == set()  # it costs too little
    page.slider(key="evaluate_scale").set_value(50.0).run()
    page.slider(key="evaluate_thickness").set_value(4.0).run()
    assert done() == {"size"}  # two sliders at once tell nothing of the second
    page.slider(key="evaluate_scale").set_value(100.0).run()
    assert done() == {"size", "thickness"}
    open_page("evaluate", test="optdigits", model=begun.id)
    assert "other_hands" not in done()  # not evaluated there yet
    open_page("train").toggle(key="train_augmentation").set_value(True).run()
    assert "augmentation" in done()


def test_to_start_again_forgets_the_steps(open_page, begun):
    store.note(LOCAL, "pixels", index=1, label=2)
    page = click(open_page("lesson"), "Start again now")
    assert progress(page) == ["0 of 6 steps done"]


def test_the_contrast_asks_and_answers(open_page, begun):
    page = click(open_page("lesson", lesson="Which one overfits?"), "Train both")
    made = store.acts(LOCAL)[contrast.ACT].evidence
    assert {run.id for run in runs.queue()} == {made["A"], made["B"]}
    ended = {made[name]: finished(begun, 0.9, owner=LOCAL).id for name in "AB"}  # as if both had been trained
    made = {what: ended[run_id] for what, run_id in made.items()}
    store.replace(LOCAL, contrast.ACT, **made)
    page = open_page("lesson", lesson="Which one overfits?")
    right = next(name for name in "AB" if made[name] == made["overfitted"])
    click(page, f"Network {'AB'.replace(right, '')}")
    assert page.warning[0].value.startswith("It is the other one")
    click(page, f"Network {right}")
    assert page.success[0].value == "Correct." and f"The network **{right}** overfits" in texts(page)


def test_teachers_find_every_question_and_a_sheet_for_each_lesson(open_page, with_run):
    page = open_page("lesson", lesson="For teachers")
    assert [header.value for header in page.header] == [lesson.title for lesson in LESSONS.values()]
    for lesson in LESSONS.values():
        sheet = teachers.sheet(lesson)
        assert sheet.count("<li>") == len(lesson.steps) and not re.search(r"TITLE|STEPS|\*", sheet)
