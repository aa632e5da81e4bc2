"""Two containers on one home: the same pid in both, and neither can look at the processes of the other."""

import subprocess
import sys

import psutil
import pytest

from digits import tasks
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.storage import database
from digits.storage.home import ROOT
from digits.tasks.lease import FOREIGN_SECONDS, SILENT_SECONDS
from tests.conftest import wait_until
from tests.faults.conftest import IDLE, KILL, WORK, workers_of
from tests.faults.test_servers import QUICK

UNSHARE = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


@pytest.fixture
def container(digits_home):
    """container(harm) is a worker for trainings in a pid namespace of its own, in which it has the pid 1."""
    if subprocess.run([*UNSHARE, "true"], capture_output=True).returncode:
        pytest.skip("this machine gives no pid namespace to this user")
    started = []

    def container(harm):
        code = KILL + WORK.format(harm=harm)
        started.append(subprocess.Popen([*UNSHARE, sys.executable, "-c", code, "training"], cwd=ROOT))
        return started[-1]

    yield container
    for process in started:
        process.kill()
        process.wait()


def begun(run):
    """Return the task of a run whose training has begun."""
    return wait_until(lambda: (task := tasks.find("train", run.id)).phase == "Training" and task)


def create():
    return runs.create(make_settings(architecture="linear"))


def test_a_worker_in_another_container_is_left_alone_and_notices_stop(container, digits_home):
    run, other = create(), create()
    process = container(IDLE)
    task = begun(run)
    assert task.lease.pid == 1 and task.is_responding  # here, that is another process
    for _ in range(3):
        tasks.look_after()
    assert tasks.find("train", run.id).lease.worker == task.lease.worker
    assert runs.get(other.id).state == RunState.QUEUED and workers_of(digits_home) == []
    runs.stop(run)
    wait_until(lambda: runs.get(run.id).state == RunState.STOPPED)
    begun(other)
    assert process.poll() is None


def test_the_work_of_a_container_that_was_killed_is_lost_after_a_minute_and_no_earlier(
    container, harmed_workers, digits_home
):
    harmed_workers(IDLE)
    run, other = create(), create()
    process = container(IDLE)
    begun(run)
    within = psutil.Process(process.pid).children()
    process.kill()
    process.wait()
    psutil.wait_procs(within)
    let_pass(SILENT_SECONDS + 1)
    tasks.look_after()
    assert runs.get(run.id).state == RunState.STARTING and not runs.get(run.id).is_responding
    assert runs.get(other.id).state == RunState.QUEUED
    let_pass(FOREIGN_SECONDS)
    tasks.look_after()
    assert runs.get(run.id).state == RunState.LOST
    begun(other)


def let_pass(seconds):
    """Let the leases look as they do after so many seconds without a sign of life."""
    with database.writing() as connection:
        connection.execute("UPDATE workers SET renewed = renewed - ?", (seconds,))


def test_two_containers_do_each_of_twenty_runs_once_and_never_two_at_a_time(container, digits_home):
    made = [create() for _ in range(20)]
    for _ in range(2):
        container(QUICK)
    wait_until(lambda: not runs.active())
    assert (digits_home / "trained").read_text().split() == [run.id for run in made]
    assert {run.state for run in runs.page()} == {RunState.DONE}
