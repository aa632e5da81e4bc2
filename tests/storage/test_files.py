"""Files that are whole or absent."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from digits.errors import DamagedFile, DigitsError
from digits.storage import backup, database, files, secrets
from digits.storage.files import UNFINISHED, StoredFile, atomic_write, write_new
from tests.conftest import fill


@pytest.fixture
def folder(tmp_path):
    """An empty folder."""
    path = tmp_path / "folder"
    path.mkdir()
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def text(value):
    """A writer of that text."""
    return lambda part: part.write_text(value)


def fail_halfway(part):
    part.write_text("half")
    raise OSError(28, "No space left on device")


def test_a_written_file_is_named_by_its_hash_and_makes_its_folder(folder):
    digest = atomic_write(folder / "new" / "a.txt", text("digits"))
    assert digest == files.sha256(folder / "new" / "a.txt")
    assert names(folder / "new") == ["a.txt"]
    assert (folder / "new" / "a.txt").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o600), (0o022, 0o644), (0o002, 0o664)])
def test_who_may_read_a_file_is_as_the_umask_says(folder, umask, mode):
    before = os.umask(umask)
    try:
        atomic_write(folder / "a.zip", text("secret"))
    finally:
        os.umask(before)
    assert (folder / "a.zip").stat().st_mode & 0o777 == mode


def test_a_new_folder_may_be_one_that_is_empty_and_is_not_replaced(folder, monkeypatch):
    monkeypatch.chdir(folder)  # where somebody works; a mounted volume cannot be replaced either
    before = folder.stat().st_ino
    with files.new_folder(Path()) as part:
        (part / "a").write_text("a")
    assert names(folder) == ["a"] and folder.stat().st_ino == before
    with files.new_folder(Path("b")) as part:
        (part / "a").write_text("a")
    assert names(folder / "b") == ["a"] and names(folder) == ["a", "b"]
    with pytest.raises(OSError, match="not empty"), files.new_folder(Path("b")) as part:
        (part / "c").write_text("c")
    assert names(folder / "b") == ["a"]


def test_a_writer_that_fails_leaves_the_old_file_and_no_litter(folder):
    atomic_write(folder / "a.txt", text("old"))
    for write in (lambda: atomic_write(folder / "a.txt", fail_halfway), lambda: write_new(folder, "b", fail_halfway)):
        with pytest.raises(DigitsError, match="No space left on device. Nothing was changed; make room") as told:
            write()
        assert str(folder) not in str(told.value) and str(folder) in told.value.with_hint
    with pytest.raises(ZeroDivisionError):
        atomic_write(folder / "a.txt", lambda part: 1 / 0)
    assert names(folder) == ["a.txt"] and (folder / "a.txt").read_text() == "old"


def test_a_full_disk_leaves_the_old_array(small_disk):
    atomic_write(small_disk / "a.npy", lambda part: np.save(part, np.arange(3)))
    fill(small_disk)
    for name, write in {"a.npy": np.save, "a.npz": np.savez}.items():
        with pytest.raises(DigitsError, match="No space left on device. Nothing was changed"):
            atomic_write(small_disk / name, lambda part, write=write: write(part, np.zeros(100_000)))
    assert np.load(small_disk / "a.npy").tolist() == [0, 1, 2]
    assert names(small_disk) == ["a.npy", "filler"]


def test_a_folder_that_cannot_be_written_is_reported(folder, make_read_only):
    make_read_only(folder)
    with pytest.raises(DigitsError, match="could not write a file: (Read-only file system|Permission denied)"):
        atomic_write(folder / "a.txt", text(""))


def test_the_suffix_of_a_file_stays_last_while_it_is_written(folder):
    """Keras and NumPy choose their format by it."""
    parts = []
    atomic_write(folder / "model.keras", lambda part: (parts.append(part.name), part.write_text("")))
    assert parts[0].startswith(UNFINISHED) and parts[0].endswith(".keras")


def test_a_new_file_never_takes_the_place_of_another(folder):
    stored = [write_new(folder, "model.tflite", text(f"{number}")) for number in range(3)]
    assert [file.name for file in stored] == ["model.tflite", "model-2.tflite", "model-3.tflite"]
    assert [(folder / file.name).read_text() for file in stored] == ["0", "1", "2"]


def test_no_file_system_needs_hard_links(folder, monkeypatch):
    """exFAT and some network disks have none."""

    def refuse(*arguments, **options):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setenv("DIGITS_HOME", str(folder / "home"))
    stored = [write_new(folder, "a.txt", text(f"{number}")) for number in range(2)]
    assert [files.checked(folder, file).read_text() for file in stored] == ["0", "1"]
    assert len(secrets.secret("visitors")) == 64 and database.exists()
    backup.backup(folder / "backup.zip")
    monkeypatch.setenv("DIGITS_HOME", str(folder / "restored"))
    assert backup.restore(folder / "backup.zip") == 1 and database.exists()


@pytest.mark.parametrize("write", [write_new, lambda folder, name, write: atomic_write(folder / name, write)])
def test_the_name_of_a_new_file_and_of_its_new_folder_are_flushed_after_its_content(folder, monkeypatch, write):
    """A power cut must not leave a row in the database whose file has lost its name."""
    flushed, fsync, replace = [], os.fsync, os.replace

    def note(handle):
        flushed.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(os, "replace", lambda part, file: (flushed.append("replaced"), replace(part, file)))
    write(folder / "new", "a.txt", text("digits"))
    assert flushed[0].startswith(f"{folder / 'new' / UNFINISHED}")
    assert flushed[1:] == ["replaced", str(folder / "new"), str(folder)]


def test_a_mapped_array_does_not_change_when_a_new_one_is_written(folder):
    first = write_new(folder, "a.npy", lambda part: np.save(part, np.zeros(5)))
    mapped = files.read_array(folder, first)
    second = write_new(folder, "a.npy", lambda part: np.save(part, np.ones(5)))
    assert isinstance(mapped, np.memmap) and mapped.tolist() == [0] * 5
    assert files.read_array(folder, second).tolist() == [1] * 5
    with pytest.raises(ValueError, match="read-only"):
        mapped[0] = 1


def test_sixteen_threads_that_write_one_name_at_once_make_sixteen_whole_files(folder):
    stored = []
    start = threading.Barrier(16)

    def write(number):
        start.wait()
        stored.append((write_new(folder, "a.txt", text(f"{number}" * 10_000)), number))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({file.name for file, _ in stored}) == 16 == len(names(folder))
    for file, number in stored:
        assert files.checked(folder, file).read_text() == f"{number}" * 10_000


def test_threads_that_replace_one_file_at_once_leave_one_of_theirs(folder):
    start = threading.Barrier(8)

    def replace(number):
        start.wait()
        atomic_write(folder / "a.txt", text(f"{number}" * 10_000))

    threads = [threading.Thread(target=replace, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(folder) == ["a.txt"]
    assert (folder / "a.txt").read_text() in {f"{number}" * 10_000 for number in range(8)}


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from digits.storage import backup, database, files, secrets

def half(part):
    part.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)

folder, way = Path(sys.argv[1]), sys.argv[2]
if way == "folder":
    with files.new_folder(folder / "b") as part:
        half(part / "b.txt")
files.write_new(folder, "a.txt", half) if way == "new" else files.atomic_write(folder / "a.txt", half)
"""


def begin_folder(folder):
    with files.temporary_folder(folder):
        pass


SWEEPS = {
    "the server": lambda folder: files.sweep_unfinished(folder.parent),
    "the next file": lambda folder: atomic_write(folder / "a.txt", text("old")),
    "the next folder": begin_folder,
}


@pytest.mark.parametrize("sweep", SWEEPS)
@pytest.mark.parametrize("way", ["new", "replaced", "folder"])
def test_a_killed_writer_leaves_only_what_does_not_count_and_is_swept(folder, python, way, sweep):
    if way == "replaced":
        atomic_write(folder / "a.txt", text("old"))
    before = names(folder)
    assert python(KILLED_WHILE_WRITING, folder, way).wait() == -signal.SIGKILL
    [left] = set(names(folder)) - set(before)
    assert left.startswith(UNFINISHED)
    SWEEPS[sweep](folder)
    assert left in names(folder)  # somebody may be writing it
    old = time.time() - files.UNFINISHED_SECONDS - 1
    os.utime(folder / left, (old, old))
    SWEEPS[sweep](folder)
    assert set(names(folder)) - {"a.txt"} == set()
    assert way != "replaced" or (folder / "a.txt").read_text() == "old"


def test_no_flipped_bit_makes_another_array(folder):
    array = np.arange(6, dtype=np.float32).reshape(3, 2)
    stored = write_new(folder, "a.npy", lambda part: np.save(part, array))
    packed = write_new(folder, "a.npz", lambda part: np.savez(part, array=array))
    for file, read in ((stored, files.read_array), (packed, files.read_arrays)):
        whole = (folder / file.name).read_bytes()
        for bit in range(0, 8 * len(whole), 7):
            harmed = bytearray(whole)
            harmed[bit // 8] ^= 1 << bit % 8
            (folder / file.name).write_bytes(harmed)
            with pytest.raises(DamagedFile):
                read(folder, file)
        (folder / file.name).write_bytes(whole)
    assert files.read_array(folder, stored).tolist() == array.tolist()
    assert files.read_arrays(folder, packed)["array"].tolist() == array.tolist()


@pytest.mark.parametrize("read", [files.checked, files.read_array, files.read_arrays])
def test_a_file_that_is_missing_cut_or_of_another_kind_is_reported_as_damaged(folder, read):
    with pytest.raises(DamagedFile, match="a.npy is missing") as told:
        read(folder, StoredFile("a.npy", "0" * 64))
    assert str(folder) not in str(told.value)
    stored = write_new(folder, "a.npy", lambda part: np.save(part, np.zeros(9)))
    (folder / "a.npy").write_bytes((folder / "a.npy").read_bytes()[:-1])
    with pytest.raises(DamagedFile, match="a.npy was damaged on the disk"):
        read(folder, stored)
    if read is not files.checked:
        stored = write_new(folder, "b.npy", text("no array"))
        with pytest.raises(DamagedFile, match="b.npy"):
            read(folder, stored)


def test_pickled_objects_are_never_loaded(folder):
    pickled = np.array([{"a": 1}], object)
    stored = write_new(folder, "a.npy", lambda part: np.save(part, pickled))
    packed = write_new(folder, "a.npz", lambda part: np.savez(part, pickled))
    with pytest.raises(DamagedFile):
        files.read_array(folder, stored)
    with pytest.raises(DamagedFile):
        files.read_arrays(folder, packed)


@pytest.mark.parametrize("content", [None, b"", b"{", b"\x00\xff"])
def test_a_damaged_json_file_of_the_program_is_reported_with_the_remedy(folder, content):
    if content is not None:
        (folder / "run.json").write_bytes(content)
    with pytest.raises(DamagedFile, match="run.json is missing or damaged. Install Digits again"):
        files.read_json(folder / "run.json")
