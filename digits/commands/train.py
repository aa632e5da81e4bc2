"""python -m digits train: train here and now, with a progress bar."""

import contextlib
import json
import signal
import sys
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from digits.commands.progress import stderr_into
from digits.commands.training_options import add_training_options, chosen_settings
from digits.data import preparing
from digits.data.dataset import is_prepared, open_dataset
from digits.errors import BadConfig, DigitsError
from digits.evaluation import fine_tune_result
from digits.evaluation.calibration import calibrate
from digits.evaluation.evaluate import judge
from digits.evaluation.test_sets import test_sets
from digits.networks.settings import make_settings, read_settings
from digits.runs import runs
from digits.runs.run import Run, RunState
from digits.runs.work import work
from digits.training.backends import check_installed


def add_to(verbs) -> None:
    parser = verbs.add_parser("train", help="train a network", description="Train a network here and now.")
    add_training_options(parser)
    parser.add_argument("--resume", metavar="RUN", help="continue an ended run to its last epoch, or to --epochs")
    parser.add_argument("--name", help="name of the run")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=run)

    worker = verbs.add_parser("work", help="train a queued run (the pages use this)")
    worker.add_argument("run", metavar="RUN")
    worker.set_defaults(command=run_queued)


def run(options) -> int:
    run = _resumed(options) if options.resume else _created(options)
    if options.name:
        run.rename(options.name)
    result, report = train(run)
    print(json.dumps(result) if options.json else summary(result, report))
    return 0


def train(run: Run) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Train a queued run here and now and judge it; returns what there is to say of it, for JSON, and the report.

    Raises DigitsError when it ends without a model.
    """
    config = run.config
    signal.signal(signal.SIGINT, lambda *_: run.ask_to_stop())  # Ctrl-C keeps the model so far
    with stderr_into(run.path / "worker.log") as terminal, _bar(run.num_epochs, terminal) as on_status:
        status = work(run, on_status)
    if status["state"] == RunState.PAUSED:  # somebody asked for it, so nothing went wrong, but there is no model yet
        raise DigitsError(f"The run {run.id} is paused. Let it go on with: python -m digits train --resume {run.id}")
    if status["state"] not in (RunState.DONE, RunState.STOPPED) or not run.has_model:
        raise DigitsError(f"The run {run.id} {status['state']}: {status.get('error') or status['phase']}")
    report = finish(run)
    result = {
        "run": run.id,
        **{name: getattr(config, name) for name in ("architecture", "source", "split")},
        **{name: status[name] for name in ("state", "device", "backend", "xla", "seconds")},
        "epochs": run.epochs(),
        "test": report and {"set": report["test"], "n": report["n"], "accuracy": report["accuracy"]},
        "config": config.as_dict(),
        "versions": status["versions"],
    }
    return result, report


def finish(run: Run) -> dict[str, Any] | None:
    """What follows a training: calibrate, judge on its own test set, and compare a taught network with its parent.

    Returns the report; None where no digits that the network has not learned from are on this machine.
    """
    calibrate(run)
    here = [chosen for chosen in test_sets(run.config) if is_prepared(chosen.source)]
    report = judge(run, here[0].name) if here else None
    if run.config.parent:
        fine_tune_result.compare(run)
    return report


def _created(options) -> Run:
    """A new run with the options' settings."""
    config = make_settings(**chosen_settings(options))
    check_installed(config.backend)
    _check_data(config.source)
    return runs.create(config)


def _resumed(options) -> Run:
    """The run to go on with. Its settings are its own, so that naming others is a mistake."""
    chosen = chosen_settings(options)
    if others := [name for name in chosen if name != "epochs"]:
        flag = others[0].replace("_", "-")
        raise BadConfig(f"--{flag} cannot change when a run goes on; only --epochs can. Leave it out.")
    run = runs.find(options.resume)
    _check_data(run.config.source)
    runs.resume(run, chosen.get("epochs"))
    return run


def _check_data(source: str) -> None:
    """Prepare the source if need be; what is damaged is said before a run is touched."""
    preparing.ensure(source, lambda phase: print(f"{phase} ...", file=sys.stderr))
    open_dataset(source)


def run_queued(options) -> int:
    """What the worker process of the pages runs: train, calibrate, judge on the split's own test set."""
    run = runs.find(options.run)
    work(run)
    if run.has_model:
        finish(run)
    return 0


def summary(result: dict[str, Any], report: dict[str, Any] | None) -> str:
    """What `train` returns, in lines for people."""
    epochs, names = result["epochs"], read_settings(result["config"]).racer_names
    lines = [f"run                  {result['run']} ({result['state']})"]
    if epochs:
        mean = sum(epoch["seconds"] for epoch in epochs) / len(epochs)
        lines += [f"seconds              {result['seconds']:.1f}, {mean:.2f} an epoch ({result['device']})"]
        lines += [f"validation accuracy  {epochs[-1]['val_accuracy']:.2%}"]
        if names:
            lines += [f"best of {len(names):<13}{names[epochs[-1]['leader']]}"]
    if report:
        low, high = report["interval"]
        lines += [f"test accuracy        {report['accuracy']:.2%} ({low:.2%} to {high:.2%}) on {report['title']}"]
    return "\n".join(lines)


@contextlib.contextmanager
def _bar(epochs: int, terminal: TextIO):
    """A progress bar over all epochs; yields what `work` tells its status to."""
    columns = (TextColumn("{task.description:32}"), BarColumn(), TextColumn("{task.fields[note]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=terminal)) as progress:
        task = progress.add_task("Starting", total=epochs, note="")

        def on_status(status: dict) -> None:
            tick = status.get("progress")
            progress.update(task, description=status["phase"] or str(status["state"]))
            if tick:
                done = tick["epoch"] - 1 + tick["step"] / tick["steps"]
                note = f"epoch {tick['epoch']}/{epochs}  loss {tick['loss']:.4f}  accuracy {tick['accuracy']:.2%}"
                progress.update(task, completed=done, note=note)

        yield on_status
