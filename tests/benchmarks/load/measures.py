"""What is measured: waiting times, memory, and what is left behind. Each returns rows: what, measured, goal."""

import asyncio
import contextlib
import sys
import time
from pathlib import Path

import numpy as np
import psutil

from digits.commands import checks
from digits.errors import DigitsError
from digits.networks.settings import make_config
from digits.runs import queue, runs
from digits.runs.run import Run, RunState
from tests.benchmarks.load.visitor import Visitor

PAGES = [
    ("", ""),
    ("explore", ""),
    ("train", ""),
    ("train", "train_view=Watch"),
    ("evaluate", ""),
    ("compare", ""),
    ("draw", ""),
]
SESSION_SECONDS = 125  # Streamlit keeps a closed session for 120 s, in case its visitor comes back

Rows = list[tuple[str, str, str]]


async def users(address: str, process: psutil.Process, home: Path) -> Rows:
    """30 visitors, spread over all pages, each with a rerun every 2 s for a minute, while a network trains."""
    await _warm_up(address)
    async with training():
        visitors = [await Visitor.open(address, *PAGES[number % len(PAGES)]) for number in range(30)]
        before = _processor_seconds(process)
        answers = await asyncio.gather(*(_use(visitor, number / 15) for number, visitor in enumerate(visitors)))
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
    await _warm_up(address)
    before = _megabytes(process)
    visitors = [await Visitor.open(address, *PAGES[number % len(PAGES)]) for number in range(100)]
    await asyncio.sleep(5)
    grown = _megabytes(process) - before
    for visitor in visitors:
        await visitor.close()
    return [("100 idle sessions", f"{grown:+.0f} MB", "under 100 MB")]


async def connects(address: str, process: psutil.Process, home: Path) -> Rows:
    """500 visitors that come and go, one after the other."""
    await _warm_up(address)
    before = _megabytes(process)
    for number in range(500):
        await (await Visitor.open(address, *PAGES[number % len(PAGES)])).close()
    at_once = _megabytes(process) - before
    await asyncio.sleep(SESSION_SECONDS)
    await _warm_up(address)  # the store of closed sessions throws out the old ones when somebody comes
    later = _megabytes(process) - before
    return [("500 visits", f"{later:+.0f} MB 2 min later ({at_once:+.0f} MB at once)", "under 30 MB")]


async def trainings(address: str, process: psutil.Process, home: Path) -> Rows:
    """20 trainings with the page's own settings, one after the other, each started and watched in the page."""
    await _warm_up(address)
    await _train(address, process)
    before = _megabytes(process)
    states = [await _train(address, process) for _ in range(20)]
    grown = _megabytes(process) - before
    left = [*home.rglob(".*"), *(home.parent / "temporary").iterdir()]
    try:
        locks = checks.locks()
    except DigitsError as error:
        locks = str(error)
    found = f"{len(process.children(recursive=True))} processes, {len(left)} temporary files; {locks}"
    return [
        (f"20 trainings, {states.count(RunState.DONE)} done: left behind", found, "nothing"),
        ("20 trainings: the server's memory", f"{grown:+.0f} MB", "within 20 MB"),
    ]


async def _warm_up(address: str) -> None:
    """Each page a few times, so that imports, caches and the allocator's first growth are not counted."""
    for page in PAGES * 3:
        await (await Visitor.open(address, *page)).close()


async def _use(visitor: Visitor, delay: float) -> tuple[int, list[float]]:
    """Failures, and the seconds that each answer took."""
    failures, times = 0, []
    await asyncio.sleep(delay)
    for _ in range(30):
        began = time.monotonic()
        try:
            times.append(await visitor.rerun())
        except (RuntimeError, OSError, TimeoutError) as error:
            failures += 1
            print(f"{visitor.page}: {error}", file=sys.stderr)
        await asyncio.sleep(max(0.0, 2 - (time.monotonic() - began)))
    return failures, times


@contextlib.asynccontextmanager
async def training():
    """A network that trains from before the first visitor to after the last."""
    run = runs.create(make_config(architecture="cnn", epochs=1000))
    others = psutil.Process().children()
    queue.start(run)
    while not run.epochs():
        await asyncio.sleep(0.5)
    yield
    assert run.state == RunState.RUNNING, "the training ended too early"
    run.ask_to_stop()
    while psutil.Process().children() != others:
        await asyncio.sleep(0.5)


async def _train(address: str, process: psutil.Process) -> RunState:
    """Press Start, watch the run to its end, and wait for its worker to go. Returns how it ended."""
    known = {run.id for run in runs.all_runs()}
    visitor = await Visitor.open(address, "train")
    await visitor.rerun(press="Start training")
    (run,) = (run for run in runs.all_runs() if run.id not in known)
    await visitor.close()
    visitor = await Visitor.open(address, "train", f"train_view=Watch&run={run.id}")
    while not run.state.is_final or _works(run, process):
        await visitor.rerun()
        await asyncio.sleep(1)
    await visitor.close()
    return run.state


def _works(run: Run, process: psutil.Process) -> bool:
    """Whether the run's worker is still there, to judge it."""
    workers = []
    for child in process.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            workers.append(child.cmdline())
    return any(run.id in words for words in workers)


def _processor_seconds(process: psutil.Process) -> float:
    """What the server has computed so far: unlike waiting times, hardly changed by what else the machine does."""
    times = process.cpu_times()
    return times.user + times.system


def _megabytes(process: psutil.Process) -> float:
    return process.memory_info().rss / 1e6
