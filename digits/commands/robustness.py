"""python -m digits robustness [RUN]: how well a run predicts distorted digits."""

import json

from digits.commands.run_and_test import add_run_and_test, compute, run_and_test
from digits.evaluation import robustness
from digits.evaluation.distortions import DISTORTIONS


def add_to(verbs) -> None:
    parser = verbs.add_parser("robustness", help="measure how well a run predicts distorted digits")
    add_run_and_test(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=run)


def run(options) -> int:
    run, chosen = run_and_test(options)
    compute("robustness", run.id, chosen.name, chosen.source)
    measured = robustness.stored(run, chosen)
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
