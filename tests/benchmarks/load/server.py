"""A server to measure, and the table of what was measured of it, for docs/serving.md."""

import asyncio
import contextlib
import os
import platform
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import psutil

from tests.benchmarks.machine import machine
from tests.benchmarks.results import progress
from tests.browser.conftest import serving

Rows = list[tuple[str, str, str]]
"""What is measured, the result, and the goal."""
Measurement = Callable[[str, psutil.Process, Path], Awaitable[Rows]]
"""Takes the server's address, its process and its DIGITS_HOME."""


def report(*measurements: Measurement) -> None:
    """Run each measurement on a fresh server, and print the rows as they come. Raises DigitsError."""
    here = machine()
    print(f"{here['date']}, commit {here['commit']}: {here['cores']} cores, Python {platform.python_version()}; "
          f"load average before: {os.getloadavg()[0]:.1f}\n")  # fmt: skip
    print("| what | measured | goal |\n| --- | --- | --- |", flush=True)
    for measurement in measurements:
        began = time.monotonic()
        with _server() as (address, process, home):
            for row in asyncio.run(measurement(address, process, home)):
                print(f"| {' | '.join(row)} |", flush=True)
        progress(f"{measurement.__name__}: {time.monotonic() - began:.0f} s")


@contextlib.contextmanager
def _server() -> Iterator[tuple[str, psutil.Process, Path]]:
    """A fresh server: its address, its process, and its DIGITS_HOME, beside which all its temporary files lie."""
    with tempfile.TemporaryDirectory(prefix="digits-load-") as folder:
        home, temporary = Path(folder) / "home", Path(folder) / "temporary"
        home.mkdir()
        temporary.mkdir()
        # For this process too, which reads the runs. A warm worker would stay, and count as left behind.
        os.environ |= {"DIGITS_HOME": str(home), "TMPDIR": str(temporary), "DIGITS_WARM": "0"}
        with serving(home) as address:
            (process,) = psutil.Process().children()
            yield address, process, home
