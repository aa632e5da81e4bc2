"""My drawings on the Draw page: label, list, correct, delete, undo, import, and fine-tune a model with them."""

import io
import json
import zipfile

import pytest

from digits.drawings import fine_tune, import_export, store
from digits.errors import DigitsError
from digits.evaluation import fine_tune_result
from digits.runs import models, updates
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.storage import database
from digits.storage.home import run_folder
from digits.tasks import TRAINING
from pages.draw.my_drawings import label_drawing
from pages.shared import cache
from tests.drawings.conftest import drawn
from tests.pages.conftest import be_at_work, click, execute, texts
from tests.pages.test_draw import ONE, canvas  # noqa: F401, a fixture

SEVENS = [drawn(7, x=110 + 10 * number) for number in range(8)]


def captions(page, key="draw_sheet"):
    """Return what stands below the digits of a sheet."""
    return json.loads(page.get_by_key(key).proto.spec)["data"][2]["text"]


def label_pills(page):
    [pills] = [pills for pills in page.pills if pills.label == "What did you draw?"]
    return pills


@pytest.fixture
def fine_tuned(with_run):
    """A run that was fine-tuned and learned nothing: it has its parent's model, and is not compared yet."""
    store.merge(SEVENS)
    run = fine_tune.begin(with_run, queued=False)
    execute(
        "UPDATE runs SET (model, model_sha256) = (SELECT model, model_sha256 FROM runs WHERE id = ?) WHERE id = ?",
        with_run.id, run.id,
    )  # fmt: skip
    for stored in with_run.model.files.values():
        (run_folder(run.id) / stored.name).write_bytes((run_folder(with_run.id) / stored.name).read_bytes())
    return runs.get(run.id)


def test_a_labelled_drawing_is_saved_and_removed_again(open_page, canvas, with_sample):  # noqa: F811
    page = open_page("draw")
    canvas(ONE)
    page.run()
    label_pills(page).set_value(7).run()
    click(page, "Open them")
    [kept] = store.drawings()
    assert not page.exception and (kept.label, len(kept.strokes)) == (7, 1)
    assert captions(page) == ["7 → 1"] and "Saved under My drawings with the label 7." in texts(page)
    label_pills(page).set_value(None).run()
    assert not page.exception and store.drawings() == []


def test_a_label_that_cannot_be_saved_is_said(open_page, canvas, with_sample, monkeypatch):  # noqa: F811
    def put(drawing, *, owner):
        raise DigitsError("My drawings are full.")

    page = open_page("draw", view="My drawings")
    canvas(ONE)
    page.run()
    monkeypatch.setattr(store, "put", put)
    label_pills(page).set_value(7).run()
    assert not page.exception and page.toast[0].value == "My drawings are full."
    assert label_pills(page).value is None


def test_a_saved_drawing_belongs_to_its_visitor(open_page, canvas, with_sample, monkeypatch):  # noqa: F811
    monkeypatch.setattr(label_drawing, "owner", lambda: "someone")
    page = open_page("draw", view="My drawings")
    canvas(ONE)
    page.run()
    label_pills(page).set_value(7).run()
    with database.reading() as connection:
        assert [row["owner"] for row in connection.execute("SELECT owner FROM drawings")] == ["someone"]


def test_a_drawing_is_corrected_deleted_and_put_back(open_page, with_sample):
    store.put(drawn(7))
    page = click(open_page("draw", view="My drawings"), "Open the first drawing")
    page.pills(key=f"draw_relabel_{drawn(7).id}").set_value(1).run()
    assert not page.exception and [drawing.label for drawing in store.drawings()] == [1]
    [before] = store.drawings()
    click(page, "Delete drawing")
    assert store.drawings() == [] and "A drawing with the label 1 was deleted" in texts(page)
    kept = page.session_state["draw_deleted"]
    assert {type(value) for value in kept.values()} == {bytes, int, str, list}  # no class that may change meanwhile
    click(page, "Undo deletion")
    [after] = store.drawings()
    assert (after.seen == before.seen).all()
    assert [vars(after)[name] == vars(before)[name] for name in ("label", "when", "picture", "strokes")] == [True] * 4
    assert "was deleted" not in texts(page)


def test_an_open_drawing_that_somebody_else_deleted_is_closed(open_page, with_sample):
    store.merge([drawn(1), drawn(7, x=180)])
    page = click(open_page("draw", view="My drawings"), "Open the first drawing")
    store.remove(page.session_state["draw_open"])
    page.run()
    assert not page.exception
    shown = [button.label for button in page.button]
    assert "Open the first drawing" in shown and "Delete drawing" not in shown


def test_only_the_misclassified_ones_are_shown_on_demand(open_page, with_sample):
    store.merge([drawn(1), drawn(7, x=180)])
    page = open_page("draw", view="My drawings")
    assert sorted(captions(page)) == ["1", "7 → 1"]
    page.segmented_control(key="draw_filter").set_value("Misclassified").run()
    assert not page.exception and captions(page) == ["7 → 1"]


def test_the_sheet_reads_no_whole_drawing_and_predicts_none_twice(open_page, with_sample, monkeypatch):
    store.merge([drawn(1, x=191), drawn(7, x=181)])  # which no other test has predicted
    monkeypatch.setattr(store, "drawings", None)
    predicted = []
    original = cache.Recognizer.probabilities
    monkeypatch.setattr(
        cache.Recognizer, "probabilities",
        lambda self, images: predicted.append(len(images)) or original(self, images),
    )  # fmt: skip
    page = open_page("draw", view="My drawings")
    assert len(captions(page)) == 2 and 2 in predicted
    predicted.clear()
    store.put(drawn(7, x=121))
    page.run()
    assert len(captions(page)) == 3 and predicted == [1]


def test_a_zip_is_imported_and_what_came_of_it_is_said(open_page, with_sample):
    store.put(drawn(1))
    packed = import_export.pack([drawn(1), drawn(7, x=120)])
    page = open_page("draw", view="My drawings")
    page.file_uploader(key="draw_import_0").set_value(("a.zip", packed, "application/zip")).run()
    assert page.success[0].value == "New drawings: 1. Already here: 1."
    assert store.images_and_labels()[2].tolist().count(7) == 1


def test_a_zip_whose_names_are_hostile_is_refused_in_a_sentence_that_does_nothing(open_page, with_sample):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[free](http://evil.example)", b"")
    page = open_page("draw", view="My drawings")
    page.file_uploader(key="draw_import_0").set_value(("a.zip", packed.getvalue(), "application/zip")).run()
    assert "contains `'[free](http://evil.example)'`, which does not belong there" in page.error[0].value


def test_all_drawings_are_deleted_only_on_purpose(open_page, with_sample):
    store.merge([drawn(1), drawn(7, x=180)])
    page = open_page("draw", view="My drawings")
    assert "Delete 2 drawings? You cannot undo this." in texts(page)
    click(page, "Delete all drawings")
    assert store.drawings() == [] and "No drawing yet" in texts(page)


def test_too_few_drawings_cannot_fine_tune(open_page, with_sample):
    store.put(drawn(1))
    [button] = [button for button in open_page("draw", view="My drawings").button if button.label == "Fine-tune"]
    assert button.disabled


def test_the_starter_rehearses_with_the_sample_where_there_is_no_mnist(open_page, with_sample):
    store.merge(SEVENS)
    assert "mixed with digits that the model knows (MNIST sample)" in texts(open_page("draw", view="My drawings"))
    assert runs.count() == 0


def test_fine_tuning_shows_how_far_it_is_from_the_queue_to_the_comparison(open_page, with_run, no_workers):
    store.merge(SEVENS)
    page = click(open_page("draw", view="My drawings"), "Fine-tune")
    [run] = [run for run in runs.page() if run.settings.parent]
    assert (run.settings.parent, run.owner, run.state) == (with_run.id, "local", RunState.QUEUED)

    def progress():
        page.run()
        [bar] = page.get("progress")
        return bar.proto.text

    assert no_workers == [TRAINING] and progress() == "Waiting for its turn…"
    be_at_work(run, RunState.STARTING, "Loading TensorFlow")
    assert progress() == "Loading TensorFlow…"
    updates.set_stage(run.id, RunState.RUNNING)
    execute("UPDATE tasks SET phase = 'Training', fraction = 0.5 WHERE id = ?", run.task_id)
    assert progress() == "Epoch 1 of 8"
    click(page, "Stop")
    assert runs.get(run.id).request == "stop"
    updates.set_stage(run.id, RunState.EVALUATING)
    execute("UPDATE tasks SET phase = 'Comparing it with its parent' WHERE id = ?", run.task_id)
    assert progress() == "Comparing it with its parent…" and not any(button.label == "Stop" for button in page.button)
    execute("UPDATE workers SET renewed = renewed - 20")
    assert progress() == "Running, but not responding"


def test_a_fine_tuning_that_failed_says_why_and_is_tried_again(open_page, with_run, no_workers):
    store.merge(SEVENS)
    page = click(open_page("draw", view="My drawings"), "Fine-tune")
    [run] = [run for run in runs.page() if run.settings.parent]
    execute("UPDATE tasks SET state = 'failed', cause = 'The disk is full.' WHERE id = ?", run.task_id)
    page.run()
    assert page.warning[0].value == "The disk is full."
    click(page, "Try again")
    assert runs.get(run.id).state == RunState.QUEUED and not page.warning


def test_where_only_the_comparison_is_missing_only_that_is_tried_again(open_page, fine_tuned, no_workers):
    execute("UPDATE runs SET stage = 'evaluating' WHERE id = ?", fine_tuned.id)
    execute("UPDATE tasks SET state = 'lost', cause = 'Its worker was killed.' WHERE id = ?", fine_tuned.task_id)
    page = open_page("draw", model=fine_tuned.id, view="My drawings")
    assert page.warning[0].value == "Its worker was killed."
    click(page, "Try again")
    run = runs.get(fine_tuned.id)
    assert (run.state, run.stage, no_workers) == (RunState.QUEUED, RunState.EVALUATING, [TRAINING])


def test_what_fine_tuning_changed_is_shown_with_its_parent_and_its_test_set(open_page, with_run, fine_tuned):
    execute("UPDATE tasks SET state = 'done' WHERE id = ?", fine_tuned.task_id)
    compared = fine_tune_result.compare(runs.get(fine_tuned.id))
    page = open_page("draw", model=fine_tuned.id, view="My drawings")
    text = texts(page)
    assert "Before and after" in text and f"\u2068One hidden layer, fine-tuned\u2069 · run {fine_tuned.number}" in text
    assert "Of 1,000 test digits, the model forgot 0 and gained 0." in text
    rows = page.table[0].value
    n = compared["held_out"]["n"]
    assert rows["Correct"].tolist() == [
        f"Held-out drawings ({n})", f"Drawings it learned from ({8 - n})",
        "MNIST sample, test part of the 80/20 split (1,000 digits)",
    ]  # fmt: skip
    assert (rows["Before"] == rows["After"]).all()


def test_a_fine_tuned_model_that_was_imported_has_no_comparison_and_no_problem(open_page, fine_tuned):
    execute("UPDATE tasks SET state = 'done' WHERE id = ?", fine_tuned.task_id)
    page = open_page("draw", model=fine_tuned.id, view="My drawings")
    assert "Fine-tune this model" in texts(page) and "Before and after" not in texts(page)
    assert not page.warning and not page.get("progress")


def test_a_link_shows_a_digit_to_practise_and_says_when_it_is_not_here(open_page, with_sample):
    assert "the model predicts" in texts(open_page("draw", practice="sample-tutorial-12"))
    assert "beyond the last one, 999" in texts(open_page("draw", practice="sample-tutorial-1000"))
    assert "not on this machine" in texts(open_page("draw", practice="mnist-official-1"))


def test_the_link_from_an_error_brings_its_model_along(open_page, with_run):
    models.choose(runs.get("starter"))
    page = open_page("home")
    page.switch_page("pages/draw/page.py")
    page.query_params["model"], page.query_params["practice"] = with_run.id, "sample-tutorial-12"
    page.run()
    assert not page.exception and page.selectbox(key="model").value == with_run.id


def test_a_hostile_link_shows_nothing(open_page, with_sample):
    page = open_page("draw", practice="<script>alert(1)</script>")
    assert "the model predicts" not in texts(page) and not page.warning
