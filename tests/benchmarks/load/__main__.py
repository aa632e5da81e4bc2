"""python -m tests.benchmarks.load [PART ...]: measure a server of its own on a free port, and print a table for docs/serving.md.

Takes about twelve minutes; on a machine that does something else meanwhile, it measures that too.
"""

import argparse
import asyncio
import contextlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil

from digits.storage.home import ROOT
from tests.benchmarks.load import judging, measures, strokes
from tests.browser.conftest import serving

PARTS = {
    "users": measures.users,
    "idle": measures.idle,
    "connects": measures.connects,
    "trainings": measures.trainings,
    "strokes": strokes.strokes,
    "judging": judging.judging,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all by default")
    parts = parser.parse_args().parts or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; choose of {', '.join(PARTS)}")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    print(f"{datetime.now(UTC):%Y-%m-%d}, commit {commit.strip()}: {os.cpu_count()} cores, Python "
          f"{platform.python_version()}; load average before: {os.getloadavg()[0]:.1f}\n")  # fmt: skip
    print("| what | measured | goal |\n| --- | --- | --- |", flush=True)
    for part in parts:
        began = time.monotonic()
        with _server() as (address, process, home):
            for row in asyncio.run(PARTS[part](address, process, home)):
                print(f"| {' | '.join(row)} |", flush=True)
        print(f"{part}: {time.monotonic() - began:.0f} s", file=sys.stderr)


@contextlib.contextmanager
def _server() -> Iterator[tuple[str, psutil.Process, Path]]:
    """A fresh server: its address, its process, and its DIGITS_HOME, beside which all its temporary files lie."""
    with tempfile.TemporaryDirectory(prefix="digits-load-") as folder:
        home, temporary = Path(folder) / "home", Path(folder) / "temporary"
        home.mkdir()
        temporary.mkdir()
        os.environ |= {"DIGITS_HOME": str(home), "TMPDIR": str(temporary)}  # for this process too, which reads the runs
        with serving(home) as address:
            (process,) = psutil.Process().children()
            yield address, process, home


if __name__ == "__main__":
    main()
