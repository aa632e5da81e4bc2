import contextlib
import json
from pathlib import Path

import numpy as np
import pytest

from digits import files
from digits.errors import DamagedFile, DigitsError


@pytest.fixture
def folder(tmp_path):
    """An empty folder."""
    path = tmp_path / "folder"
    path.mkdir()
    return path


def test_a_published_file_is_named_by_its_hash(folder):
    digest = files.publish(folder / "a.txt", lambda part: part.write_text("digits"))
    assert digest == files.sha256(folder / "a.txt")
    assert [path.name for path in folder.iterdir()] == ["a.txt"]


def test_a_writer_that_fails_leaves_the_old_file_and_no_litter(folder):
    file = folder / "a.json"
    files.write_json(file, {"old": True})

    def fail(part):
        part.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(DigitsError, match="No space left on device. The old state is kept"):
        files.publish(file, fail)
    assert files.read_json(file) == {"old": True}
    assert [path.name for path in folder.iterdir()] == ["a.json"]


@pytest.mark.parametrize("text", [None, "", "{", "[1]", "\x00\xff"])
def test_a_damaged_json_file_is_said_to_be_damaged(folder, text):
    if text is not None:
        (folder / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(DamagedFile, match="a.json"):
        files.read_json(folder / "a.json")


def test_a_log_survives_a_line_cut_in_half(folder):
    log = folder / "metrics.jsonl"
    files.append_json_line(log, {"epoch": 1})
    with log.open("a") as broken:
        broken.write('{"epoch": 2, "lo')
    assert files.read_json_lines(log) == [{"epoch": 1}]
    assert files.read_json_lines(folder / "none.jsonl") == []


def test_a_log_line_is_one_line_of_json(folder):
    log = folder / "metrics.jsonl"
    files.append_json_line(log, {"text": "a\nb"})
    assert json.loads(log.read_text())["text"] == "a\nb"


def test_a_file_is_read_again_only_when_another_took_its_place_or_it_grew(folder, monkeypatch):
    file, log = folder / "a.json", folder / "metrics.jsonl"
    files.write_json(file, {"state": "running"})
    files.append_json_line(log, {"epoch": 1})
    assert (files.read_json(file), files.read_json_lines(log)) == ({"state": "running"}, [{"epoch": 1}])
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", None)
        assert (files.read_json(file), files.read_json_lines(log)) == ({"state": "running"}, [{"epoch": 1}])
    files.write_json(file, {"state": "stopped"})
    files.append_json_line(log, {"epoch": 2})
    assert files.read_json(file) == {"state": "stopped"}
    assert files.read_json_lines(log) == [{"epoch": 1}, {"epoch": 2}]


def test_what_a_reader_does_to_what_it_read_is_its_own_affair(folder):
    files.write_json(folder / "a.json", {"runs": ["a"]})
    files.read_json(folder / "a.json")["runs"].append("b")
    assert files.read_json(folder / "a.json") == {"runs": ["a"]}


def flips(content):
    """The content with each of its bits turned over, one at a time."""
    for bit in range(8 * len(content)):
        harmed = bytearray(content)
        harmed[bit // 8] ^= 1 << bit % 8
        yield bytes(harmed)


def test_no_flipped_bit_makes_another_object_or_another_line(folder):
    value = {"accuracy": 0.9875, "title": "äb", "rows": [1, {"n": 2}], "none": None}
    file, log = folder / "a.json", folder / "a.jsonl"
    files.write_json(file, value)
    files.append_json_line(log, value)
    assert (files.read_json(file), files.read_json_lines(log)) == (value, [value])
    for harmed in flips(file.read_bytes()):
        file.write_bytes(harmed)
        files._KEPT.clear()  # the clock of the file system is slower than these changes
        with contextlib.suppress(DamagedFile):
            assert value.items() <= files.read_json(file).items()  # but for the name of the checksum itself
    for harmed in flips(log.read_bytes()):
        log.write_bytes(harmed)
        files._KEPT.clear()
        lines = files.read_json_lines(log)
        assert value.items() <= lines[0].items() if lines else files.damaged_lines(log)


def test_an_object_without_a_checksum_is_of_an_earlier_version_or_by_hand_and_is_read(folder):
    (folder / "a.json").write_text('{"state": "done"}')
    (folder / "a.jsonl").write_text('{"epoch": 1}\n{"epoch": 2}\n')
    assert files.read_json(folder / "a.json") == {"state": "done"}
    assert files.read_json_lines(folder / "a.jsonl") == [{"epoch": 1}, {"epoch": 2}]


def test_no_flipped_bit_makes_another_array(folder):
    file, array = folder / "a.npy", np.arange(6, dtype=np.float32).reshape(3, 2)
    files.write_array(file, array)
    assert files.read_array(file).tolist() == np.load(file).tolist() == array.tolist()
    content = file.read_bytes()
    for harmed in flips(content):
        file.write_bytes(harmed)
        files._KEPT.clear()
        with contextlib.suppress(DamagedFile):
            assert files.read_array(file).tolist() == array.tolist()
    file.write_bytes(content[:-4])  # of an earlier version
    assert files.read_array(file).tolist() == array.tolist()
