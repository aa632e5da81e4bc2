"""A form is written and the photo of a filled one imported at the command line."""

import json

import pytest

from digits.drawings import store
from tests.drawings.form.filling import jpeg, page, photograph


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    """A photo of a form: 2, 4, a 7 below a printed 8, and a crossed-out 3."""
    file = tmp_path_factory.mktemp("form") / "photo.jpg"
    file.write_bytes(jpeg(photograph(page({3: 2, 15: 4, 39: 7, 24: 3}, {24}))))
    return file


@pytest.mark.parametrize(("name", "begins"), [("f.pdf", b"%PDF"), ("f.html", b"<!doctype html>")])
def test_a_form_is_written(run, tmp_path, name, begins):
    assert run("form", tmp_path / name).code == 0
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_form_of_another_kind_is_refused(run, tmp_path):
    said = run("form", tmp_path / "form.docx")
    assert said.code == 2 and ".pdf or a .html" in said.err and not list(tmp_path.glob("*.docx"))


def test_a_filled_form_is_listed_first_and_taken_when_asked(run, photo, tmp_path):
    said = run("drawings", "import-form", photo, "--sheet", tmp_path / "sheet.png")
    assert said.out.splitlines() == [
        said.out.splitlines()[0],  # whatever is predicted for a cross
        "Box 39 (a 8): label 8; predicted 7",
        "4 digits, 1 left out, 96 boxes empty.",
        "Nothing was added yet: repeat the command with --take.",
    ]
    assert said.out.startswith("Box 24 (a 3): left out, crossed out") and store.drawings() == []
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")
    said = run("drawings", "import-form", photo, "--take", "--label", "39=7", "--leave-out", 15)
    assert said.code == 0 and "Added to My drawings: 2." in said.out
    assert sorted(drawing.label for drawing in store.drawings()) == [2, 7]


def test_the_list_is_json_when_asked(run, photo):
    listed = json.loads(run("drawings", "import-form", photo, "--json").out)
    assert (listed["empty"], listed["new"]) == (96, None)
    assert [(row["box"], row["label"], row["printed"], row["left_out"]) for row in listed["digits"]] == [
        (3, 2, 2, None), (15, 4, 4, None), (24, None, 3, "crossed out"), (39, 8, 8, None)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (["--leave-out", 50], 2, "There is no digit in box 50"),
        (["--label", "39=10"], 2, "BOX=DIGIT"),
        (["--label", "seven"], 2, "BOX=DIGIT"),
    ],
)
def test_a_box_or_label_that_is_none_is_refused(run, photo, options, code, sentence):
    said = run("drawings", "import-form", photo, "--take", *options)
    assert said.code == code and sentence in said.err and store.drawings() == []


def test_a_photo_that_is_missing_or_shows_no_form_gets_a_sentence(run, tmp_path):
    assert "can't be read" in run("drawings", "import-form", tmp_path / "absent.jpg").err
    (tmp_path / "photo.png").write_bytes(b"no picture")
    said = run("drawings", "import-form", tmp_path / "photo.png")
    assert said.code == 1 and "isn't a picture that we can read" in said.err
