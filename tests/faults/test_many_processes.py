"""Many processes that want the same thing at once."""

from collections import Counter

from digits.data.dataset import is_prepared, open_dataset
from digits.networks.settings import make_config
from digits.runs import queue, runs

CLAIM = """
import os
from digits import worker
from digits.training import queue

def start(arguments, log):
    with open(os.environ["DIGITS_HOME"] + "/started", "a") as file:
        file.write(arguments[1] + "\\n")

worker.start = start
for number in range(10, 101, 10):
    os.environ["DIGITS_TRAININGS"] = str(number)
    queue.advance()
"""


def test_eight_processes_start_each_of_a_hundred_queued_runs_exactly_once(python, digits_home):
    made = [runs.create(make_config()) for _ in range(100)]
    queue._write([run.id for run in made])
    processes = [python(CLAIM) for _ in range(8)]
    assert [process.wait(timeout=60) for process in processes] == [0] * 8
    started = (digits_home / "started").read_text().split()
    assert Counter(started) == Counter(run.id for run in made)
    assert started == [run.id for run in made]  # in the order of the queue


def test_two_processes_that_prepare_the_same_digits_at_once_both_end_well(python, digits_home):
    code = "from digits.__main__ import main; raise SystemExit(main(['data', 'sample']))"
    processes = [python(code) for _ in range(2)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    assert is_prepared("sample") and len(open_dataset("sample").images) == 5_000
    assert not [path for path in digits_home.rglob("*.part.*")]


SAVE = """
import os, random, signal, sys, time
from pathlib import Path
import numpy as np
from digits.training import checkpoints
from digits.training.checkpoints import Checkpoint, Keeper

folder, random = Path(sys.argv[1]), random.Random(0)
checkpoints.PAUSE_SECONDS = 0
newest = 0
for kill in range(100):
    child = os.fork()
    if not child:
        keeper, epoch = Keeper(folder), newest
        while True:
            epoch += 1
            keeper.keep(Checkpoint([{"epoch": 1}] * epoch, [np.full(50_000, epoch, np.float32)]))
    time.sleep(random.uniform(0.002, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found, damaged = checkpoints.newest(folder)
    assert not damaged, damaged
    if found:
        assert found.epoch >= newest and (found.state[0] == found.epoch).all()
        newest = found.epoch
print(newest)
"""


def test_a_hundred_kills_while_checkpoints_are_saved_leave_a_whole_one_each_time(python, tmp_path):
    process = python(SAVE, str(tmp_path))
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert int(said) > 50  # most were killed in the midst of saving, not before
