"""A class at work: thirty pupils who have joined draw, look at pages and train for five minutes."""

import asyncio
import time
from pathlib import Path

import numpy as np
import psutil

from digits import classes, tasks
from digits.classes import Member
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs.run import RunState
from pages.shared.visitor import COOKIE, signed
from tests.benchmarks.load.server import Rows
from tests.benchmarks.load.strokes import seven
from tests.benchmarks.load.visitor import PAGES, Visitor, megabytes, warm_up
from tests.benchmarks.results import progress

NUM_PUPILS = 30
NUM_DRAWING = 10  # of them; the others look at pages
RUNS_EACH = 2  # of those who look at pages: more than can be trained meanwhile
SECONDS = 300
PAUSE = 2.0  # s from one action to the next


async def joined(address: str, process: psutil.Process, home: Path) -> Rows:
    """30 members of a class for 5 minutes, a stroke or a rerun each every 2 s, while the queue trains their runs."""
    await warm_up(address)
    found = classes.create("7b", "123456")
    members = [classes.join(found, f"Pupil {number}", f"{number:016x}") for number in range(NUM_PUPILS)]
    visitors = [await _open(address, number, member) for number, member in enumerate(members)]
    for visitor in visitors[:NUM_DRAWING]:
        await visitor.draw(seven(0))  # the first one loads the model
    before = megabytes(process)
    for _ in range(RUNS_EACH):
        for member in members[NUM_DRAWING:]:
            runs.create(make_settings(), owner=member.id)
    answers = await asyncio.gather(*(_use(visitor, number) for number, visitor in enumerate(visitors)))
    grown = megabytes(process) - before
    for visitor in visitors:
        await visitor.close()
    done = sum(run.state == RunState.DONE for run in runs.page(limit=-1))
    for run in runs.unfinished():
        runs.stop(run)
    while tasks.unfinished():
        await asyncio.sleep(0.5)
    what = f"{NUM_PUPILS} pupils of a class for {SECONDS} s, {done} runs trained meanwhile"
    return [
        (f"{what}: {name}", _summary(part), goal)
        for name, part, goal in (
            ("reruns", answers[NUM_DRAWING:], "p95 150 ms, no failure"),
            ("strokes", answers[:NUM_DRAWING], "p95 60 ms, no failure"),
        )
    ] + [("the server's memory meanwhile", f"{grown:+.0f} MB", "+300 MB")]


async def _open(address: str, number: int, member: Member) -> Visitor:
    page = ("draw", "model=starter") if number < NUM_DRAWING else PAGES[number % len(PAGES)]
    return await Visitor.open(address, *page, cookie=f"{COOKIE}={signed(member.id)}")


async def _use(visitor: Visitor, number: int) -> tuple[int, list[float]]:
    """Return how many answers failed, and the seconds that each of the others took."""
    failures, times = 0, []
    await asyncio.sleep(PAUSE * number / NUM_PUPILS)
    end = time.monotonic() + SECONDS
    while (began := time.monotonic()) < end:
        try:
            answer = visitor.draw(seven(len(times) % 20)) if number < NUM_DRAWING else visitor.rerun()
            times.append(await answer)
        except (RuntimeError, OSError, TimeoutError) as error:
            failures += 1
            progress(f"{visitor.page}: {error}")
        await asyncio.sleep(max(0.0, PAUSE - (time.monotonic() - began)))
    return failures, times


def _summary(answers: list[tuple[int, list[float]]]) -> str:
    seconds = [second for _, times in answers for second in times]
    middle, most = np.percentile(seconds, [50, 95]) * 1000
    failures = sum(failed for failed, _ in answers)
    return f"p95 {most:.0f} ms (median {middle:.0f}), {len(seconds):,} answers, {failures} failures"
