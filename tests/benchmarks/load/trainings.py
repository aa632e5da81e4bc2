"""Trainings beside the visitors: one that runs all the while, and what many leave behind."""

import asyncio
import contextlib
from pathlib import Path

import psutil

from digits.commands import checks
from digits.errors import DigitsError
from digits.networks.settings import make_config
from digits.runs import queue, runs
from digits.runs.run import Run, RunState
from tests.benchmarks.load.server import Rows
from tests.benchmarks.load.visitor import Visitor, megabytes, warm_up


async def trainings(address: str, process: psutil.Process, home: Path) -> Rows:
    """20 trainings with the page's own settings, one after the other, each started and watched on the page."""
    await warm_up(address)
    await _train(address, process)
    before = megabytes(process)
    states = [await _train(address, process) for _ in range(20)]
    grown = megabytes(process) - before
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


@contextlib.asynccontextmanager
async def training():
    """Train a network while inside, from before the first visitor to after the last."""
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
    """Whether the run's worker is still there, which then evaluates it."""
    workers = []
    for child in process.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            workers.append(child.cmdline())
    return any(run.id in words for words in workers)
