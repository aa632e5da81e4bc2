"""python -m digits features [RUN] [PART]: compute what the last hidden layer makes of many digits."""

from digits.commands.run_and_test import compute, named_run
from digits.data.splits import SPLITS
from digits.evaluation import features


def add_to(verbs) -> None:
    parser = verbs.add_parser("features", help="compute what the last hidden layer of a run makes of many digits")
    parser.add_argument("run", nargs="?", metavar="RUN", help="the chosen model by default")
    parser.add_argument(
        "part", nargs="?", default=features.TRAIN, metavar="PART", help=f"{features.TRAIN}, {', '.join(SPLITS)}"
    )
    parser.set_defaults(command=run)


def run(options) -> int:
    run = named_run(options.run)
    source, _ = features.part(run, options.part)
    compute("features", run.id, options.part, source)
    computed = features.stored(run, options.part)
    print(f"{computed.shape[1]} features of {computed.shape[0]:,} digits by {run.id}")
    return 0
