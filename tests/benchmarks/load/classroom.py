"""Measure a class that presses Start at once, without a browser: what everybody sees, and how long all of it takes."""

import argparse
import asyncio
import re
import time
from pathlib import Path

import numpy as np
import psutil

from digits.networks.settings import SETTINGS
from digits.runs import store as runs
from digits.runs.run import Run, RunState
from tests.benchmarks.load.server import Rows, report
from tests.benchmarks.load.visitor import Visitor

PLACE = re.compile(r"Place \*\*(\d+) of \d+\*\* .* in (?:about ([\d.]+) (s|min|h)|a few seconds)\.")
UNITS = {"s": 1, "min": 60, "h": 3600, None: 0}


def add_options(parser: argparse.ArgumentParser) -> None:
    network = SETTINGS["architecture"]
    parser.add_argument(
        "--network", choices=network.choices, default=network.default, help="that all train (%(default)s)"
    )
    parser.add_argument("--pupils", type=int, default=25, metavar="N", help="how many they are (%(default)s)")


def run(options: argparse.Namespace) -> None:
    async def starts(address: str, process: psutil.Process, home: Path) -> Rows:
        return await start_at_once(address, options.network, options.pupils)

    report(starts)


async def start_at_once(address: str, network: str, pupils: int) -> Rows:
    """Each pupil, with a cookie of their own, starts a training on the sample and looks when it will begin."""
    visitors = [await Visitor.open(address, "train") for _ in range(pupils)]
    if network != SETTINGS["architecture"].default:
        for visitor in visitors:
            visitor.choose("Network", f"`{network}`")
            await visitor.rerun()
    began = time.time()
    answers = await asyncio.gather(*(visitor.rerun(press="Start training") for visitor in visitors))
    told = await asyncio.gather(*(_when_it_begins(address, run) for run in runs.page(limit=-1)))
    while any(not run.state.is_final for run in runs.page(limit=-1)):
        await asyncio.sleep(0.2)
    wall = time.time() - began
    done = [run for run in runs.page(limit=-1) if run.state == RunState.DONE]
    seen = [each for each in told if each]
    wrong = [abs(runs.get(run_id).details["started"] - when) for run_id, _, when in seen]
    own = sum(run.details["seconds"] for run in done)
    at_work = sum(seconds for _, seconds in runs.durations())
    places = sorted(place for _, place, _ in seen)
    return [
        (f"{pupils} pupils press Start (`{network}`, the sample): answered", f"within {max(answers):.1f} s", ""),
        (
            "of the others each sees a place of their own, and a time",
            f"{len(set(places))}; the time is wrong by {np.median(wrong):.0f} s (median), {max(wrong):.0f} s at most",
            f"{pupils - 1}",
        ),
        ("all are done", f"{len(done)}, after {wall:.0f} s", f"{pupils}"),
        ("that, by the seconds of the trainings alone", f"{wall / own:.2f} ({own:.0f} s)", "1.3"),
        ("by those of the runs, with model files, calibration and evaluation", f"{wall / at_work:.2f}", ""),
    ]


async def _when_it_begins(address: str, run: Run) -> tuple[str, int, float] | None:
    """Return (run, place, when it will begin) as its page shows it; None if it does not wait."""
    visitor = await Visitor.open(address, "train", f"train_view=Watch&run={run.id}")
    await visitor.close()
    found = next((match for text in visitor.texts if (match := PLACE.search(text))), None)
    if found is None:
        return None
    place, number, unit = found.groups()
    return run.id, int(place), time.time() + float(number or 0) * UNITS[unit]
