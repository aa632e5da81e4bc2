import json

import pytest

from digits.__main__ import main

SEVEN = {"id": "seven", "width": 24, "strokes": [[[100, 80], [280, 80], [170, 320]]]}
FOUR = {"id": 4, "width": 20, "strokes": [[[180, 60], [100, 220], [290, 220]], [[230, 140], [225, 330]]]}


@pytest.fixture
def predict(digits_home, tmp_path, capsys):
    """predict(lines, options) writes the lines, returns the exit code and the answers."""

    def predict(lines, *options):
        file = tmp_path / "drawings.jsonl"
        file.write_bytes(b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines))
        code = main(["predict", "--strokes", str(file), "--json", *options])
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return predict


def test_each_drawing_is_answered_like_a_picture_with_its_id(predict):
    code, answers = predict([SEVEN, b"", FOUR])
    assert code == 0
    assert [(answer["id"], answer["digit"], answer["looks_like_a_digit"]) for answer in answers] == [
        ("seven", 7, True), (4, 4, True)
    ]  # fmt: skip
    assert all(sum(answer["probabilities"]) == pytest.approx(1, abs=1e-4) for answer in answers)
    assert all(answer["path"]["digit"] == answer["picture"]["digit"] == answer["digit"] for answer in answers)


def test_the_path_counts_with_the_starter_unless_the_user_says_otherwise(predict):
    (_, [joined]), (_, [alone]) = predict([SEVEN]), predict([SEVEN], "--no-path")
    assert max(joined["probabilities"]) == joined["together"]["probability"] != joined["picture"]["probability"]
    assert max(alone["probabilities"]) == alone["picture"]["probability"] == joined["picture"]["probability"]


def test_a_drawing_whose_path_leaves_the_canvas_is_predicted_from_its_picture(predict):
    code, [answer] = predict([SEVEN | {"strokes": [[[0, 80], [280, 80], [170, 320], [170, 500], [170, 600]]]}])
    assert code == 0 and answer["path"] is None and len(answer["probabilities"]) == 10


@pytest.mark.parametrize(
    "line",
    [
        b"not json", b"[1]", b"\xff", b"null", b"[" * 100_000, {"id": "a", "width": 24}, FOUR | {"width": 0},
        FOUR | {"width": "wide"}, FOUR | {"strokes": [[]]}, FOUR | {"strokes": [[[1, 2, 3]]]},
        FOUR | {"strokes": [[[float("nan"), 1]]]}, FOUR | {"strokes": "abc"}, FOUR | {"id": None},
        FOUR | {"strokes": [[[1, 2]] * 20_001]},
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_in_one_sentence_with_its_number_and_the_others_are_predicted(predict, line):
    code, [seven, bad, four] = predict([SEVEN, line, FOUR])
    assert code == 1 and (seven["digit"], four["digit"]) == (7, 4)
    assert bad["line"] == 2 and bad["error"].startswith("Line 2: this isn't a drawing; expected {")
    assert bad["error"].endswith(".") and "\n" not in bad["error"]


@pytest.mark.parametrize("strokes", [[], [[[900, 900], [950, 950]]]], ids=["no strokes", "off the canvas"])
def test_a_drawing_without_ink_is_refused_with_its_id(predict, strokes):
    code, [bad] = predict([FOUR | {"strokes": strokes}])
    assert code == 1 and bad == {
        "id": 4, "line": 1, "error": "Line 1: there is no ink on the canvas; draw between 0 and 384 px."
    }  # fmt: skip


@pytest.mark.parametrize("arguments", [[], ["a.png", "--strokes", "b.jsonl"], ["--numbers", "--strokes", "b.jsonl"]])
def test_either_pictures_or_one_file_of_strokes_is_named(digits_home, capsys, arguments):
    assert main(["predict", *arguments]) == 2
    assert "Expected pictures, --strokes FILE or" in capsys.readouterr().err


def test_a_missing_file_is_said_in_a_sentence(digits_home, tmp_path, capsys):
    assert main(["predict", "--strokes", str(tmp_path / "none.jsonl")]) == 1
    assert "can't be read: No such file or directory." in capsys.readouterr().err
