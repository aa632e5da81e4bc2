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


def refuse():
    raise DigitsError("It is too large.", "It has 9 MB.")


@pytest.fixture
def ended(monkeypatch, capsys):
    """ended(work) lets `call` hear what a process that does this work prints."""

    def ended(work, err="Traceback\nValueError: bad\n"):
        work()
        monkeypatch.setattr(processes, "run_command", lambda *_: (1, capsys.readouterr().out, err))
        return processes.call("a.module")

    return ended


def test_what_a_module_answers_in_its_process_is_heard_after_all_else_that_it_printed(ended):
    assert ended(lambda: (print("Converting ..."), processes.answer(lambda: {"n": [1, 2]}))) == {"n": [1, 2]}


def test_an_error_in_words_is_the_same_in_both_processes(ended):
    with pytest.raises(DigitsError, match="^It is too large.$") as told:
        ended(lambda: processes.answer(refuse))
    assert told.value.hint == "It has 9 MB."


@pytest.mark.parametrize(("err", "why"), [("Traceback\nValueError: bad\n", "ValueError: bad"), ("", "exit code 1")])
def test_a_process_that_crashes_is_told_by_its_last_line(ended, err, why):
    with pytest.raises(processes.Crashed, match=f"^{why}$"):
        ended(lambda: print("Converting ..."), err)
