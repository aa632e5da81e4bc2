"""python -m digits robustness [RUN]: how well a run reads distorted digits."""

import json

from digits import models
from digits.commands.progress import bar
from digits.data import preparing
from digits.data.splits import SPLITS
from digits.evaluation import robustness
from digits.evaluation.distortions import DISTORTIONS
from digits.evaluation.test_sets import test_set
from digits.training import runs


def add_to(verbs) -> None:
    parser = verbs.add_parser("robustness", help="measure how well a run reads distorted digits")
    parser.add_argument("run", nargs="?", metavar="RUN", help="the chosen model by default")
    parser.add_argument("--test", metavar="SET", help=f"{', '.join(SPLITS)}; the run's own split by default")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=run)


def run(options) -> int:
    run = runs.find(options.run) if options.run else models.chosen()
    chosen = test_set(options.test or run.config.split, run.config)
    with bar() as on_progress:
        preparing.ensure(chosen.source, lambda phase: on_progress(0.0, phase))
        measured = robustness.measure(run, chosen, on_progress)
    print(json.dumps(measured) if options.json else "\n".join(_table(measured)))
    return 0


def _table(measured: dict) -> list[str]:
    lines = [f"{measured['run']} on {measured['title']}: accuracy by strength"]
    for name, curve in measured["curves"].items():
        known = DISTORTIONS[name]
        lines += ["", f"{known.title}, {known.unit}"]
        lines += ["".join(f"{strength:8g}" for strength in curve["strengths"])]
        lines += ["".join(f"{accuracy:8.1%}" for accuracy in curve["accuracy"])]
    return lines
