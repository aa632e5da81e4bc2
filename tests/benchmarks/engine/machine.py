"""What was measured on, and when: without it a number means nothing."""

import datetime
import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

from digits.storage.home import ROOT

COMMIT_FILE = ROOT / "COMMIT"
"""Says what a folder holds that was made by `pack` and has no history of its own."""


def machine() -> dict:
    """{date, cpu, cores, python, versions, commit} of this machine and program."""
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
    """The short name of this program's commit; "unknown" where nothing tells."""
    if COMMIT_FILE.is_file():
        return COMMIT_FILE.read_text(encoding="utf-8").strip()
    try:
        said = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    except OSError:  # no git
        return "unknown"
    return said.stdout.strip() or "unknown"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
