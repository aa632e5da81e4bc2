"""Measure how many visitors the server bears, without a browser: waiting times, memory, and what is left behind.

Takes about eighteen minutes; what else the machine does meanwhile is measured, too.
"""

import argparse
import asyncio
import time
from pathlib import Path

import numpy as np
import psutil

from tests.benchmarks.load.joined import joined
from tests.benchmarks.load.server import Rows, report
from tests.benchmarks.load.trainings import starts, training, trainings
from tests.benchmarks.load.visitor import PAGES, Visitor, megabytes, warm_up
from tests.benchmarks.results import progress

SESSION_SECONDS = 125  # Streamlit keeps a closed session for 120 s, in case its visitor comes back


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, metavar="NAME", help=", ".join(MEASUREMENTS))


def run(options: argparse.Namespace) -> None:
    report(*(MEASUREMENTS[name] for name in options.only or MEASUREMENTS))


async def users(address: str, process: psutil.Process, home: Path) -> Rows:
    """30 visitors, spread over all pages, each with a rerun every 2 s for a minute, while a network trains."""
    await warm_up(address)
    async with training():
        visitors = [await Visitor.open(address, *PAGES[number % len(PAGES)]) for number in range(30)]
        before = _processor_seconds(process)
        answers = await asyncio.gather(*(use(visitor, number / 15) for number, visitor in enumerate(visitors)))
        used = _processor_seconds(process) - before
        for visitor in visitors:
            await visitor.close()
    seconds = [second for _, times in answers for second in times]
    failures = sum(failed for failed, _ in answers)
    middle, most = np.percentile(seconds, [50, 95]) * 1000
    what = f"30 users, a rerun every 2 s, a training running: {len(seconds):,} reruns"
    return [
        (what, f"p95 {most:.0f} ms (median {middle:.0f}), {failures} failures", "p95 300 ms, no failure"),
        ("the server's processor time for each of them", f"{used / len(seconds) * 1000:.1f} ms on average", "15 ms"),
    ]


async def idle(address: str, process: psutil.Process, home: Path) -> Rows:
    """100 pages that are open while nobody does anything."""
    await warm_up(address)
    before = megabytes(process)
    visitors = [await Visitor.open(address, *PAGES[number % len(PAGES)]) for number in range(100)]
    await asyncio.sleep(5)
    grown = megabytes(process) - before
    for visitor in visitors:
        await visitor.close()
    return [("100 idle sessions", f"{grown:+.0f} MB", "under 100 MB")]


async def connects(address: str, process: psutil.Process, home: Path) -> Rows:
    """500 visitors that come and go, one after the other."""
    await warm_up(address)
    before = megabytes(process)
    for number in range(500):
        await (await Visitor.open(address, *PAGES[number % len(PAGES)])).close()
    at_once = megabytes(process) - before
    await asyncio.sleep(SESSION_SECONDS)
    await warm_up(address)  # the store of closed sessions throws out the old ones when somebody comes
    later = megabytes(process) - before
    return [("500 visits", f"{later:+.0f} MB 2 min later ({at_once:+.0f} MB at once)", "under 30 MB")]


MEASUREMENTS = {
    "users": users,
    "joined": joined,
    "idle": idle,
    "connects": connects,
    "starts": starts,
    "trainings": trainings,
}


async def use(visitor: Visitor, delay: float) -> tuple[int, list[float]]:
    """Failures, and the seconds that each answer took."""
    failures, times = 0, []
    await asyncio.sleep(delay)
    for _ in range(30):
        began = time.monotonic()
        try:
            times.append(await visitor.rerun())
        except (RuntimeError, OSError, TimeoutError) as error:
            failures += 1
            progress(f"{visitor.page}: {error}")
        await asyncio.sleep(max(0.0, 2 - (time.monotonic() - began)))
    return failures, times


def _processor_seconds(process: psutil.Process) -> float:
    """What the server has computed so far: unlike waiting times, hardly changed by what else the machine does."""
    times = process.cpu_times()
    return times.user + times.system
