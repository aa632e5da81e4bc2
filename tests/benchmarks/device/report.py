"""Measure the device that trains: this engine against plain `fit`, and both against what the device can do at most."""

import argparse
import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from digits.data.dataset import open_dataset
from digits.networks.architectures import RECIPES
from tests.benchmarks import measurements
from tests.benchmarks.device.ours_to_goal import GOALS
from tests.benchmarks.device.tables import lines
from tests.benchmarks.machine import machine
from tests.benchmarks.results import progress, write_json

PARTS = ("ceilings", "throughput", "breakdown", "fit_throughput", "parallel_runs")


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--goals", action="store_true", help="also train cnn to 99.0%% and cnn-large to 99.5%%")
    parser.add_argument("--quick", action="store_true", help="only the tutorial's network, and not to any goal")
    parser.add_argument("--networks", nargs="+", choices=RECIPES, metavar="A", help=", ".join(RECIPES))
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="trainings to each goal, 5 by default")
    parser.add_argument(
        "--minutes", type=float, default=math.inf, metavar="N", help="start no training after N minutes"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the results there after each part, as JSON")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> None:
    goals = options.goals and not options.quick
    if goals:
        open_dataset("mnist")  # where it is missing, say it now and not after minutes
    results = measure(
        options.networks or (["mlp"] if options.quick else list(RECIPES)),
        seeds=options.seeds if goals else 0,
        minutes=options.minutes,
        on_results=(lambda results: write_json(options.out, results)) if options.out else lambda results: None,
    )
    print(json.dumps(results) if options.json else "\n".join(lines(results)))


def measure(
    networks: Sequence[str],
    *,
    seeds: int = 0,
    minutes: float = math.inf,
    on_results: Callable[[dict], None] = lambda results: None,
) -> dict:
    """Return the results of each part.

    seeds: how many of each network with a goal to train to it. minutes: after so many, no training starts that would
    not end in time, by the longest so far. on_results: called after each part with all results so far.
    """
    began, longest = time.monotonic(), 0.0
    results: dict = {"machine": machine()}
    for name in filter(measurements.is_installed, PARTS):
        progress(f"{measurements.title(name)} ...")
        results[name] = measurements.run(name, networks=list(networks))
        on_results(results)
    for seed in range(seeds):  # every network has as many as the others, wherever this ends
        for network in (network for network in GOALS if network in networks):
            if time.monotonic() - began + longest > 60 * minutes:
                progress(f"{minutes:g} minutes are over; no other training starts.")
                return results
            progress(f"{network} to {GOALS[network]:.1%}, seed {seed} ...")
            started = time.monotonic()
            trained = measurements.run("ours_to_goal", network=network, seed=seed)
            longest = max(longest, time.monotonic() - started)
            results.setdefault("ours_to_goal", {}).setdefault(network, []).append(trained)
            on_results(results)
    return results
