"""python -m digits ensemble: join trained networks into one that predicts with the mean of their probabilities."""

from digits.commands.printing import print_result
from digits.commands.train import summary, train
from digits.evaluation.speed import milliseconds
from digits.networks import architectures
from digits.runs import ensemble, models, transfer
from digits.runs import store as runs
from digits.runs.run import Run


def add_to(verbs) -> None:
    parser = verbs.add_parser("ensemble", help="join trained networks into one", description=__doc__.split(": ")[1])
    parser.add_argument("runs", metavar="RUN", nargs="+", help="two or more, with the same data and split")
    parser.add_argument("--name", help="what to call it", default="")
    parser.set_defaults(command=run)


def run(options) -> None:
    members = [runs.get(run_id) for run_id in options.runs]
    ensemble.settings_for(members)  # before some of them are built
    members = [transfer.ensure_built(member) for member in members]
    made = ensemble.begin(members, name=options.name, queued=False)
    result, report = train(made)
    made = runs.get(made.id)
    prices = _prices([made, *members])
    print_result(options, result | {"price": prices}, [*summary(made, report), *_lines(prices)])


def _prices(of: list[Run]) -> list[dict]:
    took = milliseconds([models.recognizer(run) for run in of])
    return [
        {"run": run.id, "parameters": architectures.num_parameters(run.settings), "milliseconds": each}
        for run, each in zip(of, took, strict=True)
    ]


def _lines(prices: list[dict]) -> list[str]:
    rows = [f"{row['run']:32} {row['parameters']:10,} {row['milliseconds']:14.2f}" for row in prices]
    return ["", f"{'':32} {'parameters':>10} {'ms a prediction':>14}", *rows]
