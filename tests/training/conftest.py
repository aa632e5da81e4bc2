"""Processes of their own with Keras, which nobody waits for: each is forked from one that has just loaded it."""

import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from digits.networks import backends
from digits.storage.home import ROOT

FORK = """
import json, os, sys
from digits.networks.library import keras
for line in sys.stdin:
    code, arguments, environment, said = json.loads(line)
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    os.environ.clear()
    os.environ.update(environment)
    for stream, name in ((1, "out"), (2, "error")):
        os.dup2(os.open(f"{said}/{name}", os.O_CREAT | os.O_WRONLY), stream)
    sys.argv[1:] = arguments
    exec(code, {"__name__": "__main__"})
    sys.exit()
"""


def output_of(code: str, *arguments: object, library: str = "tensorflow") -> str:
    """Run `code` in a process of its own with Keras on that library. Returns the last line that it prints."""
    if not backends.is_installed(library):
        pytest.skip("pip install -r requirements-jax.txt")
    with tempfile.TemporaryDirectory() as said:
        process = _loaded(library)
        environment = {**os.environ, **_environment(library)}
        process.stdin.write(json.dumps([code, [str(each) for each in arguments], environment, said]) + "\n")
        process.stdin.flush()
        out, error = (Path(said, name) for name in ("out", "error"))
        assert process.stdout.readline() == "0\n", error.read_text()
        return out.read_text().splitlines()[-1]


def _environment(library):
    return {"KERAS_BACKEND": library, "TF_CPP_MIN_LOG_LEVEL": "3"}


@functools.cache
def _loaded(library):
    return subprocess.Popen(
        [sys.executable, "-c", FORK], cwd=ROOT, env={**os.environ, **_environment(library)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
