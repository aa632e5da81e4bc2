"""python -m digits features [RUN] [PART]: compute what the last hidden layer makes of many digits."""

from digits.commands.progress import bar
from digits.data import preparing
from digits.data.splits import SPLITS
from digits.evaluation import features
from digits.runs import models, runs


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
    with bar() as on_progress:
        preparing.ensure(source, lambda phase: on_progress(0.0, phase))
        computed = features.compute(run, options.part, models.layers(run), on_progress)
    print(f"{computed.shape[1]} features of {computed.shape[0]:,} digits by {run.id}")
    return 0
