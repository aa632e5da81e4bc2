"""Describe the machine and the program of a measurement: without them its numbers mean nothing."""

import datetime
import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

from digits.storage.home import ROOT

COMMIT_FILE = ROOT / "COMMIT"
"""Names the commit in a folder that `pack` made, which has no history of its own."""


def machine() -> dict:
    """Return {date, cpu, cores, python, versions, commit} of this machine and program."""
    versions = {}
    for name in ("tensorflow", "keras", "numpy", "jax", "torch"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": versions,
        "commit": commit(),
    }


def commit() -> str:
    """Return the short hash of this program's commit, "unknown" where there is none."""
    if COMMIT_FILE.is_file():
        return COMMIT_FILE.read_text(encoding="utf-8").strip()
    try:
        process = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    except OSError:  # no git
        return "unknown"
    return process.stdout.strip() or "unknown"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
