"""python -m digits fine-tune: let a trained network learn My drawings; the fine-tuned one is a new run."""

from typing import Any

from digits.commands.evaluation import named_run
from digits.commands.printing import print_result
from digits.commands.train import summary, train
from digits.drawings import fine_tune
from digits.evaluation import fine_tune_result
from digits.networks.damage import Damage
from digits.runs import healing
from digits.runs import store as runs


def add_to(verbs) -> None:
    parser = verbs.add_parser("fine-tune", help="let a trained network learn My drawings")
    parser.add_argument("--run", metavar="RUN", help="the chosen model by default")
    parser.add_argument("--seed", type=int, metavar="N", default=0)
    parser.add_argument(
        "--damage", metavar="WHAT", help='damage the network instead, and heal it; for instance "noise=1 bits=4 off=1"'
    )
    parser.set_defaults(command=run)


def run(options) -> None:
    parent = named_run(options.run)
    if options.damage:
        tuned = healing.begin(parent, Damage.read(options.damage), seed=options.seed, queued=False)
    else:
        tuned = fine_tune.begin(parent, seed=options.seed, queued=False)
    result, report = train(tuned)
    tuned = runs.get(tuned.id)
    compared = fine_tune_result.stored(tuned)
    lines = summary(tuned, report) + (_lines(compared) if compared else [])
    print_result(options, result | {"fine_tune": compared}, lines)


def _lines(compared: dict[str, Any]) -> list[str]:
    rows = {"drawings held out": compared["held_out"], "drawings learned": compared["learned"]}
    test = compared["test"]
    return [
        "",
        f"correct predictions of {compared['parent']} and after fine-tuning",
        *(f"{name:20} {row['before']} -> {row['after']} of {row['n']}" for name, row in rows.items()),
        f"{'test':20} {test['before']:,} -> {test['after']:,} of {test['n']:,}: {len(test['forgotten'])} forgotten, "
        f"{len(test['gained'])} gained; {test['title']}",
    ]
