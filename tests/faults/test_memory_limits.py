"""Too little memory: one sentence with the remedy, and a run that can be continued where there is more."""

import pytest

from digits import tasks
from digits.runs import store as runs
from digits.runs.run import RunState
from tests.conftest import wait_until

LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (1000 << 20, 1000 << 20))  # TensorFlow alone needs more
"""
ABORTS = """
import os
from digits.commands.worker import HANDLERS
HANDLERS["train"] = lambda *_: os.abort()  # as C++ ends when memory runs out, for example at 2,500 MB
"""


@pytest.mark.parametrize(
    ("harm", "state", "cause"),
    [
        (LIMITED, RunState.FAILED, "There was not enough memory. Close other programs and try again."),
        (ABORTS, RunState.LOST, "It was killed or it crashed, mostly because the memory was full. Close other"),
    ],
)
def test_a_worker_without_enough_memory_ends_in_a_sentence_and_its_run_continues_elsewhere(
    run, worker, harmed_workers, harm, state, cause
):
    harmed_workers(harm)
    tasks.look_after()
    wait_until(lambda: runs.get(run.id).cause.startswith(cause))
    assert runs.get(run.id).state == state
    runs.resume(run.id)
    process = worker("import tests.faults.quick_engine")
    wait_until(lambda: runs.get(run.id).epochs_done > 1)
    runs.stop(runs.get(run.id))
    assert process.wait() == 0
    assert runs.get(run.id).state == RunState.STOPPED and runs.get(run.id).model
