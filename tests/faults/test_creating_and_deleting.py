"""Runs come and go in one place: whoever looks sees a whole run or none, whoever is killed leaves no ghost."""

import signal

import pytest

from digits import tasks
from digits.errors import DigitsError, RunBusy, UnknownRun
from digits.evaluation import evaluate
from digits.networks.damage import Damage
from digits.networks.settings import make_settings
from digits.runs import healing, models
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.storage import database
from tests.conftest import wait_until
from tests.faults.conftest import KILL, at_once

LINEAR = {"architecture": "linear", "epochs": 2}

WATCH = """
import sys
from digits.runs import store as runs
numbers, states = set(), set()
while len(numbers) < 20:
    seen = runs.page(limit=-1)
    numbers.add(len(seen))
    states |= {str(run.state) for run in seen}
print(*sorted(states))
"""


def test_every_run_is_seen_as_queued_while_runs_are_made(python, digits_home):
    watcher = python(WATCH)
    while watcher.poll() is None:
        runs.create(make_settings(**LINEAR))
    assert watcher.communicate()[0].split() == ["queued"]


CREATE_UNTIL_KILLED = """
import os, random, time
from digits.networks.damage import Damage
from digits.networks.settings import make_settings
from digits.runs import store as runs
random = random.Random(0)
for kill in range(30):
    made, tell = os.pipe()
    child = os.fork()
    if not child:
        while True:
            runs.create(make_settings(architecture="linear"))
            os.write(tell, b".")
    os.read(made, 1)
    time.sleep(random.uniform(0, 0.1))
    os.kill(child, 9)
    os.waitpid(child, 0)
"""


def test_thirty_creators_that_are_killed_leave_whole_runs_and_nothing_else(python, digits_home):
    assert python(CREATE_UNTIL_KILLED).wait() == 0
    made = runs.page(limit=-1)
    assert len(made) >= 30 and {run.state for run in made} == {RunState.QUEUED}
    database.check()
    assert not [file.name for file in digits_home.iterdir() if not file.name.startswith("digits.db")]


BEGIN_TO_HEAL = """
import os, shutil, signal
from digits.networks.damage import Damage
from digits.runs import healing
from digits.runs import store as runs
shutil.copyfile = lambda *paths: os.kill(os.getpid(), signal.SIGKILL)
healing.begin(runs.get("starter"), Damage(noise=0.5))
"""


def test_who_is_killed_while_copying_what_a_run_learns_from_leaves_no_run(python, digits_home):
    assert python(BEGIN_TO_HEAL).wait() == -signal.SIGKILL
    assert runs.page() == []
    run = healing.begin(runs.get("starter"), Damage(noise=0.5), queued=False)
    assert len(runs.files(run.id, "fine_tune_data")) == 3


def test_deleting_and_continuing_at_once_refuses_one_of_them_and_leaves_no_ghost(digits_home):
    for _ in range(60):
        run = runs.create(make_settings(**LINEAR), queued=False)
        (digits_home / "runs" / run.id).mkdir(parents=True)
        deleted, continued = at_once(lambda run=run: runs.delete(run.id), lambda run=run: runs.resume(run.id))
        if deleted is None:
            assert isinstance(continued, UnknownRun) and not (digits_home / "runs" / run.id).exists()
        else:
            assert isinstance(deleted, RunBusy) and runs.get(run.id).state == RunState.QUEUED


RESUME = """
import sys
from digits.errors import DigitsError
from digits.runs import store as runs
try:
    print(runs.resume(sys.argv[1]).state)
except DigitsError as error:
    print(error)
"""


def test_only_one_of_eight_processes_continues_a_run(python, digits_home):
    run = runs.create(make_settings(**LINEAR), queued=False)
    said = [process.communicate()[0].strip() for process in [python(RESUME, run.id) for _ in range(8)]]
    assert sorted(said) == ["This run is queued already."] * 7 + ["queued"]
    assert [waiting.id for waiting in runs.queue()] == [run.id]


def test_asking_for_a_deleted_run_makes_no_folder_and_brings_nothing_back(with_run, digits_home):
    runs.delete(with_run.id)
    questions = (
        lambda: runs.get(with_run.id),
        lambda: runs.resume(with_run.id, 9),
        lambda: runs.rename(with_run.id, "in another tab"),
        lambda: runs.annotate(with_run.id, "note", ["tag"]),
        lambda: runs.delete(with_run.id),
        lambda: models.recognizer(with_run),
    )
    for question in questions:
        with pytest.raises(DigitsError):
            question()
    assert runs.epochs(with_run.id) == runs.ticks(with_run.id) == [] and not runs.files(with_run.id, "snapshot")
    assert tasks.find("evaluate", with_run.id, "tutorial") is None
    assert evaluate.stored(with_run, evaluate.test_set("tutorial", with_run.settings)) is None
    assert list((digits_home / "runs").iterdir()) == []


WAIT_FOR_EVER = """
import time
from digits.evaluation import evaluate
evaluate.report = lambda *_: time.sleep(1000)
"""


def test_a_run_that_is_evaluated_is_deleted_only_when_that_has_ended(with_run, worker, digits_home):
    with database.writing() as connection:
        tasks.store.enqueue(connection, "evaluate", with_run.id, "tutorial")
    process = worker(WAIT_FOR_EVER, "computing")
    wait_until(lambda: tasks.find("evaluate", with_run.id, "tutorial").phase.startswith("Predicting"))
    with pytest.raises(RunBusy, match="being evaluated"):
        runs.delete(with_run.id)
    process.kill()
    process.wait()
    runs.delete(with_run.id)
    assert not runs.page() and list((digits_home / "runs").iterdir()) == []


KILLED_IN_DELETE = """
import shutil, sys
from digits.runs import store as runs
from digits.storage import deletion
{harm}
runs.delete(sys.argv[1])
"""


@pytest.mark.parametrize(
    "harm", ["deletion.collect = kill", "shutil.rmtree = kill"], ids=["before-its-files", "amid-its-files"]
)
def test_a_run_whose_deletion_is_killed_is_gone_and_its_files_follow(python, with_run, digits_home, harm):
    process = python(KILL + KILLED_IN_DELETE.format(harm=harm), with_run.id)
    assert process.wait() == -signal.SIGKILL
    assert not runs.page()
    tasks.look_after()
    assert list((digits_home / "runs").iterdir()) == []
