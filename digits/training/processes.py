"""Fresh processes with TensorFlow: one writes a model, another checks it, and neither leaves anything loaded here.

`call` lets a module do something in such a process; what the module does there, it hands to `answer`.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

from digits.errors import DigitsError
from digits.storage.home import ROOT

LOOK_SECONDS = 0.1
END_SECONDS = 15 * 60  # the slowest takes one minute, on a busy machine a multiple of that
# No GPU: reading and writing files needs none, and its memory may be with a process that trains.
ENVIRONMENT = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}


class Crashed(Exception):
    """A process ended without an answer. The message is the last line that it wrote to stderr."""


def call(module: str, *arguments: object, on_wait: Callable[[float], None] = lambda seconds: None) -> Any:
    """Run `python -m MODULE ARGUMENTS` and return its answer.

    Raises DigitsError for one that was raised there, or if it takes too long; Crashed. on_wait: see `run_command`.
    """
    code, out, err = run_command([sys.executable, "-m", module, *arguments], on_wait)
    try:
        said = json.loads(out.splitlines()[-1])
    except (IndexError, ValueError):
        raise Crashed(last_line(err) or f"exit code {code}") from None
    if "problem" in said:
        raise DigitsError(said["problem"], said["hint"])
    return said["answer"]


def answer(work: Callable[[], Any]) -> None:
    """Do some work, and print for `call` what it returns, plain values for JSON, or the DigitsError that it raises."""
    try:
        said = {"answer": work()}
    except DigitsError as error:
        said = {"problem": str(error), "hint": error.hint}
    print(json.dumps(said))


def run_command(
    command: Sequence[object], on_wait: Callable[[float], None] = lambda seconds: None
) -> tuple[int, str, str]:
    """Run a command to its end; returns its exit code, stdout and stderr. Raises DigitsError if it takes too long.

    on_wait: called ten times a second with the seconds so far; what it raises ends the process.
    """
    text = {"mode": "w+", "encoding": "utf-8", "errors": "replace"}  # whatever the process prints
    with tempfile.TemporaryFile(**text) as out, tempfile.TemporaryFile(**text) as err:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env={**os.environ, **ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        began = time.monotonic()
        try:
            while process.poll() is None:
                time.sleep(LOOK_SECONDS)
                seconds = time.monotonic() - began
                if seconds > END_SECONDS:
                    raise DigitsError("It took over 15 minutes, so it was ended. Close other programs and try again.")
                on_wait(seconds)
        finally:
            process.kill()
            process.wait()
        out.seek(0)
        err.seek(0)
        return process.returncode, out.read(), err.read()


def last_line(text: str) -> str:
    """Return the last line of what a process said, cut to 300 characters; empty if it said nothing."""
    return (text.strip().splitlines() or [""])[-1][:300]
