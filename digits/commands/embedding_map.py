"""python -m digits map [RUN]: place the digits of a test set by what the last hidden layer makes of them."""

import json

from digits.commands.run_and_test import add_run_and_test, compute, run_and_test
from digits.evaluation import embedding_map


def add_to(verbs) -> None:
    parser = verbs.add_parser("map", help="place the digits of a test set by a run's last hidden layer")
    add_run_and_test(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document: each digit's index and place")
    parser.set_defaults(command=run)


def run(options) -> int:
    run, chosen = run_and_test(options)
    compute("map", run.id, chosen.name, chosen.source)
    found = embedding_map.stored(run, chosen)
    if options.json:
        print(json.dumps({"run": run.id, "indices": found.indices.tolist(), "places": found.places.tolist()}))
    else:
        print(f"{len(found.indices):,} digits of {chosen.title} are placed; see the map on the Evaluate page.")
    return 0
