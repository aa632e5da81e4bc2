"""A task begins only where it fits into the memory; else it waits and says so, or fails in a sentence."""

import pytest

from digits import tasks
from digits.storage import database
from digits.tasks import COMPUTING, TRAINING, TaskState, claims, memory, store
from digits.tasks.memory import GB
from tests.tasks.conftest import add_worker


@pytest.fixture
def machine(monkeypatch):
    """machine(free, total) has so many GB; this process has taken none of them."""

    def machine(free, total=8.0):
        monkeypatch.setattr(memory.psutil, "virtual_memory", lambda: type("Memory", (), {
            "available": int(free * GB), "total": int(total * GB)})())  # fmt: skip

    monkeypatch.setattr(memory, "_cgroups", list)
    monkeypatch.setattr(memory, "own", lambda: 0)
    monkeypatch.setattr(memory, "_taken", lambda worker: 0)
    return machine


def enqueue(kind="train", subject="a", lane=TRAINING):
    with database.writing() as connection:
        return store.enqueue(connection, kind, subject, lane=lane)


def begin(lane=TRAINING):
    return claims.claim(add_worker(lane=lane), lane)


def test_a_task_waits_for_memory_says_so_and_begins_when_there_is_some(digits_home, machine, started):
    machine(free=0.5)
    enqueue()
    tasks.look_after()
    task = tasks.find("train", "a")
    assert (task.state, task.phase) == (
        TaskState.QUEUED, f"Waiting: it needs about {memory.NEEDS['train']} GB of memory, and 0.5 GB are free"
    )  # fmt: skip
    assert started == []
    machine(free=4)
    tasks.look_after()
    assert started == [(TRAINING,)] and begin().phase == "Starting"


def test_what_could_never_fit_fails_in_a_sentence_and_the_next_one_begins(digits_home, machine):
    machine(free=0.9, total=1.0)
    enqueue()
    enqueue("wait", "b")
    assert begin().subject == "b"
    task = tasks.find("train", "a")
    assert (task.state, task.cause) == (
        TaskState.FAILED,
        f"It needs about {memory.NEEDS['train']} GB of memory, and there are only 1.0 GB. Ask whoever runs this "
        "server for more.",
    )


def test_memory_that_other_programs_hold_is_waited_for_five_minutes(digits_home, machine, monkeypatch):
    machine(free=0.5)
    enqueue()
    assert begin() is None
    clock = memory.clock
    monkeypatch.setattr(memory, "clock", lambda: clock() + memory.LACKING_SECONDS - 10)
    assert begin() is None and tasks.find("train", "a").state == TaskState.QUEUED
    monkeypatch.setattr(memory, "clock", lambda: clock() + memory.LACKING_SECONDS + 10)
    assert begin() is None
    task = tasks.find("train", "a")
    assert task.state == TaskState.FAILED and task.cause.startswith("Other programs hold the memory: it needs about")


def test_memory_that_a_worker_of_digits_holds_is_waited_for_however_long_it_takes(digits_home, machine, monkeypatch):
    machine(free=0.5)
    add_worker()
    monkeypatch.setattr(memory, "_taken", lambda worker: 2 * GB)
    enqueue()
    assert begin() is None
    clock = memory.clock
    monkeypatch.setattr(memory, "clock", lambda: clock() + 24 * 3600)
    assert begin() is None and tasks.find("train", "a").state == TaskState.QUEUED


def test_what_has_begun_counts_with_all_that_it_will_take(digits_home, machine):
    machine(free=2 * memory.OTHERS - 0.1)
    for subject in "ab":
        enqueue("wait", subject, COMPUTING)
    assert begin(COMPUTING).subject == "a"
    assert begin(COMPUTING) is None and "memory" in tasks.find("wait", "b").phase


def test_what_the_worker_itself_has_taken_counts_as_free(digits_home, machine, monkeypatch):
    machine(free=0.5)
    enqueue()
    monkeypatch.setattr(memory, "own", lambda: GB)  # it is warm: TensorFlow is loaded
    assert begin().subject == "a"


def test_nobody_passes_a_task_that_waits_for_memory(digits_home, machine):
    machine(free=0.5)
    enqueue()
    enqueue("wait", "b")
    assert begin() is None
    assert [task.subject for task in tasks.waiting(TRAINING)] == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "files"),
    [
        (
            "0::/app.slice/digits",
            {
                "app.slice/digits/memory.max": "max\n", "app.slice/memory.max": f"{2 * GB}\n",
                "app.slice/memory.current": f"{GB}\n", "app.slice/memory.stat": f"anon 5\ninactive_file {GB // 4}\n",
            },
        ),
        (
            "4:cpu,memory:/only/on/the/host",
            {
                "memory/memory.limit_in_bytes": f"{2 * GB}\n", "memory/memory.usage_in_bytes": f"{GB}\n",
                "memory/memory.stat": f"cache 5\ntotal_inactive_file {GB // 4}\n",
            },
        ),
    ],
)  # fmt: skip
def test_the_limit_of_a_container_counts_and_files_that_can_be_dropped_do_not(
    digits_home, tmp_path, monkeypatch, line, files
):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "cgroup").write_text(f"9:name=systemd:/\n{line}\n")
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    monkeypatch.setattr(memory, "OWN_GROUPS", tmp_path / "cgroup")
    assert memory.total() == 2 * GB
    with database.reading() as connection:
        assert memory.free(connection) == GB + GB // 4
