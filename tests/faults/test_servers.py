"""The server looks after the tasks although no page is open, and what it started goes on without it."""

import signal
from contextlib import ExitStack

from digits import tasks
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs.run import RunState
from tests.conftest import wait_until
from tests.faults.conftest import IDLE, serving, workers_of


def at_work(run):
    """Return the task of a run whose training has got going, or None."""
    task = tasks.find("train", run.id)
    return task if task.state == tasks.TaskState.RUNNING and task.phase == "Training" else None


def test_the_queue_advances_when_its_last_worker_is_killed_and_when_the_machine_comes_back(harmed_workers, digits_home):
    harmed_workers(IDLE)
    first, second, third = (runs.create(make_settings(architecture="linear")) for _ in range(3))
    with serving(digits_home) as server:
        killed = wait_until(lambda: at_work(first))
        (process,) = workers_of(digits_home)
        process.kill()
        wait_until(lambda: at_work(second))
        assert runs.get(first.id).state == RunState.LOST
        wait_until(lambda: "It was killed" in runs.get(first.id).cause)  # known when the server has waited for it
        assert killed.lease.pid == process.pid and runs.get(third.id).state == RunState.QUEUED
        server.kill()  # and now the power goes
        for process in workers_of(digits_home):
            process.kill()
    with serving(digits_home):
        wait_until(lambda: at_work(third))
    assert runs.get(second.id).state == RunState.LOST


def test_a_training_continues_whatever_ends_the_server_and_the_next_server_finds_it(harmed_workers, digits_home):
    harmed_workers(IDLE)
    run, waits = (runs.create(make_settings(architecture="linear")) for _ in range(2))
    workers = set()
    for name in (signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
        with serving(digits_home) as server:
            before = wait_until(lambda: at_work(run))
            workers |= {process.pid for process in workers_of(digits_home)}
            server.send_signal(name)
            server.wait()
        wait_until(lambda before=before: at_work(run).fraction > before.fraction)
    assert workers == {tasks.find("train", run.id).lease.pid} and runs.get(waits.id).state == RunState.QUEUED


def test_two_servers_and_many_presses_start_each_run_once_and_never_two_at_a_time(harmed_workers, python, digits_home):
    harmed_workers(QUICK)
    made = [runs.create(make_settings(architecture="linear")) for _ in range(20)]
    with ExitStack() as servers:
        for _ in range(2):
            servers.enter_context(serving(digits_home))
        pressing = [python(PRESS) for _ in range(3)]
        assert [process.wait() for process in pressing] == [0, 0, 0]
        wait_until(lambda: not runs.active())
    done = (digits_home / "trained").read_text().split()
    assert len(done) == len(set(done)) == 35 and done[:20] == [run.id for run in made]
    assert {run.state for run in runs.page(limit=-1)} == {RunState.DONE}


QUICK = """
import os, time
from pathlib import Path
def quick(work, run_id, part):
    home = Path(os.environ["DIGITS_HOME"])
    (home / "alone").touch(exist_ok=False)
    with (home / "trained").open("a") as file:
        file.write(run_id + "\\n")
    time.sleep(0.05)
    (home / "alone").unlink()
HANDLERS["train"] = quick
"""
PRESS = """
from digits import tasks
from digits.networks.settings import make_settings
from digits.runs import store as runs
for _ in range(5):
    runs.create(make_settings(architecture="linear"))
    tasks.look_after()
"""


def test_two_of_twelve_presses_run_and_the_audit_waits_for_the_device(harmed_workers, digits_home):
    harmed_workers(IDLE + IDLE.replace("train", "robustness") + IDLE.replace("train", "audit"))
    run = runs.create(make_settings(architecture="linear"))
    for number in range(12):
        tasks.submit("robustness", f"run-{number}", "tutorial")
    tasks.submit("audit", "sample", lane=tasks.TRAINING)
    wait_until(lambda: at_work(run))
    wait_until(lambda: len([task for task in tasks.unfinished() if task.phase == "Training"]) == 3)
    for _ in range(10):
        tasks.look_after()
    running = [task.kind for task in tasks.unfinished() if task.state == tasks.TaskState.RUNNING]
    assert sorted(running) == ["robustness", "robustness", "train"] and len(workers_of(digits_home)) == 3
    assert len(tasks.waiting(tasks.COMPUTING)) == 10 and [task.kind for task in tasks.waiting()] == ["audit"]
