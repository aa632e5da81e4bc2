import contextlib
import json
from pathlib import Path

import numpy as np
import pytest

from digits.errors import DamagedFile
from digits.storage import files, records


@pytest.fixture
def folder(tmp_path):
    """An empty folder."""
    path = tmp_path / "folder"
    path.mkdir()
    return path


@pytest.mark.parametrize("text", [None, "", "{", "[1]", "\x00\xff"])
def test_a_damaged_json_file_is_said_to_be_damaged(folder, text):
    if text is not None:
        (folder / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(DamagedFile, match="a.json"):
        records.read_json(folder / "a.json")


def test_a_log_survives_a_line_cut_in_half(folder):
    log = folder / "metrics.jsonl"
    records.append_json_line(log, {"epoch": 1})
    with log.open("a") as broken:
        broken.write('{"epoch": 2, "lo')
    assert records.read_json_lines(log) == [{"epoch": 1}]
    assert records.read_json_lines(folder / "none.jsonl") == []


def test_a_log_line_is_one_line_of_json(folder):
    log = folder / "metrics.jsonl"
    records.append_json_line(log, {"text": "a\nb"})
    assert json.loads(log.read_text())["text"] == "a\nb"


def test_a_file_is_read_again_only_when_another_took_its_place_or_it_grew(folder, monkeypatch):
    file, log = folder / "a.json", folder / "metrics.jsonl"
    records.write_json(file, {"state": "running"})
    records.append_json_line(log, {"epoch": 1})
    assert (records.read_json(file), records.read_json_lines(log)) == ({"state": "running"}, [{"epoch": 1}])
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", None)
        assert (records.read_json(file), records.read_json_lines(log)) == ({"state": "running"}, [{"epoch": 1}])
    records.write_json(file, {"state": "stopped"})
    records.append_json_line(log, {"epoch": 2})
    assert records.read_json(file) == {"state": "stopped"}
    assert records.read_json_lines(log) == [{"epoch": 1}, {"epoch": 2}]


def test_what_a_reader_does_to_what_it_read_is_its_own_affair(folder):
    records.write_json(folder / "a.json", {"runs": ["a"]})
    records.read_json(folder / "a.json")["runs"].append("b")
    assert records.read_json(folder / "a.json") == {"runs": ["a"]}


def flips(content):
    """The content with each of its bits turned over, one at a time."""
    for bit in range(8 * len(content)):
        harmed = bytearray(content)
        harmed[bit // 8] ^= 1 << bit % 8
        yield bytes(harmed)


def test_no_flipped_bit_makes_another_object_or_another_line(folder):
    value = {"accuracy": 0.9875, "title": "äb", "rows": [1, {"n": 2}], "none": None}
    file, log = folder / "a.json", folder / "a.jsonl"
    records.write_json(file, value)
    records.append_json_line(log, value)
    assert (records.read_json(file), records.read_json_lines(log)) == (value, [value])
    for harmed in flips(file.read_bytes()):
        file.write_bytes(harmed)
        files._KEPT.clear()  # the clock of the file system is slower than these changes
        with contextlib.suppress(DamagedFile):
            assert value.items() <= records.read_json(file).items()  # but for the name of the checksum itself
    for harmed in flips(log.read_bytes()):
        log.write_bytes(harmed)
        files._KEPT.clear()
        lines = records.read_json_lines(log)
        assert value.items() <= lines[0].items() if lines else records.damaged_lines(log)


def test_an_object_without_a_checksum_is_of_an_earlier_version_or_by_hand_and_is_read(folder):
    (folder / "a.json").write_text('{"state": "done"}')
    (folder / "a.jsonl").write_text('{"epoch": 1}\n{"epoch": 2}\n')
    assert records.read_json(folder / "a.json") == {"state": "done"}
    assert records.read_json_lines(folder / "a.jsonl") == [{"epoch": 1}, {"epoch": 2}]


def test_no_flipped_bit_makes_another_array(folder):
    file, array = folder / "a.npy", np.arange(6, dtype=np.float32).reshape(3, 2)
    records.write_array(file, array)
    assert records.read_array(file).tolist() == np.load(file).tolist() == array.tolist()
    content = file.read_bytes()
    for harmed in flips(content):
        file.write_bytes(harmed)
        files._KEPT.clear()
        with contextlib.suppress(DamagedFile):
            assert records.read_array(file).tolist() == array.tolist()
    file.write_bytes(content[:-4])  # of an earlier version
    assert records.read_array(file).tolist() == array.tolist()
