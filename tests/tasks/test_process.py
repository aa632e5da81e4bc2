import os

import psutil
import pytest

from digits.networks.settings import make_config
from digits.runs import queue, runs
from tests.conftest import wait_until


@pytest.mark.skipif(not hasattr(os, "nice"), reason="this system knows no niceness")
def test_a_training_gives_way_to_the_pages(with_sample):
    run = runs.create(make_config(architecture="linear", epochs=1000))
    queue.start(run)
    (worker,) = (child for child in psutil.Process().children() if run.id in child.cmdline())
    wait_until(lambda: worker.nice() > psutil.Process().nice())
    run.ask_to_stop()
    wait_until(lambda: run.state.is_final)
