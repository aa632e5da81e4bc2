"""Where what is computed about a run lies: beside its model, except for the starter, which is a part of the program."""

from pathlib import Path

from digits.runs.run import Run
from digits.runs.runs import STARTER
from digits.storage.home import home
from digits.storage.records import read_json


def folder(run: Run, name: str) -> Path:
    """The folder of what is computed about `run` on the digits of that name, of which the worker is the only writer.

    The starter's bears the sha256 of its network, so that another starter does not inherit it. Raises DamagedFile.
    """
    if run.path != STARTER:
        return run.path / "evaluation" / name
    digest = read_json(STARTER / "manifest.json")["sha256"]["model.tflite"]
    return home() / "starter" / digest[:12] / name
