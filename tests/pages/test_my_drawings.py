"""My digits on the Draw page: say, list, correct, delete, take back, and see what teaching changed."""

import io
import json
import shutil
import zipfile

from digits.storage.records import write_json

from digits.drawings import fine_tune, store
from digits.evaluation import fine_tune_result
from digits.runs import models, runs
from digits.runs.run import RunState
from tests.drawings.conftest import drawn
from tests.pages.conftest import HOSTILE, click, texts
from tests.pages.test_draw import ONE, FakeCanvas, canvas  # noqa: F401, a fixture


def captions(page, key="draw_mine_sheet"):
    """What stands below the digits of a sheet."""
    return json.loads(page.get_by_key(key).proto.spec)["data"][2]["text"]


def test_what_a_drawing_is_said_to_be_is_kept_and_taken_back(open_page, canvas, with_sample):  # noqa: F811
    page = open_page("draw")
    canvas(FakeCanvas(ONE))
    page.run()
    [pills] = [pills for pills in page.pills if pills.label == "It is a …"]
    pills.set_value(7).run()
    [kept] = store.drawings()
    assert not page.exception and (kept.label, len(kept.strokes)) == (7, 1)
    assert captions(page) == ["7 → 1"] and "Among My digits, as a 7" in texts(page)
    [pills] = [pills for pills in page.pills if pills.label == "It is a …"]
    pills.set_value(None).run()
    assert not page.exception and store.drawings() == []


def test_a_drawing_is_corrected_deleted_and_put_back(open_page, with_sample):
    store.put(drawn(7))
    page = click(open_page("draw"), "Open the first of them")
    page.pills(key=f"draw_mine_label_{drawn(7).id}").set_value(1).run()
    assert not page.exception and [drawing.label for drawing in store.drawings()] == [1]
    click(page, "Delete")
    assert store.drawings() == [] and "A 1 was deleted" in texts(page)
    click(page, "Put it back")
    assert [drawing.label for drawing in store.drawings()] == [1]


def test_only_the_misread_ones_are_shown_on_demand(open_page, with_sample):
    store.merge([drawn(1), drawn(7, x=180)])
    page = open_page("draw")
    assert sorted(captions(page)) == ["1", "7 → 1"]
    page.segmented_control(key="draw_mine_only").set_value("Misread").run()
    assert not page.exception and captions(page) == ["7 → 1"]


def test_too_few_drawings_cannot_be_taught(open_page, with_sample):
    store.put(drawn(1))
    [button] = [button for button in open_page("draw").button if button.label == "Teach it"]
    assert button.disabled


def test_what_teaching_changed_is_shown_with_its_parent_and_its_test_set(open_page, with_run):
    store.merge([drawn(7, x=110 + 10 * number) for number in range(8)])
    run = fine_tune.begin(with_run)
    for name in ("model.tflite", "manifest.json"):  # as if it had learned nothing
        shutil.copy(with_run.path / name, run.path / name)
    write_json(run.path / "status.json", {"state": RunState.DONE, "updated": 1.0})
    compared = fine_tune_result.compare(run)
    page = open_page("draw", model=run.id)
    said = texts(page)
    assert "Before and after" in said and f"{with_run.id}, taught 8 drawings" in said
    assert "Of the 1,000 test digits it forgot 0, and 0 are newly right." in said
    rows = page.table[0].value
    n = compared["held_out"]["n"]
    assert rows["Read right"].tolist() == [
        f"Drawings held back ({n})", f"Drawings learned from ({8 - n})",
        "MNIST sample, the tutorial's test part (1,000 digits)",
    ]  # fmt: skip
    assert (rows["Before"] == rows["After"]).all()


def test_a_link_shows_a_digit_to_practise_and_says_when_it_is_not_here(open_page, with_sample):
    assert "the model predicts" in texts(open_page("draw", practice="sample-tutorial-12"))
    assert "beyond the last one, 999" in texts(open_page("draw", practice="sample-tutorial-1000"))
    assert "not on this machine" in texts(open_page("draw", practice="mnist-official-1"))


def test_the_link_from_an_error_brings_its_model_along(open_page, with_run):
    models.choose(runs.find("starter"))
    page = open_page("evaluate", model=with_run.id, evaluate_view="Mistakes", digit="12")
    page.switch_page("pages/draw/page.py")
    page.query_params["model"], page.query_params["practice"] = with_run.id, "sample-tutorial-12"
    page.run()
    assert not page.exception and page.selectbox(key="model").value == with_run.id


def test_a_zip_whose_names_are_hostile_is_refused_in_a_sentence_that_does_nothing(open_page, with_sample):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[free](http://evil.example)", b"")
    page = open_page("draw")
    page.file_uploader(key="draw_mine_zip_0").set_value(("a.zip", packed.getvalue(), "application/zip")).run()
    assert "holds `'[free](http://evil.example)'`, which no export" in page.error[0].value


def test_a_hostile_link_shows_nothing(open_page, with_sample):
    page = open_page("draw", practice=HOSTILE[2])
    assert "the model predicts" not in texts(page) and not page.warning


def test_the_starter_is_taught_where_there_is_no_mnist(open_page, with_sample):
    store.merge([drawn(7, x=110 + 10 * number) for number in range(8)])
    assert "mixed with digits that it knows (MNIST sample)" in texts(open_page("draw"))
    assert runs.all_runs() == []
