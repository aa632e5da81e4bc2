"""python -m digits map [RUN]: place the digits of a test set by what the last hidden layer makes of them."""

import json

from digits import models
from digits.commands.progress import bar
from digits.data import preparing
from digits.data.splits import SPLITS
from digits.evaluation import digit_map
from digits.evaluation.test_sets import test_set
from digits.training import runs


def add_to(verbs) -> None:
    parser = verbs.add_parser("map", help="place the digits of a test set by a run's last hidden layer")
    parser.add_argument("run", nargs="?", metavar="RUN", help="the chosen model by default")
    parser.add_argument("--test", metavar="SET", help=f"{', '.join(SPLITS)}; the run's own split by default")
    parser.add_argument("--json", action="store_true", help="print one JSON document: each digit's index and place")
    parser.set_defaults(command=run)


def run(options) -> int:
    run = runs.find(options.run) if options.run else models.chosen()
    chosen = test_set(options.test or run.config.split, run.config)
    with bar() as on_progress:
        preparing.ensure(chosen.source, lambda phase: on_progress(0.0, phase))
        found = digit_map.compute(run, chosen, models.layers(run), on_progress)
    if options.json:
        print(json.dumps({"run": run.id, "indices": found.indices.tolist(), "places": found.places.tolist()}))
    else:
        print(f"{len(found.indices):,} digits of {chosen.title} are placed; see the map on the Evaluate page.")
    return 0
