"""Real processes to be harmed."""

import contextlib
import subprocess
import sys

import pytest

from digits.networks.settings import make_config
from digits.runs import runs
from digits.runs.run import Run
from digits.storage.home import ROOT

KILL = "import os, signal; kill = lambda *_: os.kill(os.getpid(), signal.SIGKILL); "


@pytest.fixture
def python():
    """python(code, *arguments) runs Python code in a process of its own, which does not outlive the test."""
    with contextlib.ExitStack() as processes:

        def python(code: str, *arguments: str) -> subprocess.Popen:
            process = subprocess.Popen(
                [sys.executable, "-c", code, *arguments],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
            processes.callback(process.communicate)
            processes.callback(process.kill)
            return process

        yield python


@pytest.fixture
def worker(python):
    """worker(run, harm) trains `run` in a worker process that first runs the code `harm`."""

    def worker(run: Run, harm: str = "") -> subprocess.Popen:
        return python(f"import sys\n{harm}\nfrom digits.__main__ import main\nmain(['work', {run.id!r}])")

    return worker


@pytest.fixture
def run(with_sample):
    """A queued run of the smallest network, with more epochs than any test has time for."""
    return runs.create(make_config(architecture="linear", epochs=1000))
