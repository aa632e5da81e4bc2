"""The command line, as a script sees it."""

import json
import os
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from digits.commands import checks, train
from digits.data.dataset import open_dataset
from digits.inference.pictures.decoding import FORMATS
from digits.networks.settings import make_settings
from digits.runs import models, starter
from digits.runs import store as runs
from digits.storage import database
from tests.conftest import digits
from tests.inference.photos import FOUR, ONE, photo, written


def test_train_prints_one_json_document_with_all_that_scripts_rely_on(trained_home):
    result = json.loads((trained_home / "logs" / "train.json").read_text())
    assert set(result) >= {"run", "architecture", "source", "split", "device", "xla", "seconds", "epochs", "test"}
    needed = {"epoch", "seconds", "loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(set(epoch) >= needed for epoch in result["epochs"])
    assert [epoch["epoch"] for epoch in result["epochs"]] == [1, 2, 3]
    assert set(result["test"]) == {"set", "n", "accuracy"}
    assert (result["test"]["set"], result["test"]["n"]) == ("tutorial", 1_000)
    assert (result["state"], result["architecture"], result["config"]["epochs"]) == ("done", "mlp", 3)
    assert 0 < sum(epoch["seconds"] for epoch in result["epochs"]) <= result["seconds"]


def test_evaluate_prints_what_scripts_rely_on(run, with_run):
    result = json.loads(run("evaluate", "--json").out)
    assert set(result) >= {"run", "test", "n", "accuracy", "interval", "confusion"}
    assert (result["run"], result["test"], result["n"]) == (with_run.id, "tutorial", 1_000)
    assert result["card"]["accuracy"] == result["accuracy"] and result["card"]["parameters"] == 101_770
    low, high = result["interval"]
    assert low < result["accuracy"] < high


def test_evaluate_for_people_names_the_test_set_and_the_interval(run, with_run):
    said = run("evaluate", with_run.id).out
    assert "test part of the 80/20 split (1,000 digits)" in said and "95% interval" in said


def test_predict_takes_a_folder_in_file_name_order_and_says_what_it_cannot_read(run, with_run, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    data = open_dataset("sample")
    for position in range(4):
        large = cv2.resize(data.images[4_000 + position], (140, 140), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{9 - position}.png"), large if position % 2 else 255 - large)
    (folder / "a.png").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("not meant")
    said = run("predict", "--json", folder)
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 1
    assert said.err == f"Skipped in {folder}, not a picture: notes.txt.\n"
    assert [line["image"].rsplit("/", 1)[1] for line in lines] == ["6.png", "7.png", "8.png", "9.png", "a.png"]
    assert [line["digit"] for line in lines[:4]] == data.labels[4_003:3_999:-1].tolist()
    for line in lines[:4]:
        assert set(line) == {"image", "digit", "probabilities", "looks_like_a_digit"}
        assert line["looks_like_a_digit"] is True
        assert np.argmax(line["probabilities"]) == line["digit"]
        assert sum(line["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert set(lines[4]) == {"image", "error"} and "\n" not in lines[4]["error"]


@pytest.fixture
def one(tmp_path):
    """A picture of a 1."""
    paper = np.full((200, 200), 255, np.uint8)
    cv2.line(paper, (100, 40), (100, 160), 0, 14)
    cv2.imwrite(str(tmp_path / "one.png"), paper)
    return tmp_path / "one.png"


def test_predict_uses_the_starter_when_nothing_was_trained(run, digits_home, one):
    result = json.loads(run("predict", "--json", one).out)
    assert (result["digit"], result["looks_like_a_digit"]) == (1, True)
    assert run("predict", one).out.startswith(f"{one}: 1 (")
    assert list(digits_home.iterdir()) == []  # who only looks leaves no trace


def test_predict_reads_a_picture_or_strokes_from_stdin(run, digits_home, one, tmp_path):
    (tmp_path / "one.jsonl").write_text('{"id": "a", "width": 24, "strokes": [[[190, 60], [190, 320]]]}')
    before = os.dup(0)
    try:
        for file, arguments in ((one, ["-"]), (tmp_path / "one.jsonl", ["--strokes", "-"])):
            with file.open("rb") as content:
                os.dup2(content.fileno(), 0)
                assert json.loads(run("predict", "--json", *arguments).out)["digit"] == 1
    finally:
        os.dup2(before, 0)
        os.close(before)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], ""),
        (["notes.txt"], "Skipped in {}, not a picture: notes.txt.\n"),
        ([f"{number}.pdf" for number in range(7)],
         "Skipped in {}, not a picture: 0.pdf, 1.pdf, 2.pdf, 3.pdf, 4.pdf and 2 more.\n"),
    ],
)  # fmt: skip
def test_predict_fails_on_a_folder_without_pictures_and_says_what_it_skips(run, tmp_path, names, message):
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"not a picture")
    said = run("predict", folder)
    assert (said.code, said.out) == (1, "")
    assert said.err == message.format(folder) + "No picture was predicted.\n"


def test_predict_says_what_is_wrong_with_each_file_and_fails(run, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    said = run("predict", tmp_path / "broken.png", tmp_path / "missing.png")
    assert said.code == 1
    assert said.out.splitlines() == [
        f"{tmp_path}/broken.png: This isn't a picture that we can read. Save it as {FORMATS} and try again.",
        f"{tmp_path}/missing.png: The file can't be read: No such file or directory.",
    ]


def test_predict_reads_every_format_of_a_folder_and_of_the_folders_in_it(run, digits_home, one, tmp_path):
    picture = Image.open(one)
    names = ["more/one.png", "one.bmp", "one.gif", "one.jfif", "one.jpe", "one.tiff", "one.webp"]
    folder = tmp_path / "pictures"
    (folder / "more").mkdir(parents=True)
    for name in names:
        picture.save(folder / name, "JPEG" if name in ("one.jfif", "one.jpe") else None)
    said = run("predict", "--json", folder)
    assert (said.code, said.err) == (0, "")
    assert [json.loads(line)["digit"] for line in said.out.splitlines()] == [1] * len(names)


def test_predict_says_that_a_picture_is_empty_and_fails(run, digits_home, tmp_path):
    cv2.imwrite(str(tmp_path / "empty.png"), np.full((200, 200), 255, np.uint8))
    said = run("predict", "--numbers", tmp_path / "empty.png")
    assert (said.code, said.out) == (1, f"{tmp_path}/empty.png: We found no digits in this picture.\n")
    assert "no ink" in run("predict", tmp_path / "empty.png").out


def test_predict_reads_numbers_row_by_row_with_a_box_for_each_digit(run, digits_home, tmp_path):
    picture = photo(
        written((280, 240), [(ONE, 30, 30, 80), (FOUR, 130, 30, 80), (FOUR, 30, 160, 80), (ONE, 130, 160, 80)])
    )
    cv2.imwrite(str(tmp_path / "rows.png"), picture)
    result = json.loads(run("predict", "--numbers", "--json", tmp_path / "rows.png").out)
    assert set(result) == {"image", "rows"}
    assert [row["text"] for row in result["rows"]] == ["14", "41"]
    for row, top in zip(result["rows"], (30, 160), strict=True):
        for digit, left in zip(row["digits"], (30, 130), strict=True):
            assert set(digit) == {"digit", "probability", "box", "looks_like_a_digit"}
            assert digit["looks_like_a_digit"] is True and digit["probability"] > 0.9
            x, y, width, height = digit["box"]
            assert abs(x - left) < 15 and abs(y - top) < 10 and 20 < width < 80 and 70 < height < 100
    assert run("predict", "--numbers", tmp_path / "rows.png").out == f"{tmp_path}/rows.png: 14 / 41\n"


def test_only_verbs_that_build_networks_need_the_library_of_keras(run, digits_home, one, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert ": 1 (" in run("predict", one).out
    rows = json.loads(run("doctor", "--json").out)["checks"]
    assert [row["check"] for row in rows if not row["ok"]] == ["device"]
    [problem] = [row["said"] for row in rows if not row["ok"]]
    assert problem == "The environment variable KERAS_BACKEND is 'torch'; expected one of tensorflow, jax."
    for verb in ("train", "fine-tune", "audit"):
        assert run(verb) == (2, "", f"python -m digits: {problem}\n")


def test_predict_says_that_a_letter_does_not_look_like_a_digit(run, digits_home, tmp_path):
    paper = np.full((200, 200), 255, np.uint8)
    cv2.polylines(paper, [np.array([[40, 160], [40, 40], [100, 100], [160, 40], [160, 160]])], False, 0, 14)
    cv2.imwrite(str(tmp_path / "m.png"), paper)
    result = json.loads(run("predict", "--json", tmp_path / "m.png").out)
    assert result["looks_like_a_digit"] is False and len(result["probabilities"]) == 10
    assert (
        run("predict", tmp_path / "m.png").out
        == f"{tmp_path}/m.png: doesn't look like a digit (closest: {result['digit']})\n"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "--batch-size", "0"], "Batch size is 0; expected a whole number from 1 to 65,536."),
        (["train", "--batch-size", "abc"], "Batch size is 'abc'; expected a whole number from 1 to 65,536."),
        (["train", "--architecture", "resnet"], "Network is 'resnet'; expected one of linear, mlp, cnn, cnn-large."),
        (["train", "--source", "sample", "--split", "official"], "no official test set"),
        (["data", "cifar"], "There is no data source 'cifar'"),
        (["evaluate", "--test", "mine"], "There is no test set 'mine'"),
        (["dance"], "invalid choice: 'dance'"),
        ([], "the following arguments are required: VERB"),
    ],
)
def test_bad_arguments_end_with_two_and_one_sentence(run, with_sample, arguments, sentence):
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err and len(said.err.strip().splitlines()) == 1
    assert runs.count() == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["evaluate", "nope"],
        ["predict", "--run", "../x", "a.png"],
        ["runs", "show", "x"],
        *([*verb.split(), ""] for verb in ("train --resume", "predict a.png --run", "evaluate", "serve --run")),
    ],
)
def test_an_unknown_run_ends_with_one_and_one_sentence(run, with_sample, arguments):
    said = run(*arguments)
    assert (said.code, said.out) == (1, "")
    assert "There is no such run" in said.err and len(said.err.strip().splitlines()) == 1


def test_runs_lists_shows_names_chooses_and_deletes(run, with_run):
    assert [row["run"] for row in json.loads(run("runs", "--json").out)] == [with_run.id]
    run("runs", "rename", with_run.id, "My first")
    assert "My first" in run("runs").out
    shown = json.loads(run("runs", "show", with_run.id, "--json").out)
    assert (shown["name"], shown["config"]["architecture"], len(shown["epochs"])) == ("My first", "mlp", 3)
    assert shown["status"]["state"] == "done"
    run("runs", "choose", "starter")
    assert models.chosen().id == "starter"
    run("runs", "delete", with_run.id)
    assert json.loads(run("runs", "--json").out) == []


@pytest.mark.parametrize("action", ["rename", "stop", "pause", "delete"])
def test_the_starter_cannot_be_changed(run, action):
    said = run("runs", action, "starter", *(["Mine"] if action == "rename" else []))
    assert said.code == 1 and said.err.startswith("python -m digits: The starter model comes with Digits and cannot be")


def test_a_run_that_has_ended_can_be_neither_stopped_nor_moved(run, with_run):
    for arguments in (["stop", with_run.id], ["pause", with_run.id], ["move", with_run.id, 1]):
        said = run("runs", *arguments)
        assert said.code == 1 and "This run is done" in said.err


def test_a_run_without_a_model_cannot_be_chosen_or_exported(run, with_sample, tmp_path):
    queued = runs.create(make_settings(architecture="linear"), queued=False)
    for arguments in (["runs", "choose", queued.id], ["export", queued.id, tmp_path / "x"]):
        said = run(*arguments)
        assert said.code == 1 and "This run has no model" in said.err
    assert models.chosen().id == "starter" and not (tmp_path / "x").exists()


def test_a_backup_is_restored_only_into_an_empty_home(run, with_run, tmp_path, monkeypatch):
    assert run("backup", tmp_path / "all.zip").code == 0
    assert "only into an empty folder" in run("restore", tmp_path / "all.zip").err
    monkeypatch.setenv("DIGITS_HOME", str(tmp_path / "new"))
    assert run("restore", tmp_path / "all.zip").code == 0
    assert runs.get(with_run.id) == replace(
        with_run, model=replace(with_run.model, folder=tmp_path / "new" / "runs" / with_run.id)
    )
    assert models.recognizer(runs.get(with_run.id))


def test_data_lists_every_source(run, with_sample):
    listed = json.loads(run("data", "--json").out)
    states = {name: state["state"] for name, state in listed.items()}
    assert states == {"sample": "ready", "mnist": "absent", "optdigits": "ready"}


def test_the_doctor_finds_no_problem_on_a_sound_machine_and_names_those_of_another(run, with_sample, monkeypatch):
    said = run("doctor", "--json")
    result = json.loads(said.out)
    named = ["packages", "folder", "disk", "data", "database", "device", "workers", "prediction"]
    assert [row["check"] for row in result["checks"]] == named
    assert (said.code, result["ok"]) == (0, True), result
    monkeypatch.setitem(checks.CHECKS, "device", lambda: "Trains on: CPU.")  # asked once; that takes its time
    (with_sample / "data" / "sample" / "labels.npy").write_bytes(b"cut")
    said = run("doctor")
    lines = {line[8:20].strip(): line for line in said.out.splitlines()}
    assert (said.code, list(lines)) == (1, named)
    assert lines["data"].startswith("FAILED") and "Run: python -m digits data sample" in lines["data"]
    assert lines["device"].startswith("ok")


def test_export_copies_a_whole_run_with_a_card_that_repeats_it(run, with_run, tmp_path):
    assert run("export", with_run.id, tmp_path / "given").code == 0
    names = ["card.md", "layers.tflite", "model.keras", "model.tflite", "run.json"]
    assert sorted(path.name for path in (tmp_path / "given").iterdir()) == names
    card = (tmp_path / "given" / "card.md").read_text()
    assert "python -m digits train --architecture mlp --source sample --split tutorial --epochs 3" in card
    assert (
        "| Test set | MNIST sample, test part of the 80/20 split (1,000 digits) |" in card and "| Accuracy | " in card
    )
    assert all(stored.sha256 in card for stored in with_run.model.files.values())
    described = json.loads((tmp_path / "given" / "run.json").read_text())
    assert described.keys() == starter.described().keys() - {"pens"}  # so it could be bundled as it is
    again = run("export", with_run.id, tmp_path / "given")
    assert again.code == 1 and "is not empty" in again.err


def test_the_starter_is_whole_and_as_good_as_its_card_says(digits_home):
    bundled = starter.run()
    assert all(bundled.model.file(name).stat().st_size < 3_000_000 for name in bundled.model.files)
    report = starter.evaluation("official")
    assert report["accuracy"] >= 0.995
    assert f"{report['accuracy']:.2%}" in (starter.FOLDER / "card.md").read_text()


def test_evaluating_the_starter_on_other_hands_gives_nearly_the_bundled_report(run, with_sample):
    bundled = starter.evaluation("optdigits")
    again = json.loads(run("evaluate", "starter", "--test", "optdigits", "--json").out)
    assert set(again) - {"card"} == set(bundled) and again["title"] == bundled["title"]
    assert again["accuracy"] == pytest.approx(bundled["accuracy"], abs=0.003)  # OpenCV may round otherwise elsewhere
    assert f"{bundled['accuracy']:.2%}" in (starter.FOLDER / "card.md").read_text()


@pytest.mark.skipif(not os.environ.get("TFDS_DATA_DIR"), reason="TFDS_DATA_DIR is not set: no MNIST on this machine")
def test_evaluating_the_starter_again_gives_the_bundled_report(digits_home, mnist_data):
    (digits_home / "data").symlink_to(mnist_data)
    bundled = starter.evaluation("official")
    again = json.loads(digits("evaluate", "starter", "--json", home=digits_home).stdout)
    assert (again["accuracy"], again["confusion"]) == (bundled["accuracy"], bundled["confusion"])


@pytest.mark.skipif(not os.environ.get("TFDS_DATA_DIR"), reason="TFDS_DATA_DIR is not set: no MNIST on this machine")
def test_the_tutorials_network_is_over_95_percent_correct_from_a_home_with_nothing_prepared(mnist_home):
    result = json.loads((mnist_home / "logs" / "train.json").read_text())
    assert result["epochs"][-1]["val_accuracy"] >= 0.95
    assert (len(result["epochs"]), result["test"]["n"]) == (10, 12_000)


def test_training_on_digits_that_cannot_be_fetched_says_what_to_do_and_makes_no_run(
    run, with_sample, tmp_path, monkeypatch
):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    said = run("train", "--source", "mnist")
    assert (said.code, said.out) == (1, "")
    assert "Use the sample instead" in said.err and "Traceback" not in said.err and runs.page() == []


def test_the_summary_of_a_race_names_the_network_that_won(with_run):
    lines = train.summary(with_run, None)
    settings = make_settings(architecture="mlp", backend="jax", racers=3, race="learning-rates")
    with database.writing() as connection:
        connection.execute("UPDATE epochs SET numbers = json_set(numbers, '$.leader', 0)")
    assert train.summary(replace(with_run, settings=settings), None) == [
        *lines,
        "best of 3            learning rate 0.00316",
    ]
