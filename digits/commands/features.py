"""python -m digits features [RUN] [PART]: compute what the last hidden layer makes of many digits."""

import sys

from digits import models
from digits.data import preparing
from digits.data.splits import SPLITS
from digits.evaluation import features
from digits.training import runs


def add_to(verbs) -> None:
    parser = verbs.add_parser("features", help="compute what the last hidden layer of a run makes of many digits")
    parser.add_argument("run", nargs="?", metavar="RUN", help="the chosen model by default")
    parser.add_argument(
        "part", nargs="?", default=features.TRAIN, metavar="PART", help=f"{features.TRAIN}, {', '.join(SPLITS)}"
    )
    parser.set_defaults(command=run)


def run(options) -> int:
    run = runs.find(options.run) if options.run else models.chosen()
    source, _ = features.part(run, options.part)
    preparing.ensure(source, lambda phase: print(f"{phase} ...", file=sys.stderr))
    computed = features.compute(
        run, options.part, models.layers(run), lambda done, of: print(f"{done:,} of {of:,}", file=sys.stderr)
    )
    print(f"{computed.shape[1]} features of {computed.shape[0]:,} digits by {run.id}")
    return 0
