"""python -m digits evaluate [RUN]: evaluate a run on unseen digits."""

import json

from digits.commands.run_and_test import add_run_and_test, compute, run_and_test
from digits.evaluation import evaluate
from digits.evaluation.score_card import score_card
from digits.runs import store as runs


def add_to(verbs) -> None:
    parser = verbs.add_parser("evaluate", help="evaluate a run on unseen digits")
    add_run_and_test(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=run)


def run(options) -> int:
    run, chosen = run_and_test(options)
    compute("evaluate", run.id, chosen.name, chosen.source)
    run = runs.get(run.id)
    report = evaluate.stored(run, chosen)
    print(json.dumps(report | {"card": score_card(run, report)}) if options.json else _table(report))
    return 0


def _table(report: dict) -> str:
    low, high = report["interval"]
    lines = [
        f"{report['run']} on {report['title']}",
        f"accuracy {report['accuracy']:.2%}, 95 % interval {low:.2%} to {high:.2%}, loss {report['loss']:.4f}",
        *_corrected(report),
        "",
        "digit  precision  recall      F1  digits",
    ]
    for row in report["per_digit"]:
        scores = f"{row['precision']:9.2%}  {row['recall']:6.2%}  {row['f1']:6.2%}"
        lines.append(f"{row['digit']:5}  {scores}  {row['support']:6,}")
    lines += ["", "rows: true digit, columns: prediction", "     " + "".join(f"{digit:6}" for digit in range(10))]
    lines += [f"{digit:5}" + "".join(f"{n:6,}" for n in row) for digit, row in enumerate(report["confusion"])]
    return "\n".join(lines)


def _corrected(report: dict) -> list[str]:
    if "corrected" not in report:
        return []
    low, high = report["corrected"]["interval"]
    accuracy = f"{report['corrected']['accuracy']:.2%}, 95 % interval {low:.2%} to {high:.2%}"
    return [f"with the 15 known label errors corrected {accuracy}"]
