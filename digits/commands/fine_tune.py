"""python -m digits fine-tune: let a trained network go on with My digits; the taught one is a new run."""

import json
from typing import Any

from digits.commands.train import summary, train
from digits.drawings import fine_tune
from digits.evaluation import fine_tune_result
from digits.runs import models, runs


def add_to(verbs) -> None:
    parser = verbs.add_parser("fine-tune", help="teach a trained network My digits")
    parser.add_argument("--run", metavar="RUN", help="the chosen model by default")
    parser.add_argument("--seed", type=int, metavar="N", default=0)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=run)


def run(options) -> int:
    parent = runs.find(options.run) if options.run else models.chosen()
    taught = fine_tune.begin(parent, seed=options.seed)
    result, report = train(taught)
    compared = fine_tune_result.stored(taught)
    if options.json:
        print(json.dumps(result | {"before_after": compared}))
    else:
        print(summary(result, report), *_lines(compared), sep="\n")
    return 0


def _lines(compared: dict[str, Any]) -> list[str]:
    rows = {"drawings held out": compared["held_out"], "drawings learned": compared["learned"]}
    test = compared["test"]
    return [
        "",
        f"right answers of {compared['parent']} and after teaching",
        *(f"{name:20} {row['before']} -> {row['after']} of {row['n']}" for name, row in rows.items()),
        f"{'test':20} {test['before']:,} -> {test['after']:,} of {test['n']:,}: {len(test['forgotten'])} forgotten, "
        f"{len(test['gained'])} gained; {test['title']}{', which it has learned from' if test['seen'] else ''}",
    ]
