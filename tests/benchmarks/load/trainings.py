"""Trainings beside the visitors: one that runs all the while, and what many leave behind."""

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil

from digits import tasks
from digits.commands import checks
from digits.errors import DigitsError
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs.run import RunState
from tests.benchmarks.load.server import Rows
from tests.benchmarks.load.visitor import Visitor, megabytes, warm_up

WARM_SECONDS = 15  # by then the worker has loaded TensorFlow and compiled
WORKER_SECONDS = 30  # a worker that is at its end has left long before


async def trainings(address: str, process: psutil.Process, home: Path) -> Rows:
    """20 trainings with the page's own settings, one after the other, each started and watched on the page."""
    await warm_up(address)
    await _train(address, process)
    before = megabytes(process)
    states = [await _train(address, process) for _ in range(20)]
    grown = megabytes(process) - before
    left = [*home.rglob(".*"), *(home.parent / "temporary").iterdir()]
    try:
        workers = checks.workers()
    except DigitsError as error:
        workers = error.with_hint
    found = f"{len(process.children(recursive=True))} processes, {len(left)} temporary files; {workers}"
    return [
        (f"20 trainings, {states.count(RunState.DONE)} done: left behind", found, "nothing"),
        ("20 trainings: the server's memory", f"{grown:+.0f} MB", "within 20 MB"),
    ]


async def starts(address: str, process: psutil.Process, home: Path) -> Rows:
    """How long ten runs of the default network take from the press of Start to their first tick, in a warm worker."""
    tasks.warm_up()  # as opening Train does elsewhere
    await asyncio.sleep(WARM_SECONDS)
    visitor = await Visitor.open(address, "train")
    seconds = []
    for _ in range(10):
        known = {run.id for run in runs.page(limit=-1)}
        began = time.perf_counter()
        pressed = asyncio.create_task(visitor.rerun(press="Start training"))
        while not (run := next((run for run in runs.active() if run.id not in known), None)) or not runs.ticks(run.id):
            await asyncio.sleep(0.01)
        seconds.append(time.perf_counter() - began)
        await pressed
        runs.stop(run)
        while tasks.unfinished():
            await asyncio.sleep(0.1)
        await visitor.close()
        visitor = await Visitor.open(address, "train")
    await visitor.close()
    workers = [child for child in psutil.Process().children() if child != process]
    for worker in workers:
        worker.terminate()
    psutil.wait_procs(workers, WORKER_SECONDS)
    what = "from Start to the first tick of a training, median of 10"
    return [(what, f"{statistics.median(seconds):.1f} s, {max(seconds):.1f} s at most", "1.5 s")]


@contextlib.asynccontextmanager
async def training() -> AsyncIterator[None]:
    """Train a network while inside, from before the first visitor to after the last. The server starts its worker."""
    run = runs.create(make_settings(architecture="cnn", epochs=1000))
    while not runs.epochs(run.id):
        await asyncio.sleep(0.5)
    yield
    run = runs.get(run.id)
    assert run.state == RunState.RUNNING, "the training ended too early"
    runs.stop(run)
    while tasks.unfinished():
        await asyncio.sleep(0.5)


async def _train(address: str, process: psutil.Process) -> RunState:
    """Press Start, watch the run to its end, and wait for its worker to go. Return how it ended."""
    known = {run.id for run in runs.page(limit=-1)}
    visitor = await Visitor.open(address, "train")
    await visitor.rerun(press="Start training")
    (run,) = (run for run in runs.page(limit=-1) if run.id not in known)
    await visitor.close()
    visitor = await Visitor.open(address, "train", f"train_view=Watch&run={run.id}")
    while not (run := runs.get(run.id)).state.is_final:
        await visitor.rerun()
        await asyncio.sleep(1)
    await visitor.close()
    end = time.monotonic() + WORKER_SECONDS
    while process.children() and time.monotonic() < end:
        await asyncio.sleep(0.1)
    return run.state
