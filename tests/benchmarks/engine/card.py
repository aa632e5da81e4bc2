"""The device that trains, in one report: ours against plain `fit`, and both against what the device can do at all."""

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from digits.networks.architectures import RECIPES
from digits.storage.records import write_json
from tests.benchmarks.engine import measurements
from tests.benchmarks.engine.card_tables import lines
from tests.benchmarks.engine.machine import machine
from tests.benchmarks.engine.ours_to_goal import GOALS

PARTS = ("ceilings", "throughput", "breakdown", "fit_throughput", "race")


def measure(
    networks: Sequence[str] = tuple(RECIPES),
    *,
    seeds: int = 0,
    minutes: float = math.inf,
    keep: Callable[[dict], None] = lambda results: None,
) -> dict:
    """The results of each part, every one in a process of its own.

    seeds: how many of each network with a goal to train to it. minutes: after so many no training begins that would not
    end in time, by the longest so far. keep: called after each part with all results so far.
    """
    began, longest = time.monotonic(), 0.0
    results: dict = {"machine": machine()}
    for name in filter(measurements.is_installed, PARTS):
        _say(measurements.MEASUREMENTS[name][0])
        results[name] = measurements.run(name, networks=list(networks))
        keep(results)
    for seed in range(seeds):  # every network has as many as the others, wherever this ends
        for network in (network for network in GOALS if network in networks):
            if time.monotonic() - began + longest > 60 * minutes:
                print(f"{minutes:g} minutes are over; no other training begins.", file=sys.stderr)
                return results
            _say(f"{network} to {GOALS[network]:.1%}, seed {seed}")
            started = time.monotonic()
            ended = measurements.run("ours_to_goal", network=network, seed=seed)
            longest = max(longest, time.monotonic() - started)
            results.setdefault("ours_to_goal", {}).setdefault(network, []).append(ended)
            keep(results)
    return results


def add_options(parser: argparse.ArgumentParser) -> None:
    """What the command line and the script of a bare machine have in common."""
    parser.add_argument("--quick", action="store_true", help="only the tutorial's network, and not to any goal")
    parser.add_argument("--networks", nargs="+", choices=RECIPES, metavar="A", help=", ".join(RECIPES))
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="how many train to the goals, 5 if not given")
    parser.add_argument("--minutes", type=float, default=math.inf, metavar="N", help="begin no training after so many")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the results there after each part, as JSON")


def report(options, *, goals: bool) -> dict:
    """What `options` ask for; goals: whether to train to them."""
    networks = options.networks or (["mlp"] if options.quick else list(RECIPES))
    keep = (lambda results: write_json(options.out, results)) if options.out else lambda results: None
    seeds = options.seeds if goals and not options.quick else 0
    return measure(networks, seeds=seeds, minutes=options.minutes, keep=keep)


def _say(what: str) -> None:
    print(f"{what} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":  # where there is neither OpenCV nor the rest of what the command line needs
    parser = argparse.ArgumentParser(prog="run.sh", description="Measure this machine's GPU, or its processor.")
    add_options(parser)
    measured = report(parser.parse_args(), goals=True)
    print(json.dumps(measured), *lines(measured), sep="\n")
