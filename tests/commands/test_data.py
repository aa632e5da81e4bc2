import io
import json

import cv2
import numpy as np
import pytest

from digits.data import own_sources
from digits.data.dataset import open_dataset
from digits.networks.settings import make_settings
from digits.runs import store as runs
from tests.data.reading.files import csv, png, write, zipped


@pytest.fixture
def sample(with_sample):
    """The first 200 digits of the sample, and their labels."""
    digits = open_dataset("sample")
    return np.array(digits.images[:200]), np.array(digits.labels[:200])


@pytest.fixture
def folders(tmp_path, sample):
    """A folder with folders 1 and 7, two large pictures in each, and a file of another kind."""
    files = {"notes.txt": b"not meant"}
    for digit in (1, 7):
        for image in sample[0][sample[1] == digit][:2]:
            large = cv2.resize(image, (112, 112), interpolation=cv2.INTER_CUBIC)
            files[f"{digit}/{len(files)}.png"] = png(255 - large)
    return write(tmp_path / "class", files)


def test_own_digits_are_added_listed_told_and_removed(run, sample, tmp_path):
    file = write(tmp_path, {"train.csv": csv(*sample) + b"\n1,2\n"}) / "train.csv"
    said = run("data", "add", "kaggle", file, "--licence", "CC BY-SA 3.0", "--origin", "kaggle.com", "--json")
    known = json.loads(said.out)
    assert said.code == 0 and known["num_train"] + known["num_test"] == known["num_in_mnist"] == 200
    assert (known["licence"], known["origin"]) == ("CC BY-SA 3.0", "kaggle.com")
    assert "Passed over: train.csv, line 202: It has 2 columns; expected 785." in said.err
    assert json.loads(run("data", "list", "--json").out)["kaggle"]["state"] == "ready"
    assert run("data", "kaggle").out.startswith("kaggle: 200 digits are ready. Your own: 1")
    learned = runs.create(make_settings(source="kaggle"), queued=False)
    assert run("data", "remove", "kaggle").out.splitlines()[1].endswith(f"learned from it and stay: {learned.id}.")
    assert "kaggle" not in json.loads(run("data", "--json").out)
    assert runs.get(learned.id).settings.source == "kaggle"


def test_licence_and_origin_are_asked_for_where_somebody_can_answer(run, sample, tmp_path, monkeypatch):
    file = write(tmp_path, {"test.csv": csv(sample[0])}) / "test.csv"
    assert "The licence of these digits is not stated. Name it with --licence." in run("data", "add", "x", file).err
    terminal = io.StringIO("CC0 1.0\n")  # and Ctrl-D
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    said = run("data", "add", "x", file, "--replace", "--json")
    known = json.loads(said.out)  # what is asked is not among it
    assert "The origin of these digits (Enter: not stated): " in said.err
    assert (known["licence"], known["origin"], known["num_unlabelled"]) == ("CC0 1.0", "not stated", 200)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["add", "x"], 2, "Expected one of: data, data SOURCE, data add NAME PATH, data remove NAME."),
        (["add", "No!", "x.csv"], 2, "The name is 'No!'; expected up to 32"),
        (["add", "mnist", "x.csv"], 2, "The name mnist is taken by something else."),
        (["add", "x", "none.csv"], 1, "We found no digits to read. `'none.csv'`: The file can't be read: No such file"),
        (["add", "x", "none"], 1, "We found no digits to read. `'none'`: The file can't be read: No such file"),
        (["add", "x", "none.zip"], 1, "There is no such file."),
        (["remove", "x"], 2, "There are no digits of your own called 'x'."),
        (["x"], 2, "There is no data source 'x'; choose one of sample, mnist, optdigits."),
    ],
)
def test_bad_input_ends_in_one_sentence(run, arguments, code, sentence):
    said = run("data", *arguments)
    assert said.code == code and said.out == "" and sentence in said.err.splitlines()[-1]


@pytest.mark.parametrize("arguments", [["train", "--source"], ["evaluate", "--test"]])
def test_digits_without_labels_are_neither_trained_nor_evaluated_on(run, sample, tmp_path, arguments):
    run("data", "add", "kaggle-test", write(tmp_path, {"test.csv": csv(sample[0])}) / "test.csv")
    said = run(*arguments, "kaggle-test")
    assert said.code == 2
    assert said.err.endswith(
        "kaggle-test has no labels. Its digits can be explored and predicted, but not trained or evaluated on.\n"
    )


def test_digits_without_labels_are_predicted(run, sample, tmp_path):
    run("data", "add", "kaggle-test", write(tmp_path, {"test.csv": csv(sample[0])}) / "test.csv")
    rows = [json.loads(line) for line in run("predict", "--source", "kaggle-test", "--json").out.splitlines()]
    assert rows[3]["image"] == "kaggle-test 3" and "label" not in rows[3]
    assert np.mean([row["digit"] == label for row, label in zip(rows, sample[1], strict=True)]) > 0.98


@pytest.mark.parametrize("packed", [False, True])
def test_predict_says_how_good_it_is_where_folders_are_labels(run, folders, tmp_path, packed):
    files = {path.relative_to(folders).as_posix(): path.read_bytes() for path in folders.rglob("*") if path.is_file()}
    place = write(tmp_path, {"class.zip": zipped(files)}) / "class.zip" if packed else folders
    said = run("predict", "--json", place)
    *rows, found = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 0 and said.err == f"Skipped in {place}, not a picture: notes.txt.\n"
    assert [(row["image"], row["label"], row["digit"]) for row in rows] == [
        (f"{place}/{name}", int(name[0]), int(name[0])) for name in sorted(files) if name != "notes.txt"
    ]
    assert (found["n"], found["accuracy"]) == (4, 1.0) and found["confusion"][7][7] == 2
    text = run("predict", place).out
    assert "4 of 4 labelled pictures are correct: 100.00% (95% interval 51.01% to 100.00%)" in text


def test_predict_of_a_damaged_zip_fails_with_a_sentence_and_goes_on(run, folders, tmp_path):
    (tmp_path / "broken.zip").write_bytes(b"no zip")
    said = run("predict", tmp_path / "broken.zip", folders / "1")
    first, *others, _ = said.out.splitlines()
    assert said.code == 1 and first.startswith(f"{tmp_path}/broken.zip: This isn't a zip file, or it is damaged.")
    assert "2 of 2 labelled pictures are correct" in said.out
    assert run("predict", tmp_path / "broken.zip").err == "No picture was predicted.\n"


def test_a_command_line_is_understood_where_the_database_cannot_be_read(run, monkeypatch):
    monkeypatch.setattr(own_sources, "known", lambda: 1 / 0)
    assert run("--help").code == run("train", "--help").code == run("evaluate", "--help").code == 0


def test_predict_wants_pictures_or_a_source(run, digits_home):
    for arguments in ([], ["a.png", "--source", "sample"], ["--source", "sample", "--numbers"]):
        assert run("predict", *arguments).code == 2
