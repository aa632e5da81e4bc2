"""Workers for real: processes that do tasks, hang, are slow, are killed or come too late."""

import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from digits import tasks
from digits.errors import DigitsError
from digits.storage import database
from digits.storage.home import ROOT, logs_folder
from digits.tasks import COMPUTING, TRAINING, TaskState, lease, places, workers
from tests.conftest import wait_until
from tests.tasks.conftest import hang, notes


def state(subject, kind="wait"):
    return tasks.find(kind, subject).state


def look_after_until(condition):
    """Look after the tasks, as the server does, until something has come about."""

    def looked():
        tasks.look_after()
        return condition()

    wait_until(looked)


def submit_together(*of):
    """Queue some tasks, (kind, subject), for one worker, which ends as soon as none waits."""
    with database.writing() as connection:
        for kind, subject in of:
            tasks.store.enqueue(connection, kind, subject, lane=TRAINING)
    tasks.look_after()


def begun(home, subject):
    """The process that began a task."""
    return next((int(pid) for what, which, pid in notes(home) if (what, which) == ("began", subject)), None)


def test_one_worker_does_the_waiting_tasks_one_after_the_other_and_ends(serving, digits_home):
    submit_together(("wait", "a"), ("wait", "b"), ("wait", "c"))
    wait_until(lambda: state("c") == TaskState.DONE)
    wait_until(lambda: serving[0].poll() is not None)
    [process] = serving
    assert notes(digits_home) == [(what, name, str(process.pid)) for name in "abc" for what in ("began", "did")]
    assert process.returncode == 0 and tasks.unfinished() == []


def test_a_worker_gives_way_to_the_pages_and_belongs_to_no_terminal(serving, digits_home, monkeypatch):
    monkeypatch.delenv("DIGITS_GIVE_WAY")
    tasks.submit("wait", "a", "30")
    pid = wait_until(lambda: begun(digits_home, "a"))
    process = psutil.Process(pid)
    assert process.nice() > psutil.Process().nice()
    if hasattr(os, "SCHED_IDLE"):
        assert os.sched_getscheduler(pid) == os.SCHED_IDLE
    assert os.getsid(pid) == pid and process.cwd() == str(ROOT)
    if (score := Path(f"/proc/{pid}/oom_score_adj")).exists():  # where memory runs out, Linux ends the worker first
        assert int(score.read_text()) == workers.OOM_SCORE > int(Path("/proc/self/oom_score_adj").read_text())
    if (group := Path(f"/proc/{pid}/autogroup")).exists():  # by which Linux shares the processor among sessions
        assert group.read_text().split()[-2:] == ["nice", str(workers.SESSION_NICENESS)]


def test_a_failure_is_in_the_task_and_the_next_one_begins(serving):
    submit_together(("fail", "a"), ("wait", "b"))
    wait_until(lambda: state("b") == TaskState.DONE)
    assert (state("a", "fail"), tasks.find("fail", "a").cause) == (TaskState.FAILED, "There are no digits.")
    assert len(serving) == 1


def test_as_many_workers_come_as_there_are_places_and_each_task_is_done_once(serving, digits_home):
    for number in range(6):
        tasks.submit("wait", f"{number}", "0.1")
    look_after_until(lambda: not tasks.unfinished())
    assert sorted(which for what, which, _ in notes(digits_home) if what == "did") == list("012345")
    assert len({pid for *_, pid in notes(digits_home)}) <= places.NUM_COMPUTING


@pytest.mark.parametrize(("what", "end"), [("stop", TaskState.STOPPED), ("pause", TaskState.PAUSED)])
def test_a_task_that_is_asked_to_end_does_so(serving, digits_home, what, end):
    tasks.submit("wait", "a", "60")
    wait_until(lambda: begun(digits_home, "a"))
    tasks.stop(tasks.find("wait", "a", "60").id, what)
    wait_until(lambda: tasks.find("wait", "a", "60").state == end)


def test_a_killed_worker_is_noticed_at_once_and_the_cause_is_given(serving, digits_home):
    tasks.submit("wait", "a", "60")
    pid = wait_until(lambda: begun(digits_home, "a"))
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: lease.started(pid) is None)
    assert tasks.find("wait", "a", "60").state == TaskState.LOST
    wait_until(lambda: tasks.find("wait", "a", "60").cause == workers.KILLED)
    tasks.submit("wait", "b")
    wait_until(lambda: state("b") == TaskState.DONE)


def test_a_worker_that_hangs_is_ended_when_it_is_asked_to_stop_and_its_place_is_free(serving, digits_home, monkeypatch):
    """SIGSTOP: it hears neither the database nor SIGTERM. The waiting times are real but short."""
    monkeypatch.setattr(lease, "SILENT_SECONDS", 1.5)
    monkeypatch.setattr(workers, "SILENT_SECONDS", 0.5)
    monkeypatch.setattr(workers, "TERM_SECONDS", 0.5)
    tasks.submit("wait", "a", "60", lane=TRAINING)
    tasks.submit("wait", "b", lane=TRAINING)
    pid = wait_until(lambda: begun(digits_home, "a"))
    hang(pid)
    look_after_until(lambda: not tasks.find("wait", "a", "60").is_responding)
    assert tasks.find("wait", "a", "60").state == TaskState.RUNNING and len(serving) == 1
    tasks.stop(tasks.find("wait", "a", "60").id)
    look_after_until(lambda: state("b") == TaskState.DONE)
    a = tasks.find("wait", "a", "60")
    assert (a.state, "did not respond and was ended" in a.cause) == (TaskState.STOPPED, True)
    assert serving[0].returncode == -signal.SIGKILL


def test_a_worker_whose_work_notices_nothing_is_ended_although_its_lease_is_renewed(serving, digits_home, monkeypatch):
    monkeypatch.setattr(workers, "ASKED_SECONDS", 1)
    monkeypatch.setattr(workers, "TERM_SECONDS", 0.5)
    tasks.submit("deaf", "a", lane=TRAINING)
    wait_until(lambda: begun(digits_home, "a"))
    tasks.stop(tasks.find("deaf", "a").id)
    look_after_until(lambda: state("a", "deaf") == TaskState.STOPPED)
    assert serving[0].wait() == -signal.SIGKILL


def test_sigterm_pauses_the_work_and_ends_the_worker_and_the_next_one_waits(serving, digits_home):
    """As when the machine shuts down: nothing new may begin that would be killed."""
    tasks.submit("wait", "a", "60", lane=TRAINING)
    tasks.submit("wait", "b", lane=TRAINING)
    os.kill(wait_until(lambda: begun(digits_home, "a")), signal.SIGTERM)
    wait_until(lambda: tasks.find("wait", "a", "60").state == TaskState.PAUSED)
    assert serving[0].wait() == 0
    time.sleep(0.3)
    assert (state("b"), len(serving)) == (TaskState.QUEUED, 1)
    look_after_until(lambda: state("b") == TaskState.DONE)


def test_a_worker_that_wakes_up_too_late_changes_nothing(serving, digits_home):
    tasks.submit("wait", "a", "60")
    pid = wait_until(lambda: begun(digits_home, "a"))
    hang(pid)
    places.remove_worker(tasks.find("wait", "a", "60").lease.worker)  # as if it had counted as gone
    tasks.submit("wait", "a", "60")
    wait_until(lambda: len([1 for what, *_ in notes(digits_home) if what == "began"]) == 2)
    other = tasks.find("wait", "a", "60")
    os.kill(pid, signal.SIGCONT)
    wait_until(lambda: serving[0].poll() is not None)
    after = tasks.find("wait", "a", "60")
    assert (after.state, after.lease.worker, after.lease.pid) == (TaskState.RUNNING, other.lease.worker, serving[1].pid)


SLOW = "import os, time\ntime.sleep(float(os.environ.get('DIGITS_SLOW', 0)))\n"


def test_a_worker_that_is_slow_to_start_keeps_its_place_and_trains_once(serving, digits_home, tmp_path, monkeypatch):
    """A loaded machine, a cold disk, a suspended laptop: 2 s, where half a second of silence is long already."""
    (tmp_path / "sitecustomize.py").write_text(SLOW)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("DIGITS_SLOW", "2")
    monkeypatch.setattr(lease, "SILENT_SECONDS", 0.5)
    submit_together(("wait", "a"), ("wait", "b"))
    seen = set()

    def are_done():
        seen.add(state("a"))
        return state("b") == TaskState.DONE

    look_after_until(are_done)
    assert seen <= {TaskState.QUEUED, TaskState.RUNNING, TaskState.DONE}
    assert [(what, which) for what, which, _ in notes(digits_home)] == [
        ("began", "a"), ("did", "a"), ("began", "b"), ("did", "b"),
    ]  # fmt: skip
    assert len(serving) == 1


def test_a_worker_that_dies_at_its_start_loses_its_place(serving, digits_home, tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import os, time; time.sleep(0.2); os.abort()")
    with monkeypatch.context() as broken:
        broken.setenv("PYTHONPATH", str(tmp_path))
        tasks.submit("wait", "a", lane=TRAINING)
    assert serving[0].wait() == -signal.SIGABRT
    look_after_until(lambda: state("a") == TaskState.DONE)
    assert len(serving) == 2


def test_a_warm_worker_waits_for_tasks_and_does_them_one_after_the_other(serving, digits_home, monkeypatch):
    monkeypatch.setenv("WARM_SECONDS", "1000")
    tasks.warm_up()
    tasks.warm_up()  # one is enough
    wait_until(lambda: notes(digits_home))
    for name in "ab":
        tasks.submit("wait", name, lane=TRAINING)
        wait_until(lambda name=name: state(name) == TaskState.DONE)
    [process] = serving
    assert {pid for *_, pid in notes(digits_home)} == {str(process.pid)}
    assert process.poll() is None


def test_a_warm_worker_ends_when_it_has_been_idle_and_another_takes_its_place(serving, digits_home, monkeypatch):
    monkeypatch.setenv("WARM_SECONDS", "0.5")
    tasks.warm_up()
    assert serving[0].wait() == 0 and notes(digits_home) == [("warmed", str(serving[0].pid))]
    tasks.warm_up()
    assert len(serving) == 2


def test_no_worker_is_warmed_up_while_a_run_trains(serving, digits_home):
    tasks.submit("wait", "a", "60", lane=TRAINING)
    wait_until(lambda: begun(digits_home, "a"))
    tasks.warm_up()
    assert len(serving) == 1


def test_what_workers_print_is_kept_and_another_run_adds_to_it(serving, digits_home, monkeypatch):
    monkeypatch.setattr(workers, "COMMAND", (workers.sys.executable, "-c", "print('said so')"))
    tasks.submit("wait", "a")
    serving[0].wait()
    look_after_until(lambda: len(serving) == 2)
    serving[1].wait()
    assert (logs_folder() / f"{COMPUTING}.log").read_text() == "said so\n" * 2


def test_a_worker_that_cannot_be_started_is_reported_and_takes_no_place(digits_home, monkeypatch):
    monkeypatch.setattr(workers, "COMMAND", ("/none/python",))
    for _ in range(3):
        with pytest.raises(DigitsError, match="could not write a file: No such file or directory"):
            tasks.submit("wait", "a")
    assert state("a") == TaskState.QUEUED
