"""Whose turn it is when processes are slow, suspended or killed: one works at a time, and nobody waits for ever."""

import signal
import subprocess
import sys
import time

import psutil

from digits import tasks
from digits.errors import StoreUnavailable
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.storage import database
from digits.storage.home import ROOT
from digits.tasks import TaskState
from tests.conftest import digits, wait_until
from tests.faults.conftest import IDLE, at_once, suspend, workers_of


def state(run):
    return runs.get(run.id).state


def create(**settings):
    return runs.create(make_settings(architecture="linear", **settings))


LOOK = """
import sys, time
from digits.runs import store as runs
end, seen = time.monotonic() + 0.5, set()
while time.monotonic() < end:
    seen.add(str(runs.get(sys.argv[1]).state))
print(*seen)
"""


def test_a_dead_run_is_never_shown_as_running_however_many_look_at_once(python, worker, digits_home):
    run = create()
    process = worker(IDLE)
    wait_until(lambda: tasks.find("train", run.id).phase == "Training")
    process.kill()
    process.wait()
    lookers = [python(LOOK, run.id) for _ in range(4)]
    assert [looker.communicate()[0].split() for looker in lookers] == [["lost"]] * 4


def test_a_suspended_worker_is_not_responding_keeps_its_place_and_continues_when_woken(worker, digits_home):
    run, other = create(), create()
    process, second = worker(IDLE), worker(IDLE)
    wait_until(lambda: tasks.find("train", run.id).phase == "Training")
    at_work = tasks.find("train", run.id).lease.pid
    first, second = (process, second) if process.pid == at_work else (second, process)
    suspend(first)
    tasks.look_after()
    assert not runs.get(run.id).is_responding and state(other) == RunState.QUEUED
    first.send_signal(signal.SIGCONT)
    wait_until(lambda: runs.get(run.id).is_responding)
    assert state(run) == RunState.STARTING and tasks.find("train", run.id).lease.pid == first.pid


def test_stop_ends_a_hung_worker_by_force_and_frees_its_run_and_the_device(worker, harmed_workers, digits_home):
    harmed_workers(IDLE)
    run, other = create(), create()
    process = worker(IDLE)
    wait_until(lambda: tasks.find("train", run.id).phase == "Training")
    suspend(process)
    digits("runs", "stop", run.id, home=digits_home)
    assert process.wait() == -signal.SIGKILL
    assert (state(run), runs.get(run.id).cause) == (
        RunState.STOPPED, "It did not respond and was ended. The last checkpoint is kept.",
    )  # fmt: skip
    wait_until(lambda: tasks.find("train", other.id).phase == "Training")
    runs.delete(run.id)


def test_a_suspended_train_that_waits_at_the_command_line_lets_the_others_pass(worker, digits_home, with_sample):
    first = create()
    process = worker(IDLE)
    wait_until(lambda: tasks.find("train", first.id).phase == "Training")
    arguments = [sys.executable, "-m", "digits", "train", "--architecture", "linear"]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as waiting:
        try:
            at_the_terminal = wait_until(runs.queue)[0]
            behind = create()
            suspend(waiting)
            tasks.stop(first.task_id)
            wait_until(lambda: tasks.find("train", behind.id).phase == "Training")
            assert state(at_the_terminal) == RunState.QUEUED
            assert process.poll() is None
        finally:
            waiting.kill()


def test_an_idle_worker_that_hangs_is_replaced_and_ended(python, harmed_workers, digits_home):
    harmed_workers(IDLE + "from digits.commands import worker\nworker.warm_up = lambda: None\n")
    tasks.warm_up()
    [warm] = wait_until(lambda: workers_of(digits_home))
    wait_until(lambda: renewed_itself(warm.pid))
    suspend(warm)
    run = create()
    tasks.look_after()
    wait_until(lambda: tasks.find("train", run.id).phase == "Training")
    assert tasks.find("train", run.id).lease.pid != warm.pid
    for _ in range(3):
        tasks.look_after()
    assert len({process.pid for process in workers_of(digits_home)} - {warm.pid}) == 1  # one in its place
    wait_until(lambda: tasks.look_after() or not warm.is_running() or warm.status() == psutil.STATUS_ZOMBIE)


def renewed_itself(pid):
    with database.reading() as connection:
        rows = connection.execute("SELECT renewed FROM workers WHERE pid = ?", (pid,)).fetchall()
    first = rows and rows[0]["renewed"]
    time.sleep(1.2)
    with database.reading() as connection:
        rows = connection.execute("SELECT renewed FROM workers WHERE pid = ?", (pid,)).fetchall()
    return first and rows[0]["renewed"] > first


SLOW = """
import os, time
from pathlib import Path
while not Path(os.environ["DIGITS_HOME"], "go").exists():
    time.sleep(0.05)
"""


def test_a_worker_that_is_slow_to_start_trains_alone(harmed_workers, digits_home):
    """It was once given up after ten seconds, its slot was given away, and then it trained beside the next."""
    harmed_workers(SLOW + IDLE)
    run, other = create(), create()
    tasks.look_after()
    [slow] = wait_until(lambda: workers_of(digits_home))
    with database.writing() as connection:
        connection.execute("UPDATE workers SET renewed = renewed - 30")
    tasks.look_after()
    (digits_home / "go").touch()
    wait_until(lambda: tasks.find("train", run.id).phase == "Training")
    for _ in range(10):
        tasks.look_after()
        assert [task.subject for task in tasks.unfinished() if task.state == TaskState.RUNNING] == [run.id]
        time.sleep(0.1)
    assert state(other) == RunState.QUEUED


HOLD = """
import os, signal
from digits.storage import database
with database.writing() as connection:
    print("held", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
"""


CHECK_DATABASE = """
from digits.commands import checks
from digits.errors import DigitsError
try:
    checks.database()
except DigitsError as error:
    print(error)
"""


def test_a_process_that_is_suspended_within_a_write_is_named_and_nobody_waits_for_ever(python, worker, with_sample):
    run, other = create(), create()
    trains = worker(IDLE)
    wait_until(lambda: tasks.find("train", run.id).phase == "Training")
    holder = python(HOLD)
    assert holder.stdout.readline() == "held\n"
    wait_until(lambda: psutil.Process(holder.pid).status() == psutil.STATUS_STOPPED)
    listed = python("from digits.__main__ import main; raise SystemExit(main(['runs']))")
    doctor = python(CHECK_DATABASE)
    assert len(runs.page()) == 2  # whoever only looks does not wait; a writer would, and then be refused
    refused = at_once(create, lambda: runs.stop(runs.get(run.id)), lambda: runs.delete(other.id))
    for error in refused:
        assert isinstance(error, StoreUnavailable)
        assert "The database is locked by another process" in str(error)
    assert run.id in listed.communicate()[0] and listed.returncode == 0
    assert f"It is process {holder.pid}." in doctor.communicate()[0]
    assert state(run) == RunState.STARTING
    holder.send_signal(signal.SIGCONT)
    holder.wait()
    wait_until(lambda: runs.get(run.id).is_responding)  # it could not renew its lease meanwhile
    runs.stop(runs.get(run.id))
    wait_until(lambda: state(run) == RunState.STOPPED)
    wait_until(lambda: tasks.find("train", other.id).phase == "Training")
    assert trains.poll() is None


def test_stop_pressed_in_an_old_tab_reaches_no_run_but_its_own(worker, digits_home):
    old = create()
    stale = runs.get(old.id)
    tasks.stop(old.task_id)
    runs.delete(old.id)
    new = create()
    worker(IDLE)
    wait_until(lambda: tasks.find("train", new.id).phase == "Training")
    runs.stop(stale)
    time.sleep(0.5)
    assert tasks.find("train", new.id).request == ""


OTHER_LIBRARY = """
import sys
from types import SimpleNamespace
sys.modules["keras"] = SimpleNamespace(backend=SimpleNamespace(backend=lambda: "jax"))
"""


def test_a_worker_that_has_loaded_another_library_leaves_the_run_to_a_fresh_one(worker, harmed_workers, with_sample):
    """It would train with the wrong one, because a process cannot change it, and the run would name the right one."""
    harmed_workers(IDLE)
    run, other = create(), create()
    process = worker(OTHER_LIBRARY)
    wait_until(lambda: tasks.find("train", run.id).phase == "Training")
    assert process.wait() == 0 and tasks.find("train", run.id).lease.pid != process.pid
    assert state(other) == RunState.QUEUED
