"""python -m digits train: train here and now, with a progress bar."""

import sys
from typing import Any

from digits import pipeline, tasks
from digits.commands.printing import print_result
from digits.commands.progress import bar_alone
from digits.commands.training_options import add_training_options, chosen_settings
from digits.data.dataset import ensure_prepared, open_dataset
from digits.data.sources import SOURCES
from digits.data.splits import split
from digits.errors import BadConfig, DigitsError
from digits.evaluation import evaluate
from digits.networks.backends import check_installed
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs.run import Run, RunState


def add_to(verbs) -> None:
    parser = verbs.add_parser("train", help="train a network", description="What is not given comes with the network.")
    add_training_options(parser)
    parser.add_argument("--resume", metavar="RUN", help="continue an ended run, to its last epoch or to --epochs")
    parser.add_argument("--name", help="what to call the run")
    parser.set_defaults(command=run)


def run(options) -> None:
    run = _created(options) if options.resume is None else _resumed(options)
    if options.name:
        runs.rename(run.id, options.name)
    result, report = train(run)
    print_result(options, result, summary(runs.get(run.id), report))


def train(run: Run) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Take a run to its end in this process. Return what --json prints about it, and its evaluation report.

    Raises DigitsError if it ends without a model, or was paused.
    """
    with bar_alone("train") as show:

        def on_progress(fraction: float, phase: str) -> None:
            if phase == "Training" and (tick := runs.last_tick(run.id)):
                phase = f"Epoch {tick['epoch']:.0f}/{run.num_epochs}, accuracy {tick['accuracy']:.2%}"
            show(fraction, phase)

        tasks.do_now("train", run.id, "", pipeline.run, lane=run.lane, on_progress=on_progress)
    run = runs.get(run.id)
    if run.state == RunState.PAUSED:  # somebody asked for it, so it is no failure
        raise DigitsError("The run is paused.", f"Continue it: python -m digits train --resume {run.id}")
    if run.state not in (RunState.DONE, RunState.STOPPED) or run.model is None:
        raise DigitsError(f"The run {run.state}. {run.cause}".strip(), f"It is {run.id}.")
    report = next(iter(evaluate.reports(run)), None)
    result = {
        "run": run.id,
        **{name: getattr(run.settings, name) for name in ("architecture", "source", "split")},
        "state": run.state,
        **{name: run.details.get(name) for name in ("device", "backend", "xla", "seconds")},
        "epochs": runs.epochs(run.id),
        "test": report and {"set": report["test"], "n": report["n"], "accuracy": report["accuracy"]},
        "config": run.settings.as_dict(),
        "versions": run.details.get("versions"),
    }
    return result, report


def summary(run: Run, report: dict[str, Any] | None) -> list[str]:
    """Return the result of a training as lines."""
    epochs, names = runs.epochs(run.id), run.settings.racer_names
    lines = [f"run                  {run.id} ({run.state})"]
    if epochs:
        mean = sum(epoch["seconds"] for epoch in epochs) / len(epochs)
        lines += [f"seconds              {run.details['seconds']:.1f}, {mean:.2f} an epoch ({run.details['device']})"]
        lines += [f"validation accuracy  {epochs[-1]['val_accuracy']:.2%}"]
        if names:
            lines += [f"best of {len(names):<13}{names[epochs[-1]['leader']]}"]
    if report:
        low, high = report["interval"]
        lines += [f"test accuracy        {report['accuracy']:.2%} ({low:.2%} to {high:.2%}) on {report['title']}"]
    return lines


def _created(options) -> Run:
    if options.source in SOURCES and SOURCES[options.source].is_own:
        split("tutorial", options.source)  # says why, if no network can learn from it
    settings = make_settings(**chosen_settings(options))
    check_installed(settings.backend)
    _check_data(settings.source)
    return runs.create(settings, queued=False)


def _resumed(options) -> Run:
    """Let the run continue. It keeps its settings, so naming others is an error."""
    chosen = chosen_settings(options)
    if others := [name for name in chosen if name != "epochs"]:
        flag = others[0].replace("_", "-")
        raise BadConfig(f"--{flag} cannot change when a run continues; only --epochs can. Leave it out.")
    found = runs.get(options.resume)
    if not found.is_starter:  # whose digits need not be fetched to say that it cannot continue
        _check_data(found.settings.source)
    return runs.resume(options.resume, chosen.get("epochs"), queued=False)


def _check_data(source: str) -> None:
    """Prepare the source if necessary, and report damaged data before a run is touched."""
    ensure_prepared(source, lambda _, phase: print(f"{phase} ...", file=sys.stderr))
    open_dataset(source)
