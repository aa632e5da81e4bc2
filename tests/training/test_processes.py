"""Fresh processes, and what ends them."""

import sys

import psutil
import pytest

from digits.errors import DigitsError
from digits.training import processes

HANGS = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]


@pytest.fixture(autouse=True)
def no_process_is_left():
    """Those of other tests stay."""
    others = psutil.Process().children()
    yield
    assert psutil.Process().children() == others


def test_a_process_that_hangs_is_ended_with_a_sentence(monkeypatch):
    monkeypatch.setattr(processes, "END_SECONDS", 0.5)
    with pytest.raises(DigitsError, match="took over 15 minutes, so it was ended"):
        processes.run_command(HANGS)


def test_whoever_waits_may_end_a_process():
    with pytest.raises(ZeroDivisionError):
        processes.run_command(HANGS, lambda seconds: 1 / 0)
