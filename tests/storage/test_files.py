import pytest

from digits.errors import DigitsError
from digits.storage import files


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
    file = folder / "a.txt"
    file.write_text("old")

    def fail(part):
        part.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(DigitsError, match="No space left on device. The old state is kept"):
        files.publish(file, fail)
    assert file.read_text() == "old"
    assert [path.name for path in folder.iterdir()] == ["a.txt"]
