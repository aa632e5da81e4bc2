"""The command line, as a script sees it."""

import json
import os

import cv2
import numpy as np
import pytest

from digits.commands import train
from digits.data.dataset import open_dataset
from digits.networks.settings import make_config
from digits.runs import runs
from tests.conftest import digits


def test_train_prints_one_json_document_with_all_that_scripts_rely_on(with_sample):
    process = digits("train", "--architecture", "linear", "--epochs", "2", "--json", home=with_sample)
    result = json.loads(process.stdout)
    assert set(result) >= {"run", "architecture", "source", "split", "device", "xla", "seconds", "epochs", "test"}
    needed = {"epoch", "seconds", "loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(set(epoch) >= needed for epoch in result["epochs"])
    assert (len(result["epochs"]), result["epochs"][0]["epoch"]) == (2, 1)
    assert set(result["test"]) == {"set", "n", "accuracy"}
    assert (result["test"]["set"], result["test"]["n"]) == ("tutorial", 1_000)
    assert 0 < sum(epoch["seconds"] for epoch in result["epochs"]) <= result["seconds"]


def test_evaluate_prints_what_scripts_rely_on(with_run, digits_home):
    result = json.loads(digits("evaluate", "--json", home=digits_home).stdout)
    assert set(result) >= {"run", "test", "n", "accuracy", "interval", "confusion"}
    assert (result["run"], result["test"], result["n"]) == (with_run.id, "tutorial", 1_000)
    assert result["card"]["accuracy"] == result["accuracy"] and result["card"]["parameters"] == 101_770
    low, high = result["interval"]
    assert low < result["accuracy"] < high


def test_evaluate_for_people_names_the_test_set_and_the_interval(with_run, digits_home):
    said = digits("evaluate", with_run.id, home=digits_home).stdout
    assert "the tutorial's test part (1,000 digits)" in said and "95 % interval" in said


def test_predict_takes_a_folder_in_file_name_order_and_says_what_it_cannot_read(with_run, digits_home, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    data = open_dataset("sample")
    for position in range(4):
        large = cv2.resize(data.images[4_000 + position], (140, 140), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{9 - position}.png"), large if position % 2 else 255 - large)
    (folder / "a.png").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("not meant")
    process = digits("predict", "--json", folder, home=digits_home, check=False)
    lines = [json.loads(line) for line in process.stdout.splitlines()]
    assert process.returncode == 1
    assert process.stderr == f"Skipped in {folder}, not PNG or JPEG: notes.txt.\n"
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


def test_predict_uses_the_starter_when_nothing_was_trained(digits_home, one):
    result = json.loads(digits("predict", "--json", one, home=digits_home).stdout)
    assert (result["digit"], result["looks_like_a_digit"]) == (1, True)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], ""),
        (["notes.txt"], "Skipped in {}, not PNG or JPEG: notes.txt.\n"),
        ([f"{number}.gif" for number in range(7)],
         "Skipped in {}, not PNG or JPEG: 0.gif, 1.gif, 2.gif, 3.gif, 4.gif and 2 more.\n"),
    ],
)  # fmt: skip
def test_predict_fails_on_a_folder_without_pictures_and_says_what_it_skips(digits_home, tmp_path, names, message):
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"not a picture")
    process = digits("predict", folder, home=digits_home, check=False)
    assert (process.returncode, process.stdout) == (1, "")
    assert process.stderr == message.format(folder) + "No picture was predicted.\n"


def test_predict_says_what_is_wrong_with_each_file_and_fails(digits_home, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    process = digits("predict", tmp_path / "broken.png", tmp_path / "missing.png", home=digits_home, check=False)
    assert process.returncode == 1
    assert process.stdout.splitlines() == [
        f"{tmp_path}/broken.png: This isn't a PNG or JPEG file. Save the picture as one of them and try again.",
        f"{tmp_path}/missing.png: The file can't be read: No such file or directory.",
    ]


def test_only_verbs_that_build_networks_need_the_library_of_keras(digits_home, one, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert ": 1 (" in digits("predict", one, home=digits_home).stdout
    rows = json.loads(digits("doctor", "--json", home=digits_home, check=False).stdout)["checks"]
    assert [row["check"] for row in rows if not row["ok"]] == ["device"]
    [problem] = [row["said"] for row in rows if not row["ok"]]
    assert problem == "The environment variable KERAS_BACKEND is 'torch'; expected one of tensorflow, jax."
    for verb in ("train", "fine-tune", "audit", "architectures"):
        process = digits(verb, home=digits_home, check=False)
        assert (process.returncode, process.stderr) == (2, f"python -m digits: {problem}\n")


def test_predict_says_of_a_letter_that_it_does_not_look_like_a_digit(digits_home, tmp_path):
    paper = np.full((200, 200), 255, np.uint8)
    cv2.polylines(paper, [np.array([[40, 160], [40, 40], [100, 100], [160, 40], [160, 160]])], False, 0, 14)
    cv2.imwrite(str(tmp_path / "m.png"), paper)
    result = json.loads(digits("predict", "--json", tmp_path / "m.png", home=digits_home).stdout)
    assert result["looks_like_a_digit"] is False and len(result["probabilities"]) == 10
    said = digits("predict", tmp_path / "m.png", home=digits_home).stdout
    assert said == f"{tmp_path}/m.png: doesn't look like a digit (closest: {result['digit']})\n"


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
def test_bad_arguments_end_with_two_and_one_sentence(with_sample, arguments, sentence):
    process = digits(*arguments, home=with_sample, check=False)
    assert (process.returncode, process.stdout) == (2, "")
    assert sentence in process.stderr and len(process.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [["evaluate", "nope"], ["predict", "--run", "../x", "a.png"], ["runs", "show", "x"]]
)
def test_an_unknown_run_ends_with_one_and_one_sentence(with_sample, arguments):
    process = digits(*arguments, home=with_sample, check=False)
    assert (process.returncode, process.stdout) == (1, "")
    assert "There is no run" in process.stderr and len(process.stderr.strip().splitlines()) == 1


def test_runs_lists_shows_names_chooses_and_deletes(with_run, digits_home):
    assert [row["run"] for row in json.loads(digits("runs", "--json", home=digits_home).stdout)] == [with_run.id]
    digits("runs", "rename", with_run.id, "My first", home=digits_home)
    assert "My first" in digits("runs", home=digits_home).stdout
    shown = json.loads(digits("runs", "show", with_run.id, "--json", home=digits_home).stdout)
    assert (shown["name"], shown["config"]["architecture"], len(shown["epochs"])) == ("My first", "mlp", 3)
    digits("runs", "choose", "starter", home=digits_home)
    digits("runs", "delete", with_run.id, home=digits_home)
    assert json.loads(digits("runs", "--json", home=digits_home).stdout) == []


def test_data_lists_both_sources(with_sample):
    listed = json.loads(digits("data", "--json", home=with_sample).stdout)
    assert {name: state["state"] for name, state in listed.items()} == {"sample": "ready", "mnist": "absent"}


def test_the_doctor_finds_nothing_on_a_well_machine_and_says_what_is_wrong_on_another(with_sample):
    process = digits("doctor", "--json", home=with_sample, check=False)
    result = json.loads(process.stdout)
    named = ["packages", "folder", "disk", "data", "files", "device", "locks", "prediction"]
    assert [row["check"] for row in result["checks"]] == named
    assert (process.returncode, result["ok"]) == (0, True), result
    (with_sample / "data" / "sample" / "labels.npy").write_bytes(b"cut")
    process = digits("doctor", home=with_sample, check=False)
    lines = {line[8:20].strip(): line for line in process.stdout.splitlines()}
    assert (process.returncode, list(lines)) == (1, named)
    assert lines["data"].startswith("FAILED") and "Prepare them again: python -m digits data sample" in lines["data"]
    assert lines["device"].startswith("ok")


def test_export_copies_a_whole_run_with_a_card_that_repeats_it(with_run, digits_home, tmp_path):
    digits("export", with_run.id, tmp_path / "given", home=digits_home)
    assert sorted(path.name for path in (tmp_path / "given").iterdir()) == [
        "calibration.json", "card.md", "config.json", "evaluation", "layers.tflite", "manifest.json",
        "metrics.jsonl", "model.keras", "model.tflite",
        "status.json",
    ]  # fmt: skip
    card = (tmp_path / "given" / "card.md").read_text()
    assert "python -m digits train --architecture mlp --source sample --split tutorial --epochs 3" in card
    assert "MNIST sample, the tutorial's test part (1,000 digits): " in card
    assert all(
        digest in card for digest in json.loads((with_run.path / "manifest.json").read_text())["sha256"].values()
    )
    again = digits("export", with_run.id, tmp_path / "given", home=digits_home, check=False)
    assert again.returncode == 1 and "is not empty" in again.stderr


def test_the_starter_is_whole_and_as_good_as_its_card_says(digits_home):
    starter = runs.find("starter")
    assert starter.has_model and starter.model_file().stat().st_size < 3_000_000
    report = json.loads((starter.path / "evaluation" / "official" / "report.json").read_text())
    assert report["accuracy"] >= 0.995
    assert f"{report['accuracy']:.2%}" in (starter.path / "card.md").read_text()


@pytest.mark.skipif(not os.environ.get("TFDS_DATA_DIR"), reason="TFDS_DATA_DIR is not set: no MNIST on this machine")
def test_judging_the_starter_again_gives_the_bundled_verdict(digits_home, mnist_data):
    (digits_home / "data").symlink_to(mnist_data)
    bundled = json.loads((runs.STARTER / "evaluation" / "official" / "report.json").read_text())
    again = json.loads(digits("evaluate", "starter", "--json", home=digits_home).stdout)
    assert (again["accuracy"], again["confusion"]) == (bundled["accuracy"], bundled["confusion"])


@pytest.mark.skipif(not os.environ.get("TFDS_DATA_DIR"), reason="TFDS_DATA_DIR is not set: no MNIST on this machine")
def test_the_tutorials_network_reads_over_95_percent_from_a_home_with_nothing_prepared(digits_home):
    process = digits(
        "train", "--architecture", "mlp", "--source", "mnist", "--split", "tutorial", "--json", home=digits_home
    )
    result = json.loads(process.stdout)
    assert result["epochs"][-1]["val_accuracy"] >= 0.95
    assert (len(result["epochs"]), result["test"]["n"]) == (10, 12_000)


def test_training_on_digits_that_cannot_be_had_says_what_to_do_and_makes_no_run(with_sample, tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    process = digits("train", "--source", "mnist", home=with_sample, check=False)
    assert (process.returncode, process.stdout) == (1, "")
    assert "Use the sample instead" in process.stderr and runs.all_runs() == []


def test_the_summary_of_a_race_names_the_network_that_won():
    config = make_config(architecture="mlp", backend="jax", racers=3, race="learning-rates")
    epoch = {"seconds": 1.0, "val_accuracy": 0.95, "leader": 0}
    result = {"run": "r", "state": "done", "seconds": 2.0, "device": "CPU", "epochs": [epoch]}
    said = train.summary(result | {"config": config.as_dict()}, None).splitlines()
    assert said[-1] == "best of 3            learning rate 0.00316"
    alone = train.summary(result | {"config": make_config(architecture="mlp").as_dict()}, None)
    assert alone.splitlines() == said[:-1]
