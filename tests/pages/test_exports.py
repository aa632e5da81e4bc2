"""Use this model elsewhere: on Evaluate and at the end of a run a model is offered in every format, once checked."""

import pytest

from digits import tasks
from digits.errors import DigitsError
from digits.evaluation import store
from digits.evaluation.store import Subject
from digits.exports import downloads, formats
from digits.exports.formats import FORMATS
from tests.pages.conftest import click, texts

FOUND = {"max_difference": 1.2e-7, "same_predictions": True, "n": 200, "checked_with": "keras 3"}


def keep(run, part, found):
    store.put(Subject.of(run), downloads.KIND, part, found, lambda file: file.write_bytes(b"a zip"), suffix=".zip")


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    """Every package that a format needs is here."""
    monkeypatch.setattr("digits.exports.formats.missing_packages", lambda format: [])


@pytest.mark.parametrize(("name", "link"), [("evaluate", "model"), ("train", "run")])
def test_a_format_is_made_by_a_task_and_then_offered_with_its_check(open_page, with_run, no_workers, name, link):
    page = open_page(name, **{link: with_run.id}, **({"train_view": "Watch"} if name == "train" else {}))
    box = page.selectbox(key="export_format")
    assert box.options == [known.title for known in FORMATS.values()]
    box.select("keras").run()
    click(page, "Make the export")
    assert tasks.find("export", with_run.id, "keras").state == tasks.TaskState.QUEUED and no_workers
    tasks.stop(tasks.find("export", with_run.id, "keras").id)
    keep(with_run, "keras", FOUND)
    page.run()
    assert "Checked with keras 3: the same predictions for 200 test digits, and probabilities that differ" in texts(
        page
    )
    assert [button.proto.label for button in page.get("download_button")].count("Download the zip") == 1


def test_the_range_of_pixels_is_a_choice_and_names_another_export(open_page, with_run, no_workers):
    page = open_page("evaluate", model=with_run.id)
    assert not page.get("button_group") or "Pixels" not in [group.label for group in page.get("button_group")]
    page.selectbox(key="export_format").select("keras").run()
    page.session_state["export_scale"] = "0-1"
    click(page.run(), "Make the export")
    assert tasks.find("export", with_run.id, "keras 0-1")


def test_with_8_bits_the_lost_accuracy_is_shown(open_page, with_run):
    lost = {
        **FOUND,
        "same_predictions": False,
        "accuracy": 0.95,
        "accuracy_before": 0.9512,
        "num_test": 1000,
        "test": "a test set",
    }
    keep(with_run, "litert-int8", lost)
    page = open_page("evaluate", model=with_run.id)
    page.selectbox(key="export_format").select("litert-int8").run()
    assert "Accuracy on a test set: **95.00%**, and 95.12% in the app. Checked with keras 3." in texts(page)


def test_a_format_whose_packages_are_missing_says_what_to_install(open_page, with_run, monkeypatch):
    monkeypatch.setattr("digits.exports.formats.missing_packages", lambda format: ["openvino"])
    page = open_page("evaluate", model=with_run.id)
    page.selectbox(key="export_format").select("openvino").run()
    assert "OpenVINO needs openvino, not installed here: install requirements-export.txt and try again." in texts(page)
    assert "Make the export" not in [button.label for button in page.button]


def test_an_export_is_kept_until_it_is_made_again(with_run):
    keep(with_run, "keras", FOUND)
    assert downloads.stored(with_run, formats.Export(format="keras")) == FOUND
    assert downloads.read(with_run, formats.Export(format="keras")) == b"a zip"
    with pytest.raises(DigitsError, match="Make it again"):
        downloads.read(with_run, formats.Export(format="onnx"))
